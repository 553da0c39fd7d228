import CommandLine
import Distributed
import NN
import Tensor

/// The processes of a training, and the pieces into which they divide each batch.
///
/// Every process has the whole model, the whole order of the data and the same random streams, and
/// computes its pieces of a batch. Gradients and figures are added over the pieces in one fixed
/// order (`TreeSum`), so that every process takes the same step. One process with one piece
/// computes exactly what a program without processes would.
///
/// ```swift
/// let processes = try Processes(.world, shards: 4, batchSize: 128)
/// let (figures, gradients) = processes.valueWithGradient(of: model, over: batch, drawing: [random]) {
///   model.loss(of: $0, using: random)
/// }
/// ```
public final class Processes {
  /// The processes.
  public let communicator: Communicator
  /// The number of pieces into which every batch is divided.
  public let pieceCount: Int
  /// The part of the trained model that takes its statistics over whole batches, if there is one.
  var partOverBatches: String?
  /// The modules whose gradients have been added up in shared memory, with the means to do so.
  private var sharedSums: [ObjectIdentifier: (module: any Module, sum: SharedSum?)] = [:]
  /// The modules whose parameters have been updated in shared memory, with the means to do so.
  private var sharedParts: [ObjectIdentifier: (module: any Module, parts: SharedParts?)] = [:]

  /// One process, which does not divide batches.
  public static var alone: Processes { Processes(.alone, pieceCount: 1) }

  private init(_ communicator: Communicator, pieceCount: Int) {
    (self.communicator, self.pieceCount) = (communicator, pieceCount)
  }

  /// Divides batches into this many shards, or by default into one for each process.
  ///
  /// - Throws: `CommandLineError` if the number of shards is not a multiple of the number of
  ///   processes, or if a batch is smaller than the number of pieces.
  public convenience init(
    _ communicator: Communicator, shards: Int?, batchSize: Int
  ) throws(CommandLineError) {
    let size = communicator.size
    if let shards, shards % size != 0 {
      throw .unsuitableValue(
        option: "--shards", value: "\(shards)",
        reason: "expected a multiple of the number of processes, found \(size) processes")
    }
    let pieceCount = shards ?? size
    guard batchSize >= pieceCount else {
      throw .unsuitableValue(
        option: "--batch-size", value: "\(batchSize)",
        reason: "expected at least an example for each "
          + (shards == nil
            ? "process, found \(size) processes" : "shard, found \(pieceCount) shards"))
    }
    self.init(communicator, pieceCount: pieceCount)
  }

  /// Whether there is more than one piece.
  public var cutsBatches: Bool { pieceCount > 1 }

  /// This process's pieces.
  var own: Range<Int> {
    let count = pieceCount / communicator.size
    return communicator.rank * count..<(communicator.rank + 1) * count
  }

  /// Exchanges numbers between the pieces while they are computed, if each process has one.
  var gatherer: (@Sendable ([Double]) -> [[Double]])? {
    guard cutsBatches, own.count == 1 else { return nil }
    return { Communicator.world.gather($0) }
  }

  /// Whether this process has several pieces that need each other's numbers.
  var hasPiecesThatMeet: Bool { partOverBatches != nil && own.count > 1 }

  /// The range of a piece's examples in a batch of this size; empty if a last batch has fewer
  /// examples than there are pieces.
  func examples(of piece: Int, among count: Int) -> Range<Int> {
    piece * count / pieceCount..<(piece + 1) * count / pieceCount
  }

  // MARK: Shared memory

  /// The sums of groups of tensors that belong to a module's gradients; nil without shared memory.
  func sharedSum(for module: any Module, _ groups: [[Tensor]]) -> SharedSum? {
    guard communicator.sharesMemory else { return nil }
    if let known = sharedSums[ObjectIdentifier(module)] { return known.sum }
    let sum = SharedSum(communicator, of: groups, pieces: own, among: pieceCount)
    sharedSums[ObjectIdentifier(module)] = (module, sum)
    return sum
  }

