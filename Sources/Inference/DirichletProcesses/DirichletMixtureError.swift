/// What is wrong with the data of a Dirichlet process mixture.
public enum DirichletMixtureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There are no observations.
  case noObservations
  /// A number in this row is infinite or NaN.
  case notFinite(row: Int)

  /// What was expected and what was found.
  public var description: String {
    switch self {
    case .noObservations:
      "Dirichlet process mixture: expected one observation or more, found none"
    case .notFinite(let row):
      "Dirichlet process mixture: expected finite observations, found an infinite one or NaN in row"
        + " \(row)"
    }
  }

  /// Checks observations `[n, d]` for a base of so many dimensions.
  static func check<Values: Sequence<Double>>(_ x: Values, rows: Int, width: Int) throws {
    if rows == 0 { throw DirichletMixtureError.noObservations }
    for (index, value) in x.enumerated() where !value.isFinite {
      throw DirichletMixtureError.notFinite(row: index / width)
    }
  }
}
