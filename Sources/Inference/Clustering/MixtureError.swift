/// An error in the data of a clustering or a mixture, or the failure of a fit.
public enum MixtureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There are fewer points with positive weight than clusters or components.
  case tooFewPoints(components: Int, points: Int)
  /// A value is infinite, or is NaN although no values may be missing.
  case notFinite(row: Int, column: Int, value: String)
  /// A weight is negative, infinite or NaN.
  case badWeight(row: Int, value: String)
  /// A value lies outside the range of the model.
  case outOfRange(row: Int, column: Int, value: String, expected: String)
  /// A feature has the same value in every row: without a prior or a floor, every covariance is
  /// singular.
  case constantFeature(column: Int)
  /// All values of a feature are missing.
  case missingFeature(column: Int)
  /// The covariance of a component became singular, so that the likelihood has no bound.
  case collapsed(component: Int, iteration: Int, weight: Double)
  /// A component no longer has any points.
  case vanished(component: Int, iteration: Int)
  /// The start is not a model of these data.
  case badStart(String)

  /// A description of the error.
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
      "column \(column) has the same value in every row, so every covariance is singular: leave"
        + " it out, or give a prior or a floor"
    case .missingFeature(let column): "every value of column \(column) is missing"
    case .collapsed(let component, let iteration, let weight):
      "component \(component) collapsed in sweep \(iteration): its covariance is singular (weight"
        + " \(weight)), and the likelihood has no bound; give a prior, a floor, tied covariances or"
        + " t components"
    case .vanished(let component, let iteration):
      "component \(component) vanished in sweep \(iteration): no point belongs to it; use fewer"
        + " components, or give a prior"
    case .badStart(let reason): "the start is not a model of these data: \(reason)"
    }
  }
}
