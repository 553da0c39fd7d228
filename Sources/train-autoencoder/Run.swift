import Autoencoder
import AutoencoderTraining
import Tensor
import Training

/// One run: data, model, training, and what is said of them.
func run(_ options: Options) throws {
  let data = try TrainingData(options.training)
  let (height, width) = (data.train.images.height, data.train.images.width)
  try options.check(height: height, width: width)
  let random = Random(seed: UInt64(options.training.seed))
  let hiddenSizes = options.hiddenSizes ?? Options.defaultHiddenSizes
  let size =
    switch options.architecture {
    case .dense:
      Autoencoder.size(
        features: height * width, hiddenSizes: hiddenSizes, codeSize: options.codeSize)
    case .conv: Autoencoder.size(height: height, width: width, codeSize: options.codeSize)
    }
  let memory = MemoryEstimate(
    of: size, batch: data.train.largestBatch,
    epochs: options.training.epochs)
  try memory.check(
    smaller: (options.architecture == .dense ? ["--hidden"] : []) + ["--latent", "--batch-size"])
  let autoencoder =
    switch options.architecture {
    case .dense:
      Autoencoder(
        features: height * width, hiddenSizes: hiddenSizes, codeSize: options.codeSize,
        error: options.error, output: options.output, random.split())
    case .conv:
      Autoencoder(
        height: height, width: width, codeSize: options.codeSize, error: options.error,
        output: options.output, random.split())
    }
  let trainer = AutoencoderTrainer(
    autoencoder, train: data.train, test: data.test, learningRate: options.training.learningRate,
    corruption: options.corruption, random.split())

  var configuration = command.configuration(of: options)
  if options.architecture == .dense { configuration["hidden"] = .integers(hiddenSizes) }
  if options.noise != .none { configuration["noise-level"] = .number(options.corruption.level) }
  let session = try TrainingSession(
    "autoencoder", configuration, options.training, data,
    model: summary(of: autoencoder, options.architecture, hiddenSizes: hiddenSizes),
    memory: memory)
  let kept = KeptModel(autoencoder, imageShape: data.train.imageShape)
  guard let figures = try session.train(trainer, keeping: kept) else { return }

  try session.folder.write(autoencoder, imageShape: data.train.imageShape)
  let unit = options.error == .binaryCrossEntropy ? " nats" : ""
  session.say("test loss \(Readable.metric(figures["test_loss", default: .nan]))\(unit) per pixel")
  session.list([
    "config.json": "options, seed and version",
    "loss.csv": "reconstruction errors by epoch, per pixel",
    RunFolder.checkpointName: "where --resume goes on",
    KeptModel.bestName: "the model with the lowest test loss",
    "reconstructions/": options.noise == .none
      ? "test images, each beside its reconstruction"
      : "test images, each beside its noisy copy and its reconstruction",
    "model.safetensors": "the trained model",
  ])
  do {
    try exportCodes(trainer, session)
    try session.finish(compareWithPrincipalComponents(trainer, session))
  } catch is CancellationError {
    session.say("interrupted before the evaluation was complete")
    try session.finish()
  }
}

/// The widths from image to code and back, and how many parameters there are.
private func summary(
  of autoencoder: Autoencoder, _ architecture: Options.Architecture, hiddenSizes: [Int]
) -> String {
  let (features, code) = (autoencoder.features, autoencoder.codeSize)
  let count = "\(Readable.count(autoencoder.parameterCount)) parameters"
  switch architecture {
  case .dense:
    let widths = [features] + hiddenSizes + [code] + hiddenSizes.reversed() + [features]
    return widths.map(String.init).joined(separator: "-") + ", \(count)"
  case .conv:
    // A sixteenth of the pixels, in 64 channels.
    let small = 4 * features
    return "convolutions 1-32-64, \(small)-\(code)-\(small), convolutions 64-32-1, \(count)"
  }
}

/// Writes the codes of the test images, and draws them where they have two dimensions.
private func exportCodes(_ trainer: AutoencoderTrainer, _ session: TrainingSession) throws {
  let (codes, labels) = try trainer.testCodes()
  let size = codes.shape[1]
  var table = try CSVFile(
    "codes.csv", in: session.folder, columns: ["label"] + (1...size).map { "z_\($0)" })
  let values = codes.scalars
  try table.append(
    contentsOf: labels.enumerated().map { image, label in
      [.integer(label)] + values[image * size..<(image + 1) * size].map { .single($0) }
    })
  session.list(["codes.csv": "the test images' labels and codes"])
  if size == 2 {
    try session.folder.write(codesFigure(values, labels: labels).svg, to: "codes.svg")
    session.list(["codes.svg": "the codes as points, coloured by label"])
  }
}

/// Writes, says and returns how the model compares with principal component analysis.
private func compareWithPrincipalComponents(
  _ trainer: AutoencoderTrainer, _ session: TrainingSession
) throws -> Configuration {
  let comparison = try trainer.comparison()
  let evaluation: Configuration = [
    "autoencoder-squared-error-per-pixel": .number(comparison.autoencoder),
    "principal-components": .integer(comparison.componentCount),
    "principal-components-squared-error-per-pixel": .number(comparison.principalComponents),
  ]
  try session.write(evaluation: evaluation)
  session.list(["evaluation.json": "the error beside that of principal components"])
  session.say(
    "mean squared error per pixel of the test images: \(Readable.metric(comparison.autoencoder)), "
      + "of \(comparison.componentCount) principal components "
      + Readable.metric(comparison.principalComponents))
  return evaluation
}
