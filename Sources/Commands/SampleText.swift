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
  /// The options that only texts have, and those that texts do not have.
  private static let (ofTexts, ofOthers) = (
    ["prompt", "length", "temperature", "top-k", "nucleus"],
    ["count", "draw-pixels", "interpolate", "reconstruct", "manifold"]
  )

  /// Checks the options against the data of a model, and against each other.
  func check(for shape: DataShape) throws(CommandLineError) {
    let strange = shape.isText ? Self.ofOthers : Self.ofTexts
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
  /// What a model of it is said to be of.
  fileprivate var dataNoun: String { isText ? "a text" : element.exampleNoun.plural }
}

/// Prints a prompt with the text that a model draws after it, or writes them to a file.
func printText(by sampler: Sampler, _ path: String, _ settings: SampleSettings) throws {
  let details = sampler.dataShape.details[TextVocabulary.detailName] ?? ""
  guard case .window(_, let count) = sampler.dataShape.element,
    let vocabulary = TextVocabulary(text: details, count: count)
  else { throw UnknownSymbols(path: path) }
  var prompt: [Int] = []
  do {
    prompt = try vocabulary.encode(settings.prompt ?? "")
  } catch {
    throw CommandLineError.unsuitableValue(
      option: "--prompt", value: settings.prompt ?? "", reason: "\(error)")
  }
  let choice = SymbolChoice(
    temperature: settings.temperature, topK: settings.topK, nucleus: settings.nucleus)
  let following = try profiling(settings.profile) {
    try sampler.continuation(
      of: prompt.isEmpty ? [vocabulary.beginning] : prompt, count: settings.length, by: choice,
      end: vocabulary.end, using: Random(seed: UInt64(settings.seed)),
      afterEach: { _ in try Interrupt.check() })
  }
  let text = vocabulary.decode(prompt + following)
  guard let out = settings.out else {
    Console.printLines(of: text)
    return
  }
  try ForcedEnd.postpone {
    try Array(text.utf8).withUnsafeBytes { try replaceFile(at: out, with: $0) }
  }
  Console.printLine("\(out): \(following.count) \(Noun.character(following.count))")
}

/// A file of a language model that does not say what its symbols are.
private struct UnknownSymbols: ExitCodeProviding, CustomStringConvertible {
  let path: String
  var exitCode: ExitCode { .dataError }
  var description: String {
    "'\(path)': expected the \(TextVocabulary.detailName) of a text as 'data.\(TextVocabulary.detailName)'"
      + " in a language model's file"
  }
}
