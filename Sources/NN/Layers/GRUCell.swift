import Tensor

/// The gated recurrent unit (Cho, van Merriënboer, Gülçehre, Bahdanau, Bougares, Schwenk and Bengio
/// 2014, equations 5 to 8), with biases.
///
/// - r = sigmoid(x·Wᵣ + h·Uᵣ + bᵣ), the reset gate,
/// - z = sigmoid(x·W_z + h·U_z + b_z), the update gate,
/// - c = tanh(x·W_c + (r ⊙ h)·U_c + b_c), the candidate,
/// - h′ = z ⊙ h + (1 − z) ⊙ c.
///
/// - Input: `[batch, inputSize]`. State and output: h, `[batch, hiddenSize]`.
/// - Parameters: 3 · (inputSize + hiddenSize + 1) · hiddenSize.
public final class GRUCell: RecurrentCell {
  /// The weights of the input, Wᵣ, W_z and W_c concatenated, `[inputSize, 3 · hiddenSize]`.
  @Parameter public var weight: Tensor
  /// The gates' weights of the state, Uᵣ and U_z concatenated, `[hiddenSize, 2 · hiddenSize]`.
  @Parameter public var recurrentWeight: Tensor
  /// The candidate's weight of the state, U_c, `[hiddenSize, hiddenSize]`.
  @Parameter public var candidateWeight: Tensor
  /// The biases, bᵣ, b_z and b_c concatenated, `[3 · hiddenSize]`.
  @Parameter public var bias: Tensor

  /// The weights and the biases.
  public var members: Members {
    [
      "weight": $weight, "recurrentWeight": $recurrentWeight, "candidateWeight": $candidateWeight,
      "bias": $bias,
    ]
  }

  /// The number of features of an input.
  public var inputSize: Int { weight.shape[0] }
  /// The number of features of an output.
  public var hiddenSize: Int { bias.count / 3 }

  /// Creates a cell whose biases start at zero.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, initializer: Initializer = .glorotUniform,
    using random: Random
  ) {
    Self.checkSizes(inputSize, hiddenSize)
    weight = initializer(
      [inputSize, 3 * hiddenSize], fanIn: inputSize, fanOut: hiddenSize, using: random)
    recurrentWeight = initializer(
      [hiddenSize, 2 * hiddenSize], fanIn: hiddenSize, fanOut: hiddenSize, using: random)
    candidateWeight = initializer(
      [hiddenSize, hiddenSize], fanIn: hiddenSize, fanOut: hiddenSize, using: random)
    bias = Initializer.zeros([3 * hiddenSize])
  }

  /// Zeros, `[batchSize, hiddenSize]`.
  public func initialState(batchSize: Int) -> Tensor {
    Tensor.zeros([batchSize, hiddenSize], dtype: bias.dtype)
  }

  /// The state after one step.
  public func callAsFunction(_ x: Tensor, _ state: Tensor) -> Tensor {
    checkStep(x, state)
    let fromInput = affine(x, weight, bias).split(
      into: [2 * hiddenSize, hiddenSize], along: 1)
    let gates = sigmoid(fromInput[0] + state.matmul(recurrentWeight)).split(count: 2, along: 1)
    let (reset, update) = (gates[0], gates[1])
    let candidate = tanh(fromInput[1] + (reset * state).matmul(candidateWeight))
    return update * state + (1 - update) * candidate
  }

  /// The state itself.
  public func output(of state: Tensor) -> Tensor { state }
}
