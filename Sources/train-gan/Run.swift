import ClassifierTraining
import Datasets
import GAN
import GANTraining
import NN
import Tensor
import Training

/// One run: data, model, training, and what is said of them.
func run(_ options: Options) throws {
  let data = try trainingData(options)
  let judging = try Judging(options.judge, data)
  let memory = MemoryEstimate(
    of: size(options, imageShape: data.train.imageShape), batch: data.train.largestBatch,
    epochs: options.training.epochs)
  try memory.check(smaller: ["--latent", "--batch-size"])
  let random = Random(seed: UInt64(options.training.seed))
  let gan = model(options, imageShape: data.train.imageShape, random.split())
  let trainer = GANTrainer(
    gan, train: data.train, learningRate: options.training.learningRate,
    discriminatorSteps: options.discriminatorSteps, generatorLoss: options.generatorLoss,
    labelSmoothing: options.labelSmoothing, random.split())

  var configuration = command.configuration(of: options)
  configuration["image-size"] = .integer(data.train.imageShape[0])
  let session = try TrainingSession(
    "gan", configuration, options.training, data,
    model: summary(of: gan, options.architecture), memory: memory)
  let kept = KeptModel(gan, imageShape: data.train.imageShape)
  guard
    let figures = try session.train(
      trainer, stepsLoggedEvery: options.logInterval, keeping: kept)
  else { return }

  try session.folder.write(gan, imageShape: data.train.imageShape)
  try session.folder.write(trainer.interpolations().image, to: "interpolations")
  func metric(_ name: String) -> String { Readable.metric(figures[name, default: .nan]) }
  session.say(
    "losses in nats: discriminator \(metric("d_loss")), generator \(metric("g_loss")); D(x) is "
      + "\(metric("d_real")), D(G(z)) \(metric("d_fake"))")
  session.list([
    "config.json": "options, seed and version",
    "loss.csv": "losses, probabilities and gradients' norms by epoch",
    RunFolder.checkpointName: "where --resume goes on",
  ])
  if options.logInterval != nil { session.list(["steps.csv": "the same of single steps"]) }
  session.list([
    "samples/": "images of the same 100 random z",
    "interpolations.png": "from one z to another, line by line",
    "model.safetensors": "the trained model",
  ])
  let judged = random.split()
  var evaluation = Configuration()
  try judging.report(to: session, &evaluation) { trainer.images(count: $0, judged) }
  try session.finish(evaluation)
}

/// The digits or the folder of images that the options ask for, in the size that they ask for.
private func trainingData(_ options: Options) throws -> TrainingData {
  let choice = options.training.data
  if let choice, choice != DigitData.drawn, !MNIST.hasFiles(in: choice) {
    return try folderData(choice, options)
  }
  let digits = try DigitData(choice, limit: options.training.limit)
  let (height, width) = (digits.train.height, digits.train.width)
  let side = options.imageSize ?? 28
  guard height <= side, width <= side else {
    throw CommandLineError.unsuitableValue(
      option: "--image-size", value: "\(side)",
      reason: "expected images of at most \(side)×\(side) pixels in \(digits.choice), found "
        + "\(height)×\(width)")
  }
  return try TrainingData(
    digits, name: digits.name, choice: digits.choice, advice: digits.advice, options.training,
    enlargedTo: height == side && width == side ? nil : side)
}

/// The images of a folder.
private func folderData(_ directory: String, _ options: Options) throws -> TrainingData {
  if options.imageSize == nil {
    // Before all are read, which may take minutes.
    let first = try ImageFolder.firstImage(in: directory, damaged: options.damaged)
    guard first.height == first.width, GAN.convolutionalImageSizes.contains(first.height) else {
      throw CommandLineError.unsuitableValue(
        option: "--data", value: directory,
        reason: "expected images of 28×28 or 64×64 pixels, found \(first.height)×\(first.width); "
          + "--image-size resizes them")
    }
  }
  let folder = try ImageFolder(
    directory: directory, side: options.imageSize, damaged: options.damaged,
    cache: options.isCacheUnused ? nil : ImageCache.user, isCancelled: { Interrupt.isRequested })
  let color = folder.train.channels == 1 ? "grey" : "colour"
  return try TrainingData(
    folder, name: "\(color) images in \(directory)", choice: directory,
    advice: folder.skippedNote
      ?? folder.cacheFile.map { "decoded, for the next run too: \($0)" }, options.training)
}

private func model(_ options: Options, imageShape: [Int], _ random: Random) -> GAN {
  switch options.architecture {
  case .dense:
    .dense(features: imageShape.reduce(1, *), latentSize: options.latentSize, random)
  case .dcgan:
    .dcgan(
      imageSize: imageShape[0], channels: imageShape[2], latentSize: options.latentSize, random)
  }
}

/// How large the networks will be.
private func size(_ options: Options, imageShape: [Int]) -> NetworkSize {
  switch options.architecture {
  case .dense:
    GAN.denseSize(features: imageShape.reduce(1, *), latentSize: options.latentSize)
  case .dcgan:
    GAN.dcganSize(
      imageSize: imageShape[0], channels: imageShape[2], latentSize: options.latentSize)
  }
}

/// The architecture, the images and how many parameters the networks have.
private func summary(of gan: GAN, _ architecture: Options.Architecture) -> String {
  let shape = gan.sampleShape.map(String.init).joined(separator: "×")
  return "\(architecture.rawValue), noise of \(gan.latentSize), samples of \(shape); generator "
    + "\(Readable.count(gan.generator.parameterCount)), discriminator "
    + "\(Readable.count(gan.discriminator.parameterCount)) parameters"
}
