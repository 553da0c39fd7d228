/// What turns an operation's incoming gradient into the gradient of one of its inputs.
///
/// It receives the operation's result `y` and the gradient `dy` with respect to it (of `y`'s shape)
/// and returns the gradient with respect to the input (of the input's shape). It is written with
/// tensor operations on `y`, `dy` and the inputs, so that it can itself be differentiated.
public typealias Pullback = (_ y: Tensor, _ dy: Tensor) -> Tensor

/// A Wengert list (Wengert 1964): the operations in the order in which they ran.
///
/// An array of records, each with the places of its inputs, so going back is one walk from the end.
/// Only what depends on a watched value is recorded. A gradient inside another one uses the same
/// tape: its own walk, made of tensor operations, is recorded behind the operations it goes back
/// over, and so the outer walk differentiates it too.
final class Tape: @unchecked Sendable {
  /// A value's place on a tape.
  struct Place: @unchecked Sendable {
    let tape: Tape
    let index: Int
  }

  /// An input of an operation, by its place, and the way back to it.
  typealias Edge = (input: Int, pullback: Pullback)

  private struct Record {
    /// The inputs that are on the tape.
    var edges: [Edge]
    /// The result, without its place: a place holds the tape, and the tape holds the record.
    var output: Tensor?
  }

  /// The tape of the innermost `valueWithGradient` that is running on this thread.
  @TaskLocal static var current: Tape?

  private var records: [Record] = []

  /// Looks for values that are not finite, if anybody asked for it, and then has a label for each
  /// record.
  private let check = FiniteCheck.current
  private var labels: [FiniteCheck.Label] = []

  /// Whether operations are recorded: not during the outermost walk, and not after it.
  private(set) var isRecording = true

  /// Puts a value on the tape to differentiate with respect to it.
  ///
  /// A value that an outer gradient watches keeps its connection by an identity.
  func watch(_ x: Tensor) -> Tensor {
    var edges: [Edge] = []
    if let place = x.place, place.tape === self { edges.append((place.index, { _, dy in dy })) }
    if let check { labels.append(check.watchedLabel()) }
    return append(x.untracked, edges)
  }

  /// Puts an operation's result on the tape.
  func append(_ value: Tensor, _ edges: [Edge], _ operation: String) -> Tensor {
    if let check {
      let label = check.label(operation, of: edges.lazy.map { self.labels[$0.input] })
      labels.append(label)
      check.look(at: value, label, isGradient: false)
    }
    return append(value, edges)
  }

  private func append(_ value: Tensor, _ edges: [Edge]) -> Tensor {
    records.append(Record(edges: edges, output: value))
    return Tensor(
      value.storage, shape: value.shape, place: Place(tape: self, index: records.count - 1))
  }

  /// How many values stand on the tape.
  var count: Int { records.count }

  /// Ends recording and lets go of everything that was recorded.
  func close() {
    isRecording = false
    records = []
  }

  /// Walks back from `y` to the watched values, over the records from `start` on.
  ///
  /// - Parameters:
  ///   - y: A value on this tape.
  ///   - dy: The gradient with respect to it, which the walk begins with, of its shape.
  ///   - watched: The places of the values to differentiate with respect to, all from `start` on.
  ///   - isOutermost: Whether nothing will walk over these records again: they are then released
  ///     on the way, and what the pullbacks do is not recorded.
  /// - Returns: A gradient for each watched place, `nil` where `y` does not depend on the value.
  func gradients(
    of y: Tensor, along dy: Tensor, from start: Int, watched: [Int], isOutermost: Bool
  ) -> [Tensor?] {
    Profile.$isWalkingBack.withValue(true) {
      walk(from: y, dy, to: start, watched, isOutermost: isOutermost)
    }
  }

