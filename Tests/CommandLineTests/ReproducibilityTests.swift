import Datasets
import Foundation
import Testing

/// The same command line gives the same bytes, on any number of threads.
///
/// Here the model is of the default size and the images are digits, because smaller work is not
/// split between threads.
@Suite struct ReproducibilityTests {
  private static let variants = [
    ["--binarize", "stochastic", "--samples-per-image", "2", "--latent", "2"],
    ["--likelihood", "gaussian", "--hidden", "300,100"], ["--architecture", "conv"],
  ]

  private func files(of options: [String], in workspace: Workspace) throws -> [String: Data] {
    let arguments = ["--data", "digits", "--epochs", "2", "--batch-size", "64"]
    let result = try Executable(
      "train-vae", arguments + ["--importance-samples", "3"] + options, in: workspace
    ).result()
    #expect(result.code == 0, "\(result.error)")
    let run = try #require(workspace.names(in: "runs").last)
    return try workspace.files(below: "runs/" + run)
  }

  private func workspace() throws -> Workspace {
    let workspace = try Workspace(data: nil)
    // Three full batches and one of 8.
    try DrawnDigits(trainCount: 200, testCount: 60).write(to: workspace.path(of: "digits"))
    return workspace
  }

  @Test(arguments: variants)
  func theSameSeedTwiceGivesTheSameBytes(options: [String]) throws {
    let workspace = try workspace()
    let (first, second) = (
      try files(of: options, in: workspace), try files(of: options, in: workspace)
    )
    for name in first.keys where name != "report.html" {
      #expect(second[name] == first[name], "\(name)")
    }
    // The report has the name of its run.
    #expect(
      first["report.html"].map { String(decoding: $0, as: UTF8.self) }
        == second["report.html"].map {
          String(decoding: $0, as: UTF8.self).replacing("vae-002", with: "vae-001")
        })
    #expect(first.keys.contains("samples/epoch-002.pgm"))
    #expect(first.keys.contains("evaluation.json"))
  }

  @Test(arguments: variants)
  func theNumberOfThreadsChangesNothing(options: [String]) throws {
    let workspace = try workspace()
    let runs = try ["1", "2", "4"].map { count in
      var files = try files(of: options + ["--threads", count], in: workspace)
      // They record the number of threads.
      for name in ["config.json", "report.html"] { files[name] = nil }
      return files
    }
    #expect(runs[0].count >= 7)
    #expect(runs[1] == runs[0])
    #expect(runs[2] == runs[0])
  }

  @Test func anotherSeedGivesOtherLossesAndOtherPictures() throws {
    let workspace = try workspace()
    let first = try files(of: ["--seed", "0"], in: workspace)
    let second = try files(of: ["--seed", "1"], in: workspace)
    #expect(first.keys.sorted() == second.keys.sorted())
    for name in first.keys { #expect(first[name] != second[name], "\(name)") }
  }
}
