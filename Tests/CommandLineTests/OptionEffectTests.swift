import Foundation
import Models
import Testing

/// Every option does what its name says, or at least does something.
@Suite struct OptionEffectTests {
  /// Changes to the options of each model, no two of which give the same losses.
  private static let changes: [(kind: String, changes: [[String]])] = [
    (
      "vae",
      [
        ["--latent", "4"], ["--hidden", "9"], ["--hidden", "32,16"], ["--likelihood", "gaussian"],
        ["--beta", "2"], ["--samples-per-image", "2"], ["--samples-per-image", "3"],
        ["--binarize", "threshold"], ["--binarize", "stochastic"], ["--beta-warm-up", "2"],
        ["--free-bits", "0.5"], ["--importance-weighted"], ["--conditional"],
        ["--importance-weighted", "--samples-per-image", "3"],
      ]
    ),
    (
      "autoencoder",
      [
        ["--latent", "4"], ["--hidden", "9"], ["--loss", "bce"], ["--output", "linear"],
        ["--noise", "gaussian"], ["--noise", "masking"],
        ["--noise", "gaussian", "--noise-level", "0.5"],
      ]
    ),
    (
      "gan",
      [
        ["--latent", "20"], ["--generator-loss", "saturating"], ["--label-smoothing", "0.1"],
        ["--discriminator-steps", "2"], ["--generator-hidden", "9"],
        ["--discriminator-hidden", "7,5"], ["--image-size", "28"], ["--beta1", "0.4"],
        ["--beta2", "0.9"], ["--spectral-norm"], ["--conditional"],
        ["--loss", "wasserstein-clipping"],
        ["--loss", "wasserstein-clipping", "--weight-clip", "0.1"],
        ["--loss", "wasserstein-clipping", "--critic-steps", "2"],
        ["--loss", "wasserstein-gradient-penalty"],
        ["--loss", "wasserstein-gradient-penalty", "--penalty-weight", "5"],
        ["--loss", "wasserstein-gradient-penalty", "--beta1", "0.5"],
        ["--image-size", "28", "--architecture", "dcgan", "--base-channels", "1"],
        [
          "--image-size", "28", "--architecture", "dcgan", "--base-channels", "1",
          "--discriminator-norm", "none",
        ],
      ]
    ),
    (
      "ddpm",
      [
        ["--hidden", "9"], ["--time-features", "4"], ["--schedule", "cosine"],
        ["--diffusion-steps", "50"], ["--prediction", "data"], ["--prediction", "v"],
        ["--label-dropout", "0.9"], ["--average-decay", "0"], ["--architecture", "unet"],
        ["--architecture", "unet", "--channels", "8,16"],
      ]
    ),
    (
      "flow-matching",
      [
        ["--hidden", "9"], ["--time-features", "4"], ["--path", "trigonometric"],
        ["--coupling", "transport"],
        ["--label-dropout", "0.9"], ["--average-decay", "0"], ["--architecture", "unet"],
        ["--architecture", "unet", "--channels", "8,16"],
      ]
    ),
    (
      "score",
      [
        ["--hidden", "9"], ["--time-features", "4"], ["--process", "variance-preserving"],
        ["--minimum-noise", "0.1"], ["--maximum-noise", "10"], ["--levels", "5"],
        ["--loss", "sliced"], ["--label-dropout", "0.9"], ["--average-decay", "0"],
        ["--architecture", "unet"], ["--architecture", "unet", "--channels", "8,16"],
      ]
    ),
    ("planar-flow", [["--layers", "3"]]),
    ("real-nvp", [["--couplings", "3"], ["--hidden", "9"]]),
    ("maf", [["--layers", "1"], ["--hidden", "9"]]),
    (
      "spline-flow",
      [["--couplings", "3"], ["--hidden", "9"], ["--bins", "4"], ["--bound", "3"]]
    ),
    ("glow", [["--scales", "1"], ["--steps", "2"], ["--width", "5"]]),
    (
      "made", [["--hidden", "9"], ["--orders", "2"], ["--direct"], ["--binarize", "stochastic"]]
    ),
    (
      "pixelcnn",
      [["--levels", "4"], ["--width", "3"], ["--depth", "2"], ["--binarize", "stochastic"]]
    ),
    (
      "vq-vae",
      [
        ["--codes", "5"], ["--code-size", "3"], ["--width", "6"], ["--depth", "2"],
        ["--variance", "0.1"], ["--commitment", "0.5"], ["--decay", "0.9"],
        ["--restart-below", "30"], ["--prior-width", "5"], ["--prior-depth", "2"],
        ["--prior-heads", "2"],
      ]
    ),
    ("classifier", [["--architecture", "conv"]]),
  ]
  /// The options of every training command, tried with a model of each trainer.
  private static let sharedChanges = [
    ["--seed", "1"], ["--learning-rate", "0.002"], ["--batch-size", "15"], ["--limit", "39"],
    ["--augment", "shift"], ["--augment", "elastic"],
  ]

