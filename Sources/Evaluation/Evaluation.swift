import CommandLine
import Datasets
import Models
import NN
import Settings
import Tensor
import Training

/// Evaluates a trained model as the settings request, writes `evaluation.json` and reports the
/// results.
///
/// - Parameters:
///   - model: The model.
///   - train: The examples that it was trained on, against which an autoencoder is compared.
///   - test: The examples to evaluate with.
///   - settings: The requested evaluations.
///   - judging: The judge of samples, opened before the training.
///   - sampling: Sampling options, if not the model's own; samples are of all classes.
///   - session: The run that receives the files and messages.
///   - noise: The random numbers of the estimates: the same every time.
///   - random: Draws the samples that are judged.
/// - Returns: The results.
public func evaluateModel(
  _ model: any Model, train: Batches, test: Batches, _ settings: EvaluationSettings,
  _ judging: Judging, sampling: SamplingOptions = .init(), _ session: some RunLog, noise: Random,
  using random: Random
) throws -> Configuration {
  var evaluation = Configuration()
  if let model = model as? any EncodingModel, !(model is any Generative) {
    evaluation = try comparison(
      of: model, train: train, test: test, session, noise: Random(state: noise.state))
  }
  let compared = evaluation.entries.count
  let informationRandom = Random(state: noise.state).split()
  if let count = settings.importanceSamples, let model = model as? any LikelihoodModel,
    hasLikelihood(model, session)
  {
    guard let nats = logLikelihood(of: test, by: model, sampleCount: count, using: noise) else {
      session.say("interrupted before the estimate of log p(x) was complete")
      return evaluation
    }
    let dimension = model.dataShape.dimension
    let bits = bitsPerDimension(nats: -nats, dimensions: dimensions(of: test))
    evaluation["importance-samples"] = .integer(count)
    let noun = test.dataset.exampleNoun
    evaluation["log-likelihood-nats-per-\(noun.singular)"] = .number(nats)
    evaluation["bits-per-\(dimension)"] = .number(bits)
    try session.write(evaluation: evaluation)
    session.say(
      "log p(x) of the test \(noun.plural) is about \(Readable.metric(nats)) nats per \(noun.singular), "
        + "\(Readable.metric(bits)) bits per \(dimension) (\(count) importance samples)")
  }
  if let vae = model as? VAE {
    let information = try LatentInformation(
      of: vae, on: test, using: informationRandom, beforeEach: Interrupt.check)
    for entry in information.configuration.entries { evaluation[entry.name] = entry.value }
    try session.write(evaluation: evaluation)
    for line in information.lines { session.say(line) }
  }
  if let flow = model as? any FlowModel {
    try reportInverse(of: flow, on: test, session, &evaluation)
    try reportExcess(of: flow, on: test, session, &evaluation)
  }
  if let model = model as? any Generative {
    let samples = JudgedSamples(model: model, options: sampling)
    if model.dataShape.isImage {
      try reportImages(
        samples, train: train, test: test, judging, session, &evaluation, using: random)
    } else {
      try reportEnergyDistance(of: samples, from: test, session, &evaluation, using: random)
    }
  }
  if evaluation.entries.count > compared {
    session.list(["evaluation.json": "the figures of the lines above"])
  }
  return evaluation
}

/// Computes the energy distance of samples from test points, writes it and reports it.
private func reportEnergyDistance(
  of samples: JudgedSamples, from test: Batches, _ session: some RunLog,
  _ evaluation: inout Configuration, using random: Random
) throws {
  let found = samples.energyDistance(
    from: test, isInterrupted: { Interrupt.isRequested }, using: random)
  guard let found else { return }
  for entry in samples.record.entries { evaluation[entry.name] = entry.value }
  evaluation["judged-samples"] = .integer(found.count)
  evaluation["energy-distance"] = .number(found.value)
  try session.write(evaluation: evaluation)
  let noun = samples.model.dataShape.element.exampleNoun
  session.say(
    "energy distance of \(Readable.count(found.count)) samples from the test \(noun.plural):"
      + " \(Readable.metric(found.value))")
}

/// Whether a model gives log p(x) with its settings; if not, a message says so.
private func hasLikelihood(_ model: some LikelihoodModel, _ session: some RunLog) -> Bool {
  if !model.hasLikelihood { session.say("this model gives no estimate of log p(x)") }
  return model.hasLikelihood
}

/// Compares an autoencoder with principal component analysis, writes the comparison and reports it.
private func comparison(
  of model: some EncodingModel, train: Batches, test: Batches, _ session: some RunLog, noise: Random
) throws -> Configuration {
  let comparison = try PrincipalComponentsComparison(model, train: train, test: test, noise: noise)
  let evaluation: Configuration = [
    "autoencoder-squared-error-per-pixel": .number(comparison.model),
    "principal-components": .integer(comparison.componentCount),
    "principal-components-squared-error-per-pixel": .number(comparison.principalComponents),
  ]
  try session.write(evaluation: evaluation)
  session.list(["evaluation.json": "the error compared with principal components"])
  session.say(
    "mean squared error per pixel of the test images: \(Readable.metric(comparison.model)), "
      + "with \(comparison.componentCount) principal components "
      + Readable.metric(comparison.principalComponents))
  return evaluation
}

/// The mean estimate of log p(x) over test images, in nats per image; nil if interrupted.
func logLikelihood(
  of test: Batches, by model: some LikelihoodModel, sampleCount: Int, using random: Random,
  isInterrupted: () -> Bool = { Interrupt.isRequested }
) -> Double? {
  var mean = WeightedMean()
  for batch in test.epoch(shuffledBy: nil) {
    let estimate = try? model.logLikelihood(
      of: batch, sampleCount: sampleCount, using: random,
      afterEach: { if isInterrupted() { throw CancellationError() } })
    guard let estimate else { return nil }
    mean.add([estimate.mean().scalar], count: batch.count)
  }
  return mean.values.first
}

extension DataShape {
  /// The unit over which an example's log-probability is divided: dimensions, or predicted
  /// characters of a text.
  package var dimension: String { isText ? element.noun.singular : "dimension" }
}

/// The mean number of these units in an example.
private func dimensions(of test: Batches) -> Double {
  guard case .window = test.element else { return Double(test.element.shape.reduce(1, *)) }
  return Double(test.dataset.unitCount) / Double(test.dataset.count)
}

/// Converts nats per example to bits per dimension.
public func bitsPerDimension(nats: Double, dimensions: Double) -> Double {
  nats / (dimensions * 0.6931471805599453)
}
