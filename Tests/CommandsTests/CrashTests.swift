import Commands
import Datasets
import Files
import Foundation
import Images
import NN
import Tensor
import TestSupport
import Testing

@testable import Training

/// A run that a crash of the machine ends at each of the calls that change a file.
///
/// `scripts/check-crashes` does the same with the executables and the recorded system calls.
@Suite(.serialized) struct CrashTests {
  private static let runPath = "/deep/runs/test-001"

  /// The step between tested crashes: every ninth is tested, or every one if the environment
  /// variable `PUSHFORWARD_ALL_CRASHES` is set, as in `.ci/run`.
  private static let step =
    ProcessInfo.processInfo.environment["PUSHFORWARD_ALL_CRASHES"] == nil ? 9 : 1

  @Test(arguments: [(epochs: 2, interval: 1), (epochs: 3, interval: 2)])
  func aRunGoesOnToTheSameBytesAfterACrashAtAnyCall(epochs: Int, interval: Int) throws {
    let (disk, expected) = try record(epochs: epochs, checkpointsEvery: interval)
    let crashes = disk.crashes()
    #expect(crashes.count > 100)
    var counts = (begun: 0, resumed: 0)
    for (index, crash) in crashes.enumerated() where index % Self.step == 0 {
      let resumed = crash.files[Self.runPath + "/config.json"] != nil
      let found = try files(after: crash, epochs: epochs, checkpointsEvery: interval)
      #expect(Set(found.keys) == Set(expected.keys), "crash \(index)")
      for (name, bytes) in expected { #expect(found[name] == bytes, "crash \(index), \(name)") }
      if resumed { counts.resumed += 1 } else { counts.begun += 1 }
    }
    #expect(counts.begun > 3 / Self.step && counts.resumed > 80 / Self.step, "\(counts)")
  }

  /// If no folder is flushed before a checkpoint is renamed, pictures or tables are missing: the
  /// test above would detect that.
  @Test func withoutFlushedFoldersARunWouldNotGoOnToTheSameBytes() throws {
    let (disk, expected) = try record(epochs: 2, checkpointsEvery: 1)
    let folders = disk.changes.compactMap { change in
      if case .makeFolder(let identity, _) = change { identity } else { nil }
    }
    let careless = RecordedDisk(
      root: disk.root,
      changes: disk.changes.filter { change in
        // Flushes of the run's folder and those above it are kept, because without them it has no
        // config.json.
        if case .flush(let identity) = change { identity != folders.last } else { true }
      })
    let isMissed = try careless.crashes().suffix(60).contains { crash in
      try files(after: crash, epochs: 2, checkpointsEvery: 1) != expected
    }
    #expect(isMissed)
  }

  // MARK: Runs

  /// Trains without a crash; returns the calls, and the files at the end.
  private func record(
    epochs: Int, checkpointsEvery interval: Int
  ) throws -> (RecordedDisk, [String: [UInt8]]) {
    let temporary = try TemporaryFolder(inMemory: true)
    let recorder = ChangeRecorder(below: temporary.path)
    try train(in: temporary.path, epochs: epochs, checkpointsEvery: interval, resuming: false)
    let disk = try #require(recorder.finish())
    return (disk, try files(below: temporary.path + Self.runPath))
  }

  /// The result of resuming a crashed run, or of starting it again if it had not begun.
  private func files(
    after crash: RecordedDisk.Contents, epochs: Int, checkpointsEvery interval: Int
  ) throws -> [String: [UInt8]] {
    let temporary = try TemporaryFolder(inMemory: true)
    try crash.write(to: temporary.path)
    let resumes = crash.files[Self.runPath + "/config.json"] != nil
    if !resumes { try? FileManager.default.removeItem(atPath: temporary.path + Self.runPath) }
    try train(in: temporary.path, epochs: epochs, checkpointsEvery: interval, resuming: resumes)
    return try files(below: temporary.path + Self.runPath)
  }

  private func train(
    in path: String, epochs: Int, checkpointsEvery interval: Int, resuming: Bool
  ) throws {
    let run = RunSettings.with {
      $0.out = path + "/deep/runs"
      $0.checkpointEvery = interval
      $0.logEvery = 1
      $0.quiet = true
    }
    let settings = TrainingSession.SessionSettings(
      training: .with { $0.epochs = epochs }, run: run,
      resume: resuming ? path + Self.runPath : nil)
    let data = try TrainingData(
      Pixels(), name: "pixels", choice: "pixels", .init(), batchSize: 4)
    let session = try TrainingSession("test", settings, [:], data, model: "none")
    let trainer = PixelTrainer(data.train)
    _ = try session.train(trainer, keeping: KeptModel(trainer.model, metadata: ["a": "b"]))
    try session.folder.write(
      trainer.model.stateTensors().map { ($0.name, $0.value()) }, metadata: [:],
      to: RunFolder.modelName)
    try session.finish()
  }

  private func files(below path: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      var isFolder: ObjCBool = false
      let full = "\(path)/\(name)"
      _ = FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
      if isFolder.boolValue { continue }
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: full)))
      files[name] = name.hasSuffix("report.html") ? Self.withoutMachine(bytes) : bytes
    }
    return files
  }

  /// A report without the line with the number of threads, which tests in other suites change.
  private static func withoutMachine(_ report: [UInt8]) -> [UInt8] {
    let newline = UInt8(ascii: "\n")
    return Array(
      report.split(separator: newline, omittingEmptySubsequences: false)
        .filter { !String(decoding: $0, as: UTF8.self).contains(">machine</th>") }
        .joined(separator: [newline]))
  }
}

/// Eight images of one pixel.
private struct Pixels: ImageDataset {
  let train = LabeledImages(
    height: 1, width: 1, pixels: (0..<8).map { 30 * $0 }, labels: [UInt8](repeating: 0, count: 8))
  var test: LabeledImages { train }
}

/// A small trainer in which every part of the state matters.
private final class PixelTrainer: Trainer {
  let model: Sequential
  private let adam: Adam
  private let random: Random
  private let batches: Batches

  init(_ batches: Batches) {
    let random = Random(seed: 1)
    model = Sequential { Dense(1, 1, using: random) }
    adam = Adam(for: model, learningRate: 0.1)
    self.random = random
    self.batches = batches
  }

  let trainingColumns = ["train_loss"]
  let testColumns = ["test_loss"]
  let charts = [Chart("loss", unit: "none", columns: ["train_loss", "test_loss"])]
  var examplesPerEpoch: Int { batches.count }
  var state: [StatePart] {
    [.module("model", model), .optimizer("adam", adam), .random("random", random)]
  }

  func nextEpoch() -> some Sequence<Batch> { batches.epoch(shuffledBy: random) }

  func step(_ batch: Batch) -> StepResult {
    let (loss, gradients) = valueWithGradient(of: model) {
      square(model(batch.images) - batch.images).mean()
    }
    adam.update(along: gradients)
    return StepResult(count: batch.count, metrics: [loss.scalar])
  }

  func evaluate() -> [Double] {
    [square(model(Tensor([[0.25], [0.5]])) - 0.5).mean().scalar]
  }

  func pictures() -> [ModelPictures.Named] {
    let value = Float(model(Tensor([[0.5]])).scalar)
    let grid = ImageGrid([value], imageHeight: 1, imageWidth: 1, columns: 1)
    return [ModelPictures.Named(name: "samples", contents: "a pixel", grid: grid)]
  }
}
