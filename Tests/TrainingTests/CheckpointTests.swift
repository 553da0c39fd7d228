import Files
import Foundation
import Fuzzing
import NN
import Tensor
import TestSupport
import Testing

@testable import Training

/// The contents of a checkpoint, and the handling of damaged ones.
@Suite struct CheckpointTests {
  let temporary: TemporaryFolder
  let path: String

  init() throws {
    temporary = try TemporaryFolder(inMemory: true)
    path = temporary.path + "/checkpoint.safetensors"
  }

  /// A model with members of every kind, its optimiser, its average and a stream.
  private final class Training {
    let model: Sequential
    let adam: Adam
    let average: MovingAverage
    let data: Random

    init(seed: UInt64, width: Int = 4) {
      let random = Random(seed: seed)
      model = Sequential {
        Dense(3, width, using: random)
        BatchNorm(width)
        Dropout(0.5, using: random)
        Dense(width, 2, using: random)
      }
      adam = Adam(for: model, learningRate: 0.01)
      average = MovingAverage(of: model, decay: 0.9)
      data = random.split()
    }

    var state: [StatePart] {
      [
        .module("model", model), .optimizer("adam", adam),
        .average("average", average), .random("data", data),
      ]
    }

    func train(steps: Int) {
      for _ in 0..<steps {
        let x = data.normal([6, 3])
        let (_, gradients) = valueWithGradient(of: model) { square(model(x)).mean() }
        adam.update(along: gradients)
        average.update(from: model)
        _ = data.bits()  // so that the stream is in the middle of a block
      }
    }

    var numbers: [[Double]] { state.flatMap(\.tensors).map { $0.value().doubles } }
  }

  @Test func aRestoredTrainingGoesOnWithTheSameBits() throws {
    let first = Training(seed: 1)
    first.train(steps: 3)
    try Checkpoint(
      of: first.state, epoch: 2, step: 3, metrics: "epoch\n1\n",
      information: ["name": "größer \"als\""]
    ).write(to: path)
    first.train(steps: 4)

    let second = Training(seed: 5)
    second.train(steps: 1)
    let checkpoint = try Checkpoint(path: path)
    try checkpoint.restore(to: second.state)
    second.train(steps: 4)
    #expect(second.numbers == first.numbers)
    #expect(second.data.state == first.data.state && second.adam.state.step == 7)
    #expect(checkpoint.epoch == 2 && checkpoint.step == 3 && checkpoint.metrics == "epoch\n1\n")
    #expect(checkpoint.information == ["name": "größer \"als\""])
  }

  @Test func aCheckpointStaysWhatItWas() throws {
    let training = Training(seed: 1)
    training.train(steps: 2)
    let numbers = training.numbers
    let checkpoint = Checkpoint(of: training.state, epoch: 1, step: 2)
    training.train(steps: 2)
    #expect(training.numbers != numbers)
    try checkpoint.restore(to: training.state)
    #expect(training.numbers == numbers)
  }

