import Inference

extension FitData {
  /// Runs a clustering or a mixture fit, and adds the file and the columns to the errors it throws.
  ///
  /// - Parameters:
  ///   - cure: The options that help against a collapsing component.
  ///   - estimate: The fit.
  func clustering<Value>(
    cure: String = "ask for fewer components", _ estimate: () throws -> Value
  ) throws -> Value {
    try requireScale()
    do {
      return try estimate()
    } catch let error as MixtureError {
      let (expected, found) = failure(error, cure)
      throw FitError.unsuitable(path: path, expected: expected, found: found)
    }
  }

  private func failure(_ error: MixtureError, _ cure: String) -> (String, String) {
    switch error {
    case .tooFewPoints(let components, let points):
      ("at least \(components) rows with a weight above 0, one for each component", "\(points)")
    case .notFinite(let row, let column, let value):
      ("finite numbers", "\(value) in row \(row + 1), column '\(name(column))'")
    case .badWeight(let row, let value): ("weights of 0 or more", "\(value) in row \(row + 1)")
    case .outOfRange(let row, let column, let value, let expected):
      (expected, "\(value) in row \(row + 1), column '\(name(column))'")
    case .constantFeature(let column):
      (
        "varying numbers in column '\(name(column))'",
        "one value in all rows; leave the column out with --without, or give a --floor"
      )
    case .missingFeature(let column):
      ("numbers in column '\(name(column))'", "none; leave it out with --without")
    case .collapsed(let component, let iteration, let weight):
      (
        "a likelihood with a maximum",
        "component \(component + 1) collapsed in sweep \(iteration) on points without extent (their"
          + " weight: \(weight)), where the likelihood is unbounded; \(cure)"
      )
    case .vanished(let component, let iteration):
      (
        "points for each component",
        "none for component \(component + 1) in sweep \(iteration); \(cure)"
      )
    case .badStart(let reason): ("a start that is a model of these rows", reason)
    }
  }

  private func name(_ column: Int) -> String {
    names.indices.contains(column) ? names[column] : "\(column + 1)"
  }
}
