import Tensor

/// A variational posterior of a Dirichlet process mixture of normal distributions, truncated to K sticks
/// (Blei and Jordan 2006).
///
/// q(V_k) = Beta(a_k, b_k) for the first K − 1 sticks, V_K = 1, and a normal–inverse-Wishart q for each
/// component.
public struct VariationalDirichletMixture: Sendable {
  /// The concentration α of the process.
  public let concentration: Double
  /// The prior of each component.
  public let base: NormalInverseWishart
  /// The posteriors of the K components.
  public let components: [NormalInverseWishart]
  /// a_k and b_k of the first K − 1 sticks, each float64 `[K − 1]`.
  public let sticks: (a: Tensor, b: Tensor)

  /// The best posterior given the responsibilities `[n, K]` (Blei and Jordan 2006, equations 18 to 20).
  init(
    _ x: Tensor, _ responsibilities: Tensor, _ base: NormalInverseWishart, _ concentration: Double
  ) throws {
    (self.base, self.concentration) = (base, concentration)
    let counts = responsibilities.sum(along: 0)
    let last = counts.count - 1
    sticks = (
      counts.sliced(0..<last) + 1,
      counts.cumulativeSum(reversed: true, exclusive: true).sliced(0..<last) + concentration
    )
    components = try (0...last).map { k in
      try base.posterior(
        given: x, weights: responsibilities.sliced(k..<k + 1, along: 1).reshaped(to: [-1]))
    }
  }

  /// The expected weights of the components, `[K]`.
  public var expectedWeights: Tensor {
    let fractions = sticks.a / (sticks.a + sticks.b)
    return StickBreaking.weights(
      ofFractions: .concatenated([fractions, .ones([1], dtype: .float64)]))
  }

  /// E[log V_k] + Σ_{j<k} E[log (1 − V_j)], `[K]`.
  private var expectedLogWeights: Tensor {
    let total = digamma(sticks.a + sticks.b)
    let zero = Tensor.zeros([1], dtype: .float64)
    let own = Tensor.concatenated([digamma(sticks.a) - total, zero])
    let others = Tensor.concatenated([zero, (digamma(sticks.b) - total).cumulativeSum()])
    return own + others
  }

  /// E[log π_k + log N(xₙ; μ_k, Σ_k)], `[n, K]`.
  func expectedLogJoint(_ x: Tensor) -> Tensor {
    let densities = components.map { $0.expectedLogDensity(at: x) }
    return .stacked(densities, along: 1) + expectedLogWeights
  }

  /// KL(q(V) ‖ p(V)) + Σ_k KL(q(μ_k, Σ_k) ‖ base), in nats.
  var divergence: Double {
    let (a, b) = sticks
    let total = digamma(a + b)
    // Beta(1, α) has B(1, α) = 1 / α.
    let logPrior = -log(Tensor(concentration, dtype: .float64))
    let sticksDivergence =
      logPrior - logBeta(a, b) + (a - 1) * (digamma(a) - total)
      + (b - concentration) * (digamma(b) - total)
    return sticksDivergence.sum().scalar
      + components.map { $0.divergence(from: base) }.reduce(0, +)
  }

  /// The probability of each component for each observation, `[n, K]`.
  public func responsibilities(of x: Tensor) -> Tensor {
    softmax(expectedLogJoint(checked(x)))
  }

  /// The log-density of a new observation at points `[n, d]`, `[n]`, in nats: the mixture of the
  /// components' Student's t densities with the expected weights.
  public func logPredictiveDensity(at x: Tensor) -> Tensor {
    let x = checked(x)
    let densities = components.map { $0.logPredictiveDensity(at: x) }
    return (.stacked(densities, along: 1) + log(expectedWeights)).logSumExp(along: 1)
  }

  private func checked(_ x: Tensor) -> Tensor {
    precondition(
      x.rank == 2 && x.shape[1] == base.dimensions,
      "VariationalDirichletMixture: expected points [n, \(base.dimensions)], found \(x.shape)")
    return x.converted(to: .float64)
  }
}
