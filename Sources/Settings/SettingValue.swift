/// A type that a ``Setting`` can have: whole numbers, numbers, texts, flags, lists, choices, and
/// optionals of these.
public protocol SettingValue: Codable, Equatable, Sendable {
  /// The type of its bounds; `Never` if it has none.
  associatedtype Bound: Comparable & Sendable = Never

  /// Parses the text given after an option.
  ///
  /// - Throws: A problem that states what was expected.
  static func read(_ text: String, in bounds: Bounds<Bound>) throws(SettingProblem) -> Self

  /// The value as recorded in `config.json`.
  var record: ConfigurationValue { get }

  /// The placeholder for a value in the help: `N`, or nil for a flag.
  static var placeholder: String? { get }
}

/// The reason why a setting's text is invalid.
public enum SettingProblem: Error, Equatable, Sendable {
  /// The text is not of the expected kind: `a whole number`.
  case notOfKind(expected: String)
  /// A number is out of bounds.
  case outOfRange(String, found: String? = nil)
  /// The text is not one of these words.
  case notAChoice([String])
}

extension SettingProblem {
  /// What was expected, in words: `a whole number`.
  public var expectation: String {
    switch self {
    case .notOfKind(let expected), .outOfRange(let expected, _): expected
    case .notAChoice(let words): alternatives(words)
    }
  }
}

extension Int: SettingValue {
  /// A whole number within bounds.
  public static func read(_ text: String, in bounds: Bounds<Int>) throws(SettingProblem) -> Int {
    try read(text, in: bounds, expected: "a whole number")
  }

  fileprivate static func read(
    _ text: String, in bounds: Bounds<Int>, expected: String
  ) throws(SettingProblem) -> Int {
    if let value = Int(text) {
      guard bounds.contains(value) else { throw .outOfRange(bounds.text { "\($0)" }) }
      return value
    }
    // A number with more digits than an Int holds is still a whole number, just out of range.
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw .notOfKind(expected: expected)
    }
    throw .outOfRange(bounds.closedText)
  }

  /// The number.
  public var record: ConfigurationValue { .integer(self) }
  /// `N`.
  public static var placeholder: String? { "N" }
}

extension Double: SettingValue {
  /// A finite number within bounds.
  public static func read(
    _ text: String, in bounds: Bounds<Double>
  ) throws(SettingProblem) -> Double {
    guard let value = Double(text), value.isFinite else {
      throw .notOfKind(expected: "a finite number")
    }
    guard bounds.contains(value) else { throw .outOfRange(bounds.text(shortest)) }
    return value
  }

  /// The number.
  public var record: ConfigurationValue { .number(self) }
  /// `X`.
  public static var placeholder: String? { "X" }
}

extension Bool: SettingValue {
  /// Returns true: giving the flag sets it; in a file it is `true` or `false`.
  public static func read(_ text: String, in bounds: Bounds<Never>) throws(SettingProblem) -> Bool {
    if text.isEmpty { return true }
    guard let value = Bool(text) else { throw .notAChoice(["true", "false"]) }
    return value
  }

  /// Whether the flag is given.
  public var record: ConfigurationValue { .flag(self) }
  /// None.
  public static var placeholder: String? { nil }
}

extension String: SettingValue {
  /// Any text except the empty one, which usually comes from an unset shell variable.
  public static func read(
    _ text: String, in bounds: Bounds<Never>
  ) throws(SettingProblem) -> String {
    guard !text.isEmpty else { throw .notOfKind(expected: "a text that is not empty") }
    return text
  }

  /// The text.
  public var record: ConfigurationValue { .text(self) }
  /// `TEXT`.
  public static var placeholder: String? { "TEXT" }
}

extension Array: SettingValue where Element == Int {
  /// Whole numbers within bounds, separated by commas.
  public static func read(
    _ text: String, in bounds: Bounds<Int>
  ) throws(SettingProblem) -> [Int] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let expected = "whole numbers separated by commas"
    // The invalid part of "400,,200" is empty, which would not help in a message.
    guard !parts.contains("") else { throw .notOfKind(expected: expected) }
    var values: [Int] = []
    for part in parts {
      do throws(SettingProblem) {
        values.append(try Int.read(String(part), in: bounds, expected: expected))
      } catch .outOfRange(let range, _) {
        throw .outOfRange(range, found: String(part))
      }
    }
    return values
  }

  /// The numbers.
  public var record: ConfigurationValue { .integers(self) }
  /// `N,...`.
  public static var placeholder: String? { "N,..." }
}

extension Optional: SettingValue where Wrapped: SettingValue {
  /// A value; nil stands for an omitted option.
  public static func read(
    _ text: String, in bounds: Bounds<Wrapped.Bound>
  ) throws(SettingProblem) -> Wrapped? {
    try Wrapped.read(text, in: bounds)
  }

  /// The value, or `.absent`.
  public var record: ConfigurationValue { map(\.record) ?? .absent }
  /// The placeholder of the wrapped value.
  public static var placeholder: String? { Wrapped.placeholder }
}

/// An enumeration whose words can be typed: `dense`, `conv`.
public protocol Choice: SettingValue, CaseIterable, RawRepresentable
where RawValue == String, Bound == Never {}

extension Choice {
  /// Reads one of the words.
  public static func read(_ text: String, in bounds: Bounds<Never>) throws(SettingProblem) -> Self {
    guard let value = Self(rawValue: text) else { throw .notAChoice(allCases.map(\.rawValue)) }
    return value
  }

  /// The word.
  public var record: ConfigurationValue { .text(rawValue) }
  /// The words.
  public static var placeholder: String? { allCases.map(\.rawValue).joined(separator: "|") }
}

/// The shortest text that reads back as the same number, without the `.0` of a whole one.
package func shortest(_ value: Double) -> String {
  let text = value.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
