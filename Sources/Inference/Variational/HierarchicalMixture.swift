import Tensor

/// The mean-field posterior of a hierarchical mixture of Gaussians: π ~ Dirichlet(α), μₖ ~ N(m₀,
/// Σ₀), zₙ ~ π and xₙ ~ N(μ of zₙ, Σ) with known Σ (Bishop 2006, section 10.2; Blei, Kucukelbir and
/// McAuliffe 2017).
///
/// It has the form q(z) q(μ) q(π), with responsibilities φ, q(μₖ) = N(mₖ, Sₖ) and q(π) =
/// Dirichlet(α̂).
public struct HierarchicalMixture: CoordinateAscentModel, Sendable {
  /// The prior and the noise.
  public struct Prior: Sendable {
    /// m₀, `[D]`.
    public let mean: Tensor
    /// Σ₀, `[D, D]`.
    public let covariance: Tensor
    /// Σ, `[D, D]`.
    public let noise: Tensor
    /// α of each component.
    public let concentration: Double
    let factor, noiseFactor: CholeskyFactor

    /// Creates a prior.
    ///
    /// - Throws: `LinearAlgebraError` if a covariance is not positive definite.
    public init(mean: Tensor, covariance: Tensor, noise: Tensor, concentration: Double) throws {
      let d = mean.count
      precondition(
        mean.shape == [d] && covariance.shape == [d, d] && noise.shape == [d, d]
          && concentration > 0,
        "HierarchicalMixture: expected a mean [D], covariances [D, D] and a concentration above 0, found"
          + " \(mean.shape), \(covariance.shape), \(noise.shape) and \(concentration)")
      (self.mean, self.covariance, self.noise) = (mean, covariance, noise)
      self.concentration = concentration
      factor = try CholeskyFactor(of: covariance)
      noiseFactor = try CholeskyFactor(of: noise)
    }
  }

  /// The factors: the responsibilities, the means and the weights.
  public static let factors = ["the responsibilities", "the means", "the weights"]

  /// The data, `[N, D]`.
  public let data: Tensor
  /// The prior.
  public let prior: Prior
  /// φ, `[N, K]`.
  public private(set) var responsibilities: Tensor
  /// m, `[K, D]`.
  public private(set) var means: Tensor
  /// S, `[K, D, D]`.
  public private(set) var covariances: Tensor
  /// α̂, `[K]`.
  public private(set) var concentrations: Tensor

  /// Creates an approximation whose first sweep starts with the responsibilities.
  ///
  /// - Parameters:
  ///   - data: Float64 `[N, D]`, finite.
  ///   - prior: The prior of the weights and means, with the covariance of an observation.
  ///   - means: m, `[K, D]`; they must differ, since equal means stay equal.
  ///   - covariances: S, `[K, D, D]`.
  ///   - concentrations: α̂, `[K]`.
  public init(
    data: Tensor, prior: Prior, means: Tensor, covariances: Tensor, concentrations: Tensor
  ) {
    let (d, k) = (prior.mean.count, means.shape[0])
    precondition(
      data.rank == 2 && data.shape[1] == d && means.shape == [k, d]
        && covariances.shape == [k, d, d] && concentrations.shape == [k],
      "HierarchicalMixture: expected data [N, \(d)], means [K, \(d)], covariances [K, \(d), \(d)] and"
        + " concentrations [K], found \(data.shape), \(means.shape), \(covariances.shape) and"
        + " \(concentrations.shape)")
    precondition(
      data.isFinite, "HierarchicalMixture: expected finite data, found a number that is not")
    (self.data, self.prior) = (data, prior)
    (self.means, self.covariances, self.concentrations) = (means, covariances, concentrations)
    responsibilities = Tensor(
      filledWith: 1 / Double(k), [data.shape[0], k], dtype: .float64)
  }

  /// The approximation with one factor set to its optimum.
  public func updating(_ factor: Int) -> HierarchicalMixture {
    var next = self
    switch factor {
    case 0: next.responsibilities = softmax(logWeights + logLikelihoods)
    case 1: (next.means, next.covariances) = bestMeans
    default: next.concentrations = prior.concentration + responsibilities.sum(along: 0)
    }
    return next
  }

