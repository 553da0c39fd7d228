/// An axis of a figure: label, unit, scale and range.
///
/// ```swift
/// .linear("epoch", wholeNumbers: true)
/// .log("loss", unit: "nats per image")
/// .linear("x", range: -3...3)
/// .categories(["EM", "variational", "MCMC"])
/// ```
public struct Axis: Equatable, Sendable {
  enum Kind: Equatable, Sendable { case linear, logarithmic, categories([String]) }

  /// The measured quantity.
  public var label: String
  /// The unit, shown in parentheses after the label.
  public var unit: String
  /// The range; nil covers the marks.
  public var range: ClosedRange<Double>?
  /// Whether values increase to the left or downwards, as matrix rows do.
  public var isReversed = false
  /// Whether ticks are at whole numbers only.
  var isWhole = false
  /// Explicit ticks instead of round numbers.
  var ticks: [Tick]?
  let kind: Kind

  private init(
    _ kind: Kind, _ label: String, unit: String = "", range: ClosedRange<Double>? = nil
  ) {
    if let range {
      precondition(
        range.lowerBound.isFinite && range.upperBound.isFinite,
        "Axis: expected a finite range, found \(range)")
    }
    self.kind = kind
    self.label = label
    self.unit = unit
    self.range = range
  }

  /// A linear axis.
  public static func linear(
    _ label: String = "", unit: String = "", range: ClosedRange<Double>? = nil,
    wholeNumbers: Bool = false
  ) -> Axis {
    var axis = Axis(.linear, label, unit: unit, range: range)
    axis.isWhole = wholeNumbers
    return axis
  }

  /// A logarithmic axis; values that are not positive are omitted.
  public static func log(
    _ label: String = "", unit: String = "", range: ClosedRange<Double>? = nil
  ) -> Axis {
    if let range {
      precondition(
        range.lowerBound > 0, "Axis.log: expected a range above 0, found \(range)")
    }
    return Axis(.logarithmic, label, unit: unit, range: range)
  }

  /// An axis of categories, which are at 0, 1, 2 and so on.
  public static func categories(_ names: [String], label: String = "") -> Axis {
    Axis(.categories(names), label)
  }

  /// The same axis with values increasing to the left or downwards.
  public var reversed: Axis {
    var axis = self
    axis.isReversed = true
    return axis
  }

  /// The same axis with ticks at these values only.
  ///
  /// - Parameters:
  ///   - values: The positions of the ticks.
  ///   - labels: Their labels; nil shows the values to four digits.
  public func ticks(at values: [Double], labels: [String]? = nil) -> Axis {
    let labels = labels ?? values.map { DecimalNumber($0)?.rounded(to: 4).text ?? "" }
    checkCounts("Axis.ticks", ["values": values.count, "labels": labels.count])
    var axis = self
    axis.ticks = zip(values, labels).map { Tick(value: $0, label: $1) }
    return axis
  }

  /// The label with its unit.
  var name: String { unit.isEmpty ? label : label.isEmpty ? unit : "\(label) (\(unit))" }

  var isLogarithmic: Bool { kind == .logarithmic }

  var isCategorical: Bool { if case .categories = kind { true } else { false } }
}
