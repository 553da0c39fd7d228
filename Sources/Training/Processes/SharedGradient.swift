import Distributed
import NN
import Tensor

extension Processes {
  /// The figures of a batch's loss and the gradient in a module's parameters, over all pieces of
  /// the batch.
  ///
  /// - Parameters:
  ///   - module: The module whose parameters are differentiated.
  ///   - batch: The whole batch, the same in all processes.
  ///   - randoms: The random streams that the loss draws from, besides the module's own.
  ///   - loss: The loss of a part of the examples, averaged over them.
  public func valueWithGradient(
    of module: some Module, over batch: Batch, drawing randoms: [Random],
    _ loss: (Batch) -> Loss
  ) -> (figures: [Double], gradients: Gradients) {
    sum(
      of: module, count: batch.count, weight: { batch.weight(of: $0) }, drawing: randoms
    ) { examples, share in
      let piece = batch[examples]
      let (_, found, gradients) = NN.valueWithGradient(of: module) {
        let own = loss(piece)
        return (share == 1 ? own.total : own.total * share, own)
      }
      return (found.figures, gradients)
    }
  }

  /// The figures of a batch, over all its pieces.
  public func figures(
    of batch: Batch, by model: some Module, drawing randoms: [Random], _ loss: (Batch) -> Loss
  ) -> [Double] {
    guard cutsBatches else { return loss(batch).figures }
    var figures: [Int: [Double]] = [:]
    forEachPiece(of: batch.count, by: model, restoring: randoms) { piece, examples in
      figures[piece] = loss(batch[examples]).figures
    }
    return mean(of: figures, count: batch.count) { batch.weight(of: $0) }
  }

  /// Computes something for each of this process's pieces of a batch, and adds it up over all
  /// pieces.
  ///
  /// - Parameters:
  ///   - module: The module whose parameters the gradients belong to.
  ///   - count: The number of examples in the batch.
  ///   - weight: The weight of a range of examples in the batch's mean; by default their number.
  ///   - owner: The module whose buffers, such as running averages, `body` changes; by default
  ///     `module`.
  ///   - randoms: The random streams that `body` draws from, besides the module's own.
  ///   - body: Returns figures, which are averaged, and gradients of a loss that is multiplied by the piece's
  ///     share of the batch.
  public func sum(
    of module: some Module, count: Int, weight: (Range<Int>) -> Int = \.count,
    buffersOf owner: (any Module)? = nil, drawing randoms: [Random],
    _ body: (_ examples: Range<Int>, _ share: Double) -> (figures: [Double], gradients: Gradients)
  ) -> (figures: [Double], gradients: Gradients) {
    guard cutsBatches else { return body(0..<count, 1) }
    let whole = Double(weight(0..<count))
    let owner: any Module = owner ?? module
    let buffers = owner.buffers.map(\.buffer)
    let before = buffers.map(\.wrappedValue)
    let parameters = module.parameters
    let values = parameters.map(\.parameter.wrappedValue)
    let sum = PieceSum(self, for: module, of: values, and: before)
    var figures: [Int: [Double]] = [:]
    let streams = randoms + owner.randomStreams.map(\.random)
    forEachPiece(of: count, by: owner, restoring: streams) { piece, examples in
      for (buffer, value) in zip(buffers, before) { buffer.wrappedValue = value }
      let share = Double(weight(examples)) / whole
      let (own, gradients) = sum.observing(module, at: piece) { body(examples, share) }
      figures[piece] = own
      // Every piece began with the same buffers; all continue with their mean.
      sum.add(
        gradients.elements.map(\.gradient), buffers.map { $0.wrappedValue * share }, at: piece)
    } empty: { piece in
      func zeros(_ tensor: Tensor) -> Tensor { Tensor.zeros(tensor.shape, dtype: tensor.dtype) }
      sum.add(values.map(zeros), before.map(zeros), at: piece)
    }
    let (gradients, means) = sum.totals()
    for (buffer, value) in zip(buffers, means) { buffer.wrappedValue = value }
    return (
      mean(of: figures, count: count, weight: weight),
      Gradients(zip(parameters, gradients).map { ($0.name, $1) })
    )
  }

