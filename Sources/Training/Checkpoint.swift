import CommandLine
import Files
import NN
import Settings
import Tensor

/// A snapshot of a training run after one of its epochs: everything that the next epoch depends on.
///
/// It holds the state that a trainer lists (parameters, buffers, optimisers' moments and steps,
/// moving averages, positions of random streams), the run's position, the figures so far and texts
/// such as the configuration. Taking one copies nothing: tensors are values, so it stays unchanged
/// while the training continues, and each tensor that changes is copied once, when it first does.
///
/// ```swift
/// let checkpoint = Checkpoint(of: trainer.state, epoch: 3, step: 1407)
/// try checkpoint.write(to: "checkpoint.safetensors")
/// // later, with a trainer that was made in the same way:
/// try Checkpoint(path: "checkpoint.safetensors").restore(to: trainer.state)
/// ```
///
/// The file has the layout of safetensors, with everything that is not a tensor in its metadata.
/// Its last tensor, `checksum`, holds the upper and the lower half of the CRC-32 of all bytes
/// before it.
public struct Checkpoint: Sendable {
  /// The version of the file's layout; other versions cannot be read.
  public static let formatVersion = 1

  /// The number of complete epochs.
  public let epoch: Int
  /// The number of steps so far.
  public let step: Int
  /// The figures of the epochs so far: the contents of `loss.csv`.
  public let metrics: String
  /// Other texts about the run, by name.
  public let information: [String: String]

  /// The path it was read from, for messages.
  private let path: String
  private let tensors: [String: Tensor]
  /// The tensors' names in the order in which they are written.
  private let names: [String]
  /// The optimisers' steps and the random streams' positions, by name.
  private let positions: [String: String]

  /// Takes a checkpoint.
  ///
  /// - Parameters:
  ///   - parts: The state of the trained objects, every part under its own name.
  ///   - epoch: The number of complete epochs.
  ///   - step: The number of steps so far.
  ///   - metrics: The figures of the epochs so far, as text.
  ///   - information: Other texts about the run, by name.
  public init(
    of parts: [StatePart], epoch: Int, step: Int, metrics: String = "",
    information: [String: String] = [:]
  ) {
    self.epoch = epoch
    self.step = step
    self.metrics = metrics
    self.information = information
    path = "checkpoint"
    let state = parts.flatMap(\.tensors)
    names = state.map(\.name)
    precondition(
      Set(names).count == names.count,
      "Checkpoint: expected parts of distinct names, found \(names)")
    tensors = Dictionary(uniqueKeysWithValues: state.map { ($0.name, $0.value()) })
    positions = Dictionary(
      uniqueKeysWithValues: parts.flatMap(\.positions).map { ($0.name, $0.text) })
  }
}

// MARK: - In a file

extension Checkpoint {
  private enum Key {
    static let format = "format"
    static let version = "version"
    static let epoch = "epoch"
    static let step = "step"
    static let metrics = "metrics"
    static let information = "information."
    static let position = "position."
  }

  /// Writes the checkpoint to a file atomically.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - previousPath: The new name of a checkpoint that already exists at the path; by default its
  ///     name with `-previous` before the extension. This way a complete checkpoint exists at every
  ///     moment. A damaged one is removed, and the file at this path stays.
  /// - Throws: `OutputError`, naming the file and the cause.
  public func write(to path: String, keepingPreviousAs previousPath: String? = nil) throws {
    try write(to: path, in: nil, keepingPreviousAs: previousPath ?? Self.previousPath(of: path))
  }

  /// Writes the checkpoint to an open folder.
  func write(to path: String, in base: OpenFolder?, keepingPreviousAs previousPath: String) throws {
    var metadata = [
      Key.format: SafetensorsFile.checkpointFormat, Key.version: "\(Self.formatVersion)",
      Key.epoch: "\(epoch)", Key.step: "\(step)", Key.metrics: metrics,
    ]
    for (name, text) in information { metadata[Key.information + name] = text }
    for (name, text) in positions { metadata[Key.position + name] = text }
    try SafetensorsFile.writeChecked(
      names.compactMap { name in tensors[name].map { (name, $0) } }, metadata: metadata, to: path,
      in: base, keepingPreviousAs: Self.isWhole(path, in: base) ? previousPath : nil)
  }

  /// Whether the file is a checkpoint from which a run can be resumed.
  ///
  /// Keeps none of it in memory.
  private static func isWhole(_ path: String, in base: OpenFolder?) -> Bool {
    guard let file = try? SafetensorsFile(checked: path, in: base) else { return false }
    return (try? Checkpoint(file) { [:] }) != nil
  }

  /// `checkpoint-previous.safetensors` for `checkpoint.safetensors`.
  static func previousPath(of path: String) -> String {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    guard let dot = path[slash...].lastIndex(of: ".") else { return path + "-previous" }
    return path[..<dot] + "-previous" + path[dot...]
  }

  /// Reads a checkpoint, with one copy of its tensors in memory, and checks every byte.
  ///
  /// - Throws: `ModelFileError` for a file that does not exist, is truncated or was changed, and
  ///   `CheckpointError` for one that is not a checkpoint or has another version.
  public init(path: String) throws {
    let file = try SafetensorsFile(path: path)
    try self.init(file) { try file.checkedTensors() }
  }

