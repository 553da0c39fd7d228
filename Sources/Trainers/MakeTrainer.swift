import Models
import NN
import Tensor
import Training

/// The trainer of a model: its own if it has one, otherwise one that minimises its loss.
///
/// - Throws: `TrainerError` for a model that cannot be trained, `ProcessError` for one that cannot
///   be trained by several processes.
public func makeTrainer(
  _ model: any Model, _ data: TrainingData, learningRate: LearningRate, using random: Random,
  processes: Processes = .alone
) throws -> any Trainer {
  try processes.prepare(for: model, data.train)
  switch model {
  case let gan as GAN:
    return GANTrainer(
      gan, train: data.train, learningRate: learningRate, using: random, processes: processes)
  case let classifier as Classifier:
    return ClassifierTrainer(
      classifier, train: data.train, test: data.test, learningRate: learningRate, using: random,
      processes: processes)
  case let model as LanguageModel:
    return languageTrainer(
      model, data, learningRate: learningRate, using: random, processes: processes)
  case let model as any LossModel:
    return minimiser(of: model, data, learningRate, using: random, processes)
  default: throw TrainerError.noTrainer(kind: type(of: model).kind)
  }
}

private func minimiser(
  of model: some LossModel, _ data: TrainingData, _ learningRate: LearningRate,
  using random: Random,
  _ processes: Processes
) -> any Trainer {
  LossTrainer(
    model, train: data.train, test: data.test, learningRate: learningRate, using: random,
    processes: processes)
}

/// The reason why a model cannot be trained.
public enum TrainerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The model has neither a loss nor a trainer of its own.
  case noTrainer(kind: String)

  /// The kind of model, and what was expected.
  public var description: String {
    switch self {
    case .noTrainer(let kind):
      "expected a model with a loss or a trainer of its own, found '\(kind)'"
    }
  }
}
