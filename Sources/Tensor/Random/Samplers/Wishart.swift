extension Random {
  /// Returns samples of the Wishart distribution, of mean ν · L·Lᵀ (Bartlett 1933): L·A·Aᵀ·Lᵀ,
  /// where A has normal numbers below its diagonal, and on it the square roots of χ² variables with
  /// ν, ν − 1, … degrees of freedom.
  ///
  /// Gradients flow to both parameters, to second order.
  ///
  /// - Parameters:
  ///   - shape: The shape of the array of matrices; by default the common shape of the degrees of
  ///     freedom and the leading axes of the factor.
  ///   - degreesOfFreedom: ν, above n − 1, of a shape that broadcasts to `shape`.
  ///   - choleskyFactor: The Cholesky factor L of the scale matrix, `[…, n, n]`, finite, with zeros
  ///     above the diagonal; its leading axes broadcast to `shape`.
  /// - Returns: Symmetric matrices, `shape + [n, n]`, computed in float64.
  public func wishart(
    _ shape: [Int]? = nil, degreesOfFreedom: Tensor, choleskyFactor: Tensor
  ) -> Tensor {
    let name = "Random.wishart"
    let size = choleskyFactor.shape.last ?? 0
    precondition(
      choleskyFactor.rank >= 2 && choleskyFactor.shape[choleskyFactor.rank - 2] == size && size > 0,
      "\(name): expected a choleskyFactor of shape […, n, n], found \(choleskyFactor.shape)")
    let call = SamplerArguments(
      name, shape, ("degreesOfFreedom", degreesOfFreedom, .above(size - 1), 0),
      ("choleskyFactor", choleskyFactor, .finite, 2))
    let below = Tensor(
      (0..<size * size).map { $0 % size < $0 / size ? 1.0 : 0 }, shape: [size, size],
      dtype: .float64)
    let identity = Tensor.identity(size, dtype: .float64)
    let factor = choleskyFactor.converted(to: .float64)
    let constant = stopGradient(factor)
    let above = constant * (1 - below - identity)
    call.expect(above .== Tensor(0, dtype: .float64), "zeros above the diagonal of choleskyFactor")
    {
      "\(above.doubles[$0])"
    }

    let freedom = degreesOfFreedom.converted(to: .float64)
    let halves = (freedom.reshaped(to: freedom.shape + [1]) - .range(0..<size, dtype: .float64)) / 2
    let logarithms = standardLogGamma(call.shape + [size], halves)
    // √(2 g) for each gamma sample g.
    let roots = exp(0.5 * logarithms + 0.34657359027997264)
    let noise = normal(call.shape + [size, size], dtype: .float64) * below
    let bartlett = noise + roots.reshaped(to: call.shape + [size, 1]) * identity

    let stack = [call.shape.reduce(1, *), size, size]
    let root = factor.broadcast(to: call.shape + [size, size]).reshaped(to: stack)
      .matmul(bartlett.reshaped(to: stack))
    return root.matmul(root, transposeRight: true).reshaped(to: call.shape + [size, size])
      .converted(to: call.dtype)
  }

  /// Returns samples of the Wishart distribution, of mean ν · L·Lᵀ.
  public func wishart(
    _ shape: [Int]? = nil, degreesOfFreedom: Double, choleskyFactor: Tensor
  ) -> Tensor {
    wishart(
      shape, degreesOfFreedom: Tensor(degreesOfFreedom, dtype: choleskyFactor.dtype),
      choleskyFactor: choleskyFactor)
  }
}
