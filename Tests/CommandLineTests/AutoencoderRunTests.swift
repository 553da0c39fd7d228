import Datasets
import Foundation
import Testing

/// The behaviour specific to `train-autoencoder`; what all executables share is tested with
/// `train-vae`.
@Suite struct AutoencoderRunTests {
  private static let columns = "epoch,step,train_loss,test_loss"

  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func train(_ arguments: String...) throws -> Executable.Result {
    try Executable(
      "train-autoencoder", Workspace.quick + ["--epochs", "2"] + arguments, in: workspace
    ).result()
  }

  private func table(_ run: String = "autoencoder-001") throws -> LossTable {
    try LossTable(of: "runs/" + run, in: workspace, header: Self.columns)
  }

  private func evaluation() throws -> [String: Double] {
    let json = try JSONSerialization.jsonObject(
      with: workspace.contents(of: "runs/autoencoder-001/evaluation.json"))
    return try #require(json as? [String: Double])
  }

  @Test func aRunLeavesTheseFilesAndSaysWhereTheyAre() throws {
    let result = try train("--latent", "2", "--threads", "1")
    #expect(result.code == 0, "\(result.error)")
    #expect(
      try workspace.files(below: "runs/autoencoder-001").keys.sorted() == [
        "best.safetensors", "checkpoint-previous.safetensors", "checkpoint.safetensors",
        "codes.csv", "codes.svg", "config.json", "evaluation.json", "loss.csv",
        "model.safetensors",
        "reconstructions/epoch-001.pgm", "reconstructions/epoch-001.png",
        "reconstructions/epoch-002.pgm", "reconstructions/epoch-002.png", "report.html",
      ])
    // 64·8 + 8 + 8·2 + 2 and 2·8 + 8 + 8·64 + 64.
    #expect(
      result.lines.contains("model:   encoder 64-8-2, decoder 2-8-64, 1,138 parameters"),
      "\(result.output)")
    #expect(result.lines.contains("run:     runs/autoencoder-001"))
    let paths = result.lines.filter { $0.hasPrefix("runs/autoencoder-001/") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    let names = paths.map { $0.dropFirst("runs/autoencoder-001/".count).filter { $0 != "/" } }
    // The second-to-last checkpoint is not announced.
    #expect(
      names.sorted()
        == workspace.names(in: "runs/autoencoder-001").filter { !$0.contains("previous") })
  }

  @Test func theConfigurationHoldsEveryOptionSeedVersionAndData() throws {
    let result = try train(
      "--hidden", "8,4", "--loss", "bce", "--noise", "masking", "--seed", "7", "--threads", "1",
      "--quiet")
    #expect(result.code == 0, "\(result.error)")
    #expect(result.output == "")
    let text = try workspace.contents(of: "runs/autoencoder-001/config.json")
    #expect(
      String(decoding: text, as: UTF8.self) == """
        {
          "model": "autoencoder",
          "version": "0.2.0",
          "epochs": 2,
          "batch-size": 16,
          "shards": null,
          "learning-rate": 0.001,
          "learning-rate-decay": "none",
          "architecture": "dense",
          "latent": 3,
          "hidden": [8, 4],
          "loss": "bce",
          "output": "sigmoid",
          "noise": "masking",
          "noise-level": null,
          "data": "data",
          "limit": null,
          "image-size": null,
          "binarize": "none",
          "augment": "none",
          "damaged": "error",
          "no-cache": false,
          "points": null,
          "columns": null,
          "without": null,
          "target": null,
          "heading": "detected",
          "unit": "characters",
          "sequences": "windows",
          "window": null,
          "out": "runs",
          "seed": 7,
          "threads": 1,
          "sample-every": 1,
          "checkpoint-every": 1,
          "early-stop": null,
          "log-every": null,
          "tensorboard": false,
          "check-finite": false,
          "profile": false,
          "quiet": true,
          "directory": "\(workspace.path)"
        }

        """)
  }

  @Test(arguments: [
    [], ["--loss", "bce"], ["--output", "linear"], ["--noise", "gaussian"], ["--noise", "masking"],
  ])
  func theLossFallsOnImagesTrainedOnAndOnOthers(options: [String]) throws {
    let result = try Executable(
      "train-autoencoder",
      Workspace.quick + ["--epochs", "12", "--learning-rate", "0.01"] + options, in: workspace
    ).result()
    #expect(result.code == 0, "\(result.error)")
    let table = try table()
    for column in ["train_loss", "test_loss"] {
      let losses = table.column(column)
      #expect(losses.count == 12)
      // The cross-entropy of grey pixels does not fall to 0.
      #expect(losses[11] < 0.8 * losses[0], "\(column)")
    }
  }

  @Test func theCodesAreThoseOfTheTestImagesWithTheirLabels() throws {
    #expect(try train().code == 0)
    let text = try workspace.contents(of: "runs/autoencoder-001/codes.csv")
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    #expect(lines.first == "label,z_1,z_2,z_3")
    let rows = lines.dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
    #expect(rows.map { $0[0] } == SmallData().test.labels.map(Double.init))
    #expect(rows.allSatisfy { $0.count == 4 })
    #expect(Set(rows.map { $0[1] }).count > 1)
    #expect(!workspace.has("runs/autoencoder-001/codes.svg"))
  }

  @Test func codesOfTwoDimensionsAreDrawn() throws {
    #expect(try train("--latent", "2").code == 0)
    let svg = String(
      decoding: try workspace.contents(of: "runs/autoencoder-001/codes.svg"), as: UTF8.self)
    let labels = SmallData().test.labels
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(svg.contains("\(labels.count) points of \(Set(labels).count) classes"))
    // Ticks are labelled with values: the axes extend about as far as the codes.
    let table = try workspace.contents(of: "runs/autoencoder-001/codes.csv")
    let codes = String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst()
      .compactMap { Double($0.split(separator: ",")[1]) }
    let least = try #require(codes.min())
    let greatest = try #require(codes.max())
    let ticks = svg.matches(of: /text-anchor="middle">(−?)([0-9.]+)</).compactMap { match in
      Double(match.2).map { match.1.isEmpty ? $0 : -$0 }
    }
    #expect(ticks.count > 2)
    let margin = 0.05 * (greatest - least)
    #expect(ticks.allSatisfy { $0 >= least - margin && $0 <= greatest + margin }, "\(ticks)")
  }

  @Test func theErrorIsReportedBesideThatOfPrincipalComponents() throws {
    let result = try train()
    let evaluation = try evaluation()
    #expect(evaluation["principal-components"] == 3)
    let error = try #require(evaluation["autoencoder-squared-error-per-pixel"])
    let loss = try #require(table().column("test_loss").last)
    #expect(abs(error - loss) < 1e-6 * loss)
    let components = try #require(evaluation["principal-components-squared-error-per-pixel"])
    #expect(components > 0 && components < error)
    let line = try #require(
      result.lines.first { $0.hasPrefix("mean squared error per pixel of the test images: 0.") })
    #expect(line.contains(", with 3 principal components 0."))
  }

  /// Three pictures per image: half of the second one's pixels are masked.
  @Test func aDenoisingRunShowsTheNoise() throws {
    #expect(try train("--noise", "masking", "--noise-level", "0.5").code == 0)
    let grid = try PGM("runs/autoencoder-001/reconstructions/epoch-002.pgm", in: workspace)
    #expect((grid.width, grid.height) == (5 * 28 + 4 * 6, 3 * 10 - 2))
    let bright = [0, 10].map { left in
      (0..<64).filter { grid.pixels[$0 / 8 * grid.width + left + $0 % 8] > 0 }.count
    }
    #expect(bright[1] > 0 && bright[1] < bright[0], "\(bright)")
  }

  @Test func aConvolutionalModelLeavesTheSameFiles() throws {
    let result = try Executable(
      "train-autoencoder",
      [
        "--data", "data", "--epochs", "2", "--batch-size", "16", "--architecture", "conv",
        "--latent", "2",
      ], in: workspace
    ).result()
    #expect(result.code == 0, "\(result.error)")
    // 544 + 32,832 + 256·2 + 2, and 2·256 + 256 + 32,800 + 513.
    #expect(
      result.lines.contains(
        "model:   encoder convolutions 1-32-64, 256-2, decoder 2-256, convolutions 64-32-1, 67,971 parameters"
      ),
      "\(result.output)")
    let losses = try table().column("test_loss")
    #expect(losses[1] < losses[0])
    #expect(
      workspace.names(in: "runs/autoencoder-001") == [
        "best.safetensors", "checkpoint-previous.safetensors", "checkpoint.safetensors",
        "codes.csv", "codes.svg", "config.json", "evaluation.json", "loss.csv",
        "model.safetensors",
        "reconstructions", "report.html",
      ])
  }

  @Test func imagesThatConvolutionsCannotHalveTwice() throws {
    let workspace = try Workspace(data: SmallData(height: 6, width: 8))
    let result = try Executable(
      "train-autoencoder", ["--data", "data", "--architecture", "conv"], in: workspace
    ).result()
    #expect(result.code == 64)
    #expect(
      result.error == """
        train-autoencoder: --architecture conv: expected images whose sides are multiples of 4, \
        found 6×8
        Try 'train-autoencoder --help'.

        """)
    #expect(workspace.names() == ["data"])
  }

  // MARK: Bad options

  @Test(arguments: [
    (["--latent", "0"], "--latent is out of range: expected 1 to 65536, found 0"),
    (["--hidden", "8,,4"], "--hidden expects whole numbers separated by commas, found '8,,4'"),
    (["--architecture", "deep"], "--architecture expects dense or conv, found 'deep'"),
    (
      ["--architecture", "conv"],
      "--hidden 8: expected --architecture dense with it, as conv has its own widths"
    ),
    (["--loss", "mae"], "--loss expects mse or bce, found 'mae'"),
    (["--output", "tanh"], "--output expects sigmoid or linear, found 'tanh'"),
    (["--noise", "salt"], "--noise expects none, gaussian or masking, found 'salt'"),
    (
      ["--noise", "gaussian", "--noise-level", "-1"],
      "--noise-level is out of range: expected 0 or more, found -1"
    ),
    (
      ["--noise-level", "0.5"],
      "--noise-level 0.5: expected --noise gaussian or --noise masking with it"
    ),
    (
      ["--noise", "masking", "--noise-level", "1.5"],
      "--noise-level 1.5: expected at most 1, the share of pixels to be masked"
    ),
    (
      ["--loss", "bce", "--output", "linear"],
      "--output linear: expected sigmoid, as binary cross-entropy needs pixels between 0 and 1"
    ),
    (["--limit", "41"], "--limit 41: expected at most 40, the number of training images"),
  ])
  func saysWhatIsWrongAndDoesNothing(arguments: [String], message: String) throws {
    let result = try Executable(
      "train-autoencoder", Workspace.quick + arguments, in: workspace
    ).result()
    #expect(result.code == 64)
    #expect(
      result.error == "train-autoencoder: \(message)\nTry 'train-autoencoder --help'.\n")
    #expect(result.output == "")
    #expect(workspace.names() == ["data"])
  }

  @Test func dataThatIsNotThereIsNamed() throws {
    let result = try train("--data", "nowhere")
    #expect(result.code == 66)
    #expect(
      result.error == "train-autoencoder: nowhere: no such file, folder or data\n")
    #expect(workspace.names() == ["data"])
  }
}
