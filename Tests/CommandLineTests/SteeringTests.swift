import ModelSupport
import Models
import NN
import Tensor
import Testing

/// Samplers, steps, classes and guidance that `pushforward sample` requests from a model.
@Suite struct SteeringTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    let random = Random(seed: 4)
    let (plain, classes) = (
      DataShape.points(dimensions: 2), DataShape.points(dimensions: 2, classes: 3)
    )
    let small = DDPM.Configuration.with {
      $0.hidden = [8]
      $0.diffusionSteps = 30
      $0.steps = 5
    }
    let flow = FlowMatching.Configuration.with {
      $0.hidden = [8]
      $0.steps = 2
    }
    let models: [(String, any Model)] = [
      ("ddpm", DDPM(small, for: classes, using: random)),
      ("plain", DDPM(small, for: plain, using: random)),
      ("flow", FlowMatching(flow, for: classes, using: random)),
      (
        "known",
        FlowMatching(
          .with {
            $0.hidden = [8]
            $0.labelDropout = 0
          }, for: classes, using: random)
      ),
      ("vae", VAE(features: 15, hidden: [4], latent: 2, shape: [3, 5, 1], random)),
    ]
    for (name, model) in models {
      try model.save(to: workspace.path(of: name), metadata: model.metadata)
    }
  }

  private func sample(_ model: String, _ arguments: [String]) throws -> Executable.Result {
    let start = ["--model", model, "--count", "5", "--out", "a.csv"]
    return try Executable("sample", start + arguments, in: workspace).result()
  }

  /// Each option changes the samples, except when it states the default.
  @Test(arguments: [
    ("ddpm", ["--sampler", "ddim"], ["--sampler", "dpm-solver++", "--steps", "5"]),
    ("flow", ["--sampler", "euler"], ["--sampler", "heun", "--steps", "2"]),
  ]) func optionsTakeTheModelsPlace(_ model: String, _ sampler: [String], _ own: [String]) throws {
    func samples(_ arguments: [String]) throws -> [UInt8] {
      let result = try sample(model, arguments)
      #expect(result.code == 0, "\(result.error)")
      return [UInt8](try workspace.contents(of: "a.csv"))
    }
    let plain = try samples([])
    #expect(try samples(own) == plain)
    let ofClass = try samples(["--class", "2"])
    #expect(try samples(["--class", "2", "--guidance", "1"]) == ofClass)
    #expect(try samples(["--class", "2", "--guidance", "0"]) == plain)
    let all = sampler + ["--steps", "3", "--class", "2", "--guidance", "2"]
    let others = try [sampler, ["--steps", "3"], ["--class", "1"], all].map(samples)
    #expect(Set(others + [plain, ofClass]).count == 6)
  }

  @Test(arguments: [
    ("ddpm", ["--sampler", "heun"], "expected a sampler that 'ddpm' has: ancestral, ddim, dpm-s"),
    ("ddpm", ["--steps", "31"], "--steps 31: expected 1 to 30 for dpm-solver++"),
    ("ddpm", ["--steps", "0"], "--steps is out of range: expected 1 or more, found 0"),
    ("ddpm", ["--class", "3"], "--class 3: expected a class from 0 to 2"),
    ("ddpm", ["--guidance", "2"], "--guidance 2.0: expected --class with it"),
    (
      "plain", ["--class", "1"], "--class 1: expected a model of examples with classes, found 'ddp"
    ),
    ("plain", ["--guidance", "2"], "expected a model of examples with classes, found 'ddpm' with"),
    (
      "known", ["--class", "1", "--guidance", "2"],
      "found 'flow-matching' that always needs a class"
    ),
    (
      "flow", ["--sampler", "dopri5", "--steps", "9"], "expected a sampler of fixed steps, found d"
    ),
    ("vae", ["--sampler", "ddim"], "expected a model with several samplers, found 'vae'"),
    ("vae", ["--steps", "9"], "--steps 9: expected a model that samples in steps, found 'vae'"),
    (
      "flow", ["--interpolate", "--steps", "9"], "--steps with --interpolate: expected new samples"
    ),
  ]) func whatAModelDoesNotTakeIsTold(_ model: String, _ arguments: [String], _ text: String) throws
  {
    let result = try sample(model, arguments)
    #expect(result.code == 64 && result.error.contains(text), "\(result.error)")
    #expect(!workspace.names().contains("a.csv"))
  }

  /// The energy distance of points is recorded together with how the samples were drawn.
  @Test(arguments: ["flow-matching", "score"]) func anEvaluationNamesTheSampler(
    _ kind: String
  ) throws {
    func run(_ verb: String, _ arguments: [String]) throws -> String {
      let result = try Executable(verb, arguments, in: workspace).result()
      #expect(result.code == 0, "\(result.error)")
      return result.output
    }
    let data = ["--data", "moons", "--points", "200", "--batch-size", "100", "--epochs", "1"]
    let path = "runs/\(kind)-001"
    func evaluation() throws -> String {
      String(decoding: try workspace.contents(of: path + "/evaluation.json"), as: UTF8.self)
    }
    let output = try run("train " + kind, data + SmallModel.options(kind))
    #expect(output.contains("energy distance of 200 samples from the test points: "))
    #expect(workspace.has(path + "/paths.svg"))
    let (own, first) = (kind == "score" ? "ode" : "heun", try evaluation())
    #expect(first.contains("\"sampler\": \"\(own)\"") && first.contains("\"sampler-steps\": 2"))
    _ = try run("evaluate", [path, "--steps", "2"])
    #expect(try evaluation() == first)
    let other = kind == "score" ? "reverse-sde" : "euler"
    _ = try run("evaluate", [path, "--sampler", other, "--steps", "3", "--guidance", "2"])
    let second = try evaluation()
    for text in ["\"\(other)\"", "\"sampler-steps\": 3", "\"guidance\": 2"] {
      #expect(second.contains(text), "\(second)")
    }
    let wrong = try Executable("evaluate", [path, "--sampler", "ddim"], in: workspace).result()
    #expect(wrong.code == 64 && wrong.error.contains("expected a sampler that '\(kind)' has"))
  }
}
