import Tensor

/// Estimates of the states of a state space model, given observations.
public struct StateEstimates: Sendable {
  /// The expected states, float64 `[steps, d]`.
  public let means: Tensor
  /// The covariances of the states, float64 `[steps, d, d]`.
  public let covariances: Tensor
  /// log p(y), in nats.
  ///
  /// With diffuse coordinates, it is the density of the observed numbers except for those needed to
  /// determine these coordinates, with −½ log 2π for each of the others (Durbin and Koopman 2012,
  /// section 7.2.2). For the flow of the Nile it is −632.5456.
  public let logLikelihood: Double
  /// log p(y) with −½ log 2π for every observed number, including those that determine diffuse
  /// coordinates, as some programs count: −633.4646 for the flow of the Nile.
  public let logLikelihoodCountingAll: Double
  /// The number of initial steps that do not determine the diffuse coordinates.
  ///
  /// In these steps, filtered means are those of a diffuse part of 0, and variances are infinite.
  /// Smoothed estimates have no such steps.
  public let undeterminedSteps: Int
}

extension LinearGaussianStateSpace {
  /// Estimates the state of each step from the observations up to that step (Kalman 1960).
  ///
  /// - Parameters:
  ///   - y: Observations `[steps, m]`; NaN stands for a missing one.
  ///   - form: The form of the covariances: `covariance` is faster, but loses digits if variances
  ///     fall by many orders of magnitude at once.
  /// - Throws: ``StateSpaceError``.
  public func filtered(_ y: Tensor, form: CovarianceForm = .squareRoot) throws -> StateEstimates {
    var filter = try KalmanFilter(self, checked(y), form: form)
    let undetermined = filter.diffuse.prefix { $0 == nil }.count
    let (steps, d) = (y.shape[0], stateSize)
    var (means, covariances) = (MatrixSeries(steps, d, 1), MatrixSeries(steps, d, d))
    for step in 0..<steps {
      let state = filter.filtered[step]
      var covariance = SmallMatrix(d, d)
      if let diffuse = filter.diffuse[step] {
        filter.writeFilteredCovariance(of: step, to: &covariance)
        let resolved = state.resolved(covariance: covariance, diffuse)
        means.store(resolved.mean, at: step)
        covariances.store(resolved.covariance, at: step)
      } else {
        for i in 0..<d { covariance[i, i] = .infinity }
        means.store(state.block(0..<d, 0..<1), at: step)
        covariances.store(covariance, at: step)
      }
    }
    return try estimates(means, covariances, filter, undetermined)
  }

  /// Estimates each state from all observations (Rauch, Tung and Striebel 1965).
  ///
  /// - Parameters:
  ///   - y: Observations `[steps, m]`; NaN stands for a missing one.
  ///   - form: The form of the covariances: `covariance` is faster, but loses digits if variances
  ///     fall by many orders of magnitude at once.
  /// - Throws: ``StateSpaceError``.
  public func smoothed(_ y: Tensor, form: CovarianceForm = .squareRoot) throws -> StateEstimates {
    let filter = try KalmanFilter(self, checked(y), form: form)
    let smoother = try KalmanSmoother(self, filter)
    return try estimates(smoother.means, smoother.covariances, filter, 0)
  }

  /// log p(y), in nats, counted as in ``StateEstimates/logLikelihood``.
  ///
  /// - Parameters:
  ///   - y: Observations `[steps, m]`; NaN stands for a missing one.
  ///   - form: The form of the covariances: `covariance` is faster, but loses digits if variances
  ///     fall by many orders of magnitude at once.
  /// - Throws: ``StateSpaceError``.
  public func logLikelihood(
    of y: Tensor, form: CovarianceForm = .squareRoot
  ) throws -> Double {
    let filter = try KalmanFilter(self, checked(y), form: form)
    return try filter.logLikelihood()
      - 0.5 * Double(filter.count - diffuse.count) * logTwoPi
  }

  /// Forecasts the observations of the following steps: their means, `[steps, m]`, and their
  /// covariances, `[steps, m, m]`, which include the noise of an observation.
  ///
  /// - Parameters:
  ///   - steps: The number of steps to forecast.
  ///   - y: The past observations, `[…, m]`; NaN stands for a missing one.
  /// - Throws: ``StateSpaceError``.
  public func forecast(
    _ steps: Int, after y: Tensor
  ) throws -> (means: Tensor, covariances: Tensor) {
    let y = try checked(y)
    let future = Tensor(filledWith: .nan, [steps, observationSize], dtype: .float64)
    let states = try filtered(Tensor.concatenated([y, future]))
    let last = y.shape[0]..<y.shape[0] + steps
    guard states.undeterminedSteps <= y.shape[0] else { throw StateSpaceError.undetermined }
    let covariances = states.covariances.sliced(last)
    return (
      states.means.sliced(last).matmul(observation, transposeRight: true),
      observation.matmul(covariances).matmul(observation, transposeRight: true)
        + observationCovariance
    )
  }

  private func estimates(
    _ means: MatrixSeries, _ covariances: MatrixSeries, _ filter: KalmanFilter,
    _ undetermined: Int
  ) throws -> StateEstimates {
    let density = try filter.logLikelihood()
    let (n, d) = (means.count, stateSize)
    return StateEstimates(
      means: means.tensor([n, d]), covariances: covariances.tensor([n, d, d]),
      logLikelihood: density - 0.5 * Double(filter.count - diffuse.count) * logTwoPi,
      logLikelihoodCountingAll: density - 0.5 * Double(filter.count) * logTwoPi,
      undeterminedSteps: undetermined)
  }

  /// Observations in float64, each finite or NaN.
  func checked(_ y: Tensor) throws -> Tensor {
    precondition(
      y.rank == 2 && y.shape[1] == observationSize,
      "LinearGaussianStateSpace: expected observations [steps, \(observationSize)], found \(y.shape)"
    )
    if y.shape[0] == 0 { throw StateSpaceError.empty }
    if let place = isInfinite(y).doubles.firstIndex(of: 1) {
      throw StateSpaceError.infinite(
        step: place / observationSize, column: place % observationSize)
    }
    return stopGradient(y).converted(to: .float64)
  }
}
