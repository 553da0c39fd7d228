import Tensor

/// An exponential moving average of all or some parameters of a module (Polyak and Juditsky 1992).
///
/// ```swift
/// let average = MovingAverage(of: model, decay: 0.999)
/// // after each update:
/// average.update(from: model)
/// average.swap(with: model)   // evaluate with the average; a second swap goes back
/// ```
public final class MovingAverage {
  /// The decay rate: the share of the average kept at each update.
  public let decay: Double
  /// The averages by parameter name; assigning saved ones continues from there.
  public var values: [String: Tensor]
  private let includesBuffers: Bool

  /// Creates an average that starts at the module's current parameters.
  ///
  /// - Parameters:
  ///   - module: The module.
  ///   - decay: The share of the average kept at each update.
  ///   - includesBuffers: Whether buffers, such as the running statistics of batch norm, are
  ///     averaged too: averaged weights would not match the statistics of the last steps.
  ///   - isAveraged: Whether a parameter is averaged, by name; by default all are.
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

  /// The tensors whose averages are in ``values``.
  private func tensors(of module: some Module) -> [StateTensor] {
    includesBuffers ? module.stateTensors() : module.parameterTensors()
  }

  /// average ← decay · average + (1 − decay) · parameter.
  public func update(from module: some Module) { update(from: module, decay: decay) }

  /// Updates after training step `step`, keeping less of the average at first: the smaller of the
  /// decay and (1 + step) / (10 + step), so that the initial values fade quickly.
  public func update(from module: some Module, step: Int) {
    update(from: module, decay: min(decay, Double(1 + step) / Double(10 + step)))
  }

  private func update(from module: some Module, decay: Double) {
    for tensor in tensors(of: module) {
      values[tensor.name]?.interpolate(towards: tensor.value(), weight: 1 - decay)
    }
  }

  /// Exchanges the module's parameters with their averages, where there are any.
  public func swap(with module: some Module) {
    for tensor in tensors(of: module) {
      guard let average = values[tensor.name] else { continue }
      values[tensor.name] = tensor.value()
      tensor.assign(average)
    }
  }
}
