/// A function that turns the gradient of an operation's result into the gradient of one of its
/// inputs.
///
/// It receives the operation's result `y` and the gradient `dy` with respect to it (of `y`'s shape)
/// and returns the gradient with respect to the input (of the input's shape). It is written with
/// tensor operations on `y`, `dy` and the inputs, so that it can itself be differentiated.
public typealias Pullback = (_ y: Tensor, _ dy: Tensor) -> Tensor

/// A Wengert list (Wengert 1964): the operations in the order in which they ran.
///
/// The tape is an array of records, each with the places of its inputs, so the backward pass is one
/// walk from the end. Only operations that depend on a watched value are recorded. A gradient
/// inside another one uses the same tape: its own walk, made of tensor operations, is recorded
/// after the operations it differentiates, and so the outer walk differentiates it too.
final class Tape: @unchecked Sendable {
  /// A value's place on a tape.
  struct Place: @unchecked Sendable {
    let tape: Tape
    let index: Int
  }

  /// The pullback to an input of an operation.
  struct Edge {
    let pullback: Pullback
    var direct: DirectPullback?
  }

  /// How the backward pass treats an operation.
  enum Role {
    /// An ordinary operation.
    case operation
    /// A rectifier. Its result has the sign of its input.
    case rectifier(Rectifier)
    /// Another shape of the same elements.
    case view
  }

  private struct Record {
    /// The end of its edges among those of the tape; they begin where those of the previous record
    /// end.
    let edgesEnd: Int
    /// The result, without its place: a place holds the tape, and the tape holds the record.
    var output: Tensor?
    var role = Role.operation
    /// The rectifier whose result the output is, possibly reshaped.
    var rectifier: Rectifier?
  }

  /// The adjoint accumulated so far.
  private struct Adjoint {
    var gradient: Tensor
    /// Whether the gradient has also been propagated back through the rectifier whose result the
    /// value is.
    var isBeforeRectifier = false
  }

  /// The tape of the innermost `valueWithGradient` running on this thread.
  @TaskLocal static var current: Tape?

  // Private to a tape, which one thread at a time records on or walks: to check each access for overlaps would
  // take a tenth of the time of a small operation.
  @exclusivity(unchecked) private var records: [Record] = []
  /// The ways back of all records, in one array, so that a record allocates none; `nil` once used.
  @exclusivity(unchecked) private var edges: [Edge?] = []
  /// Where each of them leads.
  @exclusivity(unchecked) private var inputs: [Int] = []

  /// The check for values that are not finite, if one was requested, which labels each record.
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

  /// Puts a value on the tape in order to differentiate with respect to it.
  ///
  /// A value that an outer gradient watches stays connected to it through an identity.
  func watch(_ x: Tensor) -> Tensor {
    if let place = x.place, place.tape === self {
      connect(place, Edge(pullback: { _, dy in dy }))
    }
    if let check { labels.append(check.watchedLabel()) }
    return append(x.untracked, .operation)
  }

  /// Adds an edge from the next result to an input, if that is on the tape.
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

  /// Puts an operation's result on the tape, with the edges added since the last one.
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

  /// The number of values on the tape.
  var count: Int { records.count }

  /// Ends recording and releases everything that was recorded.
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
    let numbers = observer.map { _ in
      Dictionary(
        watched.enumerated().map { ($0.element, $0.offset) },
        uniquingKeysWith: { first, _ in first })
    }
    let completed = numbers.map { completions(of: $0, from: start, through: last.index) }
    func place(of input: Int) -> Tensor? {
      numbers?[input].flatMap { observer?.place(of: $0) }
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
          to: &adjoints[input - start], isDirect: isOutermost && check == nil,
          place: observer == nil ? nil : place(of:))
        check?.look(at: part.gradient, labels[index], isGradient: true)
        add(part, to: &adjoints[input - start], of: input)
      }
    }
    return watched.map { $0 <= last.index ? adjoints[$0 - start]?.gradient : nil }
  }

  /// A record's result for its pullbacks, moved out of the record if no other walk follows.
  private func output(of index: Int, isOutermost: Bool) -> Tensor? {
    if isOutermost { return records[index].output.take() }
    return records[index].output.map {
      Tensor($0.storage, shape: $0.shape, place: Place(tape: self, index: index))
    }
  }

  /// For each record, the indices of the watched values whose gradients are complete once the walk
  /// has passed it: those that the record is the first to use.
  private func completions(
    of numbers: [Int: Int], from start: Int, through end: Int
  ) -> [[Int]] {
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

  /// The contribution of an operation's gradient to that of an input.
  ///
  /// - Parameters:
  ///   - earlier: The input's accumulated adjoint. It may be consumed and is then part of the
  ///     contribution.
  ///   - isDirect: Whether operations may write gradients directly to their destinations.
  ///   - place: Returns a tensor to whose memory the gradient of an input may be written.
  private func goBack(
    along edge: Edge, _ role: Role, _ result: Tensor, _ adjoint: Adjoint, _ input: Int,
    to earlier: inout Adjoint?, isDirect: Bool, place: ((Int) -> Tensor?)?
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
    if case .empty = destination, let place = place?(input) { destination = .place(place) }
    return Adjoint(gradient: direct(adjoint.gradient, &destination))
  }

  /// Whether each record depends on a watched value.
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
    // Consumed, so that the sum is the only reference and is added to in place.
    guard var sum = adjoint.take() else {
      adjoint = part
      return
    }
    var part = part
    if sum.isBeforeRectifier != part.isBeforeRectifier,
      let rectifier = records[place].rectifier, let output = records[place].output
    {
      // Convert both to the same side of the rectifier.
      if part.isBeforeRectifier { swap(&sum, &part) }
      part.gradient = rectifier.pullback(part.gradient, results: output)
    }
    sum.gradient.accumulate(part.gradient)
    adjoint = sum
  }
}

