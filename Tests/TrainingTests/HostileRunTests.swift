import Foundation
import Settings
import Testing
import TrainingSupport

@testable import Training

/// Untrusted run folders.
@Suite struct HostileRunTests {
  private let run: TinyRun
  private var folder: RunFolder { run.folder }

  init() throws { run = try TinyRun(epochs: 0) }

  // MARK: Checkpoints with the right checksum

  @Test(arguments: [
    (["1e300,2,1,1"], 1, 2, "expected epoch 1 in its figures, found 1e+300"),
    (["-1,2,1,1"], 1, 2, "expected epoch 1 in its figures, found -1"),
    (["1.5,2,1,1"], 1, 2, "expected epoch 1 in its figures, found 1.5"),
    (["1,2,1,1", "1,4,1,1"], 2, 4, "expected epoch 2 in its figures, found 1"),
    (["1,2,1,1"], 2, 4, "expected a row for each of 2 epochs in its figures, found 1"),
    (["1,2,1,1", "2,4,1,1"], 1, 2, "expected a row for each of 1 epochs in its figures, found 2"),
    (
      ["1,2,1,1"], 1 << 59, 2,
      "expected a row for each of \(1 << 59) epochs in its figures, found 1"
    ),
    (["1,1e300,1,1"], 1, 2, "expected 2 steps in all in its figures, found 1e+300"),
    (["1,2,1,1"], 1, 1 << 59, "expected \(1 << 59) steps in all in its figures, found 2"),
    (["1,-2,1,1"], 1, 2, "expected more than 0 steps in its figures, found -2"),
    (["1,4,1,1", "2,2,1,1"], 2, 2, "expected more than 4 steps in its figures, found 2"),
  ])
  func figuresOfOtherEpochsAreRefused(
    rows: [String], epoch: Int, step: Int, reason: String
  ) throws {
    let error = #expect(throws: CheckpointError.self) {
      try run.resume(rows: rows, epoch: epoch, step: step)
    }
    #expect(error == .damaged(path: run.checkpointPath, reason: reason))
  }

  // MARK: The configuration

  private struct Options: SettingGroup {
    @Setting("how many", in: 1...9) var count = 3
    @Setting("who") var name = "a"

    init() {}
  }

  /// The values of the options in the run's `config.json`.
  private func values() throws -> Configuration {
    try RecordedRun(path: folder.path).values(of: Options.definitions)
  }

  @Test(.timeLimit(.minutes(10))) func aPipeInPlaceOfTheConfiguration() throws {
    let path = folder.path(of: "config.json")
    #expect(mkfifo(path, 0o666) == 0)
    let error = #expect(throws: ResumeError.self) { try values() }
    #expect(
      error
        == .damagedConfiguration(
          path: folder.path, reason: "expected a regular file, found a pipe"))
    unlink(path)
    try folder.write("{}", to: "config.json")
    #expect(truncate(path, 1 << 40) == 0)
    #expect(throws: ResumeError.self) { try values() }
  }

  @Test(arguments: [
    "1e300", "9223372036854775808", "-1", "0.5", "[1,2]", "\"\"", "{}", "[[[[1]]]]", "true", "[]",
    "\"\\u001b[31m\"",
  ])
  func aValueThatIsNone(text: String) throws {
    try folder.write("{\"model\": \"try\", \"count\": \(text)}", to: "config.json")
    #expect(throws: ResumeError.self) { try values() }
  }
}
