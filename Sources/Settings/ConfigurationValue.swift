import Files

/// A value that an option can have and that JSON can hold.
public enum ConfigurationValue: Equatable, Sendable {
  /// No value was given, and there is no default.
  case absent
  /// Whether a flag is given.
  case flag(Bool)
  /// A whole number.
  case integer(Int)
  /// Whole numbers, in order.
  case integers([Int])
  /// A number. In JSON, one that is not finite becomes null.
  case number(Double)
  /// Numbers, in order.
  case numbers([Double])
  /// A text.
  case text(String)

  /// Whether all numbers in it are finite.
  public var isFinite: Bool {
    switch self {
    case .number(let value): value.isFinite
    case .numbers(let values): values.allSatisfy(\.isFinite)
    case .absent, .flag, .integer, .integers, .text: true
    }
  }

  /// The value in JSON.
  func json() throws -> String {
    switch self {
    case .absent: return "null"
    case .integers(let values): return "[" + values.map(String.init).joined(separator: ", ") + "]"
    case .number(let value) where !value.isFinite: return "null"
    case .numbers(let values):
      let numbers = try values.map { try ConfigurationValue.number($0).json() }
      return "[" + numbers.joined(separator: ", ") + "]"
    case .flag, .integer, .number: return description
    case .text(let text): return try jsonText(text)
    }
  }
}

extension ConfigurationValue: CustomStringConvertible {
  /// The value as it would be typed on a command line; the same in every locale.
  public var description: String {
    switch self {
    case .absent: "none"
    case .flag(let isSet): "\(isSet)"
    case .integer(let value): "\(value)"
    case .integers(let values): values.map(String.init).joined(separator: ",")
    case .number(let value): shortest(value)
    case .numbers(let values): values.map(shortest).joined(separator: ",")
    case .text(let text): text
    }
  }
}

extension ConfigurationValue: Codable {
  /// Reads a value from JSON; a number without a fraction is read as a whole number.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .absent
    } else if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode([Int].self) {
      self = .integers(value)
    } else if let value = try? container.decode([Double].self) {
      self = .numbers(value)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  /// Writes the value as JSON.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .absent: try container.encodeNil()
    case .flag(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .integers(let values): try container.encode(values)
    case .number(let value): try container.encode(value)
    case .numbers(let values): try container.encode(values)
    case .text(let text): try container.encode(text)
    }
  }

  /// The value as typed after an option; nil if the option is not given.
  public var argument: String? {
    switch self {
    case .absent, .flag(false): nil
    case .flag(true): ""
    default: description
    }
  }
}
