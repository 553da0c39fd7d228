import Tensor

/// One step of a recurrent network: from an input and the previous state to the next state.
///
/// ```swift
/// let cell = GRUCell(3, 16, using: random)
/// let (outputs, last) = cell.unrolled(over: x)   // [batch, time, 3] to [batch, time, 16]
/// ```
public protocol RecurrentCell: Module {
  /// The state carried from step to step.
  associatedtype State

  /// The number of features of an input.
  var inputSize: Int { get }
  /// The number of features of an output.
  var hiddenSize: Int { get }

  /// The state before the first step, zeros.
  func initialState(batchSize: Int) -> State
  /// The state after one step.
  ///
  /// - Parameters:
  ///   - x: The input, `[batch, inputSize]`.
  ///   - state: The previous state.
  func callAsFunction(_ x: Tensor, _ state: State) -> State
  /// The output in a state, visible to the rest of a network, `[batch, hiddenSize]`.
  func output(of state: State) -> Tensor
}

extension RecurrentCell {
  /// Applies the cell to a sequence, step by step, with the same parameters at each step.
  ///
  /// Gradients propagate back through all steps (backpropagation through time; Werbos 1990); the
  /// gradient of a parameter is the sum over the steps.
  ///
  /// - Parameters:
  ///   - x: `[batch, time, inputSize]`.
  ///   - state: The state before the first step; zeros by default.
  /// - Returns: The outputs of all steps, `[batch, time, hiddenSize]`, and the last state.
  public func unrolled(over x: Tensor, from state: State? = nil) -> (outputs: Tensor, last: State) {
    precondition(
      x.rank == 3 && x.shape[1] > 0 && x.shape[2] == inputSize,
      "\(call): expected a sequence of shape [batch, time, \(inputSize)] with one step or more, found"
        + " \(x.shape)")
    var state = state ?? initialState(batchSize: x.shape[0])
    var outputs: [Tensor] = []
    for step in x.split(count: x.shape[1], along: 1) {
      state = self(step.squeezed(at: 1), state)
      outputs.append(output(of: state))
    }
    return (Tensor.stacked(outputs, along: 1), state)
  }

  /// The code that creates the cell, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The name of the cell in messages.
  private var call: String { "\(Self.self)(\(inputSize), \(hiddenSize))" }

  /// Stops the program if an input or a part of a state has an unexpected shape.
  func checkStep(_ x: Tensor, _ parts: Tensor...) {
    precondition(
      x.rank == 2 && x.shape[1] == inputSize,
      "\(call): expected an input of shape [batch, \(inputSize)], found \(x.shape)")
    for part in parts {
      precondition(
        part.shape == [x.shape[0], hiddenSize],
        "\(call): expected a state of shape \([x.shape[0], hiddenSize]), found \(part.shape)")
    }
  }

  /// Stops the program if a cell would have no inputs or outputs.
  static func checkSizes(_ inputSize: Int, _ hiddenSize: Int) {
    precondition(
      inputSize > 0 && hiddenSize > 0,
      "\(Self.self): expected sizes above 0, found \(inputSize) and \(hiddenSize)")
  }
}
