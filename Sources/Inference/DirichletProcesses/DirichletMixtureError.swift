/// An error in the data of a Dirichlet process mixture.
public enum DirichletMixtureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There are no observations.
  case noObservations
  /// A row contains an infinite number or NaN.
  case notFinite(row: Int)

  /// What was expected and what was found.
  public var description: String {
    switch self {
    case .noObservations:
      "Dirichlet process mixture: expected at least one observation, found none"
    case .notFinite(let row):
      "Dirichlet process mixture: expected finite observations, found an infinite one or NaN in row"
        + " \(row)"
    }
  }

  /// Checks that observations `[n, d]` match the number of dimensions of a base.
  static func check<Values: Sequence<Double>>(_ x: Values, rows: Int, width: Int) throws {
    if rows == 0 { throw DirichletMixtureError.noObservations }
    for (index, value) in x.enumerated() where !value.isFinite {
      throw DirichletMixtureError.notFinite(row: index / width)
    }
  }
}
