import ClassifierTraining
import NN
import Tensor
import Training
import VAE
import VAETraining

/// One run: data, model, training, and what is said of them.
func run(_ options: Options) throws {
  let data = try TrainingData(options.training, binarization: options.binarization)
  let (height, width) = (data.train.images.height, data.train.images.width)
  try options.check(height: height, width: width)
  let judging = try Judging(options.judge, data)
  let random = Random(seed: UInt64(options.training.seed))
  let hiddenSizes = options.hiddenSizes ?? Options.defaultHiddenSizes
  let memory = memory(for: data, options, hiddenSizes: hiddenSizes)
  try memory.check(
    smaller: (options.architecture == .dense ? ["--hidden"] : [])
      + ["--latent", "--batch-size", "--samples-per-image"])
  let vae =
    switch options.architecture {
    case .dense:
      VAE(
        features: height * width, hiddenSizes: hiddenSizes, latentSize: options.latentSize,
        pixels: options.likelihood, random.split())
    case .conv:
      VAE(
        height: height, width: width, latentSize: options.latentSize, pixels: options.likelihood,
        random.split())
    }
  let trainer = VAETrainer(
    vae, train: data.train, test: data.test, learningRate: options.training.learningRate,
    beta: options.beta, samplesPerImage: options.samplesPerImage, random.split())

  var configuration = command.configuration(of: options)
  if options.architecture == .dense { configuration["hidden"] = .integers(hiddenSizes) }
  let session = try TrainingSession(
    "vae", configuration, options.training, data,
    model: summary(of: vae, options.architecture, hiddenSizes: hiddenSizes), memory: memory)
  let kept = KeptModel(vae, imageShape: data.train.imageShape)
  guard let figures = try session.train(trainer, keeping: kept) else { return }

  try session.folder.write(vae, imageShape: data.train.imageShape)
  try session.folder.write(trainer.interpolations().image, to: "interpolations")
  func metric(_ name: String) -> String { Readable.metric(figures[name, default: .nan]) }
  session.say(
    "test loss \(metric("test_loss")) nats per image: reconstruction "
      + "\(metric("test_reconstruction")), KL \(metric("test_kl"))")
  session.list([
    "config.json": "options, seed and version",
    "loss.csv": "losses by epoch, nats per image",
    RunFolder.checkpointName: "where --resume goes on",
    KeptModel.bestName: "the model with the lowest test loss",
    "samples/": "images of the same 100 random codes",
    "reconstructions/": "test images, each beside its reconstruction",
    "interpolations.png": "from one test image to another, line by line",
    "model.safetensors": "the trained model",
  ])
  if let manifold = trainer.manifold() {
    try session.folder.write(manifold.image, to: "manifold")
    session.list(["manifold.png": "the images of a grid of codes"])
  }
  try session.finish(evaluate(trainer, options, judging, random.split(), session))
}

/// What the training takes.
private func memory(
  for data: TrainingData, _ options: Options, hiddenSizes: [Int]
) -> MemoryEstimate {
  let (height, width) = (data.train.images.height, data.train.images.width)
  let (encoder, decoder) =
    switch options.architecture {
    case .dense:
      VAE.size(
        features: height * width, hiddenSizes: hiddenSizes, latentSize: options.latentSize)
    case .conv: VAE.size(height: height, width: width, latentSize: options.latentSize)
    }
  return MemoryEstimate(
    of: NetworkSize(
      parameters: encoder.parameters + decoder.parameters,
      outputs: encoder.outputs + options.samplesPerImage * decoder.outputs),
    batch: data.train.largestBatch,
    epochs: options.training.epochs)
}

/// The widths of the encoder and of the decoder, and how many parameters they have.
private func summary(
  of vae: VAE, _ architecture: Options.Architecture, hiddenSizes: [Int]
) -> String {
  let (features, latentSize) = (vae.features, vae.latentSize)
  let code = "(\(latentSize), \(latentSize))"
  let count = "\(Readable.count(vae.parameterCount)) parameters"
  switch architecture {
  case .dense:
    let encoder = ([features] + hiddenSizes).map(String.init) + [code]
    let decoder = ([latentSize] + hiddenSizes.reversed() + [features]).map(String.init)
    return encoder.joined(separator: "-") + ", " + decoder.joined(separator: "-") + ", \(count)"
  case .conv:
    // A sixteenth of the pixels, in 64 channels.
    let small = 4 * features
    return "convolutions 1-32-64, \(small)-256-\(code), \(latentSize)-256-\(small), "
      + "convolutions 64-32-1, \(count)"
  }
}

/// Writes and says what is asked to be known of the trained model, and returns it.
private func evaluate(
  _ trainer: VAETrainer, _ options: Options, _ judging: Judging, _ random: Random,
  _ session: TrainingSession
) throws -> Configuration {
  var evaluation = Configuration()
  if let count = options.importanceSamples {
    guard
      let nats = trainer.logLikelihood(
        sampleCount: count, isInterrupted: { Interrupt.isRequested })
    else {
      session.say("interrupted before the estimate of log p(x) was complete")
      return evaluation
    }
    let bits = bitsPerDimension(nats: -nats, features: trainer.vae.features)
    evaluation["importance-samples"] = .integer(count)
    evaluation["log-likelihood-nats-per-image"] = .number(nats)
    evaluation["bits-per-dimension"] = .number(bits)
    try session.write(evaluation: evaluation)
    session.say(
      "log p(x) of the test images is about \(Readable.metric(nats)) nats per image, "
        + "\(Readable.metric(bits)) bits per dimension (\(count) importance samples)")
  }
  try judging.report(to: session, &evaluation) { trainer.vae.sample(count: $0, random) }
  if !evaluation.entries.isEmpty {
    session.list(["evaluation.json": "the figures of the lines above"])
  }
  return evaluation
}
