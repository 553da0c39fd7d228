import Tensor

// Moments, entropies and divergences of Wishart matrices: for V = I their determinant is a product
// of independent gamma variables with shapes ½ (ν − i), i from 0 to n − 1 (Bishop 2006, appendix
// B).

/// The shapes ½ (ν − i), `batchShape + [n]`.
private func shapes(_ freedom: Tensor, _ n: Int) -> Tensor {
  0.5 * (freedom.expanded(at: -1) - Tensor.range(0..<n, dtype: freedom.dtype))
}

/// Σ of the entropies of the gamma variables, ½ i, and w₀ + w₁ i times ψ of their shapes, with
/// ¼ n (n − 1) log π.
private func shapesEntropy(_ freedom: Tensor, _ n: Int, _ weights: (Double, Double)) -> Tensor {
  let (shapes, places) = (shapes(freedom, n), Tensor.range(0..<n, dtype: freedom.dtype))
  let terms =
    gammaEntropy(shapes) + (weights.0 + weights.1 * places) * digamma(shapes) + 0.5 * places
  return terms.sum(along: -1) + 0.25 * Double(n * (n - 1)) * logPi
}

/// KL of two Wishart distributions with ν₁ and ν₂ degrees of freedom, from a factor of T = V₂⁻¹ V₁
/// or a matrix with the same eigenvalues: Σ of the divergences of the gamma variables' shapes, plus
/// ½ ν₂ (tr T − n − log |T|) + ½ (ν₁ − ν₂) (tr T − n).
private func wishartDivergence(
  _ freedom: Tensor, _ other: Tensor, _ n: Int, trace: Tensor, logDeterminant: Tensor
) -> Tensor {
  let excess = trace - Double(n)
  let matrices = 0.5 * (other * (excess - logDeterminant) + (freedom - other) * excess)
  return gammaShapeDivergence(shapes(freedom, n), shapes(other, n)).sum(along: -1) + matrices
}

/// tr (A Aᵀ)⁻¹ B Bᵀ of triangular factors, of their common leading axes.
private func relativeTrace(_ a: Tensor, _ b: Tensor) -> Tensor {
  let shape = Broadcast.shape(a.shape, b.shape) ?? a.shape
  let factor = CholeskyFactor(lower: a.broadcast(to: shape))
  return square(factor.whitened(b.broadcast(to: shape))).sum(along: [-2, -1])
}

/// The products Vᵢᵢ Vⱼⱼ of a matrix's diagonal.
private func diagonalProducts(_ matrix: Tensor) -> Tensor {
  let diagonal = matrix.diagonal()
  return diagonal.expanded(at: -1) * diagonal.expanded(at: -2)
}

extension Tensor {
  /// The tensor with two more axes of one element.
  fileprivate var asMatrices: Tensor { expanded(at: -1).expanded(at: -1) }
}

extension Wishart: KnownMoments, KnownEntropy, KnownDivergence {
  /// ν (Vᵢⱼ² + Vᵢᵢ Vⱼⱼ), `batchShape + [n, n]`.
  public var variance: Tensor {
    let scale = choleskyFactor.matmul(choleskyFactor, transposeRight: true)
    return degreesOfFreedom.asMatrices * (square(scale) + diagonalProducts(scale))
  }

  /// ½ (n + 1) log |V| + ½ n (n + 1) log 2 + log Γₙ(½ ν) − ½ (ν − n − 1) ψₙ(½ ν) + ½ ν n, of the lower
  /// triangle (Bishop 2006, equation B.82).
  public var entropy: Tensor {
    let n = eventShape[0]
    let logDeterminant = CholeskyFactor(lower: choleskyFactor).logDeterminant
    return shapesEntropy(degreesOfFreedom, n, (0.5 * Double(n - 1), -0.5))
      + 0.5 * Double(n + 1) * (logDeterminant + Double(n) * log2)
  }

  /// ½ ν₂ (log |V₂| − log |V₁|) + ½ ν₁ (tr V₂⁻¹V₁ − n) + log Γₙ(½ ν₂) − log Γₙ(½ ν₁) + ½ (ν₁ − ν₂) ψₙ(½ ν₁).
  public func klDivergence(to other: Wishart) -> Tensor {
    let logDeterminant =
      CholeskyFactor(lower: choleskyFactor).logDeterminant
      - CholeskyFactor(lower: other.choleskyFactor).logDeterminant
    return wishartDivergence(
      degreesOfFreedom, other.degreesOfFreedom, eventShape[0],
      trace: relativeTrace(other.choleskyFactor, choleskyFactor), logDeterminant: logDeterminant)
  }

  /// In closed form for a Wishart distribution of matrices of one size.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { klDivergence(to: $0) }
  }
}

extension InverseWishart: KnownMoments, KnownEntropy, KnownDivergence {
  /// Ψ/(ν − n − 1), `batchShape + [n, n]`; NaN for ν ≤ n + 1.
  public var mean: Tensor {
    moment(above: 1) { scale, excess in scale / excess }
  }

  /// ((ν − n + 1) Ψᵢⱼ² + (ν − n − 1) Ψᵢᵢ Ψⱼⱼ)/((ν − n) (ν − n − 1)² (ν − n − 3)), `batchShape + [n, n]`; NaN for
  /// ν ≤ n + 3 (von Rosen 1988).
  public var variance: Tensor {
    moment(above: 3) { scale, excess in
      let relative = (excess + 2) / (excess + 1) * square(scale)
      let products = excess / (excess + 1) * diagonalProducts(scale)
      return (relative + products) / (square(excess) * (excess - 2))
    }
  }

  /// A function of Ψ and ν − n − 1 if ν − n is above a bound.
  private func moment(above bound: Double, _ function: (Tensor, Tensor) -> Tensor) -> Tensor {
    let scale = choleskyFactor.matmul(choleskyFactor, transposeRight: true)
    let excess = (degreesOfFreedom - Double(eventShape[0])).asMatrices
    return existing(excess .> bound, otherwise: .nan, excess, above: bound) {
      function(scale, $0 - 1)
    }
  }

  /// ½ (n + 1) (log |Ψ| − n log 2) + log Γₙ(½ ν) − ½ (ν + n + 1) ψₙ(½ ν) + ½ ν n, of the lower triangle.
  public var entropy: Tensor {
    let n = eventShape[0]
    let logDeterminant = CholeskyFactor(lower: choleskyFactor).logDeterminant
    return shapesEntropy(degreesOfFreedom, n, (-0.5 * Double(n + 3), -0.5))
      + 0.5 * Double(n + 1) * (logDeterminant - Double(n) * log2)
  }

  /// The divergence of the Wishart distributions of the inverse, with scales Ψ⁻¹.
  public func klDivergence(to other: InverseWishart) -> Tensor {
    let logDeterminant =
      CholeskyFactor(lower: other.choleskyFactor).logDeterminant
      - CholeskyFactor(lower: choleskyFactor).logDeterminant
    return wishartDivergence(
      degreesOfFreedom, other.degreesOfFreedom, eventShape[0],
      trace: relativeTrace(choleskyFactor, other.choleskyFactor), logDeterminant: logDeterminant)
  }

  /// In closed form for an inverse Wishart distribution of matrices of one size.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { klDivergence(to: $0) }
  }
}
