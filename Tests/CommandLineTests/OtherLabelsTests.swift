import Datasets
import Files
import Foundation
import Models
import NN
import Testing

/// Labels other than 0 to 9, or none: models that use no labels train, and models that use labels
/// accept them as they are.
@Suite struct OtherLabelsTests {
  private static let trainLabels = "data/train-labels-idx1-ubyte"
  private static let testLabels = "data/t10k-labels-idx1-ubyte"
  let workspace: Workspace

  /// Labels from 1 to 20, like those of EMNIST's letters.
  init() throws {
    workspace = try Workspace()
    for name in [Self.trainLabels, Self.testLabels] {
      try workspace.edit(name) { bytes in
        for index in bytes.indices.dropFirst(8) { bytes[index] = UInt8(1 + (index - 8) % 20) }
      }
    }
    // The highest label occurs only among the training images.
    try workspace.edit(Self.testLabels) { $0[8 + 3] = 2 }
  }

  private func run(_ program: String, _ arguments: [String]) throws -> Executable.Result {
    let quick = ["--data", "data", "--batch-size", "16", "--epochs", "1", "--threads", "1"]
    return try Executable(program, quick + arguments, in: workspace).result()
  }

  static let programs = ["vae", "autoencoder", "gan"].map { kind in
    ("train-" + kind, SmallModel.options(kind))
  }

  @Test(arguments: programs) func programsWithoutClassesTrain(
    program: String, options: [String]
  ) throws {
    let letters = try run(program, options)
    #expect(letters.code == 0 && letters.error == "")
    try workspace.remove(Self.trainLabels)
    try workspace.remove(Self.testLabels)
    let unlabeled = try run(program, options)
    #expect(unlabeled.code == 0 && unlabeled.error == "")
    // The trained model does not depend on them.
    let name = String(program.dropFirst("train-".count))
    #expect(
      try workspace.contents(of: "runs/\(name)-001/loss.csv")
        == workspace.contents(of: "runs/\(name)-002/loss.csv"))
  }

  @Test func theClassifierHasAsManyClasses() throws {
    let result = try run("train classifier", [])
    #expect(result.code == 0 && result.error == "")
    #expect(
      result.output.contains("model:   body convolutions 1-32-64, 256-128, head 128-21, "),
      "\(result.output)")
    let file = try SafetensorsFile(
      path: workspace.path(of: "runs/classifier-001/model.safetensors"))
    #expect(file.metadata["classes"] == "21")
    #expect(try Classifier.open(file).dataShape.classes == 21)
  }

  @Test func aClassifierOfManyClassesIsResumedToTheSameBytes() throws {
    #expect(try run("train classifier", ["--epochs", "2"]).code == 0)
    #expect(try run("train classifier", []).code == 0)
    let result = try Executable(
      "resume", ["runs/classifier-002", "--epochs", "2"], in: workspace
    ).result()
    #expect(result.code == 0 && result.error == "")
    for name in ["loss.csv", "model.safetensors", "mistakes.csv"] {
      #expect(
        try workspace.contents(of: "runs/classifier-001/\(name)")
          == workspace.contents(of: "runs/classifier-002/\(name)"), "\(name)")
    }
  }

  @Test func aJudgeOfAsManyClassesJudges() throws {
    #expect(try run("train classifier", []).code == 0)
    let judge = "runs/classifier-001/model.safetensors"
    let result = try workspace.train("--judge", judge)
    #expect(result.code == 0 && result.error == "")
    #expect(result.output.contains(" of at most 21 ("), "\(result.output)")
  }

  /// A line that says why samples are not judged, and no failure.
  @Test func aJudgeOfFewerClassesSaysWhyItDoesNotJudge() throws {
    try SmallData().write(to: workspace.path(of: "digits"))
    #expect(try run("train classifier", ["--data", "digits"]).code == 0)
    let judge = "runs/classifier-001/model.safetensors"
    for (program, options) in Self.programs where program != "train-autoencoder" {
      let size = program == "train-gan" ? ["--image-size", "28"] : []
      let result = try run(program, options + size + ["--judge", judge])
      if program == "train-gan" {
        // The samples have another size than the images, which has always been refused.
        #expect(result.code == 64)
        continue
      }
      #expect(result.code == 0 && result.error == "")
      #expect(
        result.lines.contains(
          "the samples are not judged: the judge tells 10 classes apart, and the labels go up to 20"
        ))
      let known = try workspace.contents(of: "runs/vae-001/evaluation.json")
      #expect(!String(decoding: known, as: UTF8.self).contains("class"))
    }
    try workspace.remove(Self.testLabels)
    let unlabeled = try workspace.train("--judge", judge)
    #expect(unlabeled.code == 0)
    #expect(
      unlabeled.lines.contains("the samples are not judged: the images have no labels"))
  }

  /// All 256 labels that a file can have.
  @Test func whatConvertImagesWritesEveryProgramReads() throws {
    for name in [Self.trainLabels, Self.testLabels] { try workspace.edit(name) { $0[8] = 255 } }
    for (program, options) in Self.programs { #expect(try run(program, options).code == 0) }
    let result = try run("train classifier", ["--architecture", "dense"])
    #expect(result.code == 0)
    #expect(result.output.contains("body 64-1024-384, head 384-256"))
  }
}
