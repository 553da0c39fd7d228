import Datasets
import Models
import NN
import Tensor
import Training

/// The trainer of a language model; it prints a sample of the model's text after each epoch.
func languageTrainer(
  _ model: LanguageModel, _ data: TrainingData, learningRate: LearningRate, using random: Random,
  processes: Processes
) -> any Trainer {
  // A window has many symbols: test batches of the usual size would take much memory.
  LossTrainer(
    model, train: data.train, test: data.test.resized(to: 64), learningRate: learningRate,
    using: random, processes: processes, floors: data.entropy.map { model.figures(nats: $0) } ?? [:]
  ) { random in
    [sampleText(of: model, using: random)].compactMap { $0 }
  }
}

/// The number of symbols in a sample of the model's text.
private let sampleLength = 500

/// A text drawn from a model; nil if its symbols are not known.
private func sampleText(of model: LanguageModel, using random: Random) -> ModelPictures.Named? {
  guard let text = model.dataShape.details[TextVocabulary.detailName],
    let vocabulary = TextVocabulary(text: text, count: model.vocabulary)
  else { return nil }
  let lines = vocabulary.end.map { model.lines(upTo: sampleLength, end: $0, using: random) }
  let symbols =
    lines
    ?? model.inInference {
      model.continuation(of: [vocabulary.beginning], count: sampleLength, using: random)
    }
  return ModelPictures.Named(
    name: "samples",
    contents: lines == nil
      ? "texts of \(sampleLength) symbols, drawn from the model" : "lines drawn from the model",
    .text(vocabulary.decode(symbols)))
}

extension LanguageModel {
  /// The figures for a loss in nats per symbol, by column.
  fileprivate func figures(nats: Double) -> [String: Double] {
    Dictionary(
      zip(metrics.map(\.column), [nats, nats / 0.6931471805599453]), uniquingKeysWith: { $1 })
  }

  /// Lines one after another, each with its end symbol, until they have this many symbols.
  fileprivate func lines(upTo count: Int, end: Int, using random: Random) -> [Int] {
    inInference {
      var symbols: [Int] = []
      while symbols.count < count {
        symbols += continuation(
          of: [end], count: dataShape.element.unitsPerExample, end: end, using: random)
        if symbols.last != end { symbols.append(end) }
      }
      return symbols
    }
  }
}
