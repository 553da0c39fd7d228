import Tensor

/// A mixture of Bernoulli distributions over zeros and ones, p(x) = Σₖ πₖ Πⱼ θₖⱼ^xⱼ (1 − θₖⱼ)^(1 −
/// xⱼ) (Bishop 2006, section 9.3.3).
public struct BernoulliMixture: MixtureModel {
  /// The components' probabilities, float64 `[k]`.
  public let weights: Tensor
  /// θ, the probability that a coordinate is one, float64 `[k, d]`.
  public let probabilities: Tensor

  /// Creates a mixture.
  ///
  /// - Parameters:
  ///   - weights: `[k]`, above 0; they are divided by their sum.
  ///   - probabilities: θ, `[k, d]`, in [0, 1].
  public init(weights: Tensor, probabilities: Tensor) {
    precondition(
      probabilities.rank == 2 && weights.shape == [probabilities.shape[0]],
      "BernoulliMixture: expected weights [k] and probabilities [k, d], found \(weights.shape) and"
        + " \(probabilities.shape)")
    let weights = weights.converted(to: .float64)
    precondition(
      (weights .> 0).all() && weights.isFinite,
      "BernoulliMixture: expected weights above 0, found \(weights.doubles)")
    precondition(
      (probabilities .>= 0).all() && (probabilities .<= 1).all(),
      "BernoulliMixture: expected probabilities in [0, 1]")
    self.weights = weights / weights.sum()
    self.probabilities = probabilities.converted(to: .float64)
  }

  /// The number of free parameters.
  public var parameterCount: Int { probabilities.count + componentCount - 1 }

  /// log πₖ p(x | z = k) for rows `[n, d]` of numbers in [0, 1], `[n, k]`, in nats.
  ///
  /// Where θ is 0 or 1, the logarithm is that of the least positive normal number: such a component
  /// is practically impossible for a row that contradicts it, and no result is NaN.
  public func logJoint(of x: Tensor) -> Tensor {
    precondition(
      x.rank == 2 && x.shape[1] == probabilities.shape[1],
      "BernoulliMixture: expected rows [n, \(probabilities.shape[1])], found \(x.shape)")
    let ones = log(maximum(probabilities, leastNumber))
    let zeros = log(maximum(1 - probabilities, leastNumber))
    let x = x.converted(to: .float64)
    return log(weights) + x.matmul(ones, transposeRight: true)
      + (1 - x).matmul(zeros, transposeRight: true)
  }

  /// Draws rows `[count, d]`, together with the component of each.
  public func sample(
    _ count: Int, using random: Random
  ) -> (points: Tensor, components: [Int]) {
    let components = sampleComponents(count, using: random)
    let points = random.bernoulli(probability: probabilities.gatheredRows(at: components))
    return (points, components)
  }
}

extension BernoulliMixture {
  /// The starting point of a fit.
  public enum Start: Sendable {
    /// θ = ¼ + ½ x for rows x drawn at random, and equal weights.
    case random
    /// A given mixture with the same number of components.
    case mixture(BernoulliMixture)
  }

  /// Finds the mixture with the largest posterior density over several starts, by
  /// expectation–maximisation.
  ///
  /// - Parameters:
  ///   - x: Rows `[n, d]` of zeros and ones, or of numbers in between.
  ///   - components: The number of components.
  ///   - start: The starting point of the fits.
  ///   - starts: The number of starts; the best fit is returned (the first of equals).
  ///   - weights: The weight of each row, `[n]`, 0 or more.
  ///   - pseudocount: The a of the prior Beta(1 + a, 1 + a) of each θ, which gives θ = (Σ r x + a)
  ///     / (Σ r + 2 a). With 0, the likelihood is maximised.
  ///   - driver: The tolerance and the limit of sweeps.
  ///   - random: The source of random numbers for the starts.
  /// - Throws: ``MixtureError``.
  public static func fit(
    _ x: Tensor, components: Int, start: Start = .random, starts: Int = 1,
    weights: Tensor? = nil, pseudocount: Double = 0.1,
    driver: ExpectationMaximization = .init(), using random: Random
  ) throws -> MixtureFit<BernoulliMixture> {
    let name = "BernoulliMixture.fit"
    precondition(
      starts > 0 && pseudocount >= 0,
      "\(name): expected at least 1 start and a pseudocount of 0 or more, found \(starts) and"
        + " \(pseudocount)")
    let rows = try WeightedRows(x, weights: weights, components: components, name)
    if let place = rows.x.doubles.firstIndex(where: { !(0...1).contains($0) }) {
      throw MixtureError.outOfRange(
        row: place / rows.dimension, column: place % rows.dimension,
        value: "\(rows.x.doubles[place])", expected: "values in [0, 1]")
    }
    let mixtures: [() throws -> BernoulliMixture]
    if case .mixture(let mixture) = start {
      precondition(
        mixture.probabilities.shape == [components, rows.dimension],
        "\(name): expected a start [\(components), \(rows.dimension)], found"
          + " \(mixture.probabilities.shape)")
      mixtures = [{ mixture }]
    } else {
      mixtures = (0..<starts).map { _ in
        let chosen = random.split().choice(components, of: rows.count, weights: rows.weights)
        return {
          BernoulliMixture(
            weights: Tensor.ones([components], dtype: .float64),
            probabilities: 0.25 + 0.5 * rows.x.gatheredRows(at: chosen))
        }
      }
    }
    let steps = BernoulliMixtureSteps(rows: rows, pseudocount: pseudocount)
    return try .best(of: steps, by: driver, rows: rows, starts: mixtures)
  }
}

/// The steps of expectation–maximisation for a mixture of Bernoulli distributions.
private struct BernoulliMixtureSteps: LatentVariableModel {
  let rows: WeightedRows
  let pseudocount: Double

  func posterior(
    at mixture: BernoulliMixture, from previous: MixturePosterior?
  ) -> MixturePosterior {
    MixturePosterior(
      logJoint: mixture.logJoint(of: rows.x), weights: rows.weights, after: previous)
  }

  func bound(of posterior: MixturePosterior, at mixture: BernoulliMixture) -> EvidenceBound {
    // The Beta densities without their constants.
    let theta = mixture.probabilities
    let logs =
      log(maximum(theta, leastNumber)).sum().scalar
      + log(maximum(1 - theta, leastNumber)).sum().scalar
    return posterior.bound(logPrior: pseudocount == 0 ? 0 : pseudocount * logs)
  }

  func parameters(
    maximizing posterior: MixturePosterior, from previous: BernoulliMixture
  ) throws -> BernoulliMixture {
    let q = posterior.responsibilities
    let weights = rows.weights.map { q * $0.expanded(at: 1) } ?? q
    let counts = weights.sum(along: 0)
    let shares = (counts / rows.total).doubles
    if let component = shares.firstIndex(where: { !($0 > 1e-12) }) {
      throw MixtureError.vanished(component: component, iteration: posterior.iteration + 1)
    }
    let ones = weights.matmul(rows.x, transposeLeft: true) + pseudocount
    let theta = ones / (counts + 2 * pseudocount).expanded(at: 1)
    return BernoulliMixture(weights: counts, probabilities: minimum(theta, one))
  }

  private var one: Tensor { Tensor(1, dtype: .float64) }
}