  /// The exchange of a module's parameters; nil without shared memory.
  func sharedParts(for module: any Module) -> SharedParts? {
    guard communicator.sharesMemory else { return nil }
    if let known = sharedParts[ObjectIdentifier(module)] { return known.parts }
    let parts = SharedParts(communicator, of: module.parameters.map(\.parameter.wrappedValue))
    sharedParts[ObjectIdentifier(module)] = (module, parts)
    return parts
  }

  // MARK: Agreement

  /// Throws a `CancellationError` in all processes if one was asked to end.
  public func check() throws(CancellationError) {
    if isEndRequested() { throw CancellationError() }
  }

  /// Whether any process was asked to end; the same answer in all.
  public func isEndRequested() -> Bool {
    guard communicator.size > 1 else { return Interrupt.isRequested }
    let signals = communicator.gather([Double(Interrupt.requestedSignal)]).map { Int32($0[0]) }
    guard let signal = signals.first(where: { $0 != 0 }) else { return false }
    Interrupt.request(signal)
    return true
  }

  /// Checks that all processes have the same value of something, such as the data.
  ///
  /// - Throws: `ProcessError` that names the first process with a different value, and the errors
  ///   of `text`.
  public func checkAgreement(on subject: String, _ text: @autoclosure () throws -> String) throws {
    // A single process agrees with itself; it need not read all its data for a checksum.
    guard communicator.size > 1 else { return }
    let texts = communicator.gather(Array(try text().utf8))
    guard let rank = texts.firstIndex(where: { $0 != texts[0] }) else { return }
    throw ProcessError.different(
      subject: subject, rank: rank, expected: String(decoding: texts[0], as: UTF8.self),
      found: String(decoding: texts[rank], as: UTF8.self))
  }

  /// Gives all processes the state of the first one, and some numbers along with it.
  func share(_ state: [StatePart], _ numbers: [Double]) -> [Double] {
    guard communicator.size > 1 else { return numbers }
    for tensor in state.flatMap(\.tensors) {
      tensor.assign(communicator.broadcast(tensor.value()))
    }
    let positions = state.flatMap(\.randomStreams).map(\.random)
    for random in positions { random.state = Random.State(shared: random.state, by: communicator) }
    for (_, optimizer) in state.flatMap(\.optimizers) {
      optimizer.state.step = Int(communicator.broadcastNumbers([Double(optimizer.state.step)])[0])
    }
    return communicator.broadcastNumbers(numbers)
  }
}

extension Communicator {
  /// The numbers of the first process.
  fileprivate func broadcastNumbers(_ numbers: [Double]) -> [Double] { gather(numbers)[0] }
}

extension Random.State {
  /// The state of the first process.
  fileprivate init(shared own: Random.State, by communicator: Communicator) {
    let numbers = [own.seed, own.stream, own.block, UInt64(own.word), own.children]
    let bytes = communicator.broadcast(numbers.withUnsafeBytes { Array($0) })
    let found = bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
    self = own
    (seed, stream, block) = (found[0], found[1], found[2])
    (word, children) = (Int(found[3]), found[4])
  }
}

/// The reason why processes cannot train together.
public enum ProcessError: Error, Equatable, ExitCodeProviding, CustomStringConvertible {
  /// A process has a value different from the first one's.
  case different(subject: String, rank: Int, expected: String, found: String)
  /// A part of the model needs all pieces of a batch, but the last batch has no example for some.
  case lastBatchTooSmall(part: String, count: Int, pieces: Int)
  /// The package was built without the trait that several processes need.
  case withoutMPI(count: Int)

  /// What was expected and what was found.
  public var description: String {
    switch self {
    case .different(let subject, let rank, let expected, let found):
      "expected the same \(subject) in all processes, found \(expected) in process 0 and \(found) in"
        + " process \(rank)"
    case .lastBatchTooSmall(let part, let count, let pieces):
      "expected an example for each of \(pieces) pieces in the last batch, found \(count): \(part)"
        + " takes its statistics over the whole batch; --limit or --batch-size changes the last batch"
    case .withoutMPI(let count):
      "expected one process, found \(count): this program was built without MPI; scripts/train --mpi"
        + " \(count), or swift build --traits MPI, builds it with"
    }
  }

  /// `usage`, and `dataError` for differences.
  public var exitCode: ExitCode {
    if case .different = self { .dataError } else { .usage }
  }
}
