import Foundation
import Testing

/// Samples judged by a classifier that `pushforward train classifier` has trained.
@Suite struct JudgeTests {
  private static let judge = "runs/classifier-001/model.safetensors"
  let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    let result = try Executable(
      "train classifier", ["--data", "data", "--batch-size", "8", "--epochs", "3"], in: workspace
    ).result()
    #expect(result.code == 0, "\(result.error)")
  }

  private func evaluation(_ run: String) throws -> [String: Any] {
    let json = try JSONSerialization.jsonObject(
      with: workspace.contents(of: "runs/\(run)/evaluation.json"))
    return try #require(json as? [String: Any])
  }

  @Test func theSamplesAreJudgedAndNothingElseChanges() throws {
    #expect(try workspace.train("--judge", "none").code == 0)
    let result = try workspace.train("--judge", Self.judge)
    #expect(result.code == 0 && result.error == "")
    let evaluation = try evaluation("vae-002")
    #expect(evaluation["judge"] as? String == Self.judge)
    #expect(evaluation["judged-samples"] as? Int == 12)
    let shares = try #require(evaluation["class-shares"] as? [Double])
    #expect(shares.count == 10 && abs(shares.reduce(0, +) - 1) < 1e-12)
    for name in ["classifier-score", "test-classifier-score"] {
      #expect((1...10).contains(try #require(evaluation[name] as? Double)), "\(name)")
    }
    #expect(try #require(evaluation["frechet-distance"] as? Double) > 0)
    #expect((0...1).contains(try #require(evaluation["judge-accuracy"] as? Double)))
    let score = try #require(evaluation["classifier-score"] as? Double)
    let start = String(format: "judged 12 samples: classifier score %.4f of at most 10 (", score)
    #expect(result.lines.contains { $0.hasPrefix(start) }, "\(result.output)")

    var (without, with) = (
      try workspace.files(below: "runs/vae-001"), try workspace.files(below: "runs/vae-002")
    )
    #expect(without["evaluation.json"] != with["evaluation.json"])
    #expect(try #require(evaluation["precision"] as? Double) <= 1)
    #expect(without["nearest.png"] == nil && with["nearest.png"] != nil)
    for name in ["evaluation.json", "config.json", "report.html", "nearest.pgm", "nearest.png"] {
      without[name] = nil
      with[name] = nil
    }
    #expect(without == with)
  }

  @Test func theSameSeedIsJudgedTheSameAtAnyNumberOfThreadsAndAnotherIsNot() throws {
    for arguments in [["--threads", "1"], ["--threads", "3"], ["--seed", "1"]] {
      let result = try Executable(
        "train-vae", Workspace.quick + ["--epochs", "1", "--judge", Self.judge] + arguments,
        in: workspace
      ).result()
      #expect(result.code == 0)
    }
    let files = try (1...3).map { try workspace.contents(of: "runs/vae-00\($0)/evaluation.json") }
    #expect(files[0] == files[1] && files[0] != files[2])
  }

  @Test func theJudgementStandsBesideTheEstimate() throws {
    #expect(
      try workspace.train("--judge", Self.judge, "--importance-samples", "2", "--quiet").output
        == "")
    let evaluation = try evaluation("vae-001")
    #expect(evaluation["importance-samples"] as? Int == 2)
    #expect(evaluation["log-likelihood-nats-per-image"] is Double)
    #expect(evaluation["frechet-distance"] is Double)
  }

  /// Forty images would be too few, and a debug build too slow.
  @Test func withoutAFileTheRunSaysWhyItDoesNotJudge() throws {
    let result = try workspace.train()
    #expect(result.code == 0)
    #if DEBUG
      let reason = "training a judge takes hours in a debug build"
    #else
      let reason = "a judge is trained on 1,000 images or more"
    #endif
    #expect(result.lines.contains("the samples are not judged: \(reason)"))
    #expect(try !workspace.train("--judge", "none").output.contains("judge"))
  }

  // MARK: Bad files, which end the run before it begins

  private func expectFailure(
    _ path: String, _ code: Int32, _ message: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = workspace.names(in: "runs")
    let result = try workspace.train("--judge", path)
    #expect(result.code == code, sourceLocation: sourceLocation)
    #expect(result.error == "train-vae: \(message)\n", sourceLocation: sourceLocation)
    #expect(result.output == "", sourceLocation: sourceLocation)
    #expect(workspace.names(in: "runs") == before, sourceLocation: sourceLocation)
  }

  @Test func aFileThatIsNotThere() throws {
    try expectFailure("nowhere", 66, "cannot read 'nowhere': No such file or directory")
  }

  @Test func aFileThatBreaksOff() throws {
    let size = try workspace.contents(of: Self.judge).count
    try workspace.edit(Self.judge) { $0.removeLast(4) }
    // The last tensor extends beyond the end of the file.
    let result = try workspace.train("--judge", Self.judge)
    #expect(result.code == 65)
    #expect(result.error.contains("'\(Self.judge)' is not a complete safetensors file: "))
    try workspace.edit(Self.judge) { $0 = Array($0[..<100]) }
    try expectFailure(
      Self.judge, 65,
      "'\(Self.judge)' is not a complete safetensors file: its header would be longer than the"
        + " file, of 100 bytes")
    #expect(size > 200_000)
  }

  @Test func aFileThatIsSomethingElse() throws {
    try expectFailure(
      "data/train-labels-idx1-ubyte", 65,
      "'data/train-labels-idx1-ubyte' is not a complete safetensors file: its header would be"
        + " longer than the file, of 48 bytes")
  }

  @Test func aNetworkOfFullyConnectedLayers() throws {
    let result = try Executable(
      "train classifier", ["--data", "data", "--epochs", "1", "--architecture", "dense"],
      in: workspace
    ).result()
    #expect(result.code == 0)
    let path = "runs/classifier-002/model.safetensors"
    try expectFailure(
      path, 65, "'\(path)': expected architecture in its metadata to be 'conv', found 'dense'")
  }

  @Test func aModelThatIsNoClassifier() throws {
    #expect(try workspace.train("--judge", "none").code == 0)
    let folder = "runs/vae-001/"
    try expectFailure(
      folder + "model.safetensors", 65,
      "'\(folder)model.safetensors': expected kind in its metadata to be 'classifier', found 'vae'")
    try expectFailure(
      folder + "checkpoint.safetensors", 65,
      "'\(folder)checkpoint.safetensors' is a checkpoint, for resuming a run: expected a trained"
        + " model, such as the model.safetensors of its run")
  }

  @Test func aJudgeOfImagesOfAnotherSize() throws {
    try SmallData(height: 10, width: 10).write(to: workspace.path(of: "data"))
    try expectFailure(
      Self.judge, 65,
      "'\(Self.judge)': expected shape in its metadata to be '10,10,1', found '8,8,1'")
  }

  @Test func imagesTooSmallForAnyJudge() throws {
    try SmallData(height: 5, width: 9).write(to: workspace.path(of: "data"))
    let result = try workspace.train("--judge", Self.judge)
    #expect(result.code == 64)
    #expect(
      result.error == """
        train-vae: --judge \(Self.judge): expected grey images of 6×6 pixels or more, found 5×9
        Try 'train-vae --help'.

        """)
  }
}
