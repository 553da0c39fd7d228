import Files
import Foundation
import Fuzzing
import Tensor
import TestSupport
import Testing

@testable import Training

/// Broken checkpoints, configurations and tables of runs: what reads them does not crash, hang or take more
/// memory than it should, and what it takes for good can be trained on and shown.
@Suite struct RunFuzzTests {
  @Test(.timeLimit(.minutes(60))) func brokenCheckpoints() async {
    await #expect(processExitsWith: .success) {
      threadCount = 1
      let run = try FinishedRun()
      let file = try run.temporary.bytes(of: "tiny-001/checkpoint.safetensors")
      var mutator = Mutator(
        of: [.safetensors(file, endsInChecksum: true)],
        tokens: ["\\n", ",", "position.", "epoch", "step", "metrics", "-", "e308", "nan"], seed: 1)
      let outcome = try fuzz("checkpoints") {
        mutator.next()
      } read: { path in
        let checkpoint = try Checkpoint(path: path)
        guard checkpoint.epoch < 1_000 else { throw CocoaError(.fileReadCorruptFile) }
        try run.resume(checkpoint)
      }
      #expect(outcome.isGood, "\(outcome)")
    }
  }

  /// `steps.csv` is read back, `loss.csv` shown.
  @Test(.timeLimit(.minutes(60)), arguments: ["loss.csv", "steps.csv"])
  func brokenTables(name: String) async {
    await #expect(processExitsWith: .success) { [name] in
      let run = try FinishedRun()
      let file = try run.temporary.bytes(of: "tiny-001/" + name)
      let checkpoint = try Checkpoint(path: run.folder.path(of: "checkpoint.safetensors"))
      var mutator = Mutator(
        of: [StructuredFile([.text(file)])],
        tokens: [",", "\n", "\r\n", "epoch", "\u{1B}", "nan", "-"],
        seed: 2)
      let outcome = try fuzz(name) {
        mutator.next()
      } read: { path in
        rename(path, run.folder.path(of: name))
        if name == "steps.csv" { try run.resume(checkpoint) } else { try run.report() }
      }
      #expect(outcome.excess <= 64 << 20 && outcome.readCount > 0, "\(outcome)")
    }
  }

  @Test(.timeLimit(.minutes(60))) func brokenConfigurations() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let command = Command(
        name: "try", summary: "Tries.", version: "1", defaults: SomeOptions(),
        options: [
          .integer("count", \.count, in: .between(1, and: 1_000), help: "how many"),
          .integers("hidden", \.hidden, in: .between(1, and: 65_536), help: "how wide"),
          .number("rate", \.rate, in: .above(0), help: "how fast"),
          .text("name", \.name, placeholder: "TEXT", help: "who"),
          .flag("quiet", \.isQuiet, help: "say nothing"),
        ])
      let json = try command.configuration(of: SomeOptions()).json()
      var mutator = Mutator(
        of: [StructuredFile([.text(Array(json.utf8))])],
        tokens: [
          "{", "}", "[", "]", "[[[[[[[[", "\"", ",", ":", "null", "true", "false", "\\u0000",
          "\\ud800",
          "\\u001b", "\"count\":", "1,2,3",
        ], seed: 3)
      let outcome = try fuzz("config.json") {
        mutator.next()
      } read: { path in
        rename(path, folder.path + "/config.json")
        let options = try command.options(ofRun: folder.path, changedBy: ["--count", "3"])
        precondition((1...1_000).contains(options.count) && options.rate.isFinite, "\(options)")
      }
      #expect(outcome.excess <= 64 << 20 && outcome.readCount > 0, "\(outcome)")
    }
  }
}

private struct SomeOptions: Sendable {
  var count = 3
  var hidden = [400, 200]
  var rate = 0.001
  var name = "a"
  var isQuiet = false
}

/// The folder of a run of two epochs.
private struct FinishedRun {
  let temporary: TemporaryFolder
  let folder: RunFolder

  init() throws {
    temporary = try TemporaryFolder()
    folder = try RunFolder(in: temporary.path, name: "tiny")
    _ = try run(epochs: 2).train(TinyTrainer())
  }

  private func run(epochs: Int) -> TrainingRun {
    TrainingRun(
      folder: folder, epochs: epochs, picturesEvery: 5, stepsLoggedEvery: 1,
      progress: ProgressBar(epochs: epochs, examplesPerEpoch: 4, isQuiet: true),
      isInterrupted: { false })
  }

  /// Goes on from a checkpoint for one epoch, and shows it.
  func resume(_ checkpoint: Checkpoint) throws {
    let outcome = try run(epochs: checkpoint.epoch + 1).train(TinyTrainer(), from: checkpoint)
    if case .interrupted = outcome { throw CocoaError(.fileReadCorruptFile) }
    try report()
  }

  func report() throws {
    try Report(
      folder: folder, configuration: [:], facts: [], charts: TinyTrainer().charts,
      lossColumn: "test_loss"
    ).write()
  }
}