  private func walk(
    from y: Tensor, _ dy: Tensor, to start: Int, _ watched: [Int], isOutermost: Bool
  ) -> [Tensor?] {
    guard let last = y.place, last.tape === self, last.index >= start else {
      return watched.map { _ in nil }
    }
    let isActive = activity(from: start, through: last.index, watched: watched)
    guard isActive[last.index - start] else { return watched.map { _ in nil } }
    if isOutermost { isRecording = false }

    var adjoints = [Tensor?](repeating: nil, count: last.index - start + 1)
    adjoints[last.index - start] = dy
    var isWatched = [Bool](repeating: false, count: adjoints.count)
    for place in watched where place <= last.index { isWatched[place - start] = true }
    for index in stride(from: last.index, through: start, by: -1) {
      guard let dy = adjoints[index - start], !isWatched[index - start] else { continue }
      adjoints[index - start] = nil
      var record = Record(edges: [], output: nil)
      if isOutermost { swap(&record, &records[index]) } else { record = records[index] }
      guard let output = record.output else { continue }
      let result =
        isOutermost
        ? output
        : Tensor(output.storage, shape: output.shape, place: Place(tape: self, index: index))
      for edge in record.edges where edge.input >= start && isActive[edge.input - start] {
        let gradient = edge.pullback(result, dy)
        check?.look(at: gradient, labels[index], isGradient: true)
        add(gradient, to: &adjoints[edge.input - start], of: edge.input)
      }
    }
    return watched.map { $0 <= last.index ? adjoints[$0 - start] : nil }
  }

  /// Which of the records depend on a watched value.
  private func activity(from start: Int, through end: Int, watched: [Int]) -> [Bool] {
    var isActive = [Bool](repeating: false, count: end - start + 1)
    for place in watched where place <= end { isActive[place - start] = true }
    for index in start...end where !isActive[index - start] {
      isActive[index - start] = records[index].edges.contains {
        $0.input >= start && isActive[$0.input - start]
      }
    }
    return isActive
  }

  private func add(_ gradient: Tensor, to adjoint: inout Tensor?, of place: Int) {
    if let input = records[place].output {
      precondition(
        gradient.shape == input.shape && gradient.dtype == input.dtype,
        "pullback: expected a gradient of the input's type and shape, \(input.dtype)\(input.shape),"
          + " found \(gradient.dtype)\(gradient.shape)")
    }
    guard var sum = adjoint else {
      adjoint = gradient
      return
    }
    adjoint = nil  // so that the sum is the only reference and is added to in place
    sum.accumulate(gradient)
    adjoint = sum
  }
}

extension Tensor {
  /// Says how this value, just computed, depends on `input`, so that gradients flow through it.
  ///
  /// This is how an operation is written: the value first, by any means, then its pullback.
  ///
  /// ```swift
  /// func cube(_ x: Tensor) -> Tensor {
  ///   let value = Tensor(x.doubles.map { $0 * $0 * $0 }, shape: x.shape, dtype: x.dtype)
  ///   return value.tracked(from: x) { _, dy in dy * 3 * x * x }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - input: What it was computed from.
  ///   - operation: What the operation is called in messages; by default as the function around it.
  ///   - pullback: The way back.
  /// - Returns: The same value, on the tape if `input` is on one.
  public func tracked(
    from input: Tensor, operation: String = #function, pullback: @escaping Pullback
  ) -> Tensor {
    guard let place = input.place, place.tape.isRecording else { return untracked }
    return place.tape.append(untracked, [(place.index, pullback)], operation)
  }

  /// Says how this value, just computed, depends on each of several inputs.
  public func tracked(
    from inputs: (input: Tensor, pullback: Pullback)..., operation: String = #function
  ) -> Tensor {
    tracked(from: inputs, operation: operation)
  }

  /// Says how this value, just computed, depends on each of a list of inputs.
  public func tracked(
    from inputs: [(input: Tensor, pullback: Pullback)], operation: String = #function
  ) -> Tensor {
    var edges: [Tape.Edge] = []
    var tape: Tape?
    for (input, pullback) in inputs {
      guard let place = input.place, place.tape.isRecording else { continue }
      precondition(
        tape == nil || tape === place.tape, "an operation's inputs come from two different tapes")
      tape = place.tape
      edges.append((place.index, pullback))
    }
    return tape?.append(untracked, edges, operation) ?? untracked
  }

  /// Says that this value, just computed in fewer passes, is `composition` of the inputs.
  ///
  /// For what goes back through a fused operation: its derivative, a second one, is rare enough to
  /// take the long way.
  func tracked(
    asCompositionOf inputs: [Tensor], operation: String = #function,
    _ composition: @escaping ([Tensor]) -> Tensor
  ) -> Tensor {
    tracked(
      from: inputs.indices.map { index in
        (
          inputs[index],
          { _, dy in
            gradient(at: inputs[index]) { input in
              var inputs = inputs
              inputs[index] = input
              return (composition(inputs) * dy).sum()
            }
          }
        )
      }, operation: operation)
  }
}

/// The value of `x` as a constant: no gradient flows through it.
public func stopGradient(_ x: Tensor) -> Tensor { x.untracked }
