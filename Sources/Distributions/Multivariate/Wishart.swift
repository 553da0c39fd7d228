import Tensor

/// The Wishart distribution of symmetric positive definite matrices, with density
/// ∝ |X|^((ν − n − 1)/2) exp(−½ tr V⁻¹X) of their lower triangle, and mean νV.
public struct Wishart: Distribution, Reparameterized, Sendable {
  /// The degrees of freedom ν, of the batch shape.
  public let degreesOfFreedom: Tensor
  /// The lower triangular factor L of the scale V = L Lᵀ, `batchShape + [n, n]`.
  public let choleskyFactor: Tensor

  /// Creates a distribution from ν > n − 1 and a lower triangular factor of V, `[…, n, n]`.
  public init(degreesOfFreedom: Tensor, choleskyFactor: Tensor) {
    (self.degreesOfFreedom, self.choleskyFactor) = wishartParameters(
      "Wishart", degreesOfFreedom, choleskyFactor)
  }

  /// Creates a distribution from ν > n − 1 and the scale V, `[…, n, n]`.
  ///
  /// - Throws: ``/Tensor/LinearAlgebraError`` if V is not positive definite or not finite.
  public init(degreesOfFreedom: Tensor, scale: Tensor) throws {
    self.init(
      degreesOfFreedom: degreesOfFreedom, choleskyFactor: try CholeskyFactor(of: scale).lower)
  }

  /// The parameters' common leading axes.
  public var batchShape: [Int] { degreesOfFreedom.shape }
  /// `[n, n]`.
  public var eventShape: [Int] { choleskyFactor.shape.suffix(2) }
  /// The parameters' element type.
  public var dtype: DType { choleskyFactor.dtype }
  /// Symmetric positive definite matrices.
  public var support: Support { .positiveDefiniteMatrices }

  /// νV, `batchShape + [n, n]`.
  public var mean: Tensor {
    degreesOfFreedom.expanded(at: -1).expanded(at: -1)
      * choleskyFactor.matmul(choleskyFactor, transposeRight: true)
  }

  /// Samples by Bartlett's decomposition, with gradients to both parameters.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.wishart(
      shape + batchShape, degreesOfFreedom: degreesOfFreedom, choleskyFactor: choleskyFactor)
  }

  /// ½ (ν − n − 1) log |X| − ½ tr V⁻¹X − ½ ν log |V| − ½ ν n log 2 − log Γₙ(½ ν).
  public func logDensity(of x: Tensor) -> Tensor {
    let (lower, isDefinite) = positiveDefiniteFactor(x)
    let n = eventShape[0]
    let (scale, factor) = (aligned(choleskyFactor, lower), CholeskyFactor(lower: lower))
    let trace = square(CholeskyFactor(lower: scale.0).whitened(scale.1)).sum(along: [-2, -1])
    let power = 0.5 * (degreesOfFreedom - Double(n + 1))
    let value =
      power * factor.logDeterminant - 0.5 * trace
      - wishartNormalizer(degreesOfFreedom, choleskyFactor)
    return select(isDefinite, value, outsideLogDensity(of: x, eventRank: 2))
  }
}

/// The inverse Wishart distribution, the distribution of X⁻¹ for a Wishart X of scale Ψ⁻¹, with
/// density ∝ |X|^(−(ν + n + 1)/2) exp(−½ tr ΨX⁻¹) of the lower triangle.
public struct InverseWishart: Distribution, Sendable {
  /// The degrees of freedom ν, of the batch shape.
  public let degreesOfFreedom: Tensor
  /// The lower triangular factor L of the scale Ψ = L Lᵀ, `batchShape + [n, n]`.
  public let choleskyFactor: Tensor

  /// Creates a distribution from ν > n − 1 and a lower triangular factor of Ψ, `[…, n, n]`.
  public init(degreesOfFreedom: Tensor, choleskyFactor: Tensor) {
    (self.degreesOfFreedom, self.choleskyFactor) = wishartParameters(
      "InverseWishart", degreesOfFreedom, choleskyFactor)
  }

