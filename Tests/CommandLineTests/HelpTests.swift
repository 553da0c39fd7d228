import Models
import NN
import Settings
import Testing

/// The help of each training: the groups, the options in them, and their defaults.
@Suite struct HelpTests {
  /// A training command, and the model that it trains.
  struct Program: Sendable, CustomTestStringConvertible {
    let name: String
    let row: ModelRow
    var isAlone: Bool { name.hasPrefix("train-") }
    var testDescription: String { name }
  }

  private static let alone = ["autoencoder", "gan", "vae"]
  static let programs = registry.flatMap { row in
    [Program(name: "train " + row.kind, row: row)]
      + (alone.contains(row.kind) ? [Program(name: "train-" + row.kind, row: row)] : [])
  }

  private let workspace: Workspace

  init() throws { workspace = try Workspace(data: nil) }

  private func help(_ name: String, _ argument: String = "--help") throws -> String {
    let result = try Executable(name, [argument], in: workspace).result()
    #expect(result.code == 0 && result.error == "")
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(result.output)")
    #expect(workspace.names().isEmpty)
    return result.output
  }

  /// The names of the options under each heading.
  private func groups(of help: String) -> [String: [String]] {
    var groups: [String: [String]] = [:]
    var title = ""
    for line in help.split(separator: "\n") {
      if let match = line.wholeMatch(of: /([A-Z][a-z]+):/) {
        title = String(match.1)
      } else if let match = line.firstMatch(of: /^ {2}(?:-h, | {4})--([a-z0-9-]+)/) {
        groups[title, default: []].append(String(match.1))
      }
    }
    return groups
  }

  private func definitions(of model: any Model.Type) -> [SettingDefinition] {
    func own<M: Model>(_ type: M.Type) -> [SettingDefinition] { M.Configuration.definitions }
    return own(model)
  }

  @Test(arguments: programs) func theOptionsStandInGroups(program: Program) throws {
    let help = try help(program.name)
    #expect(
      help.hasPrefix(
        "Usage: \(Executable.title(program.name)) [options]\n\nTrains \(program.row.summary)."
          .prefix(60)))
    var expected = [
      "Training": ["epochs", "batch-size", "shards", "learning-rate", "learning-rate-decay"],
      "Model": definitions(of: program.row.model).map(\.name),
      "Data": [
        "data", "limit", "image-size", "binarize", "augment", "damaged", "no-cache", "points",
        "columns", "without", "target", "heading", "unit", "sequences",
        "window",
      ],
      "Run": [
        "out", "seed", "threads", "sample-every", "checkpoint-every", "early-stop", "log-every",
        "tensorboard", "check-finite", "profile", "quiet",
      ],
      "Other": ["help", "version"],
    ]
    let model = program.row.model
    let evaluation =
      (model is any LikelihoodModel.Type ? ["importance-samples"] : [])
      + (model is any Generative.Type ? ["judge"] : [])
    if !evaluation.isEmpty { expected["Evaluation"] = evaluation }
    // Without a test loss, early stopping is impossible.
    if !(model is any LossModel.Type) { expected["Run"]?.removeAll { $0 == "early-stop" } }
    if program.isAlone { expected["Resuming"] = ["resume"] }
    #expect(groups(of: help) == expected)
    // The defaults are those of the model.
    for (option, value) in [
      ("epochs", "\(program.row.epochs)"), ("batch-size", "\(program.row.batchSize)"),
      ("learning-rate", ConfigurationValue.number(program.row.learningRate).description),
    ] {
      #expect(help.contains(try Regex("--\(option) [NX] .*\\(default: \(value)\\)")), "\(option)")
    }
  }

  @Test func theOptionsOfAVAEAreThese() throws {
    #expect(
      try groups(of: help("train vae"))["Model"] == [
        "architecture", "latent", "hidden", "likelihood", "beta", "samples-per-image",
        "beta-warm-up", "free-bits", "importance-weighted", "conditional",
      ])
  }

  /// Each option states its bounds and its default once, aligned.
  @Test func anOptionIsALineWithItsDefault() throws {
    let help = try help("train vae")
    #expect(
      help.contains("\n      --beta X                weight of the KL divergence (default: 1)\n"))
    #expect(
      help.contains(
        """
              --likelihood bernoulli|gaussian
                                      distribution of a pixel given the code (default:
                                      bernoulli)

        """))
  }

  @Test(arguments: ["--help", "-h", "--hel"])
  func itMayBeAskedForInOtherWays(argument: String) throws {
    #expect(try help("train vae", argument) == help("train vae"))
    #expect(try help("train-vae", argument).hasPrefix("Usage: train-vae [options]\n"))
  }

  @Test func theVersionIsExactlyThis() throws {
    for name in ["train-vae", "train-gan", "train-autoencoder"] {
      #expect(try help(name, "--version") == "\(name) 0.2.0\n")
    }
    for verb in ["train vae", "resume", "sample", "evaluate", "convert", ""] {
      #expect(try help(verb, "--version") == "pushforward 0.2.0\n")
    }
  }

  /// The help comes before anything that could go wrong in a run.
  @Test func helpIsGivenWhateverElseIsAsked() throws {
    for arguments in [["--data", "nowhere", "--help"], ["--resume", "nowhere", "--help"]] {
      let result = try Executable("train-vae", arguments, in: workspace).result()
      #expect(result.code == 0 && result.error == "")
      #expect(try result.output == help("train-vae"))
    }
    let result = try Executable("resume", ["nowhere", "--help"], in: workspace).result()
    #expect(try result.code == 0 && result.output == help("resume"))
  }
}
