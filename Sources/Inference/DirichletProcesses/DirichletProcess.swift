import Tensor

/// A Dirichlet process DP(α, G₀): a distribution over discrete distributions around a base (Ferguson 1973).
///
/// ```swift
/// let process = DirichletProcess(concentration: 2) { count, random in
///   random.normal([count, 1], dtype: .float64)
/// }
/// let draw = process.sample(truncation: 50, using: random)   // atoms and weights
/// ```
public struct DirichletProcess: Sendable {
  /// The concentration α, above 0: the number of observations that the base counts as.
  public let concentration: Double
  /// Draws points of the base G₀, `[count, d]`.
  public let base: @Sendable (_ count: Int, _ random: Random) -> Tensor

  /// Creates a process from its concentration and a sampler of its base.
  public init(
    concentration: Double, base: @escaping @Sendable (_ count: Int, _ random: Random) -> Tensor
  ) {
    precondition(
      concentration > 0 && concentration < .infinity,
      "DirichletProcess: expected a concentration above 0, found \(concentration)")
    (self.concentration, self.base) = (concentration, base)
  }

  /// Draws the first sticks of a distribution; the result contains the remainder.
  public func sample(sticks count: Int, using random: Random) -> DirichletProcessDraw {
    let sticks = StickBreaking(concentration: concentration).sample(count: count, using: random)
    return DirichletProcessDraw(
      atoms: base(count, random), weights: sticks.weights, remainder: sticks.remainder.scalar)
  }

  /// Draws a truncated process: the last of `count` sticks takes the whole remainder, V_K = 1
  /// (Ishwaran and James 2001).
  ///
  /// The marginal of N observations differs from that of the process by roughly 4 N e^(−(K − 1) /
  /// α) at most.
  public func sample(truncation count: Int, using random: Random) -> DirichletProcessDraw {
    precondition(count >= 1, "DirichletProcess: expected at least one stick, found \(count)")
    let sticks = StickBreaking(concentration: concentration)
      .sample(count: count - 1, using: random)
    let last = sticks.remainder.reshaped(to: [1])
    return DirichletProcessDraw(
      atoms: base(count, random), weights: .concatenated([sticks.weights, last]))
  }

  /// Draws the finite approximation with `count` components, whose weights are independent Gamma(α
  /// / K, 1) variables divided by their sum: a Dirichlet distribution (Ishwaran and Zarepour 2002).
  public func sample(finite count: Int, using random: Random) -> DirichletProcessDraw {
    precondition(count >= 1, "DirichletProcess: expected at least one component, found \(count)")
    let weights = Self.weights(
      concentrations: [Double](repeating: concentration / Double(count), count: count),
      using: random)
    return DirichletProcessDraw(atoms: base(count, random), weights: weights)
  }

  /// Draws Dirichlet weights as independent Gamma(aₖ, 1) variables divided by their sum, float64.
  ///
  /// It works with logarithms, so that concentrations far below 1 do not produce 0 / 0.
  public static func weights(concentrations: [Double], using random: Random) -> Tensor {
    let a = Tensor(concentrations, shape: [concentrations.count], dtype: .float64)
    return softmax(random.logGamma(concentration: a))
  }

  /// The posterior process given observations: DP(α + N, (α G₀ + Σ δ(xₙ)) / (α + N)).
  ///
  /// - Parameter observations: Draws from a distribution of the process, `[n, d]`.
  public func posterior(given observations: Tensor) -> DirichletProcess {
    precondition(
      observations.rank == 2,
      "DirichletProcess: expected observations [n, d], found \(observations.shape)")
    let (count, observed) = (observations.shape[0], stopGradient(observations))
    if count == 0 { return self }
    let (base, share) = (base, concentration / (concentration + Double(count)))
    return DirichletProcess(concentration: concentration + Double(count)) { draws, random in
      let fresh = base(draws, random)
      precondition(
        fresh.shape == [draws, observed.shape[1]],
        "DirichletProcess: expected base draws [\(draws), \(observed.shape[1])], found"
          + " \(fresh.shape)")
      let isFresh = random.bernoulli([draws, 1], probability: share, dtype: fresh.dtype)
      let old = observed.converted(to: fresh.dtype).gatheredRows(
        at: (0..<draws).map { _ in random.integer(below: count) })
      return select(isFresh, fresh, old)
    }
  }

  /// The posterior probability of a set, (α G₀(A) + N_A) / (α + N).
  ///
  /// - Parameters:
  ///   - baseProbability: G₀(A).
  ///   - inside: The number of observations in the set.
  ///   - count: The number of all observations.
  public func posteriorProbability(
    baseProbability: Double, inside: Int, of count: Int
  ) -> Double {
    (concentration * baseProbability + Double(inside)) / (concentration + Double(count))
  }
}
