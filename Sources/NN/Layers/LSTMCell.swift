import Tensor

/// The long short-term memory cell (Hochreiter and Schmidhuber 1997) with the forget gate of Gers,
/// Schmidhuber and Cummins (2000).
///
/// - i = sigmoid(x·Wᵢ + h·Uᵢ + bᵢ), f = sigmoid(x·W_f + h·U_f + b_f),
///   o = sigmoid(x·Wₒ + h·Uₒ + bₒ), the input, forget and output gates,
/// - g = tanh(x·W_g + h·U_g + b_g), the candidate,
/// - c′ = f ⊙ c + i ⊙ g, h′ = o ⊙ tanh(c′).
///
/// - Input: `[batch, inputSize]`. State: h and c. Output: h, `[batch, hiddenSize]`.
/// - Parameters: 4 · (inputSize + hiddenSize + 1) · hiddenSize.
public final class LSTMCell: RecurrentCell {
  /// The state carried from step to step.
  public struct State: Sendable {
    /// The output h, `[batch, hiddenSize]`.
    public let hidden: Tensor
    /// The memory c, `[batch, hiddenSize]`.
    public let cell: Tensor

    /// Creates a state.
    public init(hidden: Tensor, cell: Tensor) {
      self.hidden = hidden
      self.cell = cell
    }
  }

  /// The weights of the input, Wᵢ, W_f, Wₒ and W_g concatenated, `[inputSize, 4 · hiddenSize]`.
  @Parameter public var weight: Tensor
  /// The weights of h, Uᵢ, U_f, Uₒ and U_g concatenated, `[hiddenSize, 4 · hiddenSize]`.
  @Parameter public var recurrentWeight: Tensor
  /// The biases, bᵢ, b_f, bₒ and b_g concatenated, `[4 · hiddenSize]`.
  @Parameter public var bias: Tensor

  /// The weights and the biases.
  public var members: Members {
    ["weight": $weight, "recurrentWeight": $recurrentWeight, "bias": $bias]
  }

  /// The number of features of an input.
  public var inputSize: Int { weight.shape[0] }
  /// The number of features of an output.
  public var hiddenSize: Int { bias.count / 4 }

  /// Creates a cell; the forget gate's biases start at one, so that it remembers until it learns
  /// what to forget (Gers, Schmidhuber and Cummins 2000), the others at zero.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, initializer: Initializer = .glorotUniform,
    using random: Random
  ) {
    Self.checkSizes(inputSize, hiddenSize)
    weight = initializer(
      [inputSize, 4 * hiddenSize], fanIn: inputSize, fanOut: hiddenSize, using: random)
    recurrentWeight = initializer(
      [hiddenSize, 4 * hiddenSize], fanIn: hiddenSize, fanOut: hiddenSize, using: random)
    bias = Initializer.ones([hiddenSize]).padded(
      before: hiddenSize, after: 2 * hiddenSize, along: 0)
  }

  /// Zeros, `[batchSize, hiddenSize]` each.
  public func initialState(batchSize: Int) -> State {
    let zeros = Tensor.zeros([batchSize, hiddenSize], dtype: bias.dtype)
    return State(hidden: zeros, cell: zeros)
  }

  /// The state after one step.
  public func callAsFunction(_ x: Tensor, _ state: State) -> State {
    checkStep(x, state.hidden, state.cell)
    let sums = affine(x, weight, bias) + state.hidden.matmul(recurrentWeight)
    let parts = sums.split(into: [3 * hiddenSize, hiddenSize], along: 1)
    let gates = sigmoid(parts[0]).split(count: 3, along: 1)
    let (input, forget, output) = (gates[0], gates[1], gates[2])
    let cell = forget * state.cell + input * tanh(parts[1])
    return State(hidden: output * tanh(cell), cell: cell)
  }

  /// The hidden part of the state.
  public func output(of state: State) -> Tensor { state.hidden }
}
