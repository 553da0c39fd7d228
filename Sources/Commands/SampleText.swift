import CommandLine
import Datasets
import Files
import Models
import NN
import Sampling
import Settings
import Tensor
import Training

extension SampleSettings {
  /// The options that apply only to texts, and those that do not apply to texts.
  private static let (ofTexts, ofOthers) = (
    ["prompt", "length", "top-k", "nucleus"],
    ["count", "draw-pixels", "interpolate", "reconstruct", "complete", "manifold"]
  )

  /// Checks the options against a model's data and against each other.
  func check(for shape: DataShape) throws(CommandLineError) {
    let isOfLines = (try? vocabulary(of: shape, path: ""))?.hasEnd ?? false
    let strange = shape.isText ? Self.ofOthers.filter { !isOfLines || $0 != "count" } : Self.ofTexts
    for (definition, entry) in zip(Self.definitions, record.entries)
    where strange.contains(definition.name) && entry.value != definition.defaultValue {
      throw .unsuitableValue(
        option: definition.flag, value: "with a model of \(shape.dataNoun)",
        reason: "expected a model of \(shape.isText ? "images, points or a table" : "a text")")
    }
    guard nucleus <= 1 else {
      throw .unsuitableValue(
        option: "--nucleus", value: "\(nucleus)", reason: "expected more than 0, at most 1")
    }
  }
}

extension DataShape {
  /// What a model of this shape is a model of.
  fileprivate var dataNoun: String { isText ? "a text" : element.exampleNoun.plural }
}

/// Prints a prompt and the text that a model draws after it, or writes them to a file; a model of
/// lines draws as many lines as requested.
func printText(by sampler: Sampler, _ path: String, _ settings: SampleSettings) throws {
  let vocabulary = try vocabulary(of: sampler.dataShape, path: path)
  var prompt: [Int] = []
  do {
    prompt = try vocabulary.encode(settings.prompt ?? "")
  } catch {
    throw CommandLineError.unsuitableValue(
      option: "--prompt", value: settings.prompt ?? "", reason: "\(error)")
  }
  // A line begins after the end of the previous one.
  let start = vocabulary.end.map { [$0] + prompt } ?? prompt
  let choice = SymbolChoice(
    temperature: settings.temperature, topK: settings.topK, nucleus: settings.nucleus)
  let random = Random(seed: UInt64(settings.seed))
  let texts = try profiling(settings.profile) {
    try (0..<(vocabulary.hasEnd ? settings.count : 1)).map { _ in
      try sampler.continuation(
        of: start.isEmpty ? [vocabulary.beginning] : start, count: settings.length, by: choice,
        end: vocabulary.end, using: random, afterEach: { _ in try Interrupt.check() })
    }
  }
  let lines = texts.map { vocabulary.decode(prompt + $0.filter { $0 != vocabulary.end }) }
  let text = lines.joined(separator: "\n")
  guard let out = settings.out else {
    Console.printLines(of: text)
    return
  }
  try ForcedEnd.postpone {
    try Array((vocabulary.hasEnd ? text + "\n" : text).utf8).withUnsafeBytes {
      try replaceFile(at: out, with: $0)
    }
  }
  let noun = vocabulary.hasEnd ? Noun("line", "lines") : .character
  let count = vocabulary.hasEnd ? texts.count : texts[0].count
  Console.printLine("\(out): \(count) \(noun(count))")
}

/// The symbols of a model of texts; the path is for error messages.
func vocabulary(of shape: DataShape, path: String) throws -> TextVocabulary {
  let details = shape.details[TextVocabulary.detailName] ?? ""
  guard case .window(_, let count) = shape.element,
    let vocabulary = TextVocabulary(text: details, count: count)
  else { throw UnknownSymbols(path: path) }
  return vocabulary
}

/// A language model's file that lacks the list of its symbols.
private struct UnknownSymbols: ExitCodeProviding, CustomStringConvertible {
  let path: String
  var exitCode: ExitCode { .dataError }
  var description: String {
    "'\(path)': expected the \(TextVocabulary.detailName) of a text as 'data.\(TextVocabulary.detailName)'"
      + " in a language model's file"
  }
}
