import Foundation
import Glibc
import Testing

/// Ctrl-C and its relatives.
@Suite struct SignalTests {
  /// Interrupts a run in its second epoch or one that soon follows.
  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalInAnEpochLeavesTheEpochsBefore(signal: Int32) throws {
    let workspace = try Workspace(data: SmallData(trainCount: 300, testCount: 12))
    let training = try Executable(
      "train-vae", Workspace.quick + ["--batch-size", "1", "--epochs", "10000"], in: workspace)
    try #require(training.hasPrinted("epoch     1/10000"))
    training.send(signal)
    let result = try training.result()
    #expect(result.code == (signal == SIGINT ? 130 : 143))
    #expect(!result.wasKilled)
    #expect(result.error == "")

    let pattern =
      /interrupted in epoch (\d+) after batch (\d+); complete epochs are in (.*); to go on: (.*)/
    let match = try pattern.wholeMatch(in: result.lines.last ?? "")
    let last = try #require(match, "\(result.output)").output
    let epoch = try #require(Int(last.1))
    let batch = try #require(Int(last.2))
    #expect(epoch > 1)
    #expect((1...300).contains(batch))
    #expect(last.3 == "runs/vae-001" && last.4 == "train-vae --resume runs/vae-001")

    let table = try LossTable(of: "runs/vae-001", in: workspace)
    #expect(table.column("epoch") == (1..<epoch).map(Double.init))
    #expect(
      workspace.names(in: "runs/vae-001").filter { !$0.contains("previous") }
        == [
          "best.safetensors", "checkpoint.safetensors", "config.json", "loss.csv",
          "reconstructions", "report.html", "samples",
        ])
    for folder in ["samples", "reconstructions"] {
      let names = workspace.names(in: "runs/vae-001/" + folder)
      #expect(names.count == 2 * (epoch - 1))
      for name in names where name.hasSuffix(".pgm") {
        _ = try PGM("runs/vae-001/\(folder)/\(name)", in: workspace)
      }
    }
  }

  @Test func aSignalInTheEstimateEndsItAndKeepsTheRest() throws {
    let workspace = try Workspace(data: SmallData(trainCount: 40, testCount: 1_600))
    let training = try Executable(
      "train-vae", Workspace.quick + ["--epochs", "1", "--importance-samples", "200"], in: workspace
    )
    try #require(training.hasPrinted("interpolations.png "))
    training.send(SIGINT)
    let result = try training.result()
    #expect(result.code == 130)
    #expect(result.error == "")
    #expect(
      result.lines.suffix(2).first == "interrupted before the estimate of log p(x) was complete")
    #expect(result.lines.last?.hasPrefix("runs/vae-001/report.html ") == true)
    #expect(!workspace.has("runs/vae-001/evaluation.json"))
    #expect(workspace.has("runs/vae-001/interpolations.pgm"))
  }

  /// The estimate asks for signals only between batches, and here it has one long one.
  @Test func aSecondSignalEndsTheEstimateAtOnce() throws {
    let workspace = try Workspace()
    let training = try Executable(
      "train-vae", Workspace.quick + ["--epochs", "1", "--importance-samples", "1000000"],
      in: workspace)
    try #require(training.hasPrinted("interpolations.png "))
    training.send(SIGINT)
    // Two signals at once would count as one.
    usleep(300_000)
    training.send(SIGINT)
    let result = try training.result()
    #expect(result.wasKilled)
    #expect(result.code == 130)
    #expect(try LossTable(of: "runs/vae-001", in: workspace).rows.count == 1)
    #expect(
      workspace.names(in: "runs/vae-001") == [
        "best.safetensors", "checkpoint.safetensors", "config.json", "interpolations.pgm",
        "interpolations.png", "loss.csv", "model.safetensors", "reconstructions",
        "report.html", "samples",
      ])
  }
}
