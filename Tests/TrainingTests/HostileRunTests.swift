import Files
import Foundation
import FoundationXML
import Images
import Plots
import TestSupport
import Testing

@testable import Training

/// Folders of runs that somebody else has made or changed.
@Suite struct HostileRunTests {
  let temporary: TemporaryFolder
  let folder: RunFolder

  init() throws {
    temporary = try TemporaryFolder()
    folder = try RunFolder(in: temporary.path, name: "tiny")
  }

  // MARK: Checkpoints with the right checksum

  private func resume(_ rows: [String], epoch: Int, step: Int) throws {
    let metrics = ["epoch,step,train_loss,test_loss"] + rows + [""]
    let trainer = TinyTrainer()
    let checkpoint = Checkpoint(
      of: trainer.state, epoch: epoch, step: step, metrics: metrics.joined(separator: "\n"))
    let path = folder.path(of: "checkpoint.safetensors")
    try checkpoint.write(to: path)
    let run = TrainingRun(
      folder: folder, epochs: epoch + 1, picturesEvery: 1,
      progress: ProgressBar(epochs: epoch + 1, examplesPerEpoch: 4, isQuiet: true),
      isInterrupted: { false })
    _ = try run.train(trainer, from: try Checkpoint(path: path))
  }

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
      try resume(rows, epoch: epoch, step: step)
    }
    let path = folder.path(of: "checkpoint.safetensors")
    #expect(error == .damaged(path: path, reason: reason))
  }

  /// Losses at the ends of the range are losses; the page that shows them is written.
  @Test(.timeLimit(.minutes(1)))
  func extremeLossesAreShown() throws {
    let losses = ["1e308", "-1e308", "5e-324", "-5e-324", "0", "1e300", "1.7976931348623157e308"]
    for first in losses {
      for second in losses {
        try resume(["1,2,\(first),\(second)", "2,4,\(second),1"], epoch: 2, step: 4)
        try writeReport()
      }
    }
  }

  // MARK: The report

  private func writeReport() throws {
    let report = Report(
      folder: folder, configuration: ["program": .text("\u{1B}[31m\u{202E}<b>")], facts: [],
      charts: TinyTrainer().charts, lossColumn: "test_loss")
    try report.write()
    _ = try XMLDocument(data: Data(try temporary.bytes(of: "tiny-001/report.html")))
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "", "\n", ",,,\n", "epoch\n", "epoch,step\n1e300,1\n",
      "epoch,train_loss,test_loss\n1,nan,inf\n",
      "epoch,train_loss,test_loss\n-1,1,2\n9e18,1e308,-1e308\n", "a,b,c\n1,2,3\n",
      "epoch,train_loss\n1,1e308\n2,-1e308\n", "epoch,train_loss,test_loss\n1e15,0,5e-324\n",
      "epoch,train_loss,test_loss\n2,1,1\n1,1,1\n", "epoch,train_loss,test_loss\n0,1e-310,1e-320\n",
    ])
  func anyTableHasAReport(text: String) throws {
    try folder.write(text, to: "loss.csv")
    try writeReport()
  }

  @Test func whatALinkLeadsToIsNotShown() throws {
    let secret = Image(height: 9, width: 77, channels: 1, pixels: [UInt8](repeating: 3, count: 693))
    try FileManager.default.createDirectory(
      atPath: temporary.path + "/elsewhere", withIntermediateDirectories: true)
    for name in ["elsewhere/epoch-001.png", "secret.png"] {
      try Data(secret.png).write(to: URL(fileURLWithPath: temporary.path + "/" + name))
    }
    try Data("epoch,train_loss,test_loss\n1,12345,2\n".utf8)
      .write(to: URL(fileURLWithPath: temporary.path + "/secret.csv"))
    try folder.write(
      Image(height: 1, width: 1, channels: 1, pixels: [1]), to: "samples/epoch-001")
    for (name, target) in [
      ("link.png", "../secret.png"), ("pictures", "../elsewhere"), ("loss.csv", "../secret.csv"),
      ("samples/epoch-002.png", "../../secret.png"),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path(of: name), withDestinationPath: target)
    }
    #expect(mkfifo(folder.path(of: "pipe.png"), 0o666) == 0)
    try writeReport()
    let page = try temporary.text(of: "tiny-001/report.html")
    #expect(!page.contains("width=\"77\"") && !page.contains("12345"))
    #expect(page.contains("width=\"1\""))
  }

  @Test func whatWouldTurnTheDirectionIsReplaced() {
    #expect(
      escaped("a\u{202E}b\u{2066}c\u{9B}2J\u{1B}\u{7F}<&>\"'")
        == "a\u{FFFD}b\u{FFFD}c\u{FFFD}2J\u{FFFD}\u{FFFD}&lt;&amp;&gt;&quot;&#39;")
  }

  // MARK: The configuration

  private struct Options: Sendable {
    var count = 3
    var name = "a"
  }

  private let command = Command(
    name: "try", summary: "Tries.", version: "1", defaults: Options(),
    options: [
      .integer("count", \.count, in: .between(1, and: 9), help: "how many"),
      .text("name", \.name, placeholder: "TEXT", help: "who"),
    ])

  @Test(.timeLimit(.minutes(1))) func aPipeInPlaceOfTheConfiguration() throws {
    let path = folder.path(of: "config.json")
    #expect(mkfifo(path, 0o666) == 0)
    let error = #expect(throws: ResumeError.self) {
      try command.options(ofRun: folder.path, changedBy: [])
    }
    #expect(
      error
        == .damagedConfiguration(
          path: folder.path, reason: "expected a file of bytes, found a pipe"))
    unlink(path)
    try folder.write("{}", to: "config.json")
    #expect(truncate(path, 1 << 40) == 0)
    #expect(throws: ResumeError.self) { try command.options(ofRun: folder.path, changedBy: []) }
  }

  @Test(arguments: [
    "1e300", "9223372036854775808", "-1", "0.5", "[1,2]", "\"\"", "{}", "[[[[1]]]]", "true",
    "\"\\u001b[31m\"",
  ])
  func aValueThatIsNone(text: String) throws {
    try folder.write("{\"program\": \"try\", \"count\": \(text)}", to: "config.json")
    #expect(throws: ResumeError.self) { try command.options(ofRun: folder.path, changedBy: []) }
  }
}
