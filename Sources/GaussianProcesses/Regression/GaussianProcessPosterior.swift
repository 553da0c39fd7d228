import Tensor

/// The predicted quantity.
public enum Quantity: String, Sendable {
  /// The function f, without noise.
  case function
  /// New observations y of the function, with the noise of the process and of white terms.
  case observations
}

/// A Gaussian process given observations, which is again a Gaussian process (Rasmussen and Williams
/// 2006, algorithm 2.1).
public struct GaussianProcessPosterior: Sendable {
  /// The prior.
  public let prior: GaussianProcess
  /// The inputs of the observations, float64 `[n, d]`.
  public let inputs: Tensor
  /// The observations, float64 `[n]`.
  public let targets: Tensor
  /// The log marginal likelihood of all observations together, in nats.
  public let logMarginalLikelihood: Double
  /// The jitter added to the diagonal of the covariance matrix, in squared units of y; 0 unless it
  /// was allowed and needed.
  public let jitter: Double

  /// The factor of the observations' covariance matrix.
  let factor: CholeskyFactor
  /// (K + σ² I)⁻¹ (y − m), `[n]`.
  let weights: Tensor

  fileprivate init(_ prior: GaussianProcess, _ data: Observations, jitterLimit: Double) throws {
    let point = prior.trainingPoint
    let evidence = try prior.explained(data, point) {
      try Evidence(prior, data, at: point, jitterLimit: jitterLimit)
    }
    (self.prior, inputs, targets) = (prior, data.inputs, data.targets)
    (logMarginalLikelihood, jitter) = (evidence.value, evidence.jitter)
    (factor, weights) = (evidence.factor, evidence.weights)
  }
}

extension GaussianProcess {
  /// Conditions the process on observations.
  ///
  /// It takes n³ / 3 operations and memory for n² numbers.
  ///
  /// - Parameters:
  ///   - y: Targets, `[n]`.
  ///   - x: Inputs, `[n, d]`.
  ///   - jitterLimit: The largest jitter that may be added to the diagonal of the covariance
  ///     matrix, in squared units of y, if the matrix is not positive definite. The smallest power
  ///     of ten that works is used and reported in the result. By default nothing is added.
  /// - Throws: ``GaussianProcessError/notPositiveDefinite(minor:jitter:equalInput:)`` with the
  ///   jitter that is needed, and errors for other faults of the data.
  public func conditioned(
    on y: Tensor, at x: Tensor, jitterLimit: Double = 0
  ) throws -> GaussianProcessPosterior {
    try GaussianProcessPosterior(self, try Observations(y, at: x), jitterLimit: jitterLimit)
  }
}

// MARK: - Prediction

extension GaussianProcessPosterior {
  /// The mean and the variance of the function, or of new observations, at some points.
  ///
  /// Gradients flow to the points. It takes n² m operations.
  ///
  /// - Parameters:
  ///   - quantity: The quantity to predict.
  ///   - x: Points, `[m, d]`.
  public func prediction(of quantity: Quantity, at x: Tensor) -> GaussianProcessPrediction {
    let x = points(x)
    let blocks = stride(from: 0, to: x.shape[0], by: Self.block).map {
      marginals(quantity, x.sliced($0..<min(x.shape[0], $0 + Self.block)))
    }
    if blocks.isEmpty {
      let none = Tensor.zeros([0], dtype: .float64)
      return GaussianProcessPrediction(quantity, mean: none, rawVariance: none)
    }
    return GaussianProcessPrediction(
      quantity, mean: .concatenated(blocks.map(\.mean)),
      rawVariance: .concatenated(blocks.map(\.variance)))
  }

  /// The number of points predicted at once, whose covariances with the observations are in memory.
  private static let block = 256

  private func marginals(_ quantity: Quantity, _ x: Tensor) -> (mean: Tensor, variance: Tensor) {
    let cross = prior.kernel(inputs, x)
    let mean = weights.expanded(at: 0).matmul(cross).reshaped(to: [-1]) + prior.mean(x)
    let reduction = square(factor.whitened(cross)).sum(along: 0)
    let noise = quantity == .observations ? prior.noiseVariance : 0
    let own = prior.kernel.diagonal(
      x, sameObservations: quantity == .observations, logarithms: prior.kernel.logarithms)
    return (mean, own + noise - reduction)
  }

  /// The covariance matrix of the function, or of new observations, at points `[m, d]`, float64 `[m, m]`.
  public func covariance(of quantity: Quantity, at x: Tensor) -> Tensor {
    let x = points(x)
    let whitened = factor.whitened(prior.kernel(inputs, x))
    return prior.covariance(of: quantity, at: x)
      - whitened.matmul(whitened, transposeLeft: true)
  }

  private func points(_ x: Tensor) -> Tensor {
    precondition(
      x.rank == 2 && x.shape[1] == inputs.shape[1],
      "GaussianProcessPosterior: expected points [m, \(inputs.shape[1])], found \(x.shape)")
    return x.converted(to: .float64)
  }
}

extension GaussianProcess {
  /// The prior covariance matrix of the function, or of observations, at points `[m, d]`, `[m, m]`.
  public func covariance(of quantity: Quantity, at x: Tensor) -> Tensor {
    let x = x.converted(to: .float64)
    let isObserved = quantity == .observations
    let matrix = kernel.matrix(
      x, x, sameObservations: isObserved, logarithms: kernel.logarithms)
    guard isObserved, hasNoise else { return matrix }
    return matrix
      + Tensor(filledWith: noiseVariance, [x.shape[0]], dtype: .float64).diagonalMatrix()
  }
}
