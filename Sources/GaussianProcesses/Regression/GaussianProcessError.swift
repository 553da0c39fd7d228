/// An error in the data of a Gaussian process.
public enum GaussianProcessError: Error, Equatable, Sendable {
  /// The leading minor of this order of the covariance matrix is not positive.
  ///
  /// - jitter: The smallest power of ten that makes the matrix positive definite when added to the
  ///   diagonal; nil if none up to the largest variance does.
  /// - equalInput: An earlier row whose input equals that of the minor's last row.
  case notPositiveDefinite(minor: Int, jitter: Double?, equalInput: Int?)
  /// All targets are equal, so that the likelihood has no maximum.
  case constantTargets(value: Double, count: Int)
  /// There are no observations.
  case noObservations
  /// A row contains an infinite number or NaN.
  case notFinite(what: String, row: Int)
  /// No parameter has this name.
  case unknownParameter(name: String, expected: [String])
}

extension GaussianProcessError: CustomStringConvertible {
  /// What was expected and what was found.
  public var description: String {
    switch self {
    case .notPositiveDefinite(let minor, let jitter, let equalInput):
      "Gaussian process: expected a positive definite covariance matrix, found a leading minor of"
        + " order \(minor) that is not positive"
        + (equalInput.map {
          ": the inputs of rows \($0) and \(minor - 1), counted from 0, are equal"
        } ?? "")
        + (jitter.map { "; a jitter of \($0) cures it" } ?? "; no jitter cures it")
    case .constantTargets(let value, let count):
      "Gaussian process: expected varying targets, found \(count) times \(value)"
    case .noObservations: "Gaussian process: expected at least one observation, found none"
    case .notFinite(let what, let row):
      "Gaussian process: expected finite \(what), found an infinite one or NaN in row \(row)"
    case .unknownParameter(let name, let expected):
      "Gaussian process: expected one of the parameters \(expected.joined(separator: ", ")),"
        + " found \(name)"
    }
  }
}
