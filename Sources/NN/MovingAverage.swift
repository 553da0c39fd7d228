import Tensor

/// An exponential moving average of a module's parameters (Polyak and Juditsky 1992), of all or of some.
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
  private let includesBuffers: Bool

  /// Creates an average that begins at the module's present parameters.
  ///
  /// - Parameters:
  ///   - module: The module.
  ///   - decay: How much of the average is kept at each update.
  ///   - includesBuffers: Whether buffers, such as the running statistics of batch norm, have an average
  ///     too: averaged weights would not suit those of the last steps.
  ///   - isAveraged: Which parameters have an average, by their names; all, if nothing is said.
  public init(
    of module: some Module, decay: Double, includingBuffers includesBuffers: Bool = false,
    where isAveraged: (_ name: String) -> Bool = { _ in true }
  ) {
    precondition(
      decay >= 0 && decay < 1, "MovingAverage: expected a decay in 0 ..< 1, found \(decay)")
    self.decay = decay
    self.includesBuffers = includesBuffers
    values = [:]
    for tensor in tensors(of: module) where isAveraged(tensor.name) {
      values[tensor.name] = tensor.value()
    }
  }

  /// What has an average if its name is among ``values``.
  private func tensors(of module: some Module) -> [StateTensor] {
    includesBuffers ? module.stateTensors() : module.parameterTensors()
  }

  /// average ← decay · average + (1 − decay) · parameter.
  public func update(from module: some Module) { update(from: module, decay: decay) }

  /// The same after training step `step`, with less of the average kept at first, the smaller of the decay
  /// and (1 + step) / (10 + step), so that the first values do not stay in it for long.
  public func update(from module: some Module, step: Int) {
    update(from: module, decay: min(decay, Double(1 + step) / Double(10 + step)))
  }

  private func update(from module: some Module, decay: Double) {
    for tensor in tensors(of: module) {
      values[tensor.name]?.interpolate(towards: tensor.value(), weight: 1 - decay)
    }
  }

  /// Exchanges the module's parameters with their averages, where they have one.
  public func swap(with module: some Module) {
    for tensor in tensors(of: module) {
      guard let average = values[tensor.name] else { continue }
      values[tensor.name] = tensor.value()
      tensor.assign(average)
    }
  }
}
