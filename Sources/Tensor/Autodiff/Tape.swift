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

  /// The way back to an input of an operation.
  struct Edge {
    let pullback: Pullback
    var direct: DirectPullback?
  }

  /// What an operation is to a gradient that comes back through it.
  enum Role {
    /// Anything.
    case operation
    /// A rectifier. Its result has the sign of its input.
    case rectifier(Rectifier)
    /// Another shape of the same elements.
    case view
  }

  private struct Record {
    /// Where its edges end among those of the tape; they begin where those of the record before end.
    let edgesEnd: Int
    /// The result, without its place: a place holds the tape, and the tape holds the record.
    var output: Tensor?
    var role = Role.operation
    /// The rectifier whose result the output is, in whatever shape.
    var rectifier: Rectifier?
  }

  /// What has come back to a value so far.
  private struct Adjoint {
    var gradient: Tensor
    /// Whether the gradient has gone back through the rectifier whose result the value is, too.
    var isBeforeRectifier = false
  }

  /// The tape of the innermost `valueWithGradient` that is running on this thread.
  @TaskLocal static var current: Tape?

  // Private to a tape, which one thread at a time records on or walks: to check each access for overlaps would
  // take a tenth of the time of a small operation.
  @exclusivity(unchecked) private var records: [Record] = []
  /// The ways back of all records, in one array, so that a record allocates none; `nil` once used.
  @exclusivity(unchecked) private var edges: [Edge?] = []
  /// Where each of them leads.
  @exclusivity(unchecked) private var inputs: [Int] = []

  /// Looks for values that are not finite, if anybody asked for it, and then has a label for each
  /// record.
  private let check = FiniteCheck.current
  private var labels: [FiniteCheck.Label] = []

  /// Whether operations are recorded: not during the outermost walk, and not after it.
  @exclusivity(unchecked) private(set) var isRecording = true

  /// Creates a tape with room for a small function.
  init() {
    records.reserveCapacity(8)
    edges.reserveCapacity(16)
    inputs.reserveCapacity(16)
  }

  /// Puts a value on the tape to differentiate with respect to it.
  ///
  /// A value that an outer gradient watches keeps its connection by an identity.
  func watch(_ x: Tensor) -> Tensor {
    if let place = x.place, place.tape === self {
      connect(place, Edge(pullback: { _, dy in dy }))
    }
    if let check { labels.append(check.watchedLabel()) }
    return append(x.untracked, .operation)
  }

  /// Makes an edge of the next result that is put on the tape, to an input if that is on it.
  func connect(_ input: TrackedInput) {
    guard let place = input.input.place, place.tape.isRecording else { return }
    precondition(
      place.tape === self, "an operation's inputs come from two different tapes")
    connect(place, Edge(pullback: input.pullback, direct: input.direct))
  }

  private func connect(_ place: Place, _ edge: Edge) {
    edges.append(edge)
    inputs.append(place.index)
  }

  /// Puts an operation's result on the tape, with the edges that were made since the last one.
  func append(_ value: Tensor, _ operation: String, _ role: Role) -> Tensor {
    if let check {
      let label = check.label(operation, of: inputs[pendingEdges].lazy.map { self.labels[$0] })
      labels.append(label)
      check.look(at: value, label, isGradient: false)
    }
    return append(value, role)
  }

  private func append(_ value: Tensor, _ role: Role) -> Tensor {
    var rectifier: Rectifier?
    switch role {
    case .operation: break
    case .rectifier(let own): rectifier = own
    case .view: rectifier = records[inputs[pendingEdges.lowerBound]].rectifier
    }
    records.append(
      Record(edgesEnd: edges.count, output: value, role: role, rectifier: rectifier))
    return Tensor(
      value.storage, shape: value.shape, place: Place(tape: self, index: records.count - 1))
  }

  /// The edges of the next record.
  private var pendingEdges: Range<Int> { edgesBegin(of: records.count)..<edges.count }

  private func edgesBegin(of index: Int) -> Int { index == 0 ? 0 : records[index - 1].edgesEnd }

  /// How many values stand on the tape.
  var count: Int { records.count }

  /// Ends recording and lets go of everything that was recorded.
  func close() {
    isRecording = false
    (records, edges, inputs) = ([], [], [])
  }

  /// Walks back from `y` to the watched values, over the records from `start` on.
  ///
  /// - Parameters:
  ///   - y: A value on this tape.
  ///   - dy: The gradient with respect to it, which the walk begins with, of its shape.
  ///   - watched: The places of the values to differentiate with respect to, from `start` on, before those of
  ///     all values computed from them.
  ///   - isOutermost: Whether nothing will walk over these records again: they are then released
  ///     on the way, and what the pullbacks do is not recorded.
  /// - Returns: A gradient for each watched place, `nil` where `y` does not depend on the value.
  func gradients(
    of y: Tensor, along dy: Tensor, from start: Int, watched: [Int], isOutermost: Bool
  ) -> [Tensor?] {
    Profile.notingWalk {
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

    var adjoints = [Adjoint?](repeating: nil, count: last.index - start + 1)
    adjoints[last.index - start] = Adjoint(gradient: dy)
    let observer = isOutermost ? GradientObserver.current : nil
    let completed = observer.map { _ in
      completions(of: watched, from: start, through: last.index)
    }
    // The watched values were put on the tape first, so the walk is over when it comes to the last of them.
    let firstComputed = (watched.max() ?? start - 1) + 1
    for index in stride(from: last.index, through: firstComputed, by: -1) {
      defer {
        if let completed {
          for input in completed[index - start] {
            observer?.tell(input, adjoints[watched[input] - start]?.gradient)
          }
        }
      }
      guard let adjoint = adjoints[index - start].take() else { continue }
      let edgeRange = edgesBegin(of: index)..<records[index].edgesEnd
      guard let result = output(of: index, isOutermost: isOutermost) else { continue }
      for number in edgeRange {
        let input = inputs[number]
        guard let edge = isOutermost ? edges[number].take() : edges[number],
          input >= start && isActive[input - start]
        else { continue }
        let part = goBack(
          along: edge, records[index].role, result, adjoint, input,
          to: &adjoints[input - start], isDirect: isOutermost && check == nil)
        check?.look(at: part.gradient, labels[index], isGradient: true)
        add(part, to: &adjoints[input - start], of: input)
      }
    }
    return watched.map { $0 <= last.index ? adjoints[$0 - start]?.gradient : nil }
  }

  /// A record's result as its pullbacks get it: taken from the record where nothing walks over it again.
  private func output(of index: Int, isOutermost: Bool) -> Tensor? {
    if isOutermost { return records[index].output.take() }
    return records[index].output.map {
      Tensor($0.storage, shape: $0.shape, place: Place(tape: self, index: index))
    }
  }

  /// For each record, the watched values, by their number, whose gradients are complete when the walk has
  /// passed it: those of which it is the first to use them.
  private func completions(of watched: [Int], from start: Int, through end: Int) -> [[Int]] {
    let numbers = Dictionary(
      watched.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    var found = [[Int]](repeating: [], count: end - start + 1)
    var seen: Set<Int> = []
    for index in start...end {
      for input in inputs[edgesBegin(of: index)..<records[index].edgesEnd] {
        if let number = numbers[input], seen.insert(input).inserted {
          found[index - start].append(number)
        }
      }
    }
    return found
  }

  /// What an operation's gradient contributes to that of an input.
  ///
  /// - Parameters:
  ///   - earlier: What has come back to the input before. It may be taken, and is part of the
  ///     contribution then.
  ///   - isDirect: Whether operations may bring gradients to their destinations by themselves.
  private func goBack(
    along edge: Edge, _ role: Role, _ result: Tensor, _ adjoint: Adjoint, _ input: Int,
    to earlier: inout Adjoint?, isDirect: Bool
  ) -> Adjoint {
    switch role {
    case .rectifier where adjoint.isBeforeRectifier:
      return Adjoint(gradient: adjoint.gradient)
    case .view:
      return Adjoint(
        gradient: edge.pullback(result, adjoint.gradient),
        isBeforeRectifier: adjoint.isBeforeRectifier)
    case .operation, .rectifier: break
    }
    guard isDirect, let direct = edge.direct, !adjoint.gradient.isBeingRecorded,
      earlier?.gradient.isBeingRecorded != true
    else {
      return Adjoint(gradient: edge.pullback(result, adjoint.gradient))
    }
    if let rectifier = records[input].rectifier, let output = records[input].output {
      var destination = GradientDestination.rectifier(rectifier, results: output)
      return Adjoint(gradient: direct(adjoint.gradient, &destination), isBeforeRectifier: true)
    }
    var destination = earlier.take().map { GradientDestination.sum($0.gradient) } ?? .empty
    return Adjoint(gradient: direct(adjoint.gradient, &destination))
  }

  /// Which of the records depend on a watched value.
  private func activity(from start: Int, through end: Int, watched: [Int]) -> [Bool] {
    var isActive = [Bool](repeating: false, count: end - start + 1)
    for place in watched where place <= end { isActive[place - start] = true }
    for index in start...end where !isActive[index - start] {
      for input in inputs[edgesBegin(of: index)..<records[index].edgesEnd]
      where input >= start && isActive[input - start] {
        isActive[index - start] = true
      }
    }
    return isActive
  }

  private func add(_ part: Adjoint, to adjoint: inout Adjoint?, of place: Int) {
    if let input = records[place].output {
      precondition(
        part.gradient.shape == input.shape && part.gradient.dtype == input.dtype,
        "pullback: expected a gradient of the input's type and shape, \(input.dtype)\(input.shape),"
          + " found \(part.gradient.dtype)\(part.gradient.shape)")
    }
    // Taken, so that the sum is the only reference and is added to in place.
    guard var sum = adjoint.take() else {
      adjoint = part
      return
    }
    var part = part
    if sum.isBeforeRectifier != part.isBeforeRectifier,
      let rectifier = records[place].rectifier, let output = records[place].output
    {
      // Both to the same side.
      if part.isBeforeRectifier { swap(&sum, &part) }
      part.gradient = rectifier.pullback(part.gradient, results: output)
    }
    sum.gradient.accumulate(part.gradient)
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
    tracked(from: TrackedInput(input, pullback: pullback), operation: operation)
  }

  /// Says how this value depends on `input`, and what the operation is to gradients.
  func tracked(
    from input: TrackedInput, operation: String = #function, role: Tape.Role = .operation
  ) -> Tensor {
    guard let tape = input.input.recordingTape else { return untracked }
    tape.connect(input)
    return tape.append(untracked, operation, role)
  }

  /// Says how this value depends on two inputs; asks only for the ways back that are recorded.
  func tracked(
    from a: Tensor, _ toA: @autoclosure () -> TrackedInput, _ b: Tensor,
    _ toB: @autoclosure () -> TrackedInput, operation: String = #function
  ) -> Tensor {
    guard let tape = a.recordingTape ?? b.recordingTape else { return untracked }
    if a.isBeingRecorded { tape.connect(toA()) }
    if b.isBeingRecorded { tape.connect(toB()) }
    return tape.append(untracked, operation, .operation)
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
    tracked(
      from: inputs.map { TrackedInput($0.input, pullback: $0.pullback) }, operation: operation)
  }

  /// Says how this value depends on each of a list of inputs.
  func tracked(from inputs: [TrackedInput], operation: String = #function) -> Tensor {
    guard let tape = inputs.lazy.compactMap(\.input.recordingTape).first else { return untracked }
    for input in inputs { tape.connect(input) }
    return tape.append(untracked, operation, .operation)
  }

  /// Says that this value, just computed in fewer passes, is `composition` of the inputs.
  ///
  /// For what goes back through a fused operation: its derivative, a second one, is rare enough to
  /// take the long way.
  func tracked(
    asCompositionOf inputs: [Tensor], operation: String = #function,
    _ composition: @escaping ([Tensor]) -> Tensor
  ) -> Tensor {
    guard inputs.contains(where: \.isBeingRecorded) else { return untracked }
    return tracked(
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

extension Tensor {
  /// Whether what is computed from this value goes on a tape.
  var isBeingRecorded: Bool { place?.tape.isRecording ?? false }

  /// The tape that what is computed from this value goes on.
  fileprivate var recordingTape: Tape? {
    guard let tape = place?.tape, tape.isRecording else { return nil }
    return tape
  }
}

/// The value of `x` as a constant: no gradient flows through it.
public func stopGradient(_ x: Tensor) -> Tensor { x.untracked }
