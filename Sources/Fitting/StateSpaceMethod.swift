import Inference
import Plots
import Results
import Settings
import Tensor

/// `pushforward fit state-space`: the level behind a series, and its forecast.
struct StateSpaceMethod: FitMethod {
  /// The form of the state.
  enum Model: String, Choice {
    case localLevel = "local-level"
    case localLinearTrend = "local-linear-trend"
  }

  static let name = "state-space"
  static let summary =
    "a level or a trend over time by the Kalman filter (1960)"
  static let notes = """
    The data are one column, whose rows are the steps, in order; missing numbers are
    allowed. The variances maximise the likelihood: expectation–maximisation comes
    near the maximum, and L-BFGS finds it. The initial state is diffuse, and the
    numbers that determine it do not count in the likelihood (Durbin and Koopman
    2012, section 7.2.2). Bands are two standard deviations.
    """
  static let allowsMissing = true
  static let noWeights: String? = "the rows are one series, in order"

  @Setting("form of the state") var model = Model.localLevel
  @Setting("steps to forecast", in: 0...100_000) var forecast = 10
  @Setting("relative gain of the objective in a sweep at which a fit ends", in: .atLeast(0))
  var tolerance = 1e-6
  @Setting("most sweeps", in: 0...1_000_000) var iterations = 1_000

  init() {}

  func fit(_ data: FitData, using random: Random) throws -> Results {
    guard data.names.count == 1 else {
      throw FitError.columnCount(
        path: data.path, expected: "one column, the series", found: data.names.count)
    }
    try data.requireScale()
    let start = try start(data)
    do {
      let method = StateSpaceFit(data.points, isDiagonal: true)
      let fit = try method.fit(
        from: start, driver: .init(tolerance: tolerance, iterationLimit: iterations))
      let (space, search) = try method.maximized(from: fit.parameters)
      try requireNoise(space, start, data)
      return try results(fit, space, search, data)
    } catch let error as StateSpaceError {
      throw FitError.unsuitable(
        path: data.path, expected: "a series that the model can fit", found: "\(error)")
    }
  }

  /// Throws if all variances vanish compared with the initial ones: without noise the likelihood is
  /// unbounded.
  private func requireNoise(
    _ found: LinearGaussianStateSpace, _ start: LinearGaussianStateSpace, _ data: FitData
  ) throws(FitError) {
    let largest = max(
      found.observationCovariance.doubles[0], found.stateCovariance.diagonal().max().scalar)
    guard largest < 1e-12 * start.observationCovariance.doubles[0] else { return }
    throw .unsuitable(
      path: data.path, expected: "a likelihood with a maximum",
      found:
        "column '\(data.names[0])', which the model explains without noise, so it increases without"
        + " bound as the variances shrink")
  }

  /// The initial model: half of the numbers' variance as noise, the rest as steps.
  private func start(_ data: FitData) throws -> LinearGaussianStateSpace {
    let there = data.column(0).filter(\.isFinite)
    let least = model == .localLevel ? 3 : 4
    guard there.count >= least else {
      throw FitError.unsuitable(
        path: data.path, expected: "at least \(least) numbers in column '\(data.names[0])'",
        found: "\(there.count)")
    }
    let variance = Tensor(there, dtype: .float64).variance().scalar
    guard variance > 0 else {
      throw FitError.unsuitable(
        path: data.path, expected: "varying numbers in column '\(data.names[0])'",
        found: "one value in all rows")
    }
    return model == .localLevel
      ? .localLevel(observationVariance: 0.5 * variance, levelVariance: 0.1 * variance)
      : .localLinearTrend(
        observationVariance: 0.5 * variance, levelVariance: 0.1 * variance,
        slopeVariance: 0.01 * variance)
  }

  private func results(
    _ fit: ExpectationMaximization.Fit<StateSpaceFit>, _ space: LinearGaussianStateSpace,
    _ search: Minimum, _ data: FitData
  ) throws -> Results {
    let smoothed = try space.smoothed(data.points)
    let variances = space.stateCovariance.diagonal().doubles
    var results = Results([
      "log-likelihood": .number(smoothed.logLikelihood),
      "log-likelihood-counting-all": .number(smoothed.logLikelihoodCountingAll),
      "observation-variance": .number(space.observationCovariance.doubles[0]),
      "level-variance": .number(variances[0]),
    ])
    if model == .localLinearTrend { results["slope-variance"] = .number(variances[1]) }
    results["iterations"] = .integer(fit.iterations)
    results["converged"] = .flag(search.hasConverged)
    if !search.hasConverged {
      results.notes.append("the fit has not converged: \(search.reason.rawValue)")
    }
    let level = StateBand(
      means: column(smoothed.means.transposed(), 0),
      variances: column(smoothed.covariances.diagonal().transposed(), 0), first: 1)
    var ahead: StateBand?
    if forecast > 0 {
      let (means, covariances) = try space.forecast(forecast, after: data.points)
      ahead = StateBand(
        means: means.doubles, variances: covariances.doubles, first: data.count + 1)
      results.tables["forecast.csv"] = ahead?.table
    }
    results.tables["smoothed.csv"] = level.table
    let objectives = fit.bounds.map(\.objective) + [-search.value]
    results.tables["trace.csv"] = [
      "sweep": objectives.indices.map(Double.init), "log-likelihood": objectives,
    ]
    results.add(figure(level, ahead, data))
    return results
  }

  private func column(_ transposed: Tensor, _ place: Int) -> [Double] {
    transposed.sliced(place..<place + 1).doubles
  }

  private func figure(_ level: StateBand, _ ahead: StateBand?, _ data: FitData) -> Figure {
    Figure(
      title: "Level and forecast", caption: "Bands: two standard deviations.",
      x: .linear("row", wholeNumbers: true), y: .linear(data.names[0]), width: 640
    ) {
      Scatter(
        level.steps, data.column(0), label: data.names[0], color: .text, size: 3, opacity: 0.6)
      level.marks("level", color: .series(0))
      if let ahead { ahead.marks("forecast", color: .series(1)) }
    }
  }
}

/// The means and variances of consecutive steps.
private struct StateBand {
  let means: [Double]
  let deviations: [Double]
  let steps: [Double]

  init(means: [Double], variances: [Double], first: Int) {
    self.means = means
    deviations = variances.map { max(0, $0).squareRoot() }
    steps = means.indices.map { Double(first + $0) }
  }

  var table: ResultTable { ["row": steps, "mean": means, "deviation": deviations] }

  func marks(_ label: String, color: Color) -> [any Mark] {
    [
      Band(
        steps, lower: zip(means, deviations).map { $0 - 2 * $1 },
        upper: zip(means, deviations).map { $0 + 2 * $1 }, color: color),
      Line(steps, means, label: label, color: color),
    ]
  }
}
