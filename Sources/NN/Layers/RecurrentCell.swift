import Tensor

/// One step of a recurrent network: from an input and the state before it to the state after it.
///
/// ```swift
/// let cell = GRUCell(3, 16, using: random)
/// let (outputs, last) = cell.unrolled(over: x)   // [batch, time, 3] to [batch, time, 16]
/// ```
public protocol RecurrentCell: Module {
  /// What is carried from step to step.
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
  ///   - state: The state before it.
  func callAsFunction(_ x: Tensor, _ state: State) -> State
  /// What the rest of a network sees of a state, `[batch, hiddenSize]`.
  func output(of state: State) -> Tensor
}

extension RecurrentCell {
  /// Applies the cell to a sequence, one step after another, with the same parameters at each.
  ///
  /// A gradient goes back through all steps (backpropagation through time; Werbos 1990); the
  /// gradient of a parameter is the sum over the steps.
  ///
  /// - Parameters:
  ///   - x: `[batch, time, inputSize]`.
  ///   - state: The state before the first step; zeros where there is none.
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

  /// The cell as the code that makes it, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The cell as messages name it.
  private var call: String { "\(Self.self)(\(inputSize), \(hiddenSize))" }

  /// Stops the program where an input or a part of a state has another shape than expected.
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

  /// Stops the program where a cell is to be made without inputs or outputs.
  static func checkSizes(_ inputSize: Int, _ hiddenSize: Int) {
    precondition(
      inputSize > 0 && hiddenSize > 0,
      "\(Self.self): expected sizes above 0, found \(inputSize) and \(hiddenSize)")
  }
}
