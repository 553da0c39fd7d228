import Datasets
import Foundation
import Testing

/// The same command line gives the same bytes, on any number of threads, whatever the model.
///
/// Here the images are digits, and the models are large enough for work to be split between
/// threads.
@Suite struct ReproducibilityTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let kind: String
    let options: [String]
    var testDescription: String { ([kind] + options).joined(separator: " ") }

    init(_ kind: String, _ options: String...) {
      (self.kind, self.options) = (kind, options)
    }
  }

  private static let cases = [
    Case(
      "vae", "--binarize", "stochastic", "--samples-per-image", "2", "--latent", "2",
      "--importance-samples", "3"),
    Case("vae", "--likelihood", "gaussian", "--hidden", "300,100"),
    Case("vae", "--importance-weighted", "--samples-per-image", "3", "--conditional"),
    Case("vae", "--architecture", "conv", "--augment", "elastic", "--limit", "36"),
    Case("autoencoder", "--noise", "gaussian", "--latent", "2"),
    Case(
      "gan", "--generator-hidden", "256", "--discriminator-hidden", "256",
      "--discriminator-steps", "2", "--log-every", "1"),
    Case("gan", "--architecture", "dcgan", "--limit", "18", "--base-channels", "16"),
    Case(
      "gan", "--architecture", "dcgan", "--limit", "36", "--base-channels", "8", "--loss",
      "wasserstein-gradient-penalty", "--critic-steps", "2", "--spectral-norm", "--conditional",
      "--average-decay", "0.9"),
    Case("classifier", "--limit", "36"),
  ]

  private func files(_ test: Case, _ options: [String], in workspace: Workspace) throws
    -> [String: Data]
  {
    let arguments = ["--data", "digits", "--epochs", "2", "--batch-size", "32"]
    let result = try Executable(
      "train " + test.kind, arguments + test.options + options, in: workspace
    ).result()
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    let run = try #require(workspace.names(in: "runs").last)
    return try workspace.files(below: "runs/" + run)
  }

  private func workspace() throws -> Workspace {
    let workspace = try Workspace(data: nil)
    // Two full batches and one of 4.
    try DrawnDigits(trainCount: 68, testCount: 12).write(to: workspace.path(of: "digits"))
    return workspace
  }

  @Test(arguments: cases)
  func theSameSeedGivesTheSameBytesAtAnyNumberOfThreads(test: Case) throws {
    let workspace = try workspace()
    let runs = try ["3", "3", "1"].map { try files(test, ["--threads", $0], in: workspace) }
    for name in runs[0].keys where name != "report.html" {
      #expect(runs[1][name] == runs[0][name], "\(name)")
      // It records the number of threads.
      if name != "config.json" { #expect(runs[2][name] == runs[0][name], "\(name)") }
    }
    for run in runs { #expect(run.keys.sorted() == runs[0].keys.sorted()) }
    // The report contains the name of its run.
    func report(_ run: Int) -> String? {
      runs[run]["report.html"].map {
        String(decoding: $0, as: UTF8.self)
          .replacing("\(test.kind)-00\(run + 1)", with: "\(test.kind)-001")
      }
    }
    #expect(report(0) == report(1))
    var expected = ["checkpoint.safetensors", "loss.csv", "model.safetensors"]
    switch test.kind {
    case "vae", "gan": expected += ["samples/epoch-002.pgm", "interpolations.png"]
    case "autoencoder": expected += ["codes.csv", "codes.svg", "reconstructions/epoch-002.pgm"]
    default: expected += ["mistakes.csv"]
    }
    if test.kind == "vae" { expected.append("evaluation.json") }
    if test.options.contains("--log-every") { expected.append("steps.csv") }
    for name in expected { #expect(runs[0][name] != nil, "\(name)") }
  }

  @Test(arguments: SmallModel.ofImages)
  func anotherSeedGivesOtherLossesAndOtherPictures(model: SmallModel) throws {
    let workspace = try Workspace()
    let runs = try ["0", "1"].map { seed in
      let arguments = ["--data", "data", "--epochs", "1", "--batch-size", "16", "--seed", seed]
      let result = try Executable(
        "train " + model.kind, arguments + model.options, in: workspace
      ).result()
      #expect(result.code == 0, "\(result.error)")
      return try workspace.files(below: "runs/" + #require(workspace.names(in: "runs").last))
    }
    #expect(
      runs[0].keys.sorted().filter { !$0.hasPrefix("mistakes/") }
        == runs[1].keys.sorted().filter { !$0.hasPrefix("mistakes/") })
    #expect(runs[0].keys.contains { $0.hasPrefix("reconstructions/") } == model.reconstructs)
    for name in runs[0].keys where !name.hasPrefix("mistakes") {
      #expect(runs[0][name] != runs[1][name], "\(name)")
    }
  }
}
