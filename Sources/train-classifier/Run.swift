import Classifier
import ClassifierTraining
import Tensor
import Training

/// One run: data, model, training, and what is said of them.
func run(_ options: Options) throws {
  let data = try TrainingData(options.training, needsLabels: true)
  let (height, width) = (data.train.images.height, data.train.images.width)
  let side = Classifier.smallestSide
  if options.architecture == .conv && min(height, width) < side {
    throw CommandLineError.unsuitableValue(
      option: "--architecture", value: "conv",
      reason: "expected images of \(side)×\(side) pixels or more, found \(height)×\(width)")
  }
  let labels = Set(data.train.images.labels)
  if let label = labels.first, labels.count == 1 {
    throw CommandLineError.unsuitableValue(
      option: "--data", value: data.choice,
      reason: "expected labels of two classes or more, found all to be \(label)")
  }
  let memory = MemoryEstimate(
    of: Classifier.size(options.architecture, height: height, width: width),
    batch: data.train.largestBatch,
    epochs: options.training.epochs)
  try memory.check(smaller: ["--batch-size"])
  let random = Random(seed: UInt64(options.training.seed))
  let classifier = Classifier(
    options.architecture, height: height, width: width, classes: data.classCount, random.split())
  let trainer = ClassifierTrainer(
    classifier, train: data.train, test: data.test, learningRate: options.training.learningRate,
    random.split())

  let session = try TrainingSession(
    "classifier", command.configuration(of: options), options.training, data,
    model: summary(of: classifier), memory: memory)
  let kept = KeptModel(classifier, imageShape: data.train.imageShape)
  guard let figures = try session.train(trainer, keeping: kept) else { return }

  try session.folder.write(classifier, imageShape: data.train.imageShape)
  try writeMistakes(trainer, to: session.folder)
  let loss = Readable.metric(figures["test_loss", default: .nan])
  let share = Readable.metric(100 * figures["test_accuracy", default: .nan])
  session.say(
    "test loss \(loss) nats per image, \(share) % of \(Readable.count(data.test.count)) test images"
      + " right, \(Readable.count(trainer.mistakes.count)) wrong")
  session.list([
    "config.json": "options, seed and version",
    "loss.csv": "losses and accuracies by epoch",
    RunFolder.checkpointName: "where --resume goes on",
    KeptModel.bestName: "the model with the lowest test loss",
    "mistakes.csv": "the test images put into a wrong class",
  ])
  if !trainer.mistakes.isEmpty {
    session.list(["mistakes/": "the first hundred of them, by epoch"])
  }
  session.list(["model.safetensors": "the trained network"])
  try session.finish()
}

/// The network and how many parameters it has.
private func summary(of classifier: Classifier) -> String {
  let pixels = classifier.height * classifier.width
  let layers =
    switch classifier.architecture {
    case .conv:
      "convolutions 1-32-64 of \(classifier.height)×\(classifier.width) pixels, 128-"
    case .dense: "\(pixels)-1024-384-"
    }
  return "\(layers)\(classifier.classes), \(Readable.count(classifier.parameterCount)) parameters"
}

/// Writes a row for each test image that the classifier puts into a wrong class.
private func writeMistakes(_ trainer: ClassifierTrainer, to folder: RunFolder) throws {
  let rows = trainer.mistakes.map {
    "\($0.index),\($0.label),\($0.prediction),\($0.probability)\n"
  }
  try folder.write(
    "index,label,prediction,probability\n" + rows.joined(), to: "mistakes.csv")
}