  @Test func theOneBeforeIsKept() throws {
    let training = Training(seed: 1)
    for epoch in 1...3 {
      training.train(steps: 1)
      try Checkpoint(of: training.state, epoch: epoch, step: epoch).write(to: path)
    }
    #expect(
      try temporary.names() == ["checkpoint-previous.safetensors", "checkpoint.safetensors"])
    #expect(try Checkpoint(path: path).epoch == 3)
    #expect(try Checkpoint(path: Checkpoint.previousPath(of: path)).epoch == 2)
    // Writing again gives the same bytes, which depend only on the state.
    let bytes = try temporary.bytes(of: "checkpoint.safetensors")
    try Checkpoint(of: training.state, epoch: 3, step: 3).write(to: path)
    #expect(try temporary.bytes(of: "checkpoint.safetensors") == bytes)
  }

  /// Ways in which the last checkpoint can be unusable.
  enum Fault: CaseIterable {
    case flippedBit, cutShort, empty, missing, model, newerVersion, impossibleEpoch
  }

  @Test(arguments: Fault.allCases)
  func aBadOneNeverTakesThePlaceOfAGoodOne(fault: Fault) throws {
    let training = Training(seed: 1)
    func write(_ epoch: Int) throws {
      training.train(steps: 1)
      try Checkpoint(of: training.state, epoch: epoch, step: epoch).write(to: path)
    }
    for epoch in 1...2 { try write(epoch) }
    let previousPath = Checkpoint.previousPath(of: path)
    let good = try temporary.bytes(of: "checkpoint-previous.safetensors")
    var bytes = try temporary.bytes(of: "checkpoint.safetensors")
    switch fault {
    case .flippedBit: bytes[bytes.count / 2] ^= 4
    case .cutShort: bytes.removeLast(9)
    case .empty: bytes = []
    case .missing: break
    case .model:
      try training.model.save(to: path)
      bytes = try temporary.bytes(of: "checkpoint.safetensors")
    case .newerVersion: try self.write(positions: [:], ["version": "9"])
    case .impossibleEpoch: try self.write(positions: [:], ["epoch": "-1"])
    }
    switch fault {
    case .missing: unlink(path)
    case .newerVersion, .impossibleEpoch: try? FileManager.default.removeItem(atPath: path + ".old")
    default: try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
    try write(3)
    #expect(try temporary.bytes(of: "checkpoint-previous.safetensors") == good)
    #expect(try Checkpoint(path: path).epoch == 3)
    try write(4)
    #expect(try Checkpoint(path: previousPath).epoch == 3)
    #expect(try Checkpoint(path: path).epoch == 4)
  }

  @Test(arguments: [
    ("a/checkpoint.safetensors", "a/checkpoint-previous.safetensors"),
    ("a.b/run", "a.b/run-previous"),
    ("run", "run-previous"), ("x.y.z", "x.y-previous.z"),
  ])
  func thePreviousOneHasANameOfItsOwn(path: String, expected: String) {
    #expect(Checkpoint.previousPath(of: path) == expected)
  }

  // MARK: Checkpoints of other runs

  @Test func aCheckpointOfAnotherModelChangesNothing() throws {
    let training = Training(seed: 1, width: 5)
    training.train(steps: 1)
    try Checkpoint(of: training.state, epoch: 1, step: 1).write(to: path)
    let other = Training(seed: 2)
    let numbers = other.numbers
    let checkpoint = try Checkpoint(path: path)
    #expect(throws: ModelFileError.self) { try checkpoint.restore(to: other.state) }
    #expect(throws: ModelFileError.self) { try checkpoint.restore(to: []) }
    #expect(throws: ModelFileError.self) {
      try checkpoint.restore(
        to: training.state + [.module("more", Dense(1, 1, using: Random(seed: 0)))])
    }
    #expect(throws: CheckpointError.self) {
      try checkpoint.restore(to: training.state + [.random("more", Random(seed: 0))])
    }
    #expect(other.numbers == numbers)
  }

  @Test func aModelIsNoCheckpoint() throws {
    try Training(seed: 1).model.save(to: path)
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
    #expect(error?.description == "'\(path)' is not a checkpoint")
  }

  @Test func anotherVersionIsNamed() throws {
    try SafetensorsFile.write(
      [], metadata: ["format": "pushforward-checkpoint", "version": "2"], to: path)
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
    #expect(
      error?.description
        == "'\(path)': expected a checkpoint of format version 1, found 2")
  }

  // MARK: Damage

  /// Every bit of a small file, one at a time.
  @Test func noFlippedBitGoesUnnoticed() throws {
    let layer = Dense(1, 2, using: Random(seed: 1))
    try Checkpoint(of: [.module("m", layer)], epoch: 1, step: 1, metrics: "a").write(to: path)
    let bytes = try temporary.bytes(of: "checkpoint.safetensors")
    #expect(bytes.count < 600)
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << bit
        try Data(damaged).write(to: URL(fileURLWithPath: path))
        #expect(throws: (any Error).self, "byte \(place), bit \(bit)") {
          try Checkpoint(path: path)
        }
      }
    }
  }

  @Test func noMissingByteGoesUnnoticed() throws {
    let layer = Dense(1, 2, using: Random(seed: 1))
    try Checkpoint(of: [.module("m", layer)], epoch: 1, step: 1).write(to: path)
    let bytes = try temporary.bytes(of: "checkpoint.safetensors")
    for count in bytes.indices {
      try Data(bytes[..<count]).write(to: URL(fileURLWithPath: path))
      #expect(throws: ModelFileError.self, "\(count) bytes") { try Checkpoint(path: path) }
    }
    try Data(bytes + [0]).write(to: URL(fileURLWithPath: path))
    #expect(throws: ModelFileError.self) { try Checkpoint(path: path) }
  }

  @Test(arguments: [
    "", "1 2 3", "1 2 3 4 5", "0 0 0 0 0 0", "-1 0 0 0 0", "0 0 18446744073709551615 0 0",
    "0 0 0 0 18446744073709551615", "0 0 0 18446744073709551615 0", "x 0 0 0 0",
  ])
  func aPositionThatNoStreamCanHave(text: String) throws {
    try write(positions: ["r": text])
    let random = Random(seed: 3)
    let checkpoint = try Checkpoint(path: path)
    #expect(throws: CheckpointError.self) { try checkpoint.restore(to: [.random("r", random)]) }
    #expect(random.state == Random(seed: 3).state)
  }

  @Test(arguments: ["", "-1", "9223372036854775807", "1.5"])
  func aStepThatNoOptimizerCanHave(text: String) throws {
    try write(positions: ["o": text])
    let checkpoint = try Checkpoint(path: path)
    let parts: [StatePart] = [.optimizer("o", Adam(for: Sequential {}))]
    #expect(throws: CheckpointError.self) { try checkpoint.restore(to: parts) }
  }

  @Test(arguments: ["epoch", "step"], ["-1", "9223372036854775807", "one"])
  func aCountThatNoRunHas(key: String, text: String) throws {
    try write(positions: [:], [key: text])
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
    #expect(
      error?.description
        == "'\(path)' is not a complete checkpoint: expected as \(key) a number from 0 to"
        + " 1152921504606846976, found '\(text)'")
  }

  /// Writes a file without tensors that only a deliberate author could have written.
  private func write(positions: [String: String], _ others: [String: String] = [:]) throws {
    var metadata = [
      "format": "pushforward-checkpoint", "version": "1", "epoch": "1", "step": "1", "metrics": "",
    ]
    for (name, text) in positions { metadata["position." + name] = text }
    try SafetensorsFile.writeChecked(
      [], metadata: metadata.merging(others) { $1 }, to: path, keepingPreviousAs: path + ".old")
  }

  // MARK: Mutations

  /// Twelve thousand files that are nearly checkpoints, half of them with the right checksum: each
  /// is refused with an error or restored, and uses no more memory than a few times its size.
  ///
  /// A separate process, because the peak of this one includes all earlier tests.
  @Test func mutatedFilesAreRefusedOrRestored() async {
    await #expect(processExitsWith: .success) {
      try CheckpointTests().refuseOrRestoreMutatedFiles()
    }
  }

  private func refuseOrRestoreMutatedFiles() throws {
    let training = Training(seed: 1)
    training.train(steps: 2)
    try Checkpoint(of: training.state, epoch: 1, step: 2, metrics: "epoch\n1\n").write(to: path)
    let original = try temporary.bytes(of: "checkpoint.safetensors")
    let random = Random(seed: 2026)
    var counts = (refused: 0, restored: 0)
    for index in 0..<12_000 {
      var bytes = mutated(original, random)
      if index % 2 == 0, bytes.count >= 8 { repairChecksum(of: &bytes) }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      do {
        let checkpoint = try Checkpoint(path: path)
        let target = Training(seed: 3)
        try checkpoint.restore(to: target.state)
        target.train(steps: 1)
        counts.restored += 1
      } catch is ModelFileError {
        counts.refused += 1
      } catch is CheckpointError {
        counts.refused += 1
      }
    }
    #expect(counts.refused > 6000 && counts.restored > 100, "\(counts)")
    #expect(peakMemory() < 500 << 20)
  }

  private func mutated(_ original: [UInt8], _ random: Random) -> [UInt8] {
    var bytes = original
    // The header is the part in which most can go wrong.
    let headerLength = 8 + Int(original[0]) + Int(original[1]) << 8
    for _ in 0...random.integer(below: 3) {
      let range = random.integer(below: 3) > 0 ? min(headerLength, bytes.count) : bytes.count
      guard range > 0 else { break }
      let place = random.integer(below: range)
      switch random.integer(below: 6) {
      case 0: bytes[place] ^= 1 << UInt8(random.integer(below: 8))
      case 1: bytes[place] = UInt8(random.integer(below: 256))
      case 2: bytes[place] = UInt8(ascii: "0") + UInt8(random.integer(below: 10))
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.integer(below: 8)))
      case 4: bytes.insert(contentsOf: [UInt8](repeating: UInt8(ascii: "9"), count: 3), at: place)
      default: if random.integer(below: 8) == 0 { bytes.removeSubrange(place...) }
      }
    }
    return bytes
  }

  private func repairChecksum(of bytes: inout [UInt8]) {
    var checksum = Checksum()
    checksum.add(Array(bytes.dropLast(8)))
    let halves = [Float(checksum.value >> 16), Float(checksum.value & 0xffff)]
    bytes = bytes.dropLast(8) + halves.withUnsafeBytes { Array($0) }
  }
}
