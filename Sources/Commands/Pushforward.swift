import CommandLine
import Files
import Models

/// The program `pushforward`: reads the verb and runs it.
public func pushforward(_ arguments: [String]? = nil) {
  let arguments = arguments ?? processArgumentsOrExit()
  guard let word = arguments.first else { printAndExit(overview) }
  let rest = Array(arguments.dropFirst())
  switch word {
  case "-h", "--help": printAndExit(overview)
  case "--version": printAndExit("pushforward \(pushforwardVersion)")
  default: break
  }
  guard let verb = verbs.first(where: { $0.name == word }) else {
    fail(.unknownCommand(word, kind: "verb", suggestions: near(word, verbs.map(\.name))))
  }
  startProcesses("pushforward", isShared: ["train", "resume"].contains(word))
  verb.run(rest)
}

/// Suggestions for a mistyped word: the nearest name, or the names that begin with the word.
func near(_ word: String, _ names: [String]) -> [String] {
  let begun = names.filter { !word.isEmpty && $0.hasPrefix(word) }
  return begun.isEmpty ? nearest(to: word, among: names).map { [$0] } ?? [] : begun
}

/// The arguments of the process; if they are not valid text, prints the error and ends the process.
func processArgumentsOrExit(_ name: String = "pushforward") -> [String] {
  do {
    return try processArguments()
  } catch {
    fail(error, name)
  }
}

/// Prints an error of the command line that occurs before a command is known.
func fail(_ error: CommandLineError, _ name: String = "pushforward") -> Never {
  Command(name: name, summary: "", groups: []).fail(error)
}

/// A verb of the program.
private struct Verb: Sendable {
  let name: String
  let usage: String
  let help: String
  let run: @Sendable ([String]) -> Void
}

private let verbs = [
  Verb(name: "train", usage: "train MODEL", help: "train a model", run: trainVerb),
  Verb(
    name: "resume", usage: "resume RUN", help: "continue a run to the same bytes", run: resumeVerb),
  Verb(name: "sample", usage: "sample", help: "make images with a trained model", run: sampleVerb),
  Verb(
    name: "evaluate", usage: "evaluate RUN", help: "evaluate the model of a finished run",
    run: evaluateVerb),
  Verb(
    name: "explore", usage: "explore RUN", help: "make an interactive page for exploring a model",
    run: exploreVerb),
  Verb(name: "fit", usage: "fit METHOD", help: "fit a model to a table", run: fitVerb),
  Verb(
    name: "course", usage: "course NAME", help: "make a figure or an exercise of the course",
    run: courseVerb),
  Verb(
    name: "transport", usage: "transport",
    help: "move one table of points to another at the least cost", run: transportVerb),
  Verb(
    name: "convert", usage: "convert", help: "convert a folder of images to MNIST's format",
    run: convertVerb),
]

private var overview: String {
  let rows = verbs.map { "  " + $0.usage.padding(to: 14) + $0.help }
  return """
    Usage: pushforward VERB [options]

    Deep generative models on a CPU.

    Verbs:
    \(rows.joined(separator: "\n"))

    pushforward VERB --help lists the options; pushforward train --help the models.
    """
}

extension String {
  /// The text, padded with spaces to a width.
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
