import ClassifierTraining
import Datasets
import GAN
import Training

/// What can be set on the command line of `train-gan`.
struct Options: Sendable {
  /// What the two networks are made of.
  enum Architecture: String, CaseIterable, Sendable {
    case dense
    case dcgan
  }

  var training = TrainingOptions(epochs: 20, learningRate: 0.0002)
  var architecture = Architecture.dense
  var latentSize = 100
  /// The side of the images; nil for 28, or for images of a folder as they are.
  var imageSize: Int?
  var isCacheUnused = false
  var damaged = DamagedImages.error
  var generatorLoss = GAN.GeneratorLoss.nonSaturating
  var discriminatorSteps = 1
  var labelSmoothing = 0.0
  var logInterval: Int?
  var judge: String?
}

let command = Command(
  name: "train-gan",
  summary: "Trains a generative adversarial network (Goodfellow et al. 2014) on images.",
  version: pushforwardVersion,
  defaults: Options(),
  notes: """
    A new folder is made for each run, such as runs/gan-001, with config.json,
    loss.csv (both losses in nats, D(x) and D(G(z)) as probabilities, the norms of
    both gradients), samples of the same noise and interpolations as PNG
    and PGM images, or PPM in colour; with --log-every also steps.csv, the same
    figures of single steps. Ctrl-C ends a run cleanly.

    The architecture dcgan is that of Radford, Metz and Chintala (2016). Digits are
    enlarged to the image size. The images of a folder and of the folders in it
    (PNG, JPEG, PGM or PPM) are scaled until the shorter side fits, and the middle
    is cut out; without --image-size they all have to be of 28x28 or of 64x64
    pixels. They are kept in ~/.cache/pushforward for the next run. Files that are
    damaged or no images end the program, or are left out and counted.

    \(Judging.note)

    \(TrainingOptions.dataNote)
    """,
  options: [
    .epochs(\.training), .batchSize(\.training), .learningRate(\.training),
    .choice(
      "architecture", \.architecture, help: "fully connected layers, or convolutions"),
    .integer(
      "latent", \.latentSize, in: TrainingOptions.layerWidths, help: "dimensions of the noise z"),
    .integer(
      "image-size", \.imageSize, in: .oneOf(GAN.convolutionalImageSizes), placeholder: "28|64",
      absence: "28, or as they are in a folder", help: "side of the images in pixels"),
    .choice("generator-loss", \.generatorLoss, help: "-log D(G(z)), or log(1 - D(G(z)))"),
    .integer(
      "discriminator-steps", \.discriminatorSteps, in: .between(1, and: 5), placeholder: "K",
      help: "steps of the discriminator for one of the generator"),
    .number(
      "label-smoothing", \.labelSmoothing, in: .from(0, below: 0.5),
      help: "what real images' labels are short of 1"),
    .text(
      "data", \.training.data, placeholder: "DIR|drawn", absence: "MNIST if it is there",
      help: "folder with MNIST's files or with images, or drawn"
    ).path(or: DigitData.drawn).changeable,
    .flag("no-cache", \.isCacheUnused, help: "decode a folder's images anew").changeable,
    .choice(
      "damaged", \.damaged, help: "what is done about a folder's files that cannot be decoded"
    ).changeable,
    .out(\.training), .seed(\.training), .threads(\.training), .sampleInterval(\.training),
    .limit(\.training), .checkpointInterval(\.training), .resume(\.training),
    .integer(
      "log-every", \.logInterval, in: .atLeast(1), absence: "no such table",
      help: "steps between rows of steps.csv"),
    .judge(\.judge), .tensorBoard(\.training), .checkFinite(\.training), .profile(\.training),
    .quiet(\.training),
  ])
