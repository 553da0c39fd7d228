/// How one kind of value is read from a command line, and how it is recorded.
struct OptionValue<Value>: Sendable {
  /// The value, or a `CommandLineError` that names the option.
  let read: @Sendable (_ text: String, _ option: String) throws -> Value
  let record: @Sendable (Value) -> ConfigurationValue

  /// The same for an option that may be left out.
  var optional: OptionValue<Value?> {
    OptionValue<Value?>(
      read: { text, option in try read(text, option) },
      record: { value in value.map(record) ?? .absent })
  }
}

extension OptionValue where Value == Int {
  /// A whole number within bounds.
  static func integer(in bounds: Bounds<Int>) -> OptionValue {
    OptionValue(
      read: { text, option in
        try readInteger(text, in: bounds, option: option, expected: "a whole number")
      },
      record: { .integer($0) })
  }
}

extension OptionValue where Value == [Int] {
  /// Whole numbers within bounds, between commas.
  static func integers(in bounds: Bounds<Int>) -> OptionValue {
    OptionValue(
      read: { text, option in
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let expected = "whole numbers between commas"
        // Of "400,,200" the part that is wrong is empty, and says nothing.
        guard !parts.contains("") else {
          throw CommandLineError.invalidValue(option: option, value: text, expected: expected)
        }
        return try parts.map { part in
          try readInteger(String(part), in: bounds, option: option, expected: expected)
        }
      },
      record: { .integers($0) })
  }
}

extension OptionValue where Value == Double {
  /// A finite number within bounds.
  static func number(in bounds: Bounds<Double>) -> OptionValue {
    OptionValue(
      read: { text, option in
        guard let value = Double(text), value.isFinite else {
          throw CommandLineError.invalidValue(
            option: option, value: text, expected: "a finite number")
        }
        guard bounds.contains(value) else {
          throw CommandLineError.outOfRange(
            option: option, value: text, range: bounds.text(Readable.number))
        }
        return value
      },
      record: { .number($0) })
  }
}

extension OptionValue where Value == String {
  /// Any text but the empty one, which on a command line is a variable that was not set.
  static var text: OptionValue {
    OptionValue(
      read: { text, option in
        guard !text.isEmpty else {
          throw CommandLineError.invalidValue(
            option: option, value: text, expected: "a text that is not empty")
        }
        return text
      },
      record: { .text($0) })
  }
}

extension OptionValue where Value: CaseIterable & RawRepresentable<String> & Sendable {
  /// One of the words of an enumeration.
  static var choice: OptionValue {
    let words = Value.allCases.map(\.rawValue)
    return OptionValue(
      read: { text, option in
        guard let value = Value(rawValue: text) else {
          throw CommandLineError.notAChoice(
            option: option, value: text, choices: words)
        }
        return value
      },
      record: { .text($0.rawValue) })
  }
}

extension OptionValue where Value == Bool {
  /// True if the option is given.
  static var flag: OptionValue {
    OptionValue(read: { _, _ in true }, record: { .flag($0) })
  }
}

private func readInteger(
  _ text: String, in bounds: Bounds<Int>, option: String, expected: String
) throws -> Int {
  if let value = Int(text) {
    guard bounds.contains(value) else {
      throw CommandLineError.outOfRange(
        option: option, value: text, range: bounds.text { "\($0)" })
    }
    return value
  }
  // More digits than an Int holds are a number too: "not a whole number" would be wrong.
  let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
  guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
    throw CommandLineError.invalidValue(option: option, value: text, expected: expected)
  }
  throw CommandLineError.outOfRange(option: option, value: text, range: bounds.closedText)
}
