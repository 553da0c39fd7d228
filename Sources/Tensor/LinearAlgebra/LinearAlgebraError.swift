/// An error in the numbers of a matrix: a fact about the data, not a programming mistake.
///
/// In a stack of matrices `[…, n, n]` each case has the index of the first such matrix along the
/// leading axes; for a single matrix the index is empty.
public enum LinearAlgebraError: Error, Equatable, Sendable {
  /// The leading minor of order `minor`, 1 to n, is the first that is not positive.
  case notPositiveDefinite(operation: String, minor: Int, index: [Int])
  /// The smallest eigenvalue of a matrix that should be positive semidefinite is below zero by more
  /// than rounding explains.
  case notPositiveSemidefinite(operation: String, eigenvalue: Double, index: [Int])
  /// No remaining row has a nonzero element in column `pivot`, 0 to n − 1.
  case singular(operation: String, pivot: Int, index: [Int])
  /// The columns are linearly dependent: up to rounding, only `rank` are independent.
  case rankDeficient(operation: String, rank: Int, expected: Int, index: [Int])
  /// An element is infinite or not a number.
  case notFinite(operation: String, index: [Int])
  /// Elements differ from their mirror images across the diagonal by up to `difference`.
  case notSymmetric(operation: String, difference: Double, index: [Int])
  /// An iteration of LAPACK did not converge; `code` is the code that it returned.
  case notConverged(operation: String, code: Int, index: [Int])
}

extension LinearAlgebraError: CustomStringConvertible {
  /// A message that says what was expected, what was found, and in which matrix.
  public var description: String {
    switch self {
    case .notPositiveDefinite(let operation, let minor, let index):
      "\(operation): expected a positive definite matrix, found a leading minor of order \(minor)"
        + " that is not positive\(Self.place(index))"
    case .notPositiveSemidefinite(let operation, let eigenvalue, let index):
      "\(operation): expected a positive semidefinite matrix, found the eigenvalue"
        + " \(eigenvalue)\(Self.place(index))"
    case .singular(let operation, let pivot, let index):
      "\(operation): expected a matrix that has an inverse, found no pivot for column"
        + " \(pivot)\(Self.place(index))"
    case .rankDeficient(let operation, let rank, let expected, let index):
      "\(operation): expected a matrix of rank \(expected), found \(rank)\(Self.place(index))"
    case .notFinite(let operation, let index):
      "\(operation): expected finite elements, found infinite ones or NaN\(Self.place(index))"
    case .notSymmetric(let operation, let difference, let index):
      "\(operation): expected a symmetric matrix, found elements that differ by \(difference) from"
        + " those across the diagonal\(Self.place(index))"
    case .notConverged(let operation, let code, let index):
      "\(operation): LAPACK did not converge (code \(code))\(Self.place(index))"
    }
  }

  private static func place(_ index: [Int]) -> String {
    index.isEmpty ? "" : ", in the matrix at \(index)"
  }
}