  /// Calls a function for each of this process's pieces, each of which draws its examples' random
  /// numbers.
  func forEachPiece(
    of count: Int, by module: any Module, restoring randoms: [Random],
    _ body: (_ piece: Int, _ examples: Range<Int>) -> Void, empty: (_ piece: Int) -> Void = { _ in }
  ) {
    if hasPiecesThatMeet, count >= pieceCount {
      return meet(of: count, by: module, restoring: randoms, body)
    }
    let states = randoms.map(\.state)
    for piece in own {
      let examples = self.examples(of: piece, among: count)
      if examples.isEmpty {
        empty(piece)
        continue
      }
      for (random, state) in zip(randoms, states) { random.state = state }
      let part = BatchPart(examples, of: count, gatheringBy: count < pieceCount ? nil : gatherer)
      BatchPart.$current.withValue(part) { body(piece, examples) }
    }
    // A process without examples has drawn nothing, and must catch up with the others.
    let isShort = count < pieceCount && communicator.size > 1
    guard isShort else { return }
    let moved = (0..<communicator.size).first { rank in
      !(own.count * rank..<own.count * (rank + 1)).allSatisfy {
        self.examples(of: $0, among: count).isEmpty
      }
    }
    for random in randoms { random.move(toThatOf: moved ?? 0, communicator) }
  }

  /// Does the same with pieces that need each other's numbers.
  private func meet(
    of count: Int, by module: any Module, restoring randoms: [Random],
    _ body: (_ piece: Int, _ examples: Range<Int>) -> Void
  ) {
    let threads = PieceThreads(communicator, count: own.count, of: module, drawing: randoms)
    withoutActuallyEscaping(body) { body in
      threads.run { index in
        let piece = self.own.lowerBound + index
        let examples = self.examples(of: piece, among: count)
        let part = BatchPart(examples, of: count) { threads.gather($0, of: index) }
        BatchPart.$current.withValue(part) { body(piece, examples) }
      }
    }
  }

  /// The means of the figures of all pieces, weighted by examples and added in the order of the
  /// pieces.
  func mean(of own: [Int: [Double]], count: Int, weight: (Range<Int>) -> Int) -> [Double] {
    // A process without examples does not know the number of figures.
    var width = own.values.first?.count ?? 0
    if count < pieceCount { width = Int(communicator.gather([Double(width)]).joined().max() ?? 0) }
    let ordered = self.own.flatMap { own[$0] ?? [Double](repeating: 0, count: width) }
    let all = communicator.gather(ordered).flatMap(\.self)
    var sums = [Double](repeating: 0, count: width)
    for piece in 0..<pieceCount {
      let share = Double(weight(examples(of: piece, among: count)))
      for figure in 0..<width { sums[figure] += share * all[piece * width + figure] }
    }
    let whole = Double(weight(0..<count))
    return sums.map { $0 / whole }
  }
}

extension Batch {
  /// The weight of a range of examples.
  func weight(of examples: Range<Int>) -> Int {
    lengths?[examples].reduce(0, +) ?? examples.count
  }

  /// A range of the examples.
  subscript(examples: Range<Int>) -> Batch {
    if examples == 0..<count { return self }
    return Batch(
      values: values(of: examples), labels: labels.isEmpty ? [] : Array(labels[examples]),
      targets: targets?.sliced(examples), lengths: lengths.map { Array($0[examples]) })
  }
}

extension Random {
  /// Moves the stream to the position of another process's stream.
  fileprivate func move(toThatOf rank: Int, _ communicator: Communicator) {
    let numbers = [state.block, UInt64(state.word), state.children]
    let bytes = communicator.broadcast(numbers.withUnsafeBytes { Array($0) }, from: rank)
    let found = bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
    var next = state
    (next.block, next.word, next.children) = (found[0], Int(found[1]), found[2])
    state = next
  }
}
