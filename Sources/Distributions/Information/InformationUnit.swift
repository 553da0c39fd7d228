import Tensor

/// The unit of an amount of information.
public enum InformationUnit: String, Sendable, CaseIterable {
  /// Natural logarithms.
  case nats
  /// Logarithms to base 2.
  case bits

  /// The size of the unit in nats.
  public var nats: Double { self == .nats ? 1 : 0.6931471805599453 }
}

/// An error in numbers that should be probabilities, as opposed to a programmer's error.
public enum InformationError: Error, Equatable, Sendable {
  /// The table is empty.
  case empty
  /// The element at an index, in row-major order, is negative, infinite or NaN.
  case notAProbability(value: Double, place: Int)
  /// The elements do not sum to 1.
  case sumIsNotOne(sum: Double)
  /// All counts are 0.
  case noCounts
  /// A code word that no symbol has, or an incomplete one, at an index in the bits.
  case notACode(place: Int)
}

extension InformationError: CustomStringConvertible {
  /// What was expected and found.
  public var description: String {
    switch self {
    case .empty: "expected a table of one probability or more, found none"
    case .notAProbability(let value, let place):
      "expected finite numbers of 0 or more, found \(value) at place \(place)"
    case .sumIsNotOne(let sum):
      "expected probabilities that sum to 1, found the sum \(sum); counts are divided by their sum"
        + " with ProbabilityTable(counts:)"
    case .noCounts: "expected a count above 0, found none"
    case .notACode(let place):
      "expected code words, found other bits from place \(place) on"
    }
  }
}

/// The sum of the elements, after checking that they are finite and 0 or more.
func checkedProbabilities(_ values: [Double]) throws -> Double {
  if values.isEmpty { throw InformationError.empty }
  if let place = values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
    throw InformationError.notAProbability(value: values[place], place: place)
  }
  return values.reduce(0, +)
}
