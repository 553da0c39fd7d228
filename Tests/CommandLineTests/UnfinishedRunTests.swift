import Files
import Foundation
import Glibc
import Testing

/// The files of stopped or killed runs, and how they are treated.
@Suite struct UnfinishedRunTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func run(_ program: String, _ arguments: [String]) throws -> Executable.Result {
    try Executable(program, arguments, in: workspace).result()
  }

  private static let small = SmallModel.options("gan")

  // MARK: Models

  @Test(arguments: ["gan", "vae"], [SIGINT, SIGKILL])
  func aRunThatWasStoppedLeavesAModel(name: String, signal: Int32) throws {
    let training = try Executable(
      "train-" + name,
      ["--data", "data", "--epochs", "100000", "--checkpoint-every", "100000"]
        + SmallModel.options(name), in: workspace)
    try #require(training.hasPrinted("epoch      2/100000"))
    training.send(signal)
    _ = try training.result()
    let folder = "runs/\(name)-001/"
    #expect(!workspace.has(folder + "checkpoint.safetensors"))
    let result = try run(
      "sample", ["--model", folder + "model.safetensors", "--count", "4", "--out", "a.png"])
    #expect(result.code == 0, "\(result.error)")
    // Without a checkpoint it starts again, and the model is the new run's.
    let resumed = try run(
      "train-" + name, ["--resume", folder, "--epochs", "2", "--judge", "none"])
    #expect(resumed.lines.contains("there is no checkpoint yet: the run starts from the beginning"))
    #expect(resumed.code == 0, "\(resumed.error)")
  }

  @Test func theModelOfAStoppedRunIsThatOfARunOfAsManyEpochs() throws {
    let training = try Executable(
      "train-vae", Workspace.quick + ["--epochs", "100000"], in: workspace)
    try #require(training.hasPrinted("epoch      3/100000"))
    training.send(SIGTERM)
    #expect(try training.result().code == 143)
    let epochs = try LossTable(of: "runs/vae-001", in: workspace).rows.count
    let whole = try run("train-vae", Workspace.quick + ["--epochs", "\(epochs)"])
    #expect(whole.code == 0)
    for name in ["model", "best", "checkpoint"] {
      #expect(
        try workspace.contents(of: "runs/vae-001/\(name).safetensors")
          == workspace.contents(of: "runs/vae-002/\(name).safetensors"), "\(name)")
    }
  }

  /// Runs as left by earlier versions.
  @Test func aCheckpointWithoutAModelSaysHowToGetOne() throws {
    let options =
      ["--data", "data", "--epochs", "2", "--judge", "none", "--out", "my runs"] + Self.small
    #expect(try run("train-gan", options).code == 0)
    let folder = "my runs/gan-001/"
    let model = try workspace.contents(of: folder + "model.safetensors")
    try workspace.remove(folder + "model.safetensors")
    let sampling = ["--model", folder + "checkpoint.safetensors"]
    let result = try run("sample", sampling)
    #expect(result.code == 65)
    #expect(
      result.error
        == "pushforward sample: '\(folder)checkpoint.safetensors' is a checkpoint, for resuming a"
        + " run: expected a trained model, which its run has not written; to write it: pushforward"
        + " resume 'my runs/gan-001' --epochs 2\n")
    #expect(try run("resume", ["my runs/gan-001", "--epochs", "2"]).code == 0)
    #expect(try workspace.contents(of: folder + "model.safetensors") == model)
    #expect(try run("sample", sampling).error.contains("such as the model.safetensors of its run"))
  }

  // MARK: Tables and events

  @Test(arguments: ["rm", "cut", "spreadsheet"])
  func aRunGoesOnWhoseTableOfStepsWasChanged(change: String) throws {
    let options =
      [
        "--data", "data", "--batch-size", "8", "--log-every", "2", "--judge", "none",
      ] + Self.small + ["--epochs"]
    #expect(try run("train-gan", options + ["3"]).code == 0)
    #expect(try run("train-gan", options + ["2"]).code == 0)
    let table = "runs/gan-002/steps.csv"
    switch change {
    case "rm": try workspace.remove(table)
    case "cut": try workspace.edit(table) { $0.removeLast(70) }
    default:
      let text = String(decoding: try workspace.contents(of: table), as: UTF8.self)
      try workspace.write(text.replacing("\n", with: "\r\n").utf8, to: table)
    }
    let result = try run("train-gan", ["--resume", "runs/gan-002", "--epochs", "3"])
    #expect(result.code == 0, "\(result.error)")
    #expect(result.output.contains("runs/gan-002/steps.csv'"), "\(result.output)")
    for name in ["loss.csv", "model.safetensors"] {
      #expect(
        try workspace.contents(of: "runs/gan-001/" + name)
          == workspace.contents(of: "runs/gan-002/" + name))
    }
    let whole = try workspace.contents(of: "runs/gan-001/steps.csv")
    #expect(try (workspace.contents(of: table) == whole) == (change == "spreadsheet"))
    #expect(try workspace.contents(of: table).suffix(50) == whole.suffix(50))
  }

  @Test func eventsBehindTheCheckpointAreWrittenOnce() throws {
    let options = Workspace.quick + ["--tensorboard", "--checkpoint-every", "3", "--epochs"]
    #expect(try run("train-vae", options + ["5"]).code == 0)
    // The state after a kill in the fifth epoch.
    try workspace.remove("runs/vae-001/checkpoint.safetensors")
    let first = "runs/vae-001/events.out.tfevents.001"
    let size = try workspace.contents(of: first).count
    try workspace.edit(first) { $0.removeLast(9) }
    let result = try run("train-vae", ["--resume", "runs/vae-001", "--tensorboard"])
    #expect(result.code == 0 && result.lines.contains("resumed after epoch 3"), "\(result.error)")
    #expect(result.output.contains("'\(first)' is damaged from byte "))
    // Three epochs of five are in the first file, and the others, with their pictures, in the second.
    let sizes = try [first, "runs/vae-001/events.out.tfevents.002"].map {
      try workspace.contents(of: $0).count
    }
    #expect(sizes[0] < size * 4 / 5 && sizes[1] < size * 4 / 5)
    #expect(abs(sizes[0] + sizes[1] - size) < size / 4)
  }

  // MARK: Limits

  @Test func aModelThatCannotFitIsRefused() throws {
    let script = #"ulimit -v 8000000; exec "$0" "$@""#
    let options = ["--data", "data", "--latent", "2", "--hidden", "65536,65536"]
    for program in ["train-vae", "train-autoencoder"] {
      let result = try Executable(
        command: ["/bin/sh", "-c", script, Executable.path(of: program)] + options, in: workspace
      ).result()
      #expect(result.code == 64)
      let pattern =
        /train-.*: expected a training that fits into the .* GB of memory that .*, found one of about 24\d GB: 8,\d{3},\d{3},\d{3} parameters, .*; a smaller --hidden.* needs less\n/
      #expect(result.error.wholeMatch(of: pattern) != nil, "\(result.error)")
      #expect(result.output == "")
    }
    #expect(!workspace.has("runs"))
  }
}
