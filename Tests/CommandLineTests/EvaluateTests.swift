import Foundation
import Models
import Testing

/// Evaluating a finished run again.
@Suite struct EvaluateTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func evaluate(_ arguments: String...) throws -> Executable.Result {
    try Executable("evaluate", arguments, in: workspace).result()
  }

  private func train(_ kind: String, _ arguments: String...) throws {
    // A judge must be convolutional.
    let options =
      ["--data", "data", "--batch-size", "16", "--epochs", "2"]
      + (kind == "classifier" ? [] : SmallModel.options(kind))
    let result = try Executable("train " + kind, options + arguments, in: workspace).result()
    #expect(result.code == 0, "\(result.error)")
  }

  @Test func theEstimateIsTheOneAtTheEndOfTheRun() throws {
    try train("vae", "--importance-samples", "3", "--judge", "none", "--seed", "5")
    let path = "runs/vae-001/evaluation.json"
    let before = try workspace.files(below: "runs/vae-001")
    try workspace.remove(path)
    let result = try evaluate("runs/vae-001", "--importance-samples", "3", "--judge", "none")
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    #expect(result.lines.first?.hasPrefix("log p(x) of the test images is about ") == true)
    #expect(
      result.lines.last?.hasPrefix(path) == true
        && result.lines.last?.hasSuffix(" the figures of the lines above") == true)
    #expect(try workspace.files(below: "runs/vae-001") == before)
    let more = try evaluate("runs/vae-001", "--importance-samples", "9", "--quiet")
    #expect(more.code == 0 && more.output == "")
    #expect(try workspace.contents(of: path) != before["evaluation.json"])
  }

  @Test func samplesAreJudgedAsAtTheEndOfTheRun() throws {
    try train("classifier")
    let judge = "runs/classifier-001/model.safetensors"
    for kind in ["vae", "gan"] {
      try train(kind, "--judge", judge, "--threads", "1")
      let before = try workspace.contents(of: "runs/\(kind)-001/evaluation.json")
      try workspace.remove("runs/\(kind)-001/evaluation.json")
      let result = try evaluate("runs/\(kind)-001", "--judge", judge)
      #expect(result.code == 0 && result.error == "", "\(result.error)")
      #expect(result.output.contains("judged 12 samples"))
      #expect(try workspace.contents(of: "runs/\(kind)-001/evaluation.json") == before, "\(kind)")
    }
  }

  @Test func anAutoencoderIsComparedWithPrincipalComponents() throws {
    try train("autoencoder", "--noise", "masking")
    let path = "runs/autoencoder-001/evaluation.json"
    let before = try workspace.contents(of: path)
    try workspace.remove(path)
    let result = try evaluate("runs/autoencoder-001")
    #expect(result.code == 0, "\(result.error)")
    #expect(result.output.contains("mean squared error per pixel of the test images: "))
    #expect(try workspace.contents(of: path) == before)
  }

  @Test func whatThereIsNothingToSayOfIsSaid() throws {
    try train("classifier")
    let result = try evaluate("runs/classifier-001")
    #expect(result.code == 0)
    #expect(
      result.output == "a model 'classifier' has no evaluation beyond loss.csv\n")
    #expect(!workspace.has("runs/classifier-001/evaluation.json"))
  }

  @Test func whatCannotBeKnownOfAModelIsRefused() throws {
    try train("classifier")
    for (options, message) in [
      (
        ["--importance-samples", "3"],
        "--importance-samples 3: expected a model with an estimate of log p(x), found 'classifier'"
      ),
      (["--judge", "x"], "--judge x: expected a model that makes samples, found 'classifier'"),
    ] {
      let result = try Executable("evaluate", ["runs/classifier-001"] + options, in: workspace)
        .result()
      #expect(result.code == 64 && result.output == "")
      #expect(result.error.hasPrefix("pushforward evaluate: \(message)\n"), "\(result.error)")
    }
  }

  @Test func dataMayLieElsewhere() throws {
    try train("vae", "--hidden", "8", "--judge", "none")
    try FileManager.default.moveItem(
      atPath: workspace.path(of: "data"), toPath: workspace.path(of: "moved"))
    let arguments = ["--importance-samples", "2", "--judge", "none"]
    let gone = try Executable("evaluate", ["runs/vae-001"] + arguments, in: workspace).result()
    #expect(gone.code == 66 && gone.output == "")
    #expect(gone.error.hasPrefix("pushforward evaluate: data: "), "\(gone.error)")
    let result = try Executable(
      "evaluate", ["runs/vae-001", "--data", "moved"] + arguments, in: workspace
    ).result()
    #expect(result.code == 0, "\(result.error)")
    try SmallData(height: 8, width: 7).write(to: workspace.path(of: "others"))
    let others = try evaluate("runs/vae-001", "--data", "others")
    #expect(others.code == 64)
    #expect(
      others.error.hasPrefix(
        "pushforward evaluate: --data others: expected images of 8×8×1 values as the model has, found 8×7×1"
      ), "\(others.error)")
  }

  @Test func whatIsNoRun() throws {
    let none = try evaluate("runs")
    #expect(none.code == 66)
    #expect(
      none.error == "pushforward evaluate: cannot evaluate 'runs': expected the folder of a run, "
        + "found no config.json in it\n")
    try workspace.makeFolder("run")
    try workspace.write("{ \"model\": \"flow\" }".utf8, to: "run/config.json")
    let other = try evaluate("run")
    #expect(other.code == 65)
    #expect(
      other.error == "pushforward evaluate: cannot evaluate 'run': its config.json is damaged: "
        + "there is no model 'flow'\n")
  }
}
