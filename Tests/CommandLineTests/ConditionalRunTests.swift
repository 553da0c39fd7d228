import Foundation
import Testing

/// Runs of variational autoencoders with classes and with other objectives.
@Suite struct ConditionalRunTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func run(_ program: String, _ arguments: [String]) throws -> Executable.Result {
    try Executable(program, arguments, in: workspace).result()
  }

  private func evaluation(_ run: String) throws -> [String: Any] {
    let json = try JSONSerialization.jsonObject(
      with: workspace.contents(of: "runs/\(run)/evaluation.json"))
    return try #require(json as? [String: Any])
  }

  private static let quick = Workspace.quick + ["--latent", "2", "--epochs", "2"]

  @Test func aConditionalRunIsJudgedAndSampledByClass() throws {
    let judge = try run("train classifier", ["--data", "data", "--epochs", "1"])
    #expect(judge.code == 0, "\(judge.error)")
    let file = "runs/classifier-001/model.safetensors"
    let result = try run(
      "train-vae",
      Self.quick + ["--conditional", "--judge", file, "--importance-samples", "2"])
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    let known = try evaluation("vae-001")
    let accuracy = try #require(known["conditional-accuracy"] as? Double)
    #expect((0...1).contains(accuracy))
    #expect(result.output.contains(" of the samples to the class requested"))
    #expect(known["log-likelihood-nats-per-image"] != nil)
    #expect(workspace.has("runs/vae-001/classes.png") && workspace.has("runs/vae-001/manifold.png"))
    // A second evaluation gives the same result.
    let before = try workspace.contents(of: "runs/vae-001/evaluation.json")
    let again = try run(
      "evaluate", ["runs/vae-001", "--judge", file, "--importance-samples", "2", "--quiet"])
    #expect(again.code == 0, "\(again.error)")
    #expect(try workspace.contents(of: "runs/vae-001/evaluation.json") == before)

    let model = ["--model", "runs/vae-001/model.safetensors", "--count", "20"]
    func array(_ name: String, _ options: [String]) throws -> Data {
      let result = try run("sample", model + options + ["--out", name + ".npy"])
      #expect(result.code == 0 && result.error == "", "\(result.error)")
      return try workspace.contents(of: name + ".npy")
    }
    let arrays = try [
      array("any", []), array("three", ["--class", "3"]), array("four", ["--class", "4"]),
      array("lines", ["--interpolate", "--class", "3"]), array("inTurn", ["--interpolate"]),
      array("grid", ["--manifold", "--class", "3"]),
      array("drawn", ["--draw-pixels", "--class", "3"]),
      array("back", ["--reconstruct", "data/t10k-images-idx3-ubyte", "--class", "3"]),
    ]
    #expect(Set(arrays).count == arrays.count)
    for (options, code, message) in [
      (["--class", "10"], 64, "--class 10: expected a class from 0 to 9"),
      (["--class", "-1"], 64, "--class is out of range: expected 0 or more, found -1"),
      (["--class", "seven"], 64, "--class expects a whole number, found 'seven'"),
      (
        ["--manifold"], 64,
        "expected a class from 0 to 9 with it, which this 'vae' needs for each example"
      ),
      (
        ["--reconstruct", "data/t10k-images-idx3-ubyte"], 64,
        "expected a class from 0 to 9 with it, which this 'vae' needs for each example"
      ),
    ] as [([String], Int32, String)] {
      let result = try run("sample", model + options)
      #expect(result.code == code && result.output == "", "\(options)")
      #expect(result.error.hasPrefix("pushforward sample: " + message), "\(result.error)")
    }
  }

  @Test func aClassOfAModelWithoutIsRefused() throws {
    #expect(try workspace.train().code == 0)
    let result = try run(
      "sample", ["--model", "runs/vae-001/model.safetensors", "--class", "1"])
    #expect(result.code == 64)
    #expect(
      result.error.hasPrefix(
        "pushforward sample: --class 1: expected a model of examples with classes, found 'vae' without"
      ), "\(result.error)")
  }

  @Test func classesHaveToBeThere() throws {
    for name in ["train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"] {
      try workspace.remove("data/" + name)
    }
    let result = try run("train-vae", Self.quick + ["--conditional"])
    #expect(result.code == 64 && result.output == "")
    #expect(
      result.error.hasPrefix(
        "train-vae: --conditional true: expected data of two classes or more, found none\n"),
      "\(result.error)")
  }

  @Test func aConditionalModelIsEvaluatedOnItsClassesOnly() throws {
    #expect(try run("train-vae", Self.quick + ["--conditional"]).code == 0)
    try SmallData().write(to: workspace.path(of: "others"))
    try workspace.edit("others/t10k-labels-idx1-ubyte") { $0[9] = 12 }
    let result = try run("evaluate", ["runs/vae-001", "--data", "others"])
    #expect(result.code == 64)
    #expect(
      result.error.hasPrefix(
        "pushforward evaluate: --data others: expected labels below 10 as the model knows, found"
          + " some up to 12"), "\(result.error)")
  }

  /// Whatever the objective, a resumed run equals an uninterrupted one, on any number of threads.
  @Test(
    arguments: [
      ["--conditional"], ["--conditional", "--architecture", "conv", "--hidden", "400"],
      ["--importance-weighted", "--samples-per-image", "3"],
      ["--beta-warm-up", "3", "--free-bits", "0.2"],
    ]) func twoAndOneEpochAreThree(options: [String]) throws
  {
    let options = Workspace.quick + ["--latent", "2"] + options
    let whole = try run("train-vae", options + ["--epochs", "3", "--threads", "1"])
    #expect(whole.code == 0 && whole.error == "", "\(whole.error)")
    #expect(try run("train-vae", options + ["--epochs", "1", "--threads", "3"]).code == 0)
    let resumed = try run("resume", ["runs/vae-002", "--epochs", "3"])
    #expect(resumed.code == 0, "\(resumed.error)")
    let (a, b) = try (
      workspace.files(below: "runs/vae-001"), workspace.files(below: "runs/vae-002")
    )
    #expect(a.keys.sorted() == b.keys.sorted())
    for name in a.keys where !["config.json", "report.html"].contains(name) {
      #expect(a[name] == b[name], "\(name)")
    }
    let known = try evaluation("vae-001")
    let (divergence, information, marginal) = (
      try #require(known["kl-nats"] as? Double), try #require(known["information-nats"] as? Double),
      try #require(known["marginal-kl-nats"] as? Double)
    )
    #expect(abs(information + marginal - divergence) < 1e-9)
    #expect(information <= log(12) + 1e-9)
    #expect((0...2).contains(try #require(known["active-units"] as? Int)))
  }

  @Test func whatTheWeightedBoundHasNotIsRefused() throws {
    for (options, message) in [
      (["--beta", "2"], "--beta 2.0: expected 1"),
      (["--free-bits", "0.1"], "--free-bits 0.1: expected none"),
      (["--beta-warm-up", "2"], "--beta-warm-up 2.0: expected none"),
    ] {
      let result = try run("train-vae", Self.quick + ["--importance-weighted"] + options)
      #expect(result.code == 64)
      #expect(
        result.error.hasPrefix(
          "train-vae: \(message) with --importance-weighted, whose bound has no divergence of its own"
        ), "\(result.error)")
    }
  }

  /// Points also have classes.
  @Test func pointsOfAClass() throws {
    let result = try run(
      "train vae",
      [
        "--data", "moons", "--points", "64", "--epochs", "1", "--hidden", "8", "--latent", "1",
        "--likelihood", "gaussian", "--conditional",
      ])
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    let model = ["--model", "runs/vae-001/model.safetensors", "--count", "5"]
    #expect(try run("sample", model + ["--class", "1"]).code == 0)
    let wrong = try run("sample", model + ["--class", "2", "--out", "b.csv"])
    #expect(wrong.code == 64)
    #expect(wrong.error.contains("expected a class from 0 to 1"), "\(wrong.error)")
  }
}
