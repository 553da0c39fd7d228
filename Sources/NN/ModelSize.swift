/// The size of a model, computed before memory is allocated for it.
///
/// ```swift
/// let size = ModelSize.measured(for: .images(28, 28)) {
///   VAE(configuration, for: .images(28, 28), using: Random(seed: 0))
/// }
/// size.parameters   // 652824
/// ```
public struct ModelSize: Equatable, Sendable {
  /// The number of its parameters.
  public let parameters: Int
  /// The number of values in its layers' outputs for one example, a lower bound for convolutions.
  public let outputs: Int

  /// Creates a size from its two numbers.
  public init(parameters: Int, outputs: Int) {
    self.parameters = parameters
    self.outputs = outputs
  }

  /// Builds a model of empty tensors, and adds up the sizes that it would have had.
  ///
  /// A weight matrix has as many outputs as columns. The outputs of a convolution are counted as
  /// one channel of the data's size, assuming that further channels make up for its strides.
  ///
  /// - Parameters:
  ///   - data: The shape of the data that the model is for.
  ///   - build: Builds the model, with this framework's initialisers.
  public static func measured<Built>(for data: DataShape, _ build: () -> Built) -> ModelSize {
    let budget = ParameterBudget(0)
    let built = budget.spend(build)
    // Layers create their small parameters, such as scales, without consulting the budget.
    let others = (built as? any Module)?.parameterCount ?? 0
    let parameters = budget.count.addingReportingOverflow(others)
    let outputs = budget.shapes.reduce(0.0) { sum, shape in
      switch shape.count {
      case 2: sum + Double(shape[1])
      case 4: sum + Double(data.count / max(1, data.sizes.last ?? 1))
      default: sum
      }
    }
    return ModelSize(
      parameters: parameters.overflow ? .max : parameters.partialValue,
      outputs: Int(min(outputs, 1e18)))
  }
}