  /// E[log πₖ], `[K]`.
  private var logWeights: Tensor { digamma(concentrations) - digamma(concentrations.sum()) }

  /// E[log N(xₙ; μₖ, Σ)], `[N, K]`.
  private var logLikelihoods: Tensor {
    let white = prior.noiseFactor
    let x = white.whitened(data.transposed()).transposed()
    let m = white.whitened(means.transposed()).transposed()
    let distances = square(x.expanded(at: 1) - m).sum(along: 2)
    let constant = prior.noiseFactor.logDeterminant + Double(prior.mean.count) * logTwoPi
    return -0.5 * (distances + traces(white) + constant)
  }

  /// tr(A⁻¹ Sₖ), `[K]`, for a factored A.
  private func traces(_ factor: CholeskyFactor) -> Tensor {
    (factor.inverse() * covariances).sum(along: [1, 2])
  }

  /// Sₖ = (Σ₀⁻¹ + Nₖ Σ⁻¹)⁻¹ and mₖ = Sₖ (Σ₀⁻¹ m₀ + Σ⁻¹ Σₙ φₙₖ xₙ).
  private var bestMeans: (Tensor, Tensor) {
    let counts = responsibilities.sum(along: 0)
    let (k, d) = (counts.count, prior.mean.count)
    let (ownPrecision, noisePrecision) = (prior.factor.inverse(), prior.noiseFactor.inverse())
    let precisions = ownPrecision + counts.reshaped(to: [k, 1, 1]) * noisePrecision
    let sums = responsibilities.matmul(data, transposeLeft: true)
    let pulls =
      prior.factor.solve(prior.mean) + prior.noiseFactor.solve(sums.transposed()).transposed()
    guard let factor = try? CholeskyFactor(of: precisions) else {
      preconditionFailure("HierarchicalMixture: expected finite responsibilities, found others")
    }
    let covariances = factor.inverse()
    let means = covariances.matmul(pulls.reshaped(to: [k, d, 1])).reshaped(to: [k, d])
    return (means, covariances)
  }

  /// The evidence lower bound, in nats.
  public var bound: Double {
    let phi = responsibilities
    let assigned = (phi * (logWeights + logLikelihoods) - xlogy(phi, phi)).sum()
    return (assigned - divergenceOfMeans - divergenceOfWeights).scalar
  }

  /// Σₖ KL(N(mₖ, Sₖ) ‖ N(m₀, Σ₀)).
  private var divergenceOfMeans: Tensor {
    let (k, d) = (Double(means.shape[0]), Double(prior.mean.count))
    let shifts = square(prior.factor.whitened((means - prior.mean).transposed())).sum()
    let own = (try? CholeskyFactor(of: covariances))?.logDeterminant.sum()
    let logDeterminants = own ?? Tensor(-Double.infinity, dtype: .float64)
    return 0.5
      * (traces(prior.factor).sum() + shifts - k * d + k * prior.factor.logDeterminant
        - logDeterminants)
  }

  /// KL(Dirichlet(α̂) ‖ Dirichlet(α)).
  private var divergenceOfWeights: Tensor {
    let alpha = Tensor(filledWith: prior.concentration, concentrations.shape, dtype: .float64)
    return dirichletDivergence(concentrations, alpha).sum()
  }
}

/// KL(Dirichlet(a) ‖ Dirichlet(b)) of each row, `[…, K]` to `[…]`, in nats.
func dirichletDivergence(_ a: Tensor, _ b: Tensor) -> Tensor {
  let total = a.sum(along: -1, keepingDimensions: true)
  let means = digamma(a) - digamma(total)
  let normalizers =
    logGamma(a.sum(along: -1)) - logGamma(b.sum(along: -1))
    - (logGamma(a) - logGamma(b)).sum(along: -1)
  return normalizers + ((a - b) * means).sum(along: -1)
}
