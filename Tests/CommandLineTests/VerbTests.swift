import Models
import Testing

/// The program `pushforward`: its messages about its verbs and models, and errors in a command line
/// before the model is known.
@Suite struct VerbTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(data: nil) }

  private func run(_ arguments: String...) throws -> Executable.Result {
    try Executable("", arguments, in: workspace).result()
  }

  private func help(_ arguments: String...) throws -> String {
    let result = try Executable("", arguments, in: workspace).result()
    #expect(result.code == 0 && result.error == "")
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(result.output)")
    return result.output
  }

  @Test func theHelpListsTheVerbs() throws {
    let text = try help("--help")
    #expect(text.hasPrefix("Usage: pushforward VERB [options]\n"))
    for verb in ["train MODEL", "resume RUN", "sample", "evaluate RUN", "convert"] {
      #expect(text.contains(try Regex("\n  \(verb)  +[a-z]")), "\(verb)")
    }
    #expect(try help() == text && help("-h") == text)
  }

  @Test func theHelpOfFitListsTheMethodsALineEach() throws {
    let text = try help("fit", "--help")
    #expect(text.contains("\n  topics             topics by latent Dirichlet allocation"))
  }

  @Test func theHelpOfTrainListsTheModelsALineEach() throws {
    let text = try help("train", "--help")
    #expect(text.hasPrefix("Usage: pushforward train MODEL [options]\n"))
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("  ") }
    #expect(lines.count == registry.count)
    for (line, row) in zip(lines, registry) {
      #expect(line.hasPrefix("  \(row.kind) ") && line.hasSuffix("  \(row.summary)"), "\(line)")
    }
    #expect(try help("train") == text && help("train", "-h") == text)
  }

  @Test func theHelpOfResumeListsWhatMayChange() throws {
    let text = try help("resume", "--help")
    #expect(text.hasPrefix("Usage: pushforward resume RUN [options]\n"))
    let options = text.matches(of: /\n {6}--([a-z-]+)/).map { String($0.1) }
    #expect(
      options == [
        "epochs", "data", "damaged", "no-cache", "threads", "checkpoint-every", "early-stop",
        "tensorboard", "check-finite", "profile", "quiet", "importance-samples", "judge", "version",
      ])
  }

  @Test func theHelpOfEvaluateListsItsOptions() throws {
    let text = try help("evaluate", "--help")
    #expect(text.hasPrefix("Usage: pushforward evaluate RUN [options]\n"))
    for option in ["importance-samples K", "judge FILE|none", "data DIR", "threads N", "quiet"] {
      #expect(text.contains("\n      --\(option)"), "\(option)")
    }
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let name: String
    let message: String
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ arguments: [String], _ name: String, _ message: String) {
      (self.arguments, self.name, self.message) = (arguments, name, message)
    }
  }

  private static let wrong = [
    Wrong(["trian", "vae"], "", "unknown verb 'trian'; did you mean train?"),
    Wrong(["s"], "", "unknown verb 's'; did you mean sample?"),
    Wrong(["nonsense"], "", "unknown verb 'nonsense'"),
    Wrong([""], "", "unknown verb ''"),
    Wrong(["--quiet"], "", "unknown verb '--quiet'"),
    Wrong(["train", "vea"], "train", "unknown model 'vea'; did you mean vae?"),
    Wrong(["train", "auto"], "train", "unknown model 'auto'; did you mean autoencoder?"),
    Wrong(["train", "clasifier"], "train", "unknown model 'clasifier'; did you mean classifier?"),
    Wrong(["train", "transformers"], "train", "unknown model 'transformers'"),
    Wrong(["train", "--quiet", "vae"], "train", "MODEL before --quiet is needed"),
    Wrong(
      ["train", "vae", "--epohcs", "3"], "train vae",
      "unknown option '--epohcs'; did you mean '--epochs'?"),
    Wrong(["train", "vae", "moons"], "train vae", "unexpected argument 'moons'"),
    Wrong(
      ["train", "gan", "--free-bits", "2"], "train gan",
      "'--free-bits' is an option of vae, not of this command"),
    Wrong(
      ["train", "vae", "--noise=gaussian"], "train vae",
      "'--noise' is an option of autoencoder, not of this command"),
    Wrong(
      ["train", "classifier", "--latent", "2"], "train classifier",
      "'--latent' is an option of autoencoder, vae and gan, not of this command"),
    Wrong(
      ["train", "gan", "--early-stop", "2"], "train gan",
      "'--early-stop' is an option of autoencoder, vae, planar-flow and others, not of this"
        + " command"),
    Wrong(
      ["train", "gan", "--importance-samples", "2"], "train gan",
      "'--importance-samples' is an option of vae, planar-flow, real-nvp and others, not of this"
        + " command"),
    Wrong(
      ["train", "vae", "--resume", "runs/vae-001"], "train vae", "unknown option '--resume'"),
    Wrong(["resume"], "resume", "RUN, the folder of a run, is needed"),
    Wrong(["resume", "--quiet"], "resume", "RUN, the folder of a run, is needed"),
    Wrong(["resume", "a", "b"], "resume", "unexpected argument 'b'"),
    Wrong(
      ["resume", "a", "--epohcs", "3"], "resume",
      "unknown option '--epohcs'; did you mean '--epochs'?"),
    Wrong(["evaluate"], "evaluate", "RUN, the folder of a run, is needed"),
    Wrong(["evaluate", "a", "--colour", "2"], "evaluate", "unknown option '--colour'"),
    Wrong(["sample", "a"], "sample", "unexpected argument 'a'"),
  ]

  @Test(arguments: wrong) func whatIsWrongIsSaidAndNothingDone(wrong: Wrong) throws {
    let result = try Executable("", wrong.arguments, in: workspace).result()
    let name = wrong.name.isEmpty ? "pushforward" : "pushforward " + wrong.name
    #expect(result.code == 64 && result.output == "")
    #expect(result.error == "\(name): \(wrong.message)\nTry '\(name) --help'.\n")
    #expect(workspace.names().isEmpty)
  }

  /// `train-vae` uses its own name in messages, not that of the underlying program.
  @Test func argumentsThatAreNotUTF8() throws {
    for name in ["train-vae", "train-gan", "train-autoencoder"] {
      let script = #""$0" --data "$(printf 'x\351')""#
      let result = try Executable(
        command: ["/bin/sh", "-c", script, Executable.path(of: name)], in: workspace
      ).result()
      #expect(result.code == 64)
      #expect(
        result.error.hasPrefix(#"\#(name): expected arguments in UTF-8, found 'x\xE9'; "#),
        "\(result.error)")
    }
  }
}