  private init(
    _ file: SafetensorsFile, tensors readTensors: () throws -> [String: Tensor]
  ) throws {
    let path = file.path
    guard file.metadata[Key.format] == SafetensorsFile.checkpointFormat else {
      throw CheckpointError.notACheckpoint(path: path)
    }
    let version = file.metadata[Key.version] ?? "none"
    guard version == "\(Self.formatVersion)" else {
      throw CheckpointError.unsupportedVersion(path: path, found: version)
    }
    func count(_ key: String) throws -> Int {
      guard let count = file.metadata[key].flatMap({ Int($0) }), (0...greatestCount).contains(count)
      else {
        let found = file.metadata[key].map { "'\(printable($0, atMost: 100))'" } ?? "none"
        throw CheckpointError.damaged(
          path: path,
          reason: "expected as \(key) a number from 0 to \(greatestCount), found \(found)")
      }
      return count
    }
    func texts(_ prefix: String) -> [String: String] {
      let found = file.metadata.filter { $0.key.hasPrefix(prefix) }
        .map { (String($0.key.dropFirst(prefix.count)), $0.value) }
      return Dictionary(found) { first, _ in first }
    }
    self.path = path
    epoch = try count(Key.epoch)
    step = try count(Key.step)
    metrics = file.metadata[Key.metrics] ?? ""
    information = texts(Key.information)
    positions = texts(Key.position)
    let found = try readTensors()
    tensors = found
    names = file.entries.map(\.name).filter { found[$0] != nil }
  }
}

// MARK: - Going back to it

extension Checkpoint {
  /// Checks that the figures cover every epoch so far: each must have a row with the epoch's number
  /// and the number of steps up to its end.
  ///
  /// - Throws: `CheckpointError`, naming the row, what was expected and what was found.
  func check(epochsAndSteps rows: [(epoch: Double, step: Double)]) throws {
    func damage(_ expected: String, _ found: String) -> CheckpointError {
      .damaged(path: path, reason: "expected \(expected) in its figures, found \(found)")
    }
    guard rows.count == epoch else {
      throw damage("a row for each of \(epoch) epochs", "\(rows.count)")
    }
    var before = 0.0
    for (index, row) in rows.enumerated() {
      guard row.epoch == Double(index + 1) else {
        throw damage("epoch \(index + 1)", shortest(row.epoch))
      }
      guard row.step.rounded() == row.step, row.step > before else {
        throw damage("more than \(shortest(before)) steps", shortest(row.step))
      }
      before = row.step
    }
    guard before == Double(step) else {
      throw damage("\(step) steps in all", shortest(before))
    }
  }

  /// Restores everything to the state in which the checkpoint was taken.
  ///
  /// - Parameter parts: The state of objects created in the same way as those the checkpoint was
  ///   taken of; anything else is left unchanged.
  /// - Throws: `ModelFileError` that names all missing, unexpected or wrongly shaped tensors;
  ///   `CheckpointError` for a tensor of another type and for a missing position.
  public func restore(to parts: [StatePart]) throws {
    let state = parts.flatMap(\.tensors)
    let mismatches = TensorMismatch.all(
      expected: state.map { ($0.name, $0.shape) },
      found: names.map { ($0, tensors[$0]?.shape ?? []) })
    guard mismatches.isEmpty else { throw ModelFileError.anotherModel(path: path, mismatches) }
    let found = state.compactMap { tensors[$0.name] }
    for (expected, tensor) in zip(state, found) where tensor.dtype != expected.dtype {
      throw CheckpointError.damaged(
        path: path, reason: "\(expected.name) is of \(tensor.dtype), not of \(expected.dtype)")
    }
    let moves = try parts.flatMap(\.positions).map { position in
      guard let move = positions[position.name].flatMap(position.move) else {
        throw CheckpointError.damaged(
          path: path, reason: "it lacks the position of \(position.name)")
      }
      return move
    }
    for (place, tensor) in zip(state, found) { place.assign(tensor) }
    for move in moves { move() }
  }
}

/// The position of an optimiser or a random stream, as text.
private struct Position {
  let name: String
  let text: String
  /// Moves to a position; nil for a text that is not a position.
  let move: (String) -> (() -> Void)?
}

extension StatePart {
  fileprivate var positions: [Position] {
    let steps = optimizers.map { name, optimizer in
      Position(name: name, text: "\(optimizer.state.step)") { text in
        guard let step = Int(text), (0...greatestCount).contains(step) else { return nil }
        return { optimizer.state.step = step }
      }
    }
    let streams = randomStreams.map { name, random in
      Position(name: name, text: random.state.text) { text in
        Random.State(text: text).map { state in { random.state = state } }
      }
    }
    return steps + streams
  }
}

extension Random.State {
  /// The five numbers, in the order of their declaration, separated by spaces.
  fileprivate var text: String { "\(seed) \(stream) \(block) \(word) \(children)" }

  fileprivate init?(text: String) {
    let numbers = text.split(separator: " ").map { UInt64($0) }
    guard numbers.count == 5, let seed = numbers[0], let stream = numbers[1],
      let block = numbers[2], let word = numbers[3], let children = numbers[4],
      block <= greatestCount, word < 4, children <= greatestCount
    else { return nil }
    self = Random(seed: seed).state
    (self.stream, self.block, self.word, self.children) = (stream, block, Int(word), children)
  }
}

/// An upper bound for the counts of any real run; larger ones in a file would overflow.
private let greatestCount = 1 << 60
