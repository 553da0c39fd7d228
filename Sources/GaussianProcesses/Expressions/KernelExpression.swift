/// A kernel read from a text such as `rbf + periodic * rbf + white`.
///
/// ```
/// expression  term { + term }
/// term        factor { * factor }
/// factor      number | exp ( expression ) | ( expression ) [columns] | kernel [arguments] [columns]
/// kernel      rbf, squared-exponential, matern-1/2, matern-3/2, matern-5/2, rational-quadratic,
///             periodic, locally-periodic, linear, polynomial, constant, white
/// arguments   ( name = value { , name = value } ), a value a number or a list of numbers, and
///             after it `fixed` where training should leave it as it is
/// columns     [ column { , column } ], by number from 0 on or by name
/// ```
///
/// The arguments are `length` (a list for several columns, `length = [1, 2]`), `alpha`, `period`,
/// `decay`, `degree`, `offset` and `variance`. Their default is 1, except for the degree, whose
/// default is 2. A number in a product is its variance. A term without such a number and without a
/// kernel that has a variance (linear, constant, white) gets a variance of 1, which is trained like
/// the others.
///
/// ```swift
/// let kernel = try KernelExpression.parse("rbf(length = 60) + periodic(period = 1 fixed) * rbf + white")
/// ```
public enum KernelExpression {
  /// Reads a kernel.
  ///
  /// - Parameters:
  ///   - text: The expression.
  ///   - columns: The names of the points' columns, in order; without names, columns are given by
  ///     number.
  /// - Throws: ``KernelExpressionError`` with the position and what was expected there.
  public static func parse(_ text: String, columns: [String] = []) throws -> any Kernel {
    var parser = try KernelParser(text, columns: columns)
    return try parser.wholeExpression()
  }
}

/// An error in the expression of a kernel.
public struct KernelExpressionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The expression.
  public let expression: String
  /// The position of the error, in characters counted from 1.
  public let position: Int
  /// What was expected there.
  public let expected: String
  /// What was found there.
  public let found: String

  /// What was expected, what was found, and where.
  public var description: String {
    "kernel \"\(expression)\": expected \(expected) at position \(position), found \(found)"
  }
}
