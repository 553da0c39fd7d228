import Files
import Foundation
import Settings
import Tensor

/// A value of `result.json` or `values.json`: a number, a text, or lists and named values of them.
///
/// ```swift
/// let value: ResultValue = ["mean": 1.5, "names": ["a", "b"], "covariance": ResultValue(matrix)]
/// ```
public indirect enum ResultValue: Equatable, Sendable {
  /// A number. JSON has only finite ones: others become the text `inf`, `-inf` or `nan`.
  case number(Double)
  /// A whole number.
  case integer(Int)
  /// A text.
  case text(String)
  /// A truth value.
  case flag(Bool)
  /// Values in order.
  case list([ResultValue])
  /// Named values in order.
  case named([Entry])

  /// One name and its value.
  public struct Entry: Equatable, Sendable {
    /// The name.
    public let name: String
    /// The value.
    public let value: ResultValue

    /// Names a value.
    public init(_ name: String, _ value: ResultValue) { (self.name, self.value) = (name, value) }
  }

  /// The elements of a tensor: a number for a scalar, and a list of slices otherwise.
  public init(_ tensor: Tensor) {
    self.init(tensor.doubles[...], tensor.shape[...])
  }

  private init(_ values: ArraySlice<Double>, _ shape: ArraySlice<Int>) {
    guard let count = shape.first else {
      self = .number(values.first ?? .nan)
      return
    }
    let size = count == 0 ? 0 : values.count / count
    self = .list(
      (0..<count).map { index in
        let start = values.startIndex + index * size
        return ResultValue(values[start..<start + size], shape.dropFirst())
      })
  }

  /// Numbers in order.
  public init(_ numbers: [Double]) { self = .list(numbers.map { .number($0) }) }
}

extension ResultValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .flag(value) }
  /// Values in order.
  public init(arrayLiteral elements: ResultValue...) { self = .list(elements) }
  /// Named values in order.
  public init(dictionaryLiteral elements: (String, ResultValue)...) {
    self = .named(elements.map { Entry($0, $1) })
  }
}

extension ResultValue {
  /// The value as indented JSON; lists of plain values stay on one line.
  ///
  /// Foundation encodes the texts, but would not keep the order of names.
  func json(indent: String = "") throws -> String {
    let inner = indent + "  "
    switch self {
    case .number(let number):
      if number.isFinite { return shortest(number) }
      return try jsonText(number.isNaN ? "nan" : number < 0 ? "-inf" : "inf")
    case .integer(let number): return "\(number)"
    case .text(let text): return try jsonText(text)
    case .flag(let flag): return "\(flag)"
    case .list(let values):
      let parts = try values.map { try $0.json(indent: inner) }
      if values.allSatisfy(\.isPlain) { return "[" + parts.joined(separator: ", ") + "]" }
      return "[\n" + parts.map { inner + $0 }.joined(separator: ",\n") + "\n\(indent)]"
    case .named(let entries):
      if entries.isEmpty { return "{}" }
      let lines = try entries.map { entry in
        inner + (try jsonText(entry.name)) + ": " + (try entry.value.json(indent: inner))
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
  }

  private var isPlain: Bool {
    switch self {
    case .number, .integer, .text, .flag: true
    case .list, .named: false
    }
  }

  /// The value on one line, for people.
  var line: String {
    switch self {
    case .number(let number): sixDigits(number)
    case .integer(let number): "\(number)"
    case .text(let text): text
    case .flag(let flag): flag ? "yes" : "no"
    case .list(let values):
      values.count > 12
        ? "\(values.count) values" : "(" + values.map(\.line).joined(separator: ", ") + ")"
    case .named(let entries):
      entries.map { "\($0.name) \($0.value.line)" }.joined(separator: ", ")
    }
  }
}

/// A number with six significant digits, as in `0.693147` and `1.2e-09`.
package func sixDigits(_ value: Double) -> String { String(format: "%.6g", value) }
