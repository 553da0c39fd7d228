/// The reasons why the data does not allow a fit.
///
/// Each message names a remedy.
public enum EstimationError: Error, Equatable, Sendable {
  /// There are fewer rows than the fit needs.
  case tooFewRows(operation: String, found: Int, expected: Int)
  /// A row contains an infinite number or NaN.
  case notFinite(operation: String, row: Int)
  /// A weight is negative, infinite or NaN.
  case invalidWeight(operation: String, value: Double, row: Int)
  /// The weights of all rows are 0.
  case noWeight(operation: String)
  /// The weights, which say how often rows count, sum to no more than a single row.
  case tooLittleWeight(operation: String, sum: Double)
  /// A row contains a number that the distribution cannot produce.
  case outsideSupport(operation: String, value: Double, row: Int, support: String)
  /// A column contains the same number in all rows.
  case zeroVariance(operation: String, column: Int)
  /// The columns are linearly dependent; only `rank` of them are independent.
  case collinear(operation: String, rank: Int, expected: Int)
  /// A class is outside `0 ..< classes`.
  case invalidClass(operation: String, label: Int, row: Int, classes: Int)
  /// All rows belong to one class.
  case oneClass(operation: String, label: Int)
  /// A class has no rows.
  case emptyClass(operation: String, label: Int)
  /// A hyperplane separates the classes, so that no finite coefficients are the most likely ones.
  case separableClasses(operation: String)
  /// The covariance of a class has no inverse; the label is `nil` for a covariance that all classes
  /// share.
  case singularCovariance(operation: String, label: Int?)
  /// The leave-one-out likelihood has no maximum at a bandwidth above 0, because values repeat.
  case noBandwidth(operation: String)
  /// The likelihood has no maximum; the reason says where it keeps rising.
  case unboundedLikelihood(operation: String, reason: String)
  /// The search ended before it reached the maximum.
  case notConverged(operation: String, reason: String)
}

extension EstimationError: CustomStringConvertible {
  /// What was expected, what was found, and what to do about it.
  public var description: String {
    switch self {
    case .tooFewRows(let operation, let found, let expected):
      "\(operation): expected at least \(expected) rows, found \(found)"
    case .notFinite(let operation, let row):
      "\(operation): expected finite numbers, found infinity or NaN in row \(row)"
    case .invalidWeight(let operation, let value, let row):
      "\(operation): expected finite weights of 0 or more, found \(value) in row \(row)"
    case .noWeight(let operation):
      "\(operation): expected a weight above 0, found only zeros"
    case .tooLittleWeight(let operation, let sum):
      "\(operation): expected weights that sum to more than 1 (each says how often a row counts),"
        + " found a sum of \(sum); give a bandwidth, or the counts"
    case .outsideSupport(let operation, let value, let row, let support):
      "\(operation): expected \(support), found \(value) in row \(row)"
    case .zeroVariance(let operation, let column):
      "\(operation): expected varying numbers, found one value in all rows of column \(column);"
        + " leave that column out"
    case .collinear(let operation, let rank, let expected):
      "\(operation): expected \(expected) independent columns, including the constant one, found"
        + " \(rank); leave out columns, or use a prior"
    case .invalidClass(let operation, let label, let row, let classes):
      "\(operation): expected classes from 0 to \(classes - 1), found \(label) in row \(row)"
    case .oneClass(let operation, let label):
      "\(operation): expected rows of at least two classes, found only class \(label)"
    case .emptyClass(let operation, let label):
      "\(operation): expected rows of each class, found none of class \(label); leave that class"
        + " out"
    case .separableClasses(let operation):
      "\(operation): the classes can be separated, so the likelihood rises without bound as the"
        + " coefficients grow; use a prior (priorVariance: 100, say)"
    case .singularCovariance(let operation, let label):
      "\(operation): the covariance of \(label.map { "class \($0)" } ?? "the classes") has no"
        + " inverse; leave out columns that are constant or depend on others, or add to the variances"
        + " (ridge: above 0)"
    case .noBandwidth(let operation):
      "\(operation): values repeat so often that the leave-one-out likelihood peaks at a"
        + " bandwidth of 0; give a bandwidth, or use Scott's rule"
    case .unboundedLikelihood(let operation, let reason):
      "\(operation): the likelihood has no maximum: \(reason)"
    case .notConverged(let operation, let reason):
      "\(operation): no maximum was found: \(reason)"
    }
  }
}
