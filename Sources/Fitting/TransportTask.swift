import OptimalTransport
import Plots
import Results
import Tensor

/// A transport problem of `pushforward transport`, without files and processes.
public struct TransportTask: Sendable {
  /// The settings.
  public let settings: TransportSettings

  /// Takes the settings.
  public init(_ settings: TransportSettings) { self.settings = settings }

  /// Moves one measure to another.
  ///
  /// - Returns: `cost`, `dual` (for Sinkhorn, that of the regularised problem, with ε times the
  ///   divergence), `marginal-errors`, `converged` and `entries`; the plan as the table `plan.csv`
  ///   with a row for each entry, numbered from 1; a figure for one or two columns.
  /// - Throws: `TransportError`, or ``FitError`` for tables of different columns.
  public func plan(from source: FitData, to target: FitData) throws -> Results {
    guard source.names.count == target.names.count else {
      throw FitError.columnCount(
        path: target.path,
        expected: "\(source.names.count) columns, as many as in \(source.path)",
        found: target.names.count)
    }
    let (mu, nu) = (measure(source), measure(target))
    let solution = try solved(mu, nu)
    var results = Results([
      "cost": .number(solution.cost), "dual": .number(solution.dual),
      "marginal-errors": [
        "source": .number(solution.errors.source), "target": .number(solution.errors.target),
      ],
      "converged": .flag(solution.hasConverged), "entries": .integer(solution.plan.entries.count),
      "mass": .number(mu.weights.sum().scalar),
    ])
    for (name, value) in solution.more { results[name] = value }
    if !solution.hasConverged {
      results.notes.append(
        "not converged: the marginals are not those of the measures, and the cost may be below the"
          + " optimum; increase --sweeps or --epsilon, or use --round")
    }
    results.tables["plan.csv"] = [
      "from": solution.plan.entries.map { Double($0.row + 1) },
      "to": solution.plan.entries.map { Double($0.column + 1) },
      "mass": solution.plan.entries.map(\.mass),
    ]
    if let figure = transportFigure(solution.plan, mu, nu, source.names) { results.add(figure) }
    return results
  }

  /// The weighted points of a table.
  func measure(_ data: FitData) -> DiscreteMeasure {
    let measure = DiscreteMeasure(points: data.points, weights: data.weights)
    guard settings.normalize else { return measure }
    return DiscreteMeasure(
      points: measure.points, weights: measure.weights / measure.weights.sum())
  }

  var cost: GroundCost { settings.power == 2 ? .squaredEuclidean : .power(settings.power) }

  private func solved(_ mu: DiscreteMeasure, _ nu: DiscreteMeasure) throws -> Solution {
    switch settings.method {
    case .exact:
      let exact = try ExactTransport(from: mu, to: nu, cost: cost)
      return Solution(
        plan: exact.plan, cost: exact.cost, dual: exact.dual, errors: exact.marginalErrors,
        hasConverged: exact.hasConverged)
    case .sinkhorn:
      let entropic = try EntropicTransport(
        from: mu, to: nu, cost: cost, epsilon: settings.epsilon,
        options: .with {
          $0.tolerance = settings.tolerance ?? 1e-9
          $0.sweepLimit = settings.sweeps
        })
      return Solution(entropic, isRounded: settings.round, costs: cost.matrix(mu.points, nu.points))
    }
  }
}

/// The result of a method.
private struct Solution {
  let plan: TransportPlan
  let cost: Double
  let dual: Double
  let errors: MarginalErrors
  let hasConverged: Bool
  var more: [(String, ResultValue)] = []
}

extension Solution {
  /// The plan without negligible entries: those below a millionth of the largest.
  init(_ entropic: EntropicTransport, isRounded: Bool, costs: Tensor) {
    let dense = isRounded ? entropic.roundedPlan() : entropic.plan
    let (values, columns) = (dense.doubles, dense.shape[1])
    let least = (values.max() ?? 0) * 1e-6
    let entries = values.indices.filter { values[$0] > least }.map {
      TransportPlan.Entry(row: $0 / columns, column: $0 % columns, mass: values[$0])
    }
    plan = TransportPlan(entries: entries, rowCount: dense.shape[0], columnCount: columns)
    cost = isRounded ? (dense * costs).sum().scalar : entropic.transportCost
    (dual, errors) = (entropic.regularizedCost, entropic.marginalErrors)
    hasConverged = entropic.hasConverged
    more = [
      ("epsilon", .number(entropic.epsilon)), ("sweeps", .integer(entropic.sweeps)),
      ("mass-written", .number(plan.rowSums.sum().scalar)),
      ("rounded", .flag(isRounded)),
    ]
  }
}

/// The coupling between points of the plane, or the plan as a map of masses on the line.
///
/// - Returns: Nil for points with more than two coordinates.
func transportFigure(
  _ plan: TransportPlan, _ mu: DiscreteMeasure, _ nu: DiscreteMeasure, _ names: [String]
) -> Figure? {
  func column(_ measure: DiscreteMeasure, _ place: Int) -> [Double] {
    measure.points.sliced(place..<place + 1, along: 1).reshaped(to: [-1]).doubles
  }
  let masses = plan.entries.map(\.mass)
  let (x, y) = (column(mu, 0), column(nu, 0))
  let starts = plan.entries.map { x[$0.row] }
  let ends = plan.entries.map { y[$0.column] }
  switch names.count {
  case 1:
    let largest = masses.max() ?? 1
    return Figure(
      title: "Transport plan", x: .linear("\(names[0]), source"),
      y: .linear("\(names[0]), target"), hasEqualScales: false
    ) {
      Scatter(
        starts, ends, label: "mass, by area",
        sizes: masses.map { 2 + 8 * ($0 / largest).squareRoot() }, opacity: 0.6)
    }
  case 2:
    let (above, below) = (column(mu, 1), column(nu, 1))
    return Figure(title: "Couplings", x: .linear(names[0]), y: .linear(names[1])) {
      Segments(
        from: (starts, plan.entries.map { above[$0.row] }),
        to: (ends, plan.entries.map { below[$0.column] }), weights: masses, color: .muted, width: 1)
      Scatter(x, above, label: "source", color: .series(0))
      Scatter(y, below, label: "target", color: .series(1))
    }
  default: return nil
  }
}
