@testable import GaussianProcesses
import Tensor
import Testing

/// An expression and its kernel.
private struct Expression: Sendable, CustomTestStringConvertible {
  let text: String
  let kernel: any Kernel
  var testDescription: String { text }

  init(_ text: String, _ kernel: any Kernel) { (self.text, self.kernel) = (text, kernel) }
}

/// An invalid expression, the position of the error, and what was expected and found.
private struct Mistake: Sendable, CustomTestStringConvertible {
  let text: String
  let position: Int
  let expected: String
  let found: String
  var testDescription: String { text }

  init(_ text: String, _ position: Int, _ expected: String, _ found: String) {
    (self.text, self.position, self.expected, self.found) = (text, position, expected, found)
  }
}

private let allKernels =
  "rbf, squared-exponential, matern-1/2, matern-3/2, matern-5/2, rational-quadratic, periodic,"
  + " locally-periodic, linear, polynomial, constant, white"

@Suite struct KernelExpressionTests {
  @Test(arguments: [
    Expression(
      "rbf + periodic * rbf + white",
      1 * SquaredExponential() + 1 * (Periodic() * SquaredExponential()) + White()),
    Expression("squared-exponential(length=2.5e0)", 1 * SquaredExponential(length: 2.5)),
    Expression("3*rbf(length=[1,.5])", 3 * SquaredExponential(lengths: [1, 0.5])),
    Expression("2 * rbf * 3", 6 * SquaredExponential()),
    Expression(
      "matern-1/2 + matern-3/2(length = 2)", 1 * Matern(.half) + 1 * Matern(.threeHalves, length: 2)
    ),
    Expression("matern-5/2()", 1 * Matern(.fiveHalves)),
    Expression(
      "rational-quadratic(alpha = 2, length = 3)", 1 * RationalQuadratic(length: 3, alpha: 2)),
    Expression(
      "locally-periodic(period = 2, length = 3, decay = 4)",
      1 * LocallyPeriodic(period: 2, length: 3, decay: 4)),
    Expression("linear(variance = 2) * rbf", Linear(variance: 2) * SquaredExponential()),
    Expression("constant + linear[b]", Constant() + Linear().on(columns: [1])),
    Expression("polynomial(degree = 3, offset = 2)", 1 * Polynomial(degree: 3, offset: 2)),
    Expression("polynomial", 1 * Polynomial(degree: 2)),
    Expression("exp(0.5 * rbf)", 1 * exponential(0.5 * SquaredExponential())),
    Expression(
      "(rbf + constant)[1, 0] * periodic",
      (1 * SquaredExponential() + Constant()).on(columns: [1, 0]) * Periodic()),
  ]) fileprivate func isItsKernel(_ row: Expression) throws {
    let kernel = try KernelExpression.parse(row.text, columns: ["a", "b"])
    #expect(kernel.name == row.kernel.name)
    #expect(kernel.parameters == row.kernel.parameters)
    let points = Random(seed: 1).normal([5, 2], dtype: .float64)
    #expect(kernel(points) == row.kernel(points))
  }

  @Test func aParameterCanBeFixed() throws {
    let kernel = try KernelExpression.parse(
      "rbf(length = [1, 2] fixed) * periodic(length = 3, period = 1 fixed)")
    #expect(kernel.parameters.map(\.isFixed) == [false, true, true, true, false])
  }

  @Test(arguments: [
    Mistake("", 1, "a kernel, a number or \"(\"", "the end"),
    Mistake("rbf +", 6, "a kernel, a number or \"(\"", "the end"),
    Mistake("rbf rbf", 5, "\"+\", \"*\" or the end", "\"rbf\""),
    Mistake("rbf + perodic", 7, "a kernel (\(allKernels))", "\"perodic\""),
    Mistake("2 + rbf", 1, "a kernel", "2.0"),
    Mistake("0 * rbf", 1, "a number above 0", "0.0"),
    Mistake("rbf - white", 5, "\"+\", \"*\" or the end", "\"-\""),
    Mistake("(rbf + white", 13, "\")\", \"+\" or \"*\"", "the end"),
    Mistake("rbf(period = 2)", 5, "an argument of squared-exponential (length)", "\"period\""),
    Mistake(
      "rbf(length = 2, length = 3)", 17, "no further argument of squared-exponential", "\"length\""),
    Mistake("rbf(length 2)", 12, "\"=\" after length", "2.0"),
    Mistake("rbf(length = -2)", 14, "a length above 0", "\"-\""),
    Mistake("rbf(length = 0)", 14, "a length above 0", "0.0"),
    Mistake("rbf(length = 1.2.3)", 14, "a number", "\"1.2.3\""),
    Mistake("rbf(length = 1e999)", 14, "a number", "\"1e999\""),
    Mistake("rbf(length = [1, 2)", 19, "\",\" or \"]\"", "\")\""),
    Mistake("polynomial(degree = 2.5)", 21, "a degree of 1 to 20", "2.5"),
    Mistake("rbf[c]", 5, "a column (a, b)", "\"c\""),
    Mistake("rbf[2]", 5, "a column (a, b)", "2.0"),
    Mistake("exp rbf", 5, "\"(\" after exp", "\"rbf\""),
    Mistake(
      "rbf * 1e-200 * 1e-200", 1, "a variance above 0 as the product of the numbers", "\"rbf\""),
    Mistake("rbf ² 2", 5, "\"+\", \"*\" or the end", "\"²\""),
  ]) fileprivate func tellsWhereAMistakeIs(_ row: Mistake) {
    #expect(
      throws: KernelExpressionError(
        expression: row.text, position: row.position, expected: row.expected, found: row.found)
    ) { try KernelExpression.parse(row.text, columns: ["a", "b"]) }
  }

  @Test func isNotExhaustedByParentheses() {
    let text = String(repeating: "(", count: 100_000)
    #expect(throws: KernelExpressionError.self) { try KernelExpression.parse(text) }
    let mistake = KernelExpressionError(
      expression: "rbf +", position: 6, expected: "a kernel", found: "the end")
    #expect(
      mistake.description == "kernel \"rbf +\": expected a kernel at position 6, found the end")
  }
}
