import Inference
import Plots
import Results
import Settings
import Tensor

/// `pushforward fit hidden-markov`: the hidden states behind a sequence.
struct HiddenMarkovMethod: FitMethod {
  /// The distributions that states emit from.
  enum EmissionKind: String, Choice {
    case gaussian, categorical
  }

  static let name = "hidden-markov"
  static let summary = "a hidden Markov model by Baum and Welch's algorithm (1970)"
  static let notes = """
    The rows are one sequence, in order. Gaussian emissions use all columns and
    start from the clusters of k-means; categorical ones use one column of whole
    numbers from 0, each a category, and start at random. The start of largest
    likelihood is kept.
    """
  static let noWeights: String? = "the rows are one sequence, in order"

  @Setting("states", in: 1...1_000) var states = 2
  @Setting("distribution that the states emit") var emissions = EmissionKind.gaussian
  @Setting("form of the covariances") var covariance = MixtureMethod.Kind.full
  @Setting("starts", in: 1...10_000) var starts = 5
  @Setting(
    "smallest variance in any direction, in the units of the data", in: .above(0), absence: "none")
  var floor: Double? = nil
  @Setting("relative gain of the objective in a sweep at which a fit ends", in: .atLeast(0))
  var tolerance = 1e-9
  @Setting("most sweeps of a start", in: 0...1_000_000) var iterations = 500

  init() {}

  func fit(_ data: FitData, using random: Random) throws -> Results {
    guard data.count >= states else {
      throw FitError.unsuitable(
        path: data.path, expected: "at least \(states) rows, one for each state",
        found: "\(data.count)")
    }
    switch emissions {
    case .gaussian: return try gaussianResults(data, random)
    case .categorical: return try categoricalResults(data, random)
    }
  }

  // MARK: Fits

  private typealias Fit<Emission: Emissions> = ExpectationMaximization.Fit<BaumWelch<Emission>>

  /// The fit of largest likelihood; failed starts are ignored as long as one succeeds.
  private func best<Emission: Emissions>(
    _ sequence: Tensor, _ random: Random, start: (Random) throws -> Emission
  ) throws -> Fit<Emission> {
    // Each state is likely to persist.
    let stay = Tensor.identity(states, dtype: .float64)
    let transition = 0.8 * stay + 0.2 / Double(states)
    let driver = ExpectationMaximization(tolerance: tolerance, iterationLimit: iterations)
    var (best, failure): (Fit<Emission>?, MixtureError?)
    for _ in 0..<starts {
      do {
        let model = HiddenMarkovModel(
          initial: .ones([states], dtype: .float64), transition: transition,
          emissions: try start(random.split()))
        let fit = try BaumWelch([sequence]).fit(from: model, driver: driver)
        if fit.objective > best?.objective ?? -.infinity || best == nil { best = fit }
      } catch let error as MixtureError {
        failure = error
      }
    }
    guard let best else { throw failure ?? .badStart("there is none") }
    return best
  }

  private func gaussianResults(_ data: FitData, _ random: Random) throws -> Results {
    let tied = covariance == .tied ? "" : ", choose --covariance tied,"
    let fit = try data.clustering(cure: "give a --floor\(tied) or ask for fewer --states") {
      try best(data.points, random) { random in
        let start = try GaussianMixture.fit(
          data.points, components: states, kind: covariance.covariances, floor: floor,
          driver: .init(iterationLimit: 0), using: random)
        return try GaussianEmissions(
          means: start.model.means, covariances: start.model.covariances,
          kind: covariance.covariances, floor: floor)
      }
    }
    let components = fit.parameters.emissions.components
    var results = results(
      fit, data.points, emissionParameters: components.parameterCount - states + 1)
    results["means"] = ResultValue(components.means)
    results["covariances"] = ResultValue(components.covariances)
    addTables(fit, data.points, to: &results)
    results.add(figure(fit, data, expected: components.means))
    return results
  }

