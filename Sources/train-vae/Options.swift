import ClassifierTraining
import Datasets
import Training
import VAE

/// What can be set on the command line of `train-vae`.
struct Options: Sendable {
  /// The two kinds of network.
  enum Architecture: String, CaseIterable {
    case dense, conv
  }

  var training = TrainingOptions(epochs: 30)
  var architecture = Architecture.dense
  var latentSize = 20
  /// Nil for the dense network's default.
  var hiddenSizes: [Int]?
  var likelihood = VAE.PixelDistribution.bernoulli
  var beta = 1.0
  var samplesPerImage = 1
  var binarization = Binarization.none
  var importanceSamples: Int?
  var judge: String?

  static let defaultHiddenSizes = [400]

  /// Throws a `CommandLineError` where options do not suit each other or images of this size.
  func check(height: Int, width: Int) throws {
    guard architecture == .conv else { return }
    if let hiddenSizes {
      throw CommandLineError.unsuitableValue(
        option: "--hidden", value: hiddenSizes.map(String.init).joined(separator: ","),
        reason: "expected --architecture dense with it, as conv has widths of its own")
    }
    if height % 4 != 0 || width % 4 != 0 {
      throw CommandLineError.unsuitableValue(
        option: "--architecture", value: "conv",
        reason: "expected images whose sides are multiples of 4, found \(height)×\(width)")
    }
  }
}

let command = Command(
  name: "train-vae",
  summary: "Trains a variational autoencoder (Kingma and Welling 2014) on images of digits.",
  version: pushforwardVersion,
  defaults: Options(),
  notes: """
    A new folder is made for each run, such as runs/vae-001, with config.json,
    loss.csv (nats per image), and samples, reconstructions and interpolations as
    PNG and PGM images; with --latent 2 also a map of all codes, manifold.png.
    Ctrl-C ends a run cleanly.

    \(Judging.note)

    \(TrainingOptions.dataNote)
    """,
  options: [
    .epochs(\.training), .batchSize(\.training), .learningRate(\.training),
    .choice(
      "architecture", \.architecture, help: "fully connected layers alone, or convolutions too"),
    .integer(
      "latent", \.latentSize, in: TrainingOptions.layerWidths, help: "dimensions of a latent code"),
    .integers(
      "hidden", \.hiddenSizes, in: TrainingOptions.layerWidths,
      absence: "\(ConfigurationValue.integers(Options.defaultHiddenSizes))",
      help: "widths of a dense network's hidden layers"),
    .choice("likelihood", \.likelihood, help: "distribution of a pixel given the code"),
    .number("beta", \.beta, in: .atLeast(0), help: "weight of the KL divergence"),
    .integer(
      "samples-per-image", \.samplesPerImage, in: .between(1, and: 10_000),
      placeholder: "L", help: "codes drawn for an image in a step"),
    .choice("binarize", \.binarization, help: "how grey pixels are made black or white"),
    .data(\.training), .out(\.training), .seed(\.training), .threads(\.training),
    .sampleInterval(\.training), .limit(\.training),
    .checkpointInterval(\.training), .earlyStop(\.training), .resume(\.training),
    .integer(
      "importance-samples", \.importanceSamples, in: .between(1, and: 1_000_000),
      placeholder: "K", absence: "no estimate",
      help: "codes drawn for a test image to estimate log p(x) at the end"
    ).changeable,
    .judge(\.judge),
    .tensorBoard(\.training), .checkFinite(\.training), .profile(\.training), .quiet(\.training),
  ])
