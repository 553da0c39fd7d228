import Autoencoder
import Training

/// What can be set on the command line of `train-autoencoder`.
struct Options: Sendable {
  /// The two kinds of network.
  enum Architecture: String, CaseIterable {
    case dense, conv
  }

  var training = TrainingOptions(epochs: 10)
  var architecture = Architecture.dense
  var codeSize = 64
  /// Nil for the dense network's default.
  var hiddenSizes: [Int]?
  var error = Autoencoder.ReconstructionError.meanSquaredError
  var output = Autoencoder.Output.sigmoid
  var noise = Corruption.Kind.none
  var noiseLevel: Double?

  static let defaultHiddenSizes = [256]
  // Among the levels of Vincent et al. (2008).
  static let defaultNoiseLevel = 0.25

  /// The noise with its level.
  var corruption: Corruption {
    noise == .none ? .none : Corruption(noise, level: noiseLevel ?? Options.defaultNoiseLevel)
  }
}

// MARK: - Checks

extension Options {
  /// Throws a `CommandLineError` where options do not suit each other or images of this size.
  func check(height: Int, width: Int) throws {
    if architecture == .conv { try checkConvolutions(height, width) }
    if error == .binaryCrossEntropy, output == .linear {
      throw CommandLineError.unsuitableValue(
        option: "--output", value: "linear",
        reason: "expected sigmoid, as binary cross-entropy needs pixels between 0 and 1")
    }
    if let noiseLevel { try check(noiseLevel) }
  }

  private func checkConvolutions(_ height: Int, _ width: Int) throws {
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

  private func check(_ noiseLevel: Double) throws {
    if noise == .none {
      throw CommandLineError.unsuitableValue(
        option: "--noise-level", value: "\(noiseLevel)",
        reason: "expected --noise gaussian or --noise masking with it")
    }
    if noise == .masking, noiseLevel > 1 {
      throw CommandLineError.unsuitableValue(
        option: "--noise-level", value: "\(noiseLevel)",
        reason: "expected at most 1, the share of pixels to be masked")
    }
  }
}

let command = Command(
  name: "train-autoencoder",
  summary: "Trains an autoencoder, plain or denoising (Vincent et al. 2008), on images of digits.",
  version: pushforwardVersion,
  defaults: Options(),
  notes: """
    A new folder is made for each run, such as runs/autoencoder-001, with
    config.json, loss.csv (reconstruction error per pixel), evaluation.json (the
    error beside that of principal component analysis), codes.csv (the test images'
    labels and codes) and reconstructions as PGM images; with --latent 2 also the
    codes as points in the colours of their labels, codes.svg. Ctrl-C ends a run
    cleanly.

    \(TrainingOptions.dataNote)
    """,
  options: [
    .epochs(\.training), .batchSize(\.training), .learningRate(\.training),
    .choice(
      "architecture", \.architecture, help: "fully connected layers alone, or convolutions too"),
    .integer(
      "latent", \.codeSize, in: TrainingOptions.layerWidths, help: "dimensions of a latent code"),
    .integers(
      "hidden", \.hiddenSizes, in: TrainingOptions.layerWidths,
      absence: "\(ConfigurationValue.integers(Options.defaultHiddenSizes))",
      help: "widths of a dense network's hidden layers"),
    .choice("loss", \.error, help: "mean squared error, or binary cross-entropy"),
    .choice("output", \.output, help: "what makes pixels of the last layer"),
    .choice("noise", \.noise, help: "noise on the images to be restored"),
    .number(
      "noise-level", \.noiseLevel, in: .atLeast(0),
      absence: "\(Options.defaultNoiseLevel)",
      help: "standard deviation of the noise, or share of pixels masked"),
    .data(\.training), .out(\.training), .seed(\.training), .threads(\.training),
    .sampleInterval(\.training), .limit(\.training),
    .checkpointInterval(\.training), .earlyStop(\.training), .resume(\.training),
    .tensorBoard(\.training),
    .checkFinite(\.training), .profile(\.training), .quiet(\.training),
  ])
