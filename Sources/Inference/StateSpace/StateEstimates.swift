import Tensor

/// What observations say of the states of a state space model.
public struct StateEstimates: Sendable {
  /// The expected states, float64 `[steps, d]`.
  public let means: Tensor
  /// Their covariances, float64 `[steps, d, d]`.
  public let covariances: Tensor
  /// log p(y), in nats.
  ///
  /// With diffuse coordinates it is the density of the observed numbers but for those that it takes to
  /// determine them, with −½ log 2π for each of the others (Durbin and Koopman 2012, section 7.2.2): of
  /// the flow of the Nile −632.5456.
  public let logLikelihood: Double
  /// The same with −½ log 2π for every observed number, also those that determine diffuse coordinates, as
  /// some programs count: of the flow of the Nile −633.4646.
  public let logLikelihoodCountingAll: Double
  /// How many steps at the beginning do not determine the diffuse coordinates.
  ///
  /// There, filtered means are those of a diffuse part of 0, and variances are infinite; smoothed
  /// estimates have no such steps.
  public let undeterminedSteps: Int
}

extension LinearGaussianStateSpace {
  /// What the observations up to each step say of its state (Kalman 1960).
  ///
  /// - Parameters:
  ///   - y: Observations `[steps, m]`; NaN where there is none.
  ///   - form: How covariances are carried: `covariance` is faster, and loses digits where variances fall by
  ///     many orders of magnitude at once.
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

  /// What all observations say of each state (Rauch, Tung and Striebel 1965).
  ///
  /// - Parameters:
  ///   - y: Observations `[steps, m]`; NaN where there is none.
  ///   - form: How covariances are carried: `covariance` is faster, and loses digits where variances fall by
  ///     many orders of magnitude at once.
  /// - Throws: ``StateSpaceError``.
  public func smoothed(_ y: Tensor, form: CovarianceForm = .squareRoot) throws -> StateEstimates {
    let filter = try KalmanFilter(self, checked(y), form: form)
    let smoother = try KalmanSmoother(self, filter)
    return try estimates(smoother.means, smoother.covariances, filter, 0)
  }

  /// log p(y), in nats, as ``StateEstimates/logLikelihood`` counts.
  ///
  /// - Parameters:
  ///   - y: Observations `[steps, m]`; NaN where there is none.
  ///   - form: How covariances are carried: `covariance` is faster, and loses digits where variances fall by
  ///     many orders of magnitude at once.
  /// - Throws: ``StateSpaceError``.
  public func logLikelihood(
    of y: Tensor, form: CovarianceForm = .squareRoot
  ) throws -> Double {
    let filter = try KalmanFilter(self, checked(y), form: form)
    return try filter.logLikelihood()
      - 0.5 * Double(filter.count - diffuse.count) * logTwoPi
  }

  /// The expected observations of the steps that follow, `[steps, m]`, and their covariances,
  /// `[steps, m, m]`, which count the noise of an observation.
  ///
  /// - Parameters:
  ///   - steps: How many steps ahead.
  ///   - y: The observations before, `[…, m]`; NaN where there is none.
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

  /// Observations in float64: finite or NaN.
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
