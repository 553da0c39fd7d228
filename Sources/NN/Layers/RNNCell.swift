import Tensor

/// The simple recurrent cell, h′ = tanh(x·W + h·U + b) (Elman 1990).
///
/// - Input: `[batch, inputSize]`. State and output: h, `[batch, hiddenSize]`.
/// - Parameters: (inputSize + hiddenSize + 1) · hiddenSize.
public final class RNNCell: RecurrentCell {
  /// The weight W of the input, `[inputSize, hiddenSize]`.
  @Parameter public var weight: Tensor
  /// The weight U of the state, `[hiddenSize, hiddenSize]`.
  @Parameter public var recurrentWeight: Tensor
  /// The bias b, `[hiddenSize]`.
  @Parameter public var bias: Tensor

  /// The weights and the bias.
  public var members: Members {
    ["weight": $weight, "recurrentWeight": $recurrentWeight, "bias": $bias]
  }

  /// The number of features of an input.
  public var inputSize: Int { weight.shape[0] }
  /// The number of features of an output.
  public var hiddenSize: Int { bias.count }

  /// Creates a cell whose bias starts at zero.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, initializer: Initializer = .glorotUniform,
    using random: Random
  ) {
    Self.checkSizes(inputSize, hiddenSize)
    weight = initializer(
      [inputSize, hiddenSize], fanIn: inputSize, fanOut: hiddenSize, using: random)
    recurrentWeight = initializer(
      [hiddenSize, hiddenSize], fanIn: hiddenSize, fanOut: hiddenSize, using: random)
    bias = Initializer.zeros([hiddenSize])
  }

  /// Zeros, `[batchSize, hiddenSize]`.
  public func initialState(batchSize: Int) -> Tensor {
    Tensor.zeros([batchSize, hiddenSize], dtype: bias.dtype)
  }

  /// The state after one step.
  public func callAsFunction(_ x: Tensor, _ state: Tensor) -> Tensor {
    checkStep(x, state)
    return tanh(affine(x, weight, bias) + state.matmul(recurrentWeight))
  }

  /// The state itself.
  public func output(of state: Tensor) -> Tensor { state }
}
