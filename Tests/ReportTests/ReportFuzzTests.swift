import Foundation
import Fuzzing
import Report
import Tensor
import TestSupport
import Testing
import Training
import TrainingSupport

/// Broken checkpoints and tables of runs: their readers do not crash, hang or use more memory than
/// they should, and accepted files can be trained from and shown.
@Suite struct ReportFuzzTests {
  @Test(.timeLimit(.minutes(60))) func brokenCheckpoints() async {
    await #expect(processExitsWith: .success) {
      threadCount = 1
      let run = try TinyRun(epochs: 2)
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
        try report(of: run)
      }
      #expect(outcome.isGood, "\(outcome)")
    }
  }

  /// A table of losses is shown.
  @Test(.timeLimit(.minutes(60))) func brokenTablesOfLosses() async {
    await #expect(processExitsWith: .success) {
      let run = try TinyRun(epochs: 2)
      let file = try run.temporary.bytes(of: "tiny-001/loss.csv")
      var mutator = Mutator(
        of: [StructuredFile([.text(file)])],
        tokens: [",", "\n", "\r\n", "epoch", "\u{1B}", "nan", "-"],
        seed: 2)
      let outcome = try fuzz("loss.csv") {
        mutator.next()
      } read: { path in
        rename(path, run.folder.path(of: "loss.csv"))
        try report(of: run)
      }
      #expect(outcome.excess <= 64 << 20 && outcome.readCount > 0, "\(outcome)")
    }
  }
}

private func report(of run: TinyRun) throws {
  var report = RunReport(folder: run.folder, configuration: [:], facts: [])
  report.charts = TinyTrainer.charts
  report.lossColumn = "test_loss"
  try report.write()
}
