import CommandLine
import Settings

/// A command line with an option of every kind.
struct SampleOptions: SettingGroup {
  enum Likelihood: String, Choice { case bernoulli, gaussian }

  @Setting("passes over the training images", in: .atLeast(1)) var epochs = 30
  @Setting("step size of Adam", in: .above(0)) var learningRate = 0.001
  @Setting("widths of hidden layers", in: 1...10_000) var hidden = [400]
  @Setting("distribution of a pixel given the latent") var likelihood = Likelihood.bernoulli
  @Setting("share of units left out", in: .from(0, below: 1)) var dropout = 0.0
  @Setting("where the folder of the run is made", placeholder: "DIR", .forNewRuns)
  var out = "runs"
  @Setting(
    "folder with the four files of MNIST", placeholder: "DIR",
    absence: "datasets/mnist if it is there") var data: String? = nil
  @Setting("training images used", in: .atLeast(1), absence: "all") var limit: Int? = nil
  @Setting("largest gradient norm", in: .above(0), absence: "off") var clip: Double? = nil
  @Setting("start of the random numbers") var seed = 0
  @Setting("print nothing but errors", .changeable) var quiet = false

  static let command = Command(
    name: "train-sample", summary: "Trains a sample model on MNIST.",
    notes: "Get MNIST with scripts/download-mnist.sh.",
    groups: [OptionGroup("Options", definitions)], elsewhere: ["beta": ["vae", "flow"]])

  /// The parsed arguments, or nil if they request the help or the version.
  static func parse(_ arguments: String...) throws -> SampleOptions? {
    guard case .run(let options) = try command.parse(arguments) else { return nil }
    return try SampleOptions(options.values)
  }
}
