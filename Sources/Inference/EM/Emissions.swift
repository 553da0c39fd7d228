import Tensor

/// Emissions of the categories 0 ..< m, each with a probability.
public struct CategoricalEmissions: Emissions {
  /// Each state's probabilities, float64 `[k, m]`.
  public let probabilities: Tensor

  /// Creates emissions with probabilities `[k, m]`, 0 or more; rows are divided by their sums.
  public init(probabilities: Tensor) {
    let table = probabilities.converted(to: .float64)
    precondition(
      table.rank == 2 && (table .>= 0).all() && (table.sum(along: 1) .> 0).all(),
      "CategoricalEmissions: expected probabilities [k, m], found \(probabilities.shape)")
    self.probabilities = table / table.sum(along: 1, keepingDimensions: true)
  }

  /// log p(xₜ | state) of categories `[steps]`, `[steps, k]`.
  public func logDensities(of sequence: Tensor) -> Tensor {
    log(probabilities).transposed().gatheredRows(at: categories(sequence))
  }

  /// The expected frequencies; a state without observations keeps its probabilities.
  public func fitted(
    to sequence: Tensor, weights: Tensor, iteration: Int
  ) -> CategoricalEmissions {
    let ones = Tensor.oneHot(
      categories(sequence), count: probabilities.shape[1], dtype: .float64)
    let counts = weights.matmul(ones, transposeLeft: true)
    let isSeen = counts.sum(along: 1, keepingDimensions: true) .> 0
    return CategoricalEmissions(
      probabilities: select(isSeen.broadcast(to: counts.shape), counts, probabilities))
  }

  private func categories(_ sequence: Tensor) -> [Int] {
    let count = probabilities.shape[1]
    return sequence.doubles.map { value in
      precondition(
        value >= 0 && value < Double(count) && value == value.rounded(),
        "CategoricalEmissions: expected categories 0 ..< \(count), found \(value)")
      return Int(value)
    }
  }
}

/// Emissions of points, with a Gaussian for each state.
public struct GaussianEmissions: Emissions {
  /// A Gaussian for each state; its weights are not used.
  public let components: GaussianMixture
  /// The lower bound of the variance in every direction during a fit, or nil.
  public let floor: Double?

  /// Creates emissions with means `[k, d]` and covariances `[k, d, d]`.
  ///
  /// - Throws: ``/Tensor/LinearAlgebraError/notPositiveDefinite(operation:minor:index:)``.
  public init(
    means: Tensor, covariances: Tensor, kind: CovarianceKind = .full, floor: Double? = nil
  ) throws {
    components = try GaussianMixture(
      weights: Tensor.ones([means.shape[0]], dtype: .float64), means: means,
      covariances: covariances, kind: kind)
    self.floor = floor
  }

  /// log p(xₜ | state) of points `[steps, d]`, `[steps, k]`.
  public func logDensities(of sequence: Tensor) -> Tensor {
    components.logJoint(of: sequence) - log(components.weights)
  }

  /// The weighted means and covariances of each state.
  ///
  /// - Throws: ``MixtureError/collapsed(component:iteration:weight:)`` or
  ///   ``MixtureError/vanished(component:iteration:)``, in which the component is the state.
  public func fitted(
    to sequence: Tensor, weights: Tensor, iteration: Int
  ) throws -> GaussianEmissions {
    let rows = try WeightedRows(sequence, weights: nil, components: 1, "GaussianEmissions.fitted")
    let estimate = CovarianceEstimate(
      kind: components.kind, prior: nil, floor: floor, variances: rows.moments().variance)
    let mixture = try GaussianMixtureSteps(rows, estimate: estimate, family: .soft).mixture(
      responsibilities: weights, iteration: iteration, emptyMeans: components.means)
    return try GaussianEmissions(
      means: mixture.means, covariances: mixture.covariances, kind: mixture.kind, floor: floor)
  }
}
