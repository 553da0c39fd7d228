import Training

/// A command line with an option of every kind.
struct SampleOptions: Equatable {
  enum Likelihood: String, CaseIterable {
    case bernoulli, gaussian
  }

  var epochs = 30
  var learningRate = 0.001
  var hidden = [400]
  var likelihood = Likelihood.bernoulli
  var dropout = 0.0
  var out = "runs"
  var data: String?
  var limit: Int?
  var clip: Double?
  var seed = 0
  var quiet = false

  static let command = Command(
    name: "train-sample", summary: "Trains a sample model on MNIST.", version: "0.1.0",
    defaults: SampleOptions(), notes: "Get MNIST with scripts/download-mnist.sh.",
    options: [
      .integer("epochs", \.epochs, in: .atLeast(1), help: "passes over the training images"),
      .number("learning-rate", \.learningRate, in: .above(0), help: "step size of Adam"),
      .integers("hidden", \.hidden, in: .between(1, and: 10_000), help: "widths of hidden layers"),
      .choice("likelihood", \.likelihood, help: "distribution of a pixel given the latent"),
      .number("dropout", \.dropout, in: .from(0, below: 1), help: "share of units left out"),
      .text("out", \.out, placeholder: "DIR", help: "where the folder of the run is made"),
      .text(
        "data", \.data, placeholder: "DIR", absence: "datasets/mnist if it is there",
        help: "folder with the four files of MNIST"),
      .integer("limit", \.limit, in: .atLeast(1), absence: "all", help: "training images used"),
      .number("clip", \.clip, in: .above(0), absence: "off", help: "largest gradient norm"),
      .integer("seed", \.seed, help: "start of the random numbers"),
      .flag("quiet", \.quiet, help: "print nothing but errors"),
    ])

  /// What the arguments set, or nil if they ask for the help or the version.
  static func parse(_ arguments: String...) throws -> SampleOptions? {
    guard case .run(let options) = try command.parse(arguments) else { return nil }
    return options
  }
}
