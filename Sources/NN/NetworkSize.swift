/// How large a network is, known before memory is taken for it.
///
/// ```swift
/// NetworkSize.perceptron([784, 400, 10]).parameters   // 318010
/// ```
public struct NetworkSize: Equatable, Sendable {
  /// The number of its parameters.
  public let parameters: Int
  /// The number of values that its layers put out for one example.
  public let outputs: Int

  /// A size from its two numbers.
  public init(parameters: Int, outputs: Int) {
    self.parameters = parameters
    self.outputs = outputs
  }

  /// Fully connected layers between these widths, each with a bias.
  public static func perceptron(_ widths: [Int]) -> NetworkSize {
    zip(widths, widths.dropFirst()).reduce(NetworkSize(parameters: 0, outputs: 0)) { size, pair in
      size + NetworkSize(parameters: (pair.0 + 1) * pair.1, outputs: pair.1)
    }
  }

  /// A convolution, transposed or not.
  ///
  /// - Parameters:
  ///   - inputs: The channels of its input.
  ///   - outputs: The channels of its output.
  ///   - kernel: The side of its kernel.
  ///   - area: The height of its output times the width.
  ///   - hasBias: Whether there is a number to be added for each channel.
  public static func convolution(
    _ inputs: Int, _ outputs: Int, kernel: Int, area: Int, hasBias: Bool = true
  ) -> NetworkSize {
    NetworkSize(
      parameters: inputs * outputs * kernel * kernel + (hasBias ? outputs : 0),
      outputs: outputs * area)
  }

  /// Batch norm of so many channels at each of `area` places.
  public static func batchNorm(_ channels: Int, area: Int) -> NetworkSize {
    NetworkSize(parameters: 2 * channels, outputs: channels * area)
  }

  /// Both networks, one after the other.
  public static func + (a: NetworkSize, b: NetworkSize) -> NetworkSize {
    NetworkSize(parameters: a.parameters + b.parameters, outputs: a.outputs + b.outputs)
  }
}