  /// Creates a distribution from ν > n − 1 and the scale Ψ, `[…, n, n]`.
  ///
  /// - Throws: ``/Tensor/LinearAlgebraError`` if Ψ is not positive definite or not finite.
  public init(degreesOfFreedom: Tensor, scale: Tensor) throws {
    self.init(
      degreesOfFreedom: degreesOfFreedom, choleskyFactor: try CholeskyFactor(of: scale).lower)
  }

  /// The parameters' common leading axes.
  public var batchShape: [Int] { degreesOfFreedom.shape }
  /// `[n, n]`.
  public var eventShape: [Int] { choleskyFactor.shape.suffix(2) }
  /// The parameters' element type.
  public var dtype: DType { choleskyFactor.dtype }
  /// Symmetric positive definite matrices.
  public var support: Support { .positiveDefiniteMatrices }

  /// L B⁻¹ Lᵀ for Wishart matrices B of scale I; no gradient flows through it.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    let identity = Tensor.identity(eventShape[0], dtype: dtype)
    let standard = random.wishart(
      shape + batchShape, degreesOfFreedom: stopGradient(degreesOfFreedom), choleskyFactor: identity
    )
    let inner = CholeskyFactor(lower: positiveDefiniteFactor(standard).lower)
    let (wide, factor) = aligned(inner.lower, stopGradient(choleskyFactor))
    let root = CholeskyFactor(lower: wide).whitened(factor.transposed())
    return root.matmul(root, transposeLeft: true)
  }

  /// −½ (ν + n + 1) log |X| − ½ tr ΨX⁻¹ + ½ ν log |Ψ| − ½ ν n log 2 − log Γₙ(½ ν).
  public func logDensity(of x: Tensor) -> Tensor {
    let (lower, isDefinite) = positiveDefiniteFactor(x)
    let n = eventShape[0]
    let (inner, scale) = aligned(lower, choleskyFactor)
    let trace = square(CholeskyFactor(lower: inner).whitened(scale)).sum(along: [-2, -1])
    let power = 0.5 * (degreesOfFreedom + Double(n + 1))
    let logDeterminant = CholeskyFactor(lower: choleskyFactor).logDeterminant
    let value =
      degreesOfFreedom * logDeterminant - power * CholeskyFactor(lower: lower).logDeterminant
      - 0.5 * trace - wishartNormalizer(degreesOfFreedom, choleskyFactor)
    return select(isDefinite, value, outsideLogDensity(of: x, eventRank: 2))
  }
}

private func wishartParameters(
  _ name: String, _ degreesOfFreedom: Tensor, _ factor: Tensor
) -> (Tensor, Tensor) {
  let parameters = Parameters(
    name, ("degreesOfFreedom", degreesOfFreedom, .positive, 0), ("choleskyFactor", factor, .real, 2)
  )
  let n = parameters[1].shape[parameters.batchShape.count]
  precondition(
    parameters[1].shape.last == n && !(parameters[0] .<= Double(n - 1)).any(),
    "\(name): expected a factor [n, n] and degrees of freedom above n − 1, found"
      + " \(factor.shape) and \(degreesOfFreedom)")
  return (parameters[0], parameters[1].lowerTriangle())
}

/// Matrices repeated to the leading axes of both.
private func aligned(_ a: Tensor, _ b: Tensor) -> (Tensor, Tensor) {
  let shape = Broadcast.shape(a.shape, b.shape) ?? a.shape
  return (a.broadcast(to: shape), b.broadcast(to: shape))
}

/// ½ ν log |V| + ½ ν n log 2 + log Γₙ(½ ν), with log Γₙ(a) = ¼ n (n − 1) log π + Σ log Γ(a − ½ i) over i from
/// 0 to n − 1.
private func wishartNormalizer(_ freedom: Tensor, _ factor: Tensor) -> Tensor {
  let n = factor.shape[factor.rank - 1]
  let halves = 0.5 * (freedom.expanded(at: -1) - Tensor.range(0..<n, dtype: freedom.dtype))
  let logGammas = logGamma(halves).sum(along: -1) + 0.25 * Double(n * (n - 1)) * logPi
  let logDeterminant = CholeskyFactor(lower: factor).logDeterminant
  return 0.5 * freedom * (logDeterminant + Double(n) * log2) + logGammas
}
