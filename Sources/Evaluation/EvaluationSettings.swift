import Settings

/// The evaluations of a trained model, besides its losses.
public struct EvaluationSettings: SettingGroup {
  /// Samples for each test example to estimate log p(x) at the end.
  @Setting(
    "samples for each test example to estimate log p(x) at the end", in: 1...1_000_000,
    placeholder: "K", absence: "no estimate", .changeable) public var importanceSamples: Int? = nil
  /// Classifier that evaluates samples at the end.
  @Setting(
    "classifier that evaluates samples at the end", placeholder: "FILE|none",
    absence: "one trained on the data, once", pathOr: [Judging.none], .changeable) public var judge:
    String? = nil

  /// The defaults.
  public init() {}
}
