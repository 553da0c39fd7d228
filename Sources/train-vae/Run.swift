import Datasets
import Tensor
import Training
import VAE

/// One run: data, model, training, and what is said of them.
func run(_ options: Options) throws {
  if let threads = options.threads { threadCount = threads }
  let data = try DigitData(options.data, limit: options.limit)
  let random = Random(seed: UInt64(options.seed))
  let train = try trainingBatches(of: data, options)
  let test = try Batches(data.test, size: 500, binarization: options.binarization)
  let vae = VAE(
    features: data.train.height * data.train.width, hiddenSizes: options.hiddenSizes,
    latentSize: options.latentSize, pixels: options.likelihood, random.split())
  let trainer = VAETrainer(
    vae, train: train, test: test, learningRate: options.learningRate, beta: options.beta,
    samplesPerImage: options.samplesPerImage, random.split())

  let folder = try RunFolder(in: options.out, name: "vae")
  var configuration = command.configuration(of: options)
  configuration["data"] = .text(data.choice)
  try folder.write(configuration)

  let progress = ProgressBar(
    epochs: options.epochs, examplesPerEpoch: train.count, isQuiet: options.isQuiet)
  for line in opening(options, data, train, vae, folder) { progress.printLine(line) }
  let start = ContinuousClock.now
  let outcome = try TrainingRun(
    folder: folder, epochs: options.epochs, picturesEvery: options.sampleInterval,
    progress: progress
  ).train(trainer)

  switch outcome {
  case .interrupted(let epoch, let batch):
    progress.printLine(
      "interrupted in epoch \(epoch) after batch \(batch); complete epochs are in \(folder.path)")
  case .completed(let figures):
    try folder.write(trainer.interpolations().pgm, to: "interpolations.pgm")
    if let manifold = trainer.manifold() { try folder.write(manifold.pgm, to: "manifold.pgm") }
    let time = Readable.duration(ContinuousClock.now - start)
    let epochs = options.epochs == 1 ? "epoch" : "epochs"
    progress.printLine("trained \(options.epochs) \(epochs) in \(time)")
    for line in closing(figures, folder, hasManifold: options.latentSize == 2) {
      progress.printLine(line)
    }
    if let count = options.importanceSamples {
      try estimateLogLikelihood(trainer, sampleCount: count, folder, progress)
    }
  }
}

/// The training images as the options want them; a limit beyond them is the command line's fault
/// and not the data's.
private func trainingBatches(of data: DigitData, _ options: Options) throws -> Batches {
  do {
    return try Batches(
      data.train, size: options.batchSize, binarization: options.binarization,
      limit: options.limit)
  } catch DatasetError.limitBeyondData(let limit, let count) {
    throw CommandLineError.unsuitableValue(
      option: "--limit", value: "\(limit)",
      reason: "expected at most \(count), as there are no more training images")
  }
}

/// What is said before training.
private func opening(
  _ options: Options, _ data: DigitData, _ train: Batches, _ vae: VAE, _ folder: RunFolder
) -> [String] {
  let hidden = options.hiddenSizes.map(String.init)
  let encoder = (["\(vae.features)"] + hidden).joined(separator: "-")
  let decoder = (["\(vae.latentSize)"] + hidden.reversed() + ["\(vae.features)"])
    .joined(separator: "-")
  let limit = train.count < data.train.count ? " (\(Readable.count(train.count)) used)" : ""
  return [
    BuildConfiguration.note,
    "data:    \(data.name), \(Readable.count(data.train.count)) training images\(limit), "
      + "\(Readable.count(data.test.count)) test images",
    data.advice.map { "         \($0)" },
    "model:   \(encoder)-(\(vae.latentSize), \(vae.latentSize)), \(decoder), "
      + "\(Readable.count(vae.parameterCount)) parameters",
    "machine: \(threadCount) \(threadCount == 1 ? "thread" : "threads"), \(instructionSet), "
      + BLAS.description,
    "run:     \(folder.path)",
  ].compactMap { $0 }
}

/// What is said after training: how well it went and where everything is.
private func closing(
  _ figures: [String: Double], _ folder: RunFolder, hasManifold: Bool
) -> [String] {
  func metric(_ name: String) -> String { figures[name].map(Readable.metric) ?? "?" }
  return [
    "test loss \(metric("test_loss")) nats per image: reconstruction "
      + "\(metric("test_reconstruction")), KL \(metric("test_kl"))",
    "\(folder.path)/config.json           options, seed and version",
    "\(folder.path)/loss.csv              losses by epoch, nats per image",
    "\(folder.path)/samples/              images of the same 100 random codes",
    "\(folder.path)/reconstructions/      test images, each beside its reconstruction",
    "\(folder.path)/interpolations.pgm    from one test image to another, line by line",
  ] + (hasManifold ? ["\(folder.path)/manifold.pgm          the images of a grid of codes"] : [])
}

/// Writes and says the importance-weighted estimate of log p(x).
private func estimateLogLikelihood(
  _ trainer: VAETrainer, sampleCount: Int, _ folder: RunFolder, _ progress: ProgressBar
) throws {
  guard
    let nats = trainer.logLikelihood(
      sampleCount: sampleCount, isInterrupted: { Interrupt.isRequested })
  else {
    progress.printLine("interrupted before the estimate of log p(x) was complete")
    return
  }
  let bits = bitsPerDimension(nats: -nats, features: trainer.vae.features)
  let evaluation: Configuration = [
    "importance-samples": .integer(sampleCount),
    "log-likelihood-nats-per-image": .number(nats),
    "bits-per-dimension": .number(bits),
  ]
  try folder.write(try evaluation.json(), to: "evaluation.json")
  progress.printLine(
    "log p(x) of the test images is about \(Readable.metric(nats)) nats per image, "
      + "\(Readable.metric(bits)) bits per dimension (\(sampleCount) importance samples)")
  progress.printLine("\(folder.path)/evaluation.json       that estimate")
}
