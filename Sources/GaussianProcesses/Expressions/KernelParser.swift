/// A parser of kernel expressions, by recursive descent.
struct KernelParser {
  private let text: String
  private let columns: [String]
  private let tokens: [KernelToken]
  private var next = 0
  private var depth = 0

  /// The largest nesting depth of parentheses.
  private static let greatestDepth = 100

  init(_ text: String, columns: [String]) throws {
    (self.text, self.columns) = (text, columns)
    tokens = try KernelToken.tokens(of: text)
  }

  private var token: KernelToken { tokens[next] }

  private func error(_ expected: String, at token: KernelToken? = nil) -> KernelExpressionError {
    let token = token ?? self.token
    return KernelExpressionError(
      expression: text, position: token.position, expected: expected, found: token.description)
  }

  /// Consumes the next token if it is this sign.
  private mutating func take(_ sign: Character) -> Bool {
    guard token.kind == .sign(sign) else { return false }
    next += 1
    return true
  }

  private mutating func expect(_ sign: Character, _ expected: String) throws {
    if !take(sign) { throw error(expected) }
  }

  // MARK: Sums and products

  mutating func wholeExpression() throws -> any Kernel {
    let kernel = try expression()
    guard token.kind == .end else { throw error("\"+\", \"*\" or the end") }
    return kernel
  }

  private mutating func expression() throws -> any Kernel {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.greatestDepth {
      throw error("at most \(Self.greatestDepth) nested parentheses")
    }
    var terms = [try term()]
    while take("+") { terms.append(try term()) }
    return terms.count == 1 ? terms[0] : KernelSum(terms)
  }

  /// Parses a product, with one variance.
  private mutating func term() throws -> any Kernel {
    let begin = token
    var factors: [Factor] = []
    repeat { factors.append(try factor()) } while take("*")
    let kernels = factors.compactMap(\.kernel)
    let numbers = factors.compactMap(\.number)
    guard let first = kernels.first else { throw error("a kernel", at: begin) }
    let product: any Kernel = kernels.count == 1 ? first : KernelProduct(kernels)
    if numbers.isEmpty && factors.contains(where: \.hasVariance) { return product }
    let variance = numbers.reduce(1, *)
    guard variance > 0, variance < .infinity else {
      throw error("a variance above 0 as the product of the numbers", at: begin)
    }
    return ScaledKernel(variance: variance, product)
  }

  // MARK: Factors

  /// A number, or a kernel and whether it has its own variance.
  private struct Factor {
    var number: Double?
    var kernel: (any Kernel)?
    var hasVariance = false
  }

  private mutating func factor() throws -> Factor {
    let begin = token
    switch begin.kind {
    case .number(let number):
      next += 1
      guard number > 0 else { throw error("a number above 0", at: begin) }
      return Factor(number: number)
    case .sign("("):
      next += 1
      let kernel = try expression()
      try expect(")", "\")\", \"+\" or \"*\"")
      return Factor(kernel: try onColumns(kernel), hasVariance: true)
    case .word("exp"):
      next += 1
      try expect("(", "\"(\" after exp")
      let kernel = try expression()
      try expect(")", "\")\", \"+\" or \"*\"")
      return Factor(kernel: try onColumns(exponential(kernel)))
    case .word(let word):
      next += 1
      guard let kind = KernelKind(word) else {
        throw error("a kernel (\(KernelKind.list))", at: begin)
      }
      let arguments = try arguments(of: kind)
      return Factor(
        kernel: try onColumns(kind.kernel(arguments)), hasVariance: kind.hasVariance)
    default: throw error("a kernel, a number or \"(\"")
    }
  }

  // MARK: Arguments

  private mutating func arguments(of kind: KernelKind) throws -> [String: KernelArgument] {
    var arguments: [String: KernelArgument] = [:]
    guard take("(") else { return arguments }
    if take(")") { return arguments }
    let names = kind.argumentNames
    repeat {
      let begin = token
      guard case .word(let name) = begin.kind, names.contains(name), arguments[name] == nil else {
        let left = names.filter { arguments[$0] == nil }
        throw error(
          left.isEmpty
            ? "no further argument of \(kind.rawValue)"
            : "an argument of \(kind.rawValue) (\(left.joined(separator: ", ")))")
      }
      next += 1
      try expect("=", "\"=\" after \(name)")
      arguments[name] = try value(of: name)
    } while take(",")
    try expect(")", "\",\" or \")\"")
    return arguments
  }

  private mutating func value(of name: String) throws -> KernelArgument {
    var numbers: [Double] = []
    if name == "length", take("[") {
      repeat { numbers.append(try number("a length above 0")) } while take(",")
      try expect("]", "\",\" or \"]\"")
    } else if name == "degree" {
      let begin = token
      let degree = try number("a degree of 1 to 20")
      guard degree <= 20, degree == degree.rounded() else {
        throw error("a degree of 1 to 20", at: begin)
      }
      return KernelArgument(numbers: [degree], isFixed: false)
    } else {
      numbers = [try number("a \(name) above 0")]
    }
    guard token.kind == .word("fixed") else {
      return KernelArgument(numbers: numbers, isFixed: false)
    }
    next += 1
    return KernelArgument(numbers: numbers, isFixed: true)
  }

  private mutating func number(_ expected: String) throws -> Double {
    guard case .number(let number) = token.kind, number > 0 else { throw error(expected) }
    next += 1
    return number
  }

  // MARK: Columns

  private mutating func onColumns(_ kernel: any Kernel) throws -> any Kernel {
    guard take("[") else { return kernel }
    var chosen: [Int] = []
    repeat { chosen.append(try column()) } while take(",")
    try expect("]", "\",\" or \"]\"")
    return kernel.on(columns: chosen)
  }

  private mutating func column() throws -> Int {
    let number: Int? =
      switch token.kind {
      case .word(let name): columns.firstIndex(of: name)
      case .number(let number): Int(exactly: number)
      default: nil
      }
    guard let number, number < (columns.isEmpty ? 1_000_000 : columns.count) else {
      throw error(
        columns.isEmpty
          ? "the number of a column" : "a column (\(columns.joined(separator: ", ")))")
    }
    next += 1
    return number
  }
}
