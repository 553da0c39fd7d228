/// The values that an option accepts.
///
/// Swift's own ranges have no form for "above 0", which is what a learning rate needs.
public enum Bounds<Value: Comparable & Sendable>: Sendable {
  /// Every value.
  case any
  /// The value given, or more.
  case atLeast(Value)
  /// More than the value given.
  case above(Value)
  /// Both ends included.
  case between(Value, and: Value)
  /// The first value included, the second not.
  case from(Value, below: Value)
  /// One of a few values.
  case oneOf([Value])

  /// Whether the value is allowed.
  public func contains(_ value: Value) -> Bool {
    switch self {
    case .any: true
    case .atLeast(let lowest): value >= lowest
    case .above(let limit): value > limit
    case .between(let lowest, let highest): value >= lowest && value <= highest
    case .from(let lowest, let limit): value >= lowest && value < limit
    case .oneOf(let values): values.contains(value)
    }
  }

  /// The bounds in words, with the numbers printed by `print`.
  public func text(_ print: (Value) -> String) -> String {
    switch self {
    case .any: "any value"
    case .atLeast(let lowest): "\(print(lowest)) or more"
    case .above(let limit): "more than \(print(limit))"
    case .between(let lowest, let highest): "\(print(lowest)) to \(print(highest))"
    case .from(let lowest, let limit): "\(print(lowest)) or more, but less than \(print(limit))"
    case .oneOf(let values): alternatives(values.map(print))
    }
  }
}

extension Bounds<Int> {
  /// The bounds in words, with the limits of `Int` where they have no ends of their own.
  var closedText: String {
    switch self {
    case .any: "\(Int.min) to \(Int.max)"
    case .atLeast(let lowest): "\(lowest) to \(Int.max)"
    case .above(let limit): "more than \(limit), at most \(Int.max)"
    case .between, .from, .oneOf: text { "\($0)" }
    }
  }
}

/// A list in words: `a`, `a or b`, `a, b or c`.
package func alternatives(_ items: [String]) -> String {
  guard let last = items.last, items.count > 1 else { return items.first ?? "" }
  return items.dropLast().joined(separator: ", ") + " or " + last
}
