import Datasets
import Models
import NN
import Tensor
import Training

/// The trainer of a language model, which shows a sample of its text after each epoch.
func languageTrainer(
  _ model: LanguageModel, _ data: TrainingData, learningRate: LearningRate, using random: Random,
  processes: Processes
) -> any Trainer {
  // A window has many symbols: batches of the test's usual size would take much memory.
  LossTrainer(
    model, train: data.train, test: data.test.resized(to: 64), learningRate: learningRate,
    using: random, processes: processes, floors: data.entropy.map { model.figures(nats: $0) } ?? [:]
  ) { random in
    [sampleText(of: model, using: random)].compactMap { $0 }
  }
}

/// Symbols that a sample of a model's text has.
private let sampleLength = 500

/// A text that a model has drawn; nil where its symbols are not known.
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
  /// The figures of a loss of so many nats for each symbol, by their columns.
  fileprivate func figures(nats: Double) -> [String: Double] {
    Dictionary(
      zip(metrics.map(\.column), [nats, nats / 0.6931471805599453]), uniquingKeysWith: { $1 })
  }

  /// Lines one after another, each with its end, until they have so many symbols.
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
