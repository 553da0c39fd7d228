import CommandLine
import Foundation
import Fuzzing
import Settings
import TestSupport
import Testing
import Training
import TrainingSupport

/// Broken configurations and tables of runs: their readers do not crash, hang or use more memory
/// than they should.
@Suite struct RunFuzzTests {
  /// A table of steps is read back when the run is resumed.
  @Test(.timeLimit(.minutes(60))) func brokenTablesOfSteps() async {
    await #expect(processExitsWith: .success) {
      let run = try TinyRun(epochs: 2)
      let file = try run.temporary.bytes(of: "tiny-001/steps.csv")
      let checkpoint = try Checkpoint(path: run.checkpointPath)
      var mutator = Mutator(
        of: [StructuredFile([.text(file)])],
        tokens: [",", "\n", "\r\n", "epoch", "\u{1B}", "nan", "-"],
        seed: 2)
      let outcome = try fuzz("steps.csv") {
        mutator.next()
      } read: { path in
        rename(path, run.folder.path(of: "steps.csv"))
        try run.resume(checkpoint)
      }
      #expect(outcome.excess <= 64 << 20 && outcome.readCount > 0, "\(outcome)")
    }
  }

  @Test(.timeLimit(.minutes(60))) func brokenConfigurations() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let command = Command(
        name: "try", summary: "Tries.", groups: [OptionGroup("Options", SomeOptions.definitions)])
      var configuration = SomeOptions().record
      configuration["model"] = .text("try")
      let json = try configuration.json()
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
        let run = try RecordedRun(path: folder.path)
        let own = command.defaults(over: try run.values(of: SomeOptions.definitions))
        guard case .run(let given) = try command.parse(["--count", "3"], over: own) else {
          preconditionFailure("expected a run")
        }
        let options = try SomeOptions(given.values)
        precondition(options.count == 3 && options.rate.isFinite, "\(options)")
        let recorded = try SomeOptions(own)
        precondition((1...1_000).contains(recorded.count), "\(own)")
        try run.check(given.values, of: SomeOptions.definitions, own)
      }
      #expect(outcome.excess <= 64 << 20 && outcome.readCount > 0, "\(outcome)")
    }
  }
}

private struct SomeOptions: SettingGroup {
  @Setting("how many", in: 1...1_000, .changeable) var count = 3
  @Setting("how wide", in: 1...65_536) var hidden = [400, 200]
  @Setting("how fast", in: .above(0)) var rate = 0.001
  @Setting("who") var name = "a"
  @Setting("from where", pathOr: ["drawn"], .changeable) var data: String? = nil
  @Setting("which", absence: "all") var columns: NameList? = nil
  @Setting("say nothing", .changeable) var quiet = false

  init() {}
}