  @Test func everyModelIsAmongThem() {
    // The options of models of texts: ``LanguageModelRunTests``.
    #expect(Self.changes.map(\.kind).sorted() == SmallModel.ofImages.map(\.kind).sorted())
  }

  @Test(arguments: changes) func noTwoOfThemGiveTheSameLosses(
    kind: String, changes: [[String]]
  ) throws {
    let workspace = try Workspace()
    var losses: [[Double]] = []
    let isForItsTrainer = SmallModel.ofEachTrainer.contains { $0.kind == kind }
    let changes = [[]] + (isForItsTrainer ? Self.sharedChanges : []) + changes
    for change in changes {
      let quick =
        ["--data", "data", "--batch-size", "16", "--epochs", "1"] + SmallModel.options(kind)
      let result = try Executable("train " + kind, quick + change, in: workspace).result()
      #expect(result.code == 0 && result.error == "", "\(change): \(result.error)")
      let run = try #require(workspace.names(in: "runs").last)
      let lines = String(
        decoding: try workspace.contents(of: "runs/\(run)/loss.csv"), as: UTF8.self
      )
      .split(separator: "\n")
      try #require(lines.count == 2)
      // Without the epoch and the step.
      losses.append(lines[1].split(separator: ",").dropFirst(2).compactMap { Double($0) })
    }
    for (index, figures) in losses.enumerated() {
      #expect(!figures.isEmpty && figures.allSatisfy(\.isFinite))
      for (other, otherFigures) in losses[..<index].enumerated() {
        #expect(figures != otherFigures, "\(changes[other]) and \(changes[index])")
      }
    }
  }

  @Test(arguments: [("40", 3.0), ("32", 2), ("33", 3), ("1", 1)])
  func theLimitAndTheBatchSizeGiveTheSteps(limit: String, steps: Double) throws {
    let workspace = try Workspace()
    let result = try workspace.train("--limit", limit)
    #expect(result.code == 0)
    #expect(try LossTable(of: "runs/vae-001", in: workspace).column("step") == [steps])
    #expect(result.output.contains("40 training images (\(limit) used)") == (limit != "40"))
  }

  @Test func theModelHasTheWidthsAskedFor() throws {
    let workspace = try Workspace()
    let result = try workspace.train("--hidden", "32,16", "--latent", "5")
    // Weights and biases of 64-32-16-10 and 5-16-32-64.
    let parameters =
      64 * 32 + 32 + 32 * 16 + 16 + 16 * 10 + 10 + 5 * 16 + 16 + 16 * 32 + 32 + 32 * 64 + 64
    #expect(parameters == 5_530)
    #expect(
      result.lines.contains("model:   encoder 64-32-16-10, decoder 5-16-32-64, 5,530 parameters"),
      "\(result.output)")
  }

  @Test func theThreadsAreThoseAskedFor() throws {
    let workspace = try Workspace()
    #expect(try workspace.train("--threads", "1").output.contains("machine: CPU, 1 thread, "))
    #expect(try workspace.train("--threads", "3").output.contains("machine: CPU, 3 threads, "))
  }

  /// Black and white pixels are unchanged, however grey ones are binarised.
  @Test func binarizingImagesWithoutGreyChangesNothing() throws {
    let workspace = try Workspace()
    for name in ["train-images-idx3-ubyte", "t10k-images-idx3-ubyte"] {
      try workspace.edit("data/" + name) { bytes in
        for index in 16..<bytes.count { bytes[index] = bytes[index] > 127 ? 255 : 0 }
      }
    }
    for choice in ["none", "threshold", "stochastic"] {
      #expect(try workspace.train("--binarize", choice, "--epochs", "2").code == 0)
    }
    let tables = try (1...3).map { try workspace.contents(of: "runs/vae-00\($0)/loss.csv") }
    #expect(tables[1] == tables[0])
    #expect(tables[2] == tables[0])
  }
}
