/// The value of an argument.
struct KernelArgument {
  let numbers: [Double]
  let isFixed: Bool
}

/// A kernel that an expression can name.
enum KernelKind: String, CaseIterable {
  case squaredExponential = "squared-exponential"
  case maternHalf = "matern-1/2"
  case maternThreeHalves = "matern-3/2"
  case maternFiveHalves = "matern-5/2"
  case rationalQuadratic = "rational-quadratic"
  case periodic
  case locallyPeriodic = "locally-periodic"
  case linear, polynomial, constant, white

  init?(_ word: String) {
    if let kind = word == "rbf" ? .squaredExponential : Self(rawValue: word) {
      self = kind
    } else {
      return nil
    }
  }

  /// All names, for messages.
  static var list: String { (["rbf"] + allCases.map(\.rawValue)).joined(separator: ", ") }

  /// Whether one of the kernel's parameters is a variance.
  var hasVariance: Bool { argumentNames.contains("variance") }

  var argumentNames: [String] {
    switch self {
    case .squaredExponential, .maternHalf, .maternThreeHalves, .maternFiveHalves: ["length"]
    case .rationalQuadratic: ["length", "alpha"]
    case .periodic: ["period", "length"]
    case .locallyPeriodic: ["period", "length", "decay"]
    case .polynomial: ["degree", "offset"]
    case .linear, .constant, .white: ["variance"]
    }
  }

  func kernel(_ arguments: [String: KernelArgument]) -> any Kernel {
    var kernel = free(arguments)
    for index in kernel.parameters.indices {
      let name = kernel.parameters[index].name
      let own = name[name.index(after: name.lastIndex(of: ".") ?? name.startIndex)...]
      // length-1 and length-2 belong to length.
      let argument = own.hasPrefix("length") ? "length" : String(own)
      kernel.parameters[index].isFixed = arguments[argument]?.isFixed ?? false
    }
    return kernel
  }

  private func free(_ arguments: [String: KernelArgument]) -> any Kernel {
    func number(_ name: String, default value: Double = 1) -> Double {
      arguments[name]?.numbers.first ?? value
    }
    let lengths = arguments["length"]?.numbers ?? [1]
    return switch self {
    case .squaredExponential: SquaredExponential(lengths: lengths)
    case .maternHalf: Matern(.half, lengths: lengths)
    case .maternThreeHalves: Matern(.threeHalves, lengths: lengths)
    case .maternFiveHalves: Matern(.fiveHalves, lengths: lengths)
    case .rationalQuadratic: RationalQuadratic(lengths: lengths, alpha: number("alpha"))
    case .periodic: Periodic(period: number("period"), length: number("length"))
    case .locallyPeriodic:
      LocallyPeriodic(period: number("period"), length: number("length"), decay: number("decay"))
    case .linear: Linear(variance: number("variance"))
    case .polynomial:
      Polynomial(degree: Int(number("degree", default: 2)), offset: number("offset"))
    case .constant: Constant(variance: number("variance"))
    case .white: White(variance: number("variance"))
    }
  }
}