extension Tensor {
  /// Declares how this value, just computed, depends on `input`, so that gradients flow through it.
  ///
  /// Operations are written this way: compute the value first, by any means, then attach its
  /// pullback.
  ///
  /// ```swift
  /// func cube(_ x: Tensor) -> Tensor {
  ///   let value = Tensor(x.doubles.map { $0 * $0 * $0 }, shape: x.shape, dtype: x.dtype)
  ///   return value.tracked(from: x) { _, dy in dy * 3 * x * x }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - input: The input it was computed from.
  ///   - operation: The name of the operation in messages; by default that of the calling function.
  ///   - pullback: The way back.
  /// - Returns: The same value, on the tape if `input` is on one.
  public func tracked(
    from input: Tensor, operation: String = #function, pullback: @escaping Pullback
  ) -> Tensor {
    tracked(from: TrackedInput(input, pullback: pullback), operation: operation)
  }

  /// Declares how this value depends on `input`, and the operation's role in the backward pass.
  func tracked(
    from input: TrackedInput, operation: String = #function, role: Tape.Role = .operation
  ) -> Tensor {
    guard let tape = input.input.recordingTape else { return untracked }
    tape.connect(input)
    return tape.append(untracked, operation, role)
  }

  /// Declares how this value depends on two inputs; creates only the pullbacks that are recorded.
  func tracked(
    from a: Tensor, _ toA: @autoclosure () -> TrackedInput, _ b: Tensor,
    _ toB: @autoclosure () -> TrackedInput, operation: String = #function
  ) -> Tensor {
    guard let tape = a.recordingTape ?? b.recordingTape else { return untracked }
    if a.isBeingRecorded { tape.connect(toA()) }
    if b.isBeingRecorded { tape.connect(toB()) }
    return tape.append(untracked, operation, .operation)
  }

  /// Declares how this value, just computed, depends on each of several inputs.
  public func tracked(
    from inputs: (input: Tensor, pullback: Pullback)..., operation: String = #function
  ) -> Tensor {
    tracked(from: inputs, operation: operation)
  }

  /// Declares how this value, just computed, depends on each of a list of inputs.
  public func tracked(
    from inputs: [(input: Tensor, pullback: Pullback)], operation: String = #function
  ) -> Tensor {
    tracked(
      from: inputs.map { TrackedInput($0.input, pullback: $0.pullback) }, operation: operation)
  }

  /// Declares how this value depends on each of a list of inputs.
  func tracked(from inputs: [TrackedInput], operation: String = #function) -> Tensor {
    guard let tape = inputs.lazy.compactMap(\.input.recordingTape).first else { return untracked }
    for input in inputs { tape.connect(input) }
    return tape.append(untracked, operation, .operation)
  }

  /// Declares that this value, just computed in fewer passes, equals `composition` of the inputs.
  ///
  /// For the backward pass of a fused operation: its derivative, a second one, is rare enough to
  /// use the composition.
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
  /// Whether results computed from this value go on a tape.
  var isBeingRecorded: Bool { place?.tape.isRecording ?? false }

  /// The tape for results computed from this value.
  fileprivate var recordingTape: Tape? {
    guard let tape = place?.tape, tape.isRecording else { return nil }
    return tape
  }
}

/// The value of `x` as a constant: no gradient flows through it.
public func stopGradient(_ x: Tensor) -> Tensor { x.untracked }
