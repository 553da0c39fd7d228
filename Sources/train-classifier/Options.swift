import Classifier
import Training

/// What can be set on the command line of `train-classifier`.
struct Options: Sendable {
  var training = TrainingOptions(epochs: 3, batchSize: 64)
  var architecture = Classifier.Architecture.conv
}

let command = Command(
  name: "train-classifier",
  summary: "Trains a network to tell the classes of images apart.",
  version: pushforwardVersion,
  defaults: Options(),
  notes: """
    A new folder is made for each run, such as runs/classifier-001, with
    config.json, loss.csv (nats per image, and the share of images put into the
    right class), the test images put into a wrong one as PGM images and in
    mistakes.csv, and the trained network, model.safetensors. The convolutional one
    can judge samples: train-vae --judge FILE. Ctrl-C ends a run cleanly. There are
    as many classes as the labels need: one more than the highest.

    \(TrainingOptions.dataNote)
    """,
  options: [
    .epochs(\.training), .batchSize(\.training), .learningRate(\.training),
    .choice(
      "architecture", \.architecture, help: "convolutions, or fully connected layers alone"),
    .data(\.training), .out(\.training), .seed(\.training), .threads(\.training),
    .sampleInterval(\.training), .limit(\.training),
    .checkpointInterval(\.training), .earlyStop(\.training), .resume(\.training),
    .tensorBoard(\.training),
    .checkFinite(\.training), .profile(\.training), .quiet(\.training),
  ])
