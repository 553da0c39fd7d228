extension Tensor {
  /// The median along one axis: the middle element in order, or the mean of the two middle ones.
  ///
  /// It is ``quantile(_:along:keepingDimensions:)`` of ½. If an element is NaN, so is the result.
  public func median(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    quantile(0.5, along: axis, keepingDimensions: keepingDimensions)
  }

  /// The median of all elements, a scalar.
  public func median() -> Tensor { flattened(from: 0).median(along: 0) }

  /// The quantile of all elements, a scalar; see ``quantiles(_:along:)``.
  public func quantile(_ probability: Double) -> Tensor {
    flattened(from: 0).quantile(probability, along: 0)
  }

  /// One quantile along one axis; see ``quantiles(_:along:)``.
  public func quantile(
    _ probability: Double, along axis: Int, keepingDimensions: Bool = false
  ) -> Tensor {
    let axis = self.axis(axis, "quantile")
    let kept = interpolated([probability], along: axis, "quantile")
    return keepingDimensions ? kept : kept.squeezed(at: axis)
  }

  /// Quantiles along one axis, with linear interpolation between the elements in order, like
  /// NumPy's default.
  ///
  /// With the elements x₀ ≤ … ≤ xₙ₋₁ in order and h = p (n − 1), the quantile of p is x₍⌊h⌋₎ + (h −
  /// ⌊h⌋) (x₍⌊h⌋₊₁₎ − x₍⌊h⌋₎) (Hyndman and Fan 1996, definition 7). If an element is NaN, so is the
  /// result. The elements are sorted only once for all quantiles.
  ///
  /// - Parameters:
  ///   - probabilities: p, from 0 to 1; others stop the program.
  ///   - axis: The axis, with at least one element; a negative one counts from the end.
  /// - Returns: `[probabilities.count] +` the tensor's shape without the axis. The gradient goes to the two
  ///   elements between which each quantile lies.
  public func quantiles(_ probabilities: [Double], along axis: Int = -1) -> Tensor {
    let axis = self.axis(axis, "quantiles")
    let kept = interpolated(probabilities, along: axis, "quantiles")
    return kept.permuted(to: [axis] + kept.shape.indices.filter { $0 != axis })
  }

  /// Quantiles along the given axis.
  private func interpolated(
    _ probabilities: [Double], along axis: Int, _ name: String
  ) -> Tensor {
    for probability in probabilities {
      precondition(
        probability >= 0 && probability <= 1,
        "\(name): expected probabilities from 0 to 1, found \(probability)")
    }
    let length = shape[axis]
    precondition(
      length > 0, "\(name): expected elements along [\(axis)], found none in shape \(shape)")
    let positions = probabilities.map { $0 * Double(length - 1) }
    let lower = positions.map { Int($0) }
    let upper = zip(positions, lower).map { $0 > Double($1) ? $1 + 1 : $1 }
    let parts = zip(positions, lower).map { $0 - Double($1) }
    let sorted = sorted(along: axis)
    let (a, b) = (sorted.gathered(at: lower, along: axis), sorted.gathered(at: upper, along: axis))
    // From the nearer of the two, so that both ends are exact.
    let isLower = parts.map { $0 < 0.5 }
    let nearer = sorted.gathered(
      at: probabilities.indices.map { isLower[$0] ? lower[$0] : upper[$0] }, along: axis)
    let weights = Tensor(
      zip(parts, isLower).map { $1 ? $0 : $0 - 1 },
      shape: [parts.count] + [Int](repeating: 1, count: rank - axis - 1), dtype: dtype)
    let value = nearer + (b - a) * weights
    if value.isFinite { return value }
    // The difference of infinite elements is undefined; their weighted mean is not, unless a
    // weight is 0. And NaN, which is last in order, makes all quantiles of its row NaN.
    let shares = Tensor(parts.map { $0 == 0 ? 0.5 : $0 }, shape: weights.shape, dtype: dtype)
    let mean = a * (1 - shares) + b * shares
    let last = sorted.sliced(length - 1..<length, along: axis)
    return select(isNaN(last), last, select(isInfinite(a) + isInfinite(b), mean, value))
  }
}
