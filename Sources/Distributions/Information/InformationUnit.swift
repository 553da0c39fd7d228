import Tensor

/// The unit of an amount of information.
public enum InformationUnit: String, Sendable, CaseIterable {
  /// Natural logarithms.
  case nats
  /// Logarithms to base 2.
  case bits

  /// How many nats one unit is.
  public var nats: Double { self == .nats ? 1 : 0.6931471805599453 }
}

/// What is wrong with numbers that should be probabilities: a fact of data.
public enum InformationError: Error, Equatable, Sendable {
  /// A table without an element.
  case empty
  /// The element at a place, in row-major order, is negative, infinite or not a number.
  case notAProbability(value: Double, place: Int)
  /// The elements add up to something other than 1.
  case sumIsNotOne(sum: Double)
  /// All counts are 0.
  case noCounts
  /// A code word that no symbol has, or one that is cut off, at a place of the bits.
  case notACode(place: Int)
}

extension InformationError: CustomStringConvertible {
  /// What was expected and what was found.
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
      "expected code words, found bits that are none from place \(place) on"
    }
  }
}

/// The elements, checked to be finite and 0 or more, with their sum.
func checkedProbabilities(_ values: [Double]) throws -> Double {
  if values.isEmpty { throw InformationError.empty }
  if let place = values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
    throw InformationError.notAProbability(value: values[place], place: place)
  }
  return values.reduce(0, +)
}
