/// A type that a ``Setting`` can have: whole numbers, numbers, texts, flags, lists, choices, and each
/// of these where it may be left out.
public protocol SettingValue: Codable, Equatable, Sendable {
  /// What its bounds are made of; `Never` where it has none.
  associatedtype Bound: Comparable & Sendable = Never

  /// Reads a text as it stands behind an option.
  ///
  /// - Throws: What was expected instead.
  static func read(_ text: String, in bounds: Bounds<Bound>) throws(SettingProblem) -> Self

  /// The value as `config.json` has it.
  var record: ConfigurationValue { get }

  /// What stands for a value in the help: `N`, or nil for a flag.
  static var placeholder: String? { get }
}

/// What is wrong with the text of a setting.
public enum SettingProblem: Error, Equatable, Sendable {
  /// It is not of the kind that is expected: `a whole number`.
  case notOfKind(expected: String)
  /// A number is out of bounds.
  case outOfRange(String, found: String? = nil)
  /// It is none of these words.
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
    // More digits than an Int holds are a number too: "not a whole number" would be wrong.
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
  /// True: that the option is given says it; in a file, `true` or `false`.
  public static func read(_ text: String, in bounds: Bounds<Never>) throws(SettingProblem) -> Bool {
    if text.isEmpty { return true }
    guard let value = Bool(text) else { throw .notAChoice(["true", "false"]) }
    return value
  }

  /// Whether it is given.
  public var record: ConfigurationValue { .flag(self) }
  /// None.
  public static var placeholder: String? { nil }
}

extension String: SettingValue {
  /// Any text but the empty one, which on a command line is a variable that was not set.
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
  /// Whole numbers within bounds, between commas.
  public static func read(
    _ text: String, in bounds: Bounds<Int>
  ) throws(SettingProblem) -> [Int] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let expected = "whole numbers between commas"
    // Of "400,,200" the part that is wrong is empty, and says nothing.
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
  /// A value; nil is what is left out.
  public static func read(
    _ text: String, in bounds: Bounds<Wrapped.Bound>
  ) throws(SettingProblem) -> Wrapped? {
    try Wrapped.read(text, in: bounds)
  }

  /// The value, or that there is none.
  public var record: ConfigurationValue { map(\.record) ?? .absent }
  /// That of the value.
  public static var placeholder: String? { Wrapped.placeholder }
}

/// An enumeration whose words can be typed: `dense`, `conv`.
public protocol Choice: SettingValue, CaseIterable, RawRepresentable
where RawValue == String, Bound == Never {}

extension Choice {
  /// One of the words.
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
