/// What is wrong with the data of a clustering or a mixture, or became of a fit.
public enum MixtureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Fewer points of positive weight than clusters or components.
  case tooFewPoints(components: Int, points: Int)
  /// A value that is infinite, or NaN where none may be missing.
  case notFinite(row: Int, column: Int, value: String)
  /// A weight below 0, infinite or NaN.
  case badWeight(row: Int, value: String)
  /// A value outside what the model takes.
  case outOfRange(row: Int, column: Int, value: String, expected: String)
  /// A feature with the same value in every row: no covariance is regular without a prior or a floor.
  case constantFeature(column: Int)
  /// A feature of which every value is missing.
  case missingFeature(column: Int)
  /// A component whose covariance became singular: the likelihood has no bound there.
  case collapsed(component: Int, iteration: Int, weight: Double)
  /// A component that no point belongs to any more.
  case vanished(component: Int, iteration: Int)
  /// A start that is not a model of these data.
  case badStart(String)

  /// The error in words.
  public var description: String {
    switch self {
    case .tooFewPoints(let components, let points):
      "expected at least as many points of positive weight as components, found \(points) for"
        + " \(components)"
    case .notFinite(let row, let column, let value):
      "expected finite values, found \(value) in row \(row), column \(column)"
    case .badWeight(let row, let value):
      "expected weights of 0 or more, found \(value) for row \(row)"
    case .outOfRange(let row, let column, let value, let expected):
      "expected \(expected), found \(value) in row \(row), column \(column)"
    case .constantFeature(let column):
      "column \(column) has the same value in every row, so that every covariance is singular: leave"
        + " it out, or give a prior or a floor"
    case .missingFeature(let column): "every value of column \(column) is missing"
    case .collapsed(let component, let iteration, let weight):
      "component \(component) collapsed in sweep \(iteration): its covariance is singular (weight"
        + " \(weight)), and the likelihood has no bound; give a prior, a floor, tied covariances or"
        + " t components"
    case .vanished(let component, let iteration):
      "component \(component) vanished in sweep \(iteration): no point belongs to it; ask for fewer"
        + " components, or give a prior"
    case .badStart(let reason): "the start is not a model of these data: \(reason)"
    }
  }
}