  private func categoricalResults(_ data: FitData, _ random: Random) throws -> Results {
    let (sequence, count) = try categories(data)
    let fit = try data.clustering {
      try best(sequence, random) { random in
        CategoricalEmissions(
          probabilities: 1 + random.uniform([states, count], dtype: .float64))
      }
    }
    let probabilities = fit.parameters.emissions.probabilities
    var results = results(fit, sequence, emissionParameters: states * (count - 1))
    results["probabilities"] = ResultValue(probabilities)
    addTables(fit, sequence, to: &results)
    results.add(figure(fit, data, expected: nil))
    return results
  }

  /// The categories of the only column, and their number.
  private func categories(_ data: FitData) throws -> (sequence: Tensor, count: Int) {
    guard data.names.count == 1 else {
      throw FitError.columnCount(
        path: data.path, expected: "one column of categories", found: data.names.count)
    }
    let values = data.column(0)
    if let row = values.firstIndex(where: { !($0 >= 0 && $0 < 1_000 && $0 == $0.rounded()) }) {
      throw FitError.unsuitable(
        path: data.path,
        expected: "categories, whole numbers from 0 to 999, in column '\(data.names[0])'",
        found: "\(values[row]) in row \(row + 1)")
    }
    return (Tensor(values, dtype: .float64), Int(values.max() ?? 0) + 1)
  }

  // MARK: Results

  private func results<Emission: Emissions>(
    _ fit: Fit<Emission>, _ sequence: Tensor, emissionParameters: Int
  ) -> Results {
    let model = fit.parameters
    let parameters = states - 1 + states * (states - 1) + emissionParameters
    let logCount = log(Tensor(Double(sequence.shape[0]), dtype: .float64)).scalar
    var results = Results([
      "log-likelihood": .number(fit.objective),
      "initial": ResultValue(model.initial),
      "transition": ResultValue(model.transition),
      "iterations": .integer(fit.iterations),
      "converged": .flag(fit.hasConverged),
      "aic": .number(2 * Double(parameters) - 2 * fit.objective),
      "bic": .number(Double(parameters) * logCount - 2 * fit.objective),
    ])
    if !fit.hasConverged {
      results.notes.append("the fit has not converged: \(fit.reason.rawValue)")
    }
    return results
  }

  private func addTables<Emission: Emissions>(
    _ fit: Fit<Emission>, _ sequence: Tensor, to results: inout Results
  ) {
    let path = fit.parameters.mostProbableStates(of: sequence)
    var table = ResultTable(
      fit.posterior.states, names: (0..<states).map { "probability of \($0 + 1)" })
    table.add("most-probable-path", .numbers(path.states.map { Double($0 + 1) }))
    results.tables["states.csv"] = table
    let values = fit.bounds.map(\.objective)
    results.tables["trace.csv"] = [
      "sweep": values.indices.map(Double.init), "log-likelihood": values,
    ]
  }

  /// The first column with the most probable state of each row, above the states' probabilities.
  private func figure<Emission: Emissions>(
    _ fit: Fit<Emission>, _ data: FitData, expected: Tensor?
  ) -> FigureGrid {
    let steps = (1...data.count).map(Double.init)
    let shares = fit.posterior.states.transposed()
    let likely = fit.posterior.states.argmax(along: 1)
    let series = Figure(
      title: "States", x: .linear("row"), y: .linear(data.names[0]), width: 640
    ) {
      Scatter(
        steps, data.column(0), classes: likely, names: (0..<states).map { "state \($0 + 1)" })
      if let expected {
        let means = expected.transposed().sliced(0..<1).doubles
        Line(
          steps, likely.map { means[$0] }, label: "mean", color: .text, width: 1, isStepped: true)
      }
    }
    let probabilities = Figure(
      title: "Probabilities of the states", x: .linear("row"),
      y: .linear("probability", range: 0...1), width: 640
    ) {
      for state in 0..<states {
        Line(
          steps, shares.sliced(state..<state + 1).doubles, label: "state \(state + 1)",
          color: .series(state), width: 1.5)
      }
    }
    return FigureGrid([series, probabilities], columns: 1)
  }
}
