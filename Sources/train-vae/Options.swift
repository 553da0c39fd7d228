import Datasets
import Tensor
import Training
import VAE

/// What can be set on the command line of `train-vae`.
struct Options: Sendable {
  var epochs = 30
  var batchSize = 128
  var learningRate = 0.001
  var latentSize = 20
  var hiddenSizes = [400]
  var likelihood = VAE.PixelDistribution.bernoulli
  var beta = 1.0
  var samplesPerImage = 1
  var binarization = Binarization.none
  var data: String?
  var out = "runs"
  var seed = 0
  var threads: Int?
  var sampleInterval = 1
  var limit: Int?
  var importanceSamples: Int?
  var isQuiet = false
}

/// The widest layer that is accepted: a model of wider ones would not fit into memory, and running
/// out of that is no way to say so.
private let widest = 65_536

let command = Command(
  name: "train-vae",
  summary: "Trains a variational autoencoder (Kingma and Welling 2014) on images of digits.",
  version: pushforwardVersion,
  defaults: Options(),
  notes: """
    A new folder is made for each run, such as runs/vae-001, with config.json,
    loss.csv (nats per image), and samples, reconstructions and interpolations as
    PGM images; with --latent 2 also a map of all codes, manifold.pgm. Ctrl-C ends
    a run cleanly.

    Without --data, MNIST is read from datasets/mnist if it is there; if not, the
    program trains on digits that it draws itself. To get MNIST:
    scripts/download-mnist.sh
    """,
  options: [
    .integer(
      "epochs", \.epochs, in: .between(1, and: 1_000_000), help: "passes over the training images"),
    .integer("batch-size", \.batchSize, in: .atLeast(1), help: "images in a training step"),
    .number("learning-rate", \.learningRate, in: .above(0), help: "step size of Adam"),
    .integer(
      "latent", \.latentSize, in: .between(1, and: widest), help: "dimensions of a latent code"),
    .integers(
      "hidden", \.hiddenSizes, in: .between(1, and: widest), help: "widths of the hidden layers"),
    .choice("likelihood", \.likelihood, help: "distribution of a pixel given the code"),
    .number("beta", \.beta, in: .atLeast(0), help: "weight of the KL divergence"),
    .integer(
      "samples-per-image", \.samplesPerImage, in: .between(1, and: 10_000),
      placeholder: "L", help: "codes drawn for an image in a step"),
    .choice("binarize", \.binarization, help: "how grey pixels are made black or white"),
    .text(
      "data", \.data, placeholder: "DIR|drawn", absence: "MNIST if it is there",
      help: "folder with MNIST's files, or drawn"),
    .text("out", \.out, placeholder: "DIR", help: "where the folder of the run is made"),
    .integer("seed", \.seed, in: .atLeast(0), help: "seed of all random numbers"),
    .integer(
      "threads", \.threads, in: .between(1, and: 256), absence: "all processors",
      help: "threads; results do not depend on it"),
    .integer("sample-every", \.sampleInterval, in: .atLeast(1), help: "epochs between pictures"),
    .integer(
      "limit", \.limit, in: .atLeast(1), absence: "all", help: "training images used"),
    .integer(
      "importance-samples", \.importanceSamples, in: .between(1, and: 1_000_000),
      placeholder: "K", absence: "no estimate",
      help: "codes drawn for a test image to estimate log p(x) at the end"),
    .flag("quiet", \.isQuiet, help: "print nothing but errors"),
  ])
