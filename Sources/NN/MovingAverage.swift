import Tensor

/// An exponential moving average of a module's parameters (Polyak and Juditsky 1992).
///
/// ```swift
/// let average = MovingAverage(of: model, decay: 0.999)
/// // after each update:
/// average.update(from: model)
/// average.swap(with: model)   // evaluate with the average; a second swap goes back
/// ```
public final class MovingAverage {
  /// How much of the average is kept at each update.
  public let decay: Double
  /// The averages by parameter name; assigning saved ones goes on from there.
  public var values: [String: Tensor]

  /// Creates an average that begins at the module's present parameters.
  public init(of module: some Module, decay: Double) {
    precondition(
      decay >= 0 && decay < 1, "MovingAverage: expected a decay in 0 ..< 1, found \(decay)")
    self.decay = decay
    values = Dictionary(
      uniqueKeysWithValues: module.parameters.map { ($0.name, $0.parameter.wrappedValue) })
  }

  /// average ← decay · average + (1 − decay) · parameter.
  public func update(from module: some Module) { update(from: module, decay: decay) }

  /// The same after training step `step`, with less of the average kept at first, the smaller of the decay
  /// and (1 + step) / (10 + step), so that the first values do not stay in it for long.
  public func update(from module: some Module, step: Int) {
    update(from: module, decay: min(decay, Double(1 + step) / Double(10 + step)))
  }

  private func update(from module: some Module, decay: Double) {
    for (name, parameter) in module.parameters {
      values[name]?.interpolate(towards: parameter.wrappedValue, weight: 1 - decay)
    }
  }

  /// Exchanges the module's parameters with their averages.
  public func swap(with module: some Module) {
    for (name, parameter) in module.parameters {
      if let average = values.updateValue(parameter.wrappedValue, forKey: name) {
        parameter.wrappedValue = average
      }
    }
  }
}
