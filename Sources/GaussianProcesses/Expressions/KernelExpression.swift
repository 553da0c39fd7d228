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
/// Arguments: `length` (of several columns a list, `length = [1, 2]`), `alpha`, `period`, `decay`,
/// `degree`, `offset`, `variance`; those left out are 1, the degree 2. A number in a product is its
/// variance. A term without one, and without a kernel that has a variance (linear, constant, white), gets
/// a variance of 1, which is trained like the others.
///
/// ```swift
/// let kernel = try KernelExpression.parse("rbf(length = 60) + periodic(period = 1 fixed) * rbf + white")
/// ```
public enum KernelExpression {
  /// Reads a kernel.
  ///
  /// - Parameters:
  ///   - text: The expression.
  ///   - columns: The names of the points' columns, in order; where there are none, columns are numbers.
  /// - Throws: ``KernelExpressionError`` with the position and what was expected there.
  public static func parse(_ text: String, columns: [String] = []) throws -> any Kernel {
    var parser = try KernelParser(text, columns: columns)
    return try parser.wholeExpression()
  }
}

/// An expression that is no kernel.
public struct KernelExpressionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The expression.
  public let expression: String
  /// The place in it, in characters from 1 on.
  public let position: Int
  /// What should have been there.
  public let expected: String
  /// What was there.
  public let found: String

  /// What was expected, what was found, and where.
  public var description: String {
    "kernel \"\(expression)\": expected \(expected) at position \(position), found \(found)"
  }
}
