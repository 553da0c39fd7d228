import Datasets
import Foundation
import Testing

/// The behaviour specific to `pushforward train classifier`; what all executables share is tested
/// with `train-vae`.
@Suite struct TrainClassifierTests {
  private static let header =
    "epoch,step,train_loss,train_accuracy,test_loss,test_accuracy"
  private static let run = "runs/classifier-001"

  private func train(_ workspace: Workspace, _ arguments: String...) throws -> Executable.Result {
    let quick = ["--data", "data", "--batch-size", "8", "--epochs", "1"]
    return try Executable("train classifier", quick + arguments, in: workspace).result()
  }

  @Test(arguments: ["conv", "dense"])
  func aRunLeavesItsTableMistakesAndNetwork(architecture: String) throws {
    let workspace = try Workspace()
    let result = try train(workspace, "--architecture", architecture, "--epochs", "2")
    #expect(result.code == 0 && result.error == "")
    let table = try LossTable(of: Self.run, in: workspace, header: Self.header)
    #expect(table.column("epoch") == [1, 2])
    #expect(table.column("step") == [5, 10])
    for column in ["train_accuracy", "test_accuracy"] {
      #expect(table.column(column).allSatisfy { (0...1).contains($0) })
    }

    let wrong = try mistakes(in: workspace)
    let accuracy = try #require(table.column("test_accuracy").last)
    #expect(abs(accuracy - Double(12 - wrong.count) / 12) < 1e-12)
    let labels = SmallData().test.labels
    for row in wrong {
      #expect(row["label"] == Double(labels[Int(row["index"] ?? -1)]))
      #expect(row["label"] != row["prediction"])
      #expect((0.1...1).contains(row["probability"] ?? -1))
    }

    var names = [
      "best.safetensors", "checkpoint-previous.safetensors", "checkpoint.safetensors",
      "config.json", "loss.csv", "mistakes.csv", "model.safetensors", "report.html",
    ]
    if workspace.has(Self.run + "/mistakes") { names.insert("mistakes", at: 5) }
    #expect(workspace.names(in: Self.run) == names)
    // The files named at the end exist.
    let paths = result.lines.filter { $0.hasPrefix(Self.run + "/") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    for path in paths { #expect(workspace.has(path), "\(path)") }
    #expect(paths.count >= 4)
    #expect(
      result.output.contains(
        architecture == "conv"
          ? "model:   body convolutions 1-32-64, 256-128, head 128-10, 53,002 parameters"
          : "model:   body 64-1024-384, head 384-10, 464,010 parameters"))
  }

  private func mistakes(in workspace: Workspace) throws -> [[String: Double]] {
    let text = String(
      decoding: try workspace.contents(of: Self.run + "/mistakes.csv"), as: UTF8.self)
    let lines = text.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    try #require(lines.first == ["index", "label", "prediction", "probability"])
    return try lines.dropFirst().map { line in
      let values = try line.map { try #require(Double($0)) }
      return Dictionary(uniqueKeysWithValues: zip(lines[0], values))
    }
  }

  @Test func theAccuracyRisesOnImagesTrainedOnAndOnOthers() throws {
    let workspace = try Workspace()
    #expect(try train(workspace, "--epochs", "12").code == 0)
    let table = try LossTable(of: Self.run, in: workspace, header: Self.header)
    #expect(table.column("test_loss")[11] < 0.5 * table.column("test_loss")[0])
    #expect(table.column("train_loss")[11] < 0.5 * table.column("train_loss")[0])
    #expect(table.column("test_accuracy")[11] > 0.7)
  }

  @Test func theConfigurationHoldsTheArchitecture() throws {
    let workspace = try Workspace()
    #expect(try train(workspace, "--architecture", "dense", "--quiet").output == "")
    let text = String(
      decoding: try workspace.contents(of: Self.run + "/config.json"), as: UTF8.self)
    #expect(text.contains(#""model": "classifier","#))
    #expect(text.contains(#""architecture": "dense","#))
  }

  // MARK: Bad input

  @Test func anArchitectureThatIsNotKnown() throws {
    let workspace = try Workspace()
    let result = try train(workspace, "--architecture", "deep")
    #expect(result.code == 64)
    #expect(
      result.error == """
        pushforward train classifier: --architecture expects conv or dense, found 'deep'
        Try 'pushforward train classifier --help'.

        """)
    #expect(workspace.names() == ["data"])
  }

  @Test func imagesTooSmallForConvolutions() throws {
    let workspace = try Workspace(data: SmallData(height: 5, width: 9))
    let result = try train(workspace)
    #expect(result.code == 64)
    #expect(
      result.error == """
        pushforward train classifier: --architecture conv: expected images of 6×6 pixels or more, found 5×9
        Try 'pushforward train classifier --help'.

        """)
    #expect(workspace.names() == ["data"])
    #expect(try train(workspace, "--architecture", "dense").code == 0)
  }

  @Test func labelsOfOneClass() throws {
    let workspace = try Workspace()
    for name in ["data/train-labels-idx1-ubyte", "data/t10k-labels-idx1-ubyte"] {
      try workspace.edit(name) { $0 = $0.prefix(8) + [UInt8](repeating: 0, count: $0.count - 8) }
    }
    let result = try train(workspace)
    #expect(result.code == 64)
    #expect(
      result.error == """
        pushforward train classifier: --data data: expected labels of two classes or more, found all \
        to be 0
        Try 'pushforward train classifier --help'.

        """)
    #expect(workspace.names() == ["data"])
  }

  @Test func aLossThatIsNotFiniteEndsTheRun() throws {
    let workspace = try Workspace()
    let result = try train(workspace, "--learning-rate", "1e30")
    #expect(result.code == 1)
    #expect(result.error.hasPrefix("pushforward train classifier: train_loss is "))
    #expect(!workspace.has(Self.run + "/model.safetensors"))
  }
}
