import Tensor

extension GaussianProcess {
  /// The log marginal likelihood of all observations together, log N(y; m, K + σ² I), in nats.
  ///
  /// It is composed of tensor operations and has gradients of any order with respect to the
  /// targets, the inputs and the parameters, for instance for a kernel on a network's features. It
  /// stores several matrices of n² numbers; for values and first derivatives alone, use
  /// ``logMarginalLikelihoodWithGradient(of:at:)``.
  ///
  /// - Parameters:
  ///   - y: Targets, float64 `[n]`.
  ///   - x: Inputs, float64 `[n, d]`.
  ///   - point: Parameters that replace those of the process, in the form of ``trainingPoint``.
  /// - Throws: ``GaussianProcessError/notPositiveDefinite(minor:jitter:equalInput:)``, and errors
  ///   for other faults of the data.
  public func logMarginalLikelihood(
    of y: Tensor, at x: Tensor, trainingPoint point: Tensor? = nil
  ) throws -> Tensor {
    let data = try Observations(y, at: x)
    let parts = parts(of: point ?? trainingPoint)
    let kernelMatrix = kernel.matrix(
      data.inputs, data.inputs, sameObservations: true, logarithms: parts.kernel)
    let noise = parts.logNoise.map { exp($0).broadcast(to: [data.count]).diagonalMatrix() }
    let covariance = noise.map { kernelMatrix + $0 } ?? kernelMatrix
    let factor = try explained(data, point ?? trainingPoint) { try CholeskyFactor(of: covariance) }
    let whitened = factor.whitened(data.targets - mean(data.inputs, parameters: parts.mean))
    return -0.5 * (square(whitened).sum() + factor.logDeterminant + Double(data.count) * logTwoPi)
  }

  /// The log marginal likelihood of observations, in nats, and its derivatives with respect to the
  /// elements of ``trainingPoint``.
  ///
  /// It computes a Cholesky factor and its inverse tile by tile, so it only needs memory for two
  /// matrices of n² numbers.
  ///
  /// - Parameters:
  ///   - y: Targets, `[n]`.
  ///   - x: Inputs, `[n, d]`.
  /// - Throws: The errors of ``logMarginalLikelihood(of:at:trainingPoint:)``.
  public func logMarginalLikelihoodWithGradient(
    of y: Tensor, at x: Tensor
  ) throws -> (value: Double, gradient: [Double]) {
    let data = try Observations(y, at: x)
    let evidence = try explained(data, trainingPoint) {
      try Evidence(self, data, at: trainingPoint)
    }
    return (evidence.value, evidence.gradient())
  }

  /// Runs a factorisation of a covariance matrix and translates its errors into terms of the data.
  func explained<Result>(
    _ data: Observations, _ point: Tensor, _ factor: () throws -> Result
  ) throws -> Result {
    do {
      return try factor()
    } catch LinearAlgebraError.notPositiveDefinite(_, let minor, _) {
      let point = stopGradient(point)
      let scale = largestVariance(at: data.inputs, point)
      let cure = try? LeastJitter(upTo: scale, scale: scale) {
        Evidence.covariance(self, data, point, jitter: $0)
      }
      throw GaussianProcessError.notPositiveDefinite(
        minor: minor, jitter: cure?.jitter, equalInput: data.row(equalTo: minor - 1))
    } catch LinearAlgebraError.notFinite {
      throw GaussianProcessError.notFinite(what: "covariances", row: 0)
    }
  }

  /// The largest variance of an observation; NaN if any is NaN.
  func largestVariance(at x: Tensor, _ point: Tensor) -> Double {
    let parts = parts(of: point)
    let noise = parts.logNoise.map { exp($0).scalar } ?? 0
    return kernel.diagonal(x, sameObservations: true, logarithms: parts.kernel).max().scalar + noise
  }
}

/// The log marginal likelihood of some data at a training point, with the quantities that its
/// gradient needs.
struct Evidence {
  private let process: GaussianProcess
  private let data: Observations
  private let point: Tensor
  /// The factor of the observations' covariance matrix.
  let factor: CholeskyFactor
  /// (K + σ² I)⁻¹ (y − m), `[n]`.
  let weights: Tensor
  /// The jitter added to the diagonal.
  let jitter: Double
  /// The log marginal likelihood.
  let value: Double

  /// - Parameter jitterLimit: The largest jitter that may be added if the matrix is not positive
  ///   definite.
  /// - Throws: ``/Tensor/LinearAlgebraError``.
  init(
    _ process: GaussianProcess, _ data: Observations, at point: Tensor, jitterLimit: Double = 0
  ) throws {
    (self.process, self.data, self.point) = (process, data, stopGradient(point))
    let (fixed, parts) = (stopGradient(point), process.parts(of: stopGradient(point)))
    let scale = process.largestVariance(at: data.inputs, fixed)
    let found = try LeastJitter(upTo: jitterLimit, scale: scale) {
      Self.covariance(process, data, fixed, jitter: $0)
    }
    (factor, jitter) = (found.factor, found.jitter)
    let residual = data.targets - process.mean(data.inputs, parameters: parts.mean)
    weights = factor.solve(residual)
    let square = (residual * weights).sum().scalar
    value = -0.5 * (square + factor.logDeterminant.scalar + Double(data.count) * logTwoPi)
  }

  /// The covariance matrix of the observations, with zeros above its diagonal tiles.
  static func covariance(
    _ process: GaussianProcess, _ data: Observations, _ point: Tensor, jitter: Double
  ) -> Tensor {
    let parts = process.parts(of: point)
    let noise = parts.logNoise.map { exp($0).scalar } ?? 0
    return CovarianceTiles(process.kernel, data.inputs).matrix(
      logarithms: parts.kernel, addingToDiagonal: noise + jitter)
  }

  /// The derivatives with respect to the elements of the training point.
  func gradient() -> [Double] {
    let parts = process.parts(of: point)
    let (logarithms, trace) = CovarianceTiles(process.kernel, data.inputs).gradient(
      logarithms: parts.kernel, factor: factor, weights: weights)
    let noise = parts.logNoise.map { [trace * exp($0).scalar] } ?? []
    if parts.mean.count == 0 { return logarithms + noise }
    let (_, pullback) = valueWithPullback(at: [parts.mean]) {
      process.mean(data.inputs, parameters: $0[0])
    }
    return logarithms + noise + pullback(weights)[0].doubles
  }
}
