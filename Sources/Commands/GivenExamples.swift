import CommandLine
import Datasets
import Evaluation
import Files
import Models
import NN
import Tensor
import Training

/// Reports log p of each example that a user gives: images, or a text or its lines.
struct GivenExamples {
  /// The option that names them.
  static let option = "--examples"
  /// The name of the table of results in a run's folder.
  static let tableName = "likelihoods.csv"

  /// An example's log p in nats, and the number of dimensions or symbols that share it.
  private typealias Row = (nats: Double, dimensions: Int)

  private let rows: [Row]
  private let noun: Noun
  private let dimension: String

  /// Reads the examples and computes log p of each.
  ///
  /// - Throws: `CommandLineError` for a model without log p of images or texts and for examples
  ///   that do not fit the model; the reader's error for an invalid file.
  init(
    _ path: String, by model: any Model, samples: Int?, using random: Random
  ) throws {
    guard let likelihood = model as? any LikelihoodModel,
      model.dataShape.isImage || model is LanguageModel
    else {
      throw CommandLineError.unsuitableValue(
        option: Self.option, value: path,
        reason:
          "expected a model of images or a text with log p(x), found '\(type(of: model).kind)'"
          + " of \(model.dataShape.element.exampleNoun.plural)")
    }
    dimension = model.dataShape.dimension
    if let model = model as? LanguageModel {
      let vocabulary = try vocabulary(of: model.dataShape, path: path)
      noun = vocabulary.hasEnd ? Noun("line", "lines") : Noun("text", "texts")
      rows = try Self.sequences(path, vocabulary).map { text in
        try Interrupt.check()
        let symbols = vocabulary.end.map { [$0] + text + [$0] } ?? text
        guard symbols.count > 1 else {
          throw CommandLineError.unsuitableValue(
            option: Self.option, value: path,
            reason: "expected a text of 2 \(vocabulary.unit.noun.plural) or more, found 1")
        }
        let nats = model.logProbabilities(ofText: Array(symbols.dropFirst()), after: symbols[0])
        return (nats.reduce(0, +), nats.count)
      }
      return
    }
    guard let count = samples ?? (type(of: likelihood).hasExactLikelihood ? 1 : nil) else {
      throw CommandLineError.missingOption(
        "--importance-samples", placeholder: "K, as log p(x) is estimated,")
    }
    noun = .image
    let images = try loadImages(
      path, shape: model.dataShape.sizes, limit: .max, option: Self.option)
    let batches = stride(from: 0, to: images.shape[0], by: 100).map {
      images.sliced($0..<min($0 + 100, images.shape[0])).flattened()
    }
    rows = try batches.flatMap { batch -> [Row] in
      let nats = try likelihood.logLikelihood(
        of: batch, sampleCount: count, using: random, afterEach: { try Interrupt.check() })
      return nats.doubles.map { ($0, model.dataShape.count) }
    }
  }

  private static func sequences(_ path: String, _ vocabulary: TextVocabulary) throws -> [[Int]] {
    do {
      return try vocabulary.sequences(path: path)
    } catch let error as TextError {
      throw CommandLineError.unsuitableValue(
        option: option, value: path, reason: "\(error)")
    }
  }

  /// The figures as a table, a row for each example.
  var table: String {
    let lines = rows.enumerated().map { index, row in
      "\(index + 1),\(row.nats),\(bits([row]))\n"
    }
    return "\(noun.singular),log_likelihood_nats,bits_per_\(dimension)\n" + lines.joined()
  }

  /// A one-line summary of all results.
  func summary(_ path: String) -> String {
    let mean = rows.reduce(0) { $0 + $1.nats } / Double(rows.count)
    return "log p(x) of the \(Readable.count(rows.count)) \(noun(rows.count)) of \(path):"
      + " \(Readable.metric(mean)) nats per \(noun.singular),"
      + " \(Readable.metric(bits(rows))) bits per \(dimension)"
  }

  private func bits(_ rows: [Row]) -> Double {
    bitsPerDimension(
      nats: -rows.reduce(0) { $0 + $1.nats },
      dimensions: Double(rows.reduce(0) { $0 + $1.dimensions }))
  }
}
