import Foundation
import Testing

/// Halves of images completed, temperatures, and log p of given images.
@Suite struct CompletionRunTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func run(_ name: String, _ arguments: [String]) throws -> Executable.Result {
    try Executable(name, arguments, in: workspace).result()
  }

  private func train(_ kind: String) throws -> String {
    let options = ["--data", "data", "--batch-size", "16", "--epochs", "1", "--judge", "none"]
    let result = try run("train " + kind, options + SmallModel.options(kind))
    #expect(result.code == 0, "\(result.error)")
    return "runs/\(kind)-001"
  }

  private func model(_ run: String) -> [String] { ["--model", run + "/model.safetensors"] }

  @Test(arguments: ["pixelcnn", "made"]) func imagesAreCompleted(kind: String) throws {
    let trained = try train(kind)
    let made = try run("sample", model(trained) + ["--count", "6", "--out", "made"])
    #expect(made.code == 0, "\(made.error)")
    // Each is written as PNG and as PGM.
    for (name, options) in [("a", [String]()), ("b", []), ("c", ["--seed", "1"])] {
      let result = try run(
        "sample", model(trained) + ["--complete", "made", "--out", name + ".npy"] + options)
      #expect(result.code == 0 && result.error == "", "\(result.error)")
      #expect(result.output == "\(name).npy: 12 images\n")
    }
    let files = try ["a", "b", "c"].map { Array(try workspace.contents(of: $0 + ".npy")) }
    #expect(files[0] == files[1] && files[0] != files[2])
    // The first half of each image, which is 64 numbers of four bytes at the end of the file, is
    // kept.
    let images = files.map { $0.suffix(12 * 256) }.map(Array.init)
    for image in 0..<12 {
      let half = 256 * image..<256 * image + 128
      #expect(Array(images[0][half]) == Array(images[2][half]))
    }
    let picture = try run(
      "sample", model(trained) + ["--complete", "made", "--temperature", "0.1"])
    #expect(picture.output == "samples.png: 12 images\n")
  }

  @Test(arguments: ["real-nvp", "pixelcnn", "made", "vq-vae"])
  func aTemperatureChangesSamples(kind: String) throws {
    let trained = try train(kind)
    for (name, temperature) in [("a", "1"), ("b", "1"), ("c", "0.0001")] {
      let options = ["--count", "5", "--out", name + ".npy", "--temperature", temperature]
      let result = try run("sample", model(trained) + options)
      #expect(result.code == 0 && result.error == "", "\(result.error)")
    }
    let files = try ["a", "b", "c"].map { try workspace.contents(of: $0 + ".npy") }
    #expect(files[0] == files[1] && files[0] != files[2])
  }

  @Test func whatAModelCannotDo() throws {
    let vae = try train("vae")
    for (arguments, message) in [
      (
        ["--temperature", "0.5"],
        "expected a model with a temperature (planar-flow, real-nvp, maf, spline-flow, glow, made, "
          + "pixelcnn, vq-vae), found 'vae'"
      ),
      (
        ["--complete", "data"],
        "expected a model that can complete images (made, pixelcnn), found 'vae'"
      ),
      (
        ["--temperature", "0.5", "--interpolate"],
        "--temperature with --interpolate: expected new or completed examples"
      ),
      (
        ["--complete", "a", "--reconstruct", "b"],
        "--complete with --reconstruct: expected new or completed examples"
      ),
      (["--temperature", "0"], "--temperature is out of range: expected more than 0, found 0"),
    ] {
      let arguments = arguments.map { $0 == "data" ? "data/t10k-images-idx3-ubyte" : $0 }
      let result = try run("sample", model(vae) + arguments)
      #expect(result.code == 64 && result.output == "")
      #expect(result.error.hasPrefix("pushforward sample: \(message)\n"), "\(result.error)")
    }
  }

  @Test func givenImagesAreEvaluated() throws {
    let images = "data/t10k-images-idx3-ubyte"
    let pixels = try train("pixelcnn")
    let result = try run("evaluate", [pixels, "--examples", images])
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    #expect(result.output.hasPrefix("log p(x) of the 12 images of \(images): -"))
    let rows = String(
      decoding: try workspace.contents(of: pixels + "/likelihoods.csv"), as: UTF8.self
    ).split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    #expect(rows[0] == ["image", "log_likelihood_nats", "bits_per_dimension"] && rows.count == 13)
    let nats = rows.dropFirst().compactMap { Double($0[1]) }
    let table = String(
      decoding: try workspace.contents(of: pixels + "/loss.csv"), as: UTF8.self
    ).split(separator: "\n").map { $0.split(separator: ",") }
    let loss = try #require(table.last?.last.flatMap { Double($0) })
    #expect(abs(nats.reduce(0, +) / 12 + loss) < 1e-4)
    // An estimate needs samples.
    let vae = try train("vae")
    let missing = try run("evaluate", [vae, "--examples", images])
    #expect(missing.code == 64)
    #expect(
      missing.error.hasPrefix("pushforward evaluate: --importance-samples"), "\(missing.error)")
    let estimate = try run(
      "evaluate", [vae, "--examples", images, "--importance-samples", "3"])
    #expect(estimate.code == 0 && estimate.output.contains(" of the 12 images of "))
    let gan = try train("gan")
    let none = try run("evaluate", [gan, "--examples", images])
    #expect(none.code == 64)
    #expect(
      none.error.hasPrefix(
        "pushforward evaluate: --examples \(images): expected a model of images or a text with log p(x), "
          + "found 'gan' of images\n"), "\(none.error)")
  }
}
