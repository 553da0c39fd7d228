import Foundation
import Glibc
import Testing

/// Ctrl-C and similar signals.
@Suite struct SignalTests {
  /// Interrupts a run in its second epoch or soon after.
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
      /interrupted in epoch (\d+) after batch (\d+); complete epochs are in (.*); to resume: (.*)/
    let match = try pattern.wholeMatch(in: result.lines.last ?? "")
    let last = try #require(match, "\(result.output)").output
    let epoch = try #require(Int(last.1))
    let batch = try #require(Int(last.2))
    #expect(epoch > 1)
    #expect((1...300).contains(batch))
    #expect(last.3 == "runs/vae-001" && last.4 == "pushforward resume runs/vae-001")

    let table = try LossTable(of: "runs/vae-001", in: workspace)
    #expect(table.column("epoch") == (1..<epoch).map(Double.init))
    #expect(
      workspace.names(in: "runs/vae-001").filter { !$0.contains("previous") }
        == [
          "best.safetensors", "checkpoint.safetensors", "config.json", "loss.csv",
          "model.safetensors", "reconstructions", "report.html", "samples",
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

  /// Here the estimate has a single batch that takes minutes.
  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalIsHeardInTheMiddleOfABatch(signal: Int32) throws {
    let workspace = try Workspace()
    let training = try Executable(
      "train-vae", Workspace.quick + ["--epochs", "1", "--importance-samples", "1000000"],
      in: workspace)
    try #require(training.hasPrinted("interpolations.png "))
    usleep(300_000)
    let start = ContinuousClock.now
    training.send(signal)
    let result = try training.result()
    #expect(ContinuousClock.now - start < .seconds(10))
    #expect(!result.wasKilled && result.code == 128 + signal)
    #expect(result.error == "")
    #expect(result.output.contains("interrupted before the estimate of log p(x) was complete"))
    #expect(try LossTable(of: "runs/vae-001", in: workspace).rows.count == 1)
    #expect(
      workspace.names(in: "runs/vae-001") == [
        "best.safetensors", "checkpoint.safetensors", "config.json", "interpolations.pgm",
        "interpolations.png", "loss.csv", "model.safetensors", "reconstructions",
        "report.html", "samples",
      ])
  }

  /// A step of 4,000 codes for each image takes seconds in a debug build.
  @Test func aStepThatTakesLongIsNotWaitedFor() throws {
    let workspace = try Workspace()
    let training = try Executable(
      "train-vae", Workspace.quick + ["--samples-per-image", "4000", "--latent", "100"],
      in: workspace)
    try #require(training.hasPrinted("\nrun: "))
    usleep(300_000)
    training.send(SIGTERM)
    let result = try training.result()
    #expect(!result.wasKilled && result.code == 143)
    #expect(result.error == "")
    #expect(result.lines.last?.hasPrefix("interrupted") == true)
    #expect(
      result.lines.last?.hasSuffix(
        "complete epochs are in runs/vae-001; to resume: pushforward resume runs/vae-001") == true)
    #expect(workspace.names(in: "runs/vae-001") == ["config.json", "loss.csv", "report.html"])
  }

  /// For the eigenvectors of a large matrix, a library occupies the processor for seconds.
  @Test func aSignalIsHeardInTheComparisonWithPrincipalComponents() throws {
    let workspace = try Workspace(data: SmallData(height: 32, width: 32))
    let training = try Executable(
      "train-autoencoder", Workspace.quick + ["--epochs", "1"], in: workspace)
    try #require(training.hasPrinted("codes.csv "))
    training.send(SIGINT)
    let result = try training.result()
    #expect(!result.wasKilled)
    // On a fast machine the run may already have ended.
    #expect(result.code == 130 || result.code == 0)
    #expect(result.error == "")
    #expect(workspace.has("runs/autoencoder-001/model.safetensors"))
    #expect(
      try workspace.files(below: "runs/autoencoder-001").keys.allSatisfy {
        !$0.hasSuffix("partial")
      })
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func convertingThatIsStoppedLeavesNothing(signal: Int32) throws {
    let workspace = try Workspace(data: nil)
    let converting = try Executable(
      "convert", ["--data", "drawn", "--limit", "4000", "--gzip", "--out", "idx"],
      in: workspace)
    // While the files are being written, if that takes long enough to be observed.
    while converting.isRunning, !workspace.names().contains(where: { $0.hasSuffix(".partial") }) {
      usleep(500)
    }
    converting.send(signal)
    let result = try converting.result()
    #expect(!result.wasKilled && (result.code == 128 + signal || result.code == 0))
    #expect(result.error == "")
    #expect(workspace.names() == (workspace.has("idx") ? ["idx"] : []))
  }

  @Test func samplingThatIsStoppedLeavesWholeFiles() throws {
    let workspace = try Workspace()
    #expect(try workspace.train("--judge", "none").code == 0)
    let sampling = try Executable(
      "sample",
      ["--model", "runs/vae-001/model.safetensors", "--count", "100000", "--out", "images"],
      in: workspace)
    while sampling.isRunning, workspace.names(in: "images").count < 4 { usleep(1_000) }
    sampling.send(SIGTERM)
    let result = try sampling.result()
    #expect(!result.wasKilled && result.code == 143)
    let names = workspace.names(in: "images")
    #expect(names.count < 200_000)
    #expect(names.allSatisfy { $0.hasSuffix(".png") || $0.hasSuffix(".pgm") })
  }
}
