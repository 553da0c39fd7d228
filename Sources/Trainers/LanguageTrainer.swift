import Datasets
import Models
import NN
import Tensor
import Training

/// The trainer of a language model, which shows a sample of its text after each epoch.
func languageTrainer(
  _ model: LanguageModel, _ data: TrainingData, learningRate: Double, using random: Random
) -> any Trainer {
  // A window has many symbols: batches of the test's usual size would take much memory.
  LossTrainer(
    model, train: data.train, test: data.test.resized(to: 64), learningRate: learningRate,
    using: random
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
  let symbols = model.inInference {
    model.continuation(of: [vocabulary.beginning], count: sampleLength, using: random)
  }
  return ModelPictures.Named(
    name: "samples", contents: "texts of \(sampleLength) symbols, drawn from the model",
    .text(vocabulary.decode(symbols)))
}
