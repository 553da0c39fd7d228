import Datasets
import Foundation
import Images
import Tensor
import TestSupport
import Testing

/// The behaviour specific to `train-gan`; what all executables share is tested with `train-vae`.
@Suite struct TrainGANTests {
  private static let figures = "d_loss,g_loss,d_real,d_fake,d_gradient_norm,g_gradient_norm"
  private static let run = "runs/gan-001"

  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Trains small networks.
  private func train(_ arguments: String...) throws -> Executable.Result {
    try train(arguments: arguments)
  }

  private func train(arguments: [String]) throws -> Executable.Result {
    let small = ["--generator-hidden", "16", "--discriminator-hidden", "16"]
    return try run(small + arguments)
  }

  private func run(_ arguments: [String]) throws -> Executable.Result {
    // One thread, because other tests keep the others busy.
    let quick = ["--data", "data", "--batch-size", "16", "--epochs", "1", "--threads", "1"]
    return try Executable("train-gan", quick + arguments, in: workspace).result()
  }

  private func table(_ name: String = "loss.csv") throws -> LossTable {
    try LossTable(
      of: Self.run, in: workspace, header: "epoch,step," + Self.figures, name: name)
  }

  /// Writes colour images of one size to a folder.
  private func writeImages(_ count: Int, side: Int, to folder: String) throws {
    try workspace.makeFolder(folder)
    for image in 0..<count {
      let pixels = (0..<side * side * 3).map { UInt8(truncatingIfNeeded: ($0 / 40 + image) * 37) }
      try workspace.write(
        Array("P6\n\(side) \(side)\n255\n".utf8) + pixels, to: "\(folder)/\(image).ppm")
    }
  }

  // MARK: Good runs

  @Test func aRunLeavesItsTablesAndPictures() throws {
    let result = try run([
      "--epochs", "2", "--log-every", "2", "--seed", "3", "--image-size", "28",
    ])
    #expect(result.code == 0 && result.error == "")
    #expect(
      workspace.names(in: Self.run) == [
        "checkpoint-previous.safetensors", "checkpoint.safetensors", "config.json",
        "evaluation.json", "interpolations.pgm", "interpolations.png", "loss.csv",
        "model.safetensors", "nearest.pgm", "nearest.png", "report.html", "samples", "steps.csv",
      ])
    let (table, steps) = (try table(), try table("steps.csv"))
    #expect(table.column("epoch") == [1, 2] && table.column("step") == [3, 6])
    #expect(steps.column("epoch") == [1, 2, 2] && steps.column("step") == [2, 4, 6])
    for table in [table, steps] {
      for column in ["d_real", "d_fake"] {
        #expect(table.column(column).allSatisfy { $0 > 0 && $0 < 1 })
      }
      for column in ["d_loss", "g_loss", "d_gradient_norm", "g_gradient_norm"] {
        #expect(table.column(column).allSatisfy { $0 > 0 })
      }
    }
    // The images have 8×8 pixels and are enlarged to 28×28.
    #expect(
      workspace.names(in: Self.run + "/samples")
        == ["epoch-001.pgm", "epoch-001.png", "epoch-002.pgm", "epoch-002.png"])
    let pictures = try ["samples/epoch-001", "samples/epoch-002", "interpolations"].map {
      try PGM("\(Self.run)/\($0).pgm", in: workspace)
    }
    #expect(pictures.allSatisfy { $0.width == 298 && $0.height == 298 && $0.contrast > 0 })
    #expect(pictures[0] != pictures[1])
    // The files named at the end exist.
    let paths = result.lines.filter { $0.hasPrefix(Self.run + "/") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(paths.count == 10)
    for path in paths { #expect(workspace.has(path), "\(path)") }
    #expect(
      result.output.contains(
        "model:   generator 100-256-512-1024-784, discriminator 784-512-256-1, 2,019,857 parameters"
      ))
  }

  @Test func withoutBeingAskedForThereIsNoTableOfSteps() throws {
    #expect(try train().code == 0)
    #expect(!workspace.has(Self.run + "/steps.csv"))
  }

  @Test func theDiscriminatorLearnsToTellTheImagesFromMadeOnes() throws {
    #expect(
      try run([
        "--epochs", "8", "--discriminator-steps", "3", "--sample-every", "8", "--image-size", "28",
        "--generator-hidden", "128", "--discriminator-hidden", "256",
      ]).code == 0)
    let table = try table()
    // 40 images are three batches, and therefore one step of the generator per epoch.
    #expect(table.column("step") == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(table.column("d_loss")[7] < 0.7 * table.column("d_loss")[0])
    #expect(table.column("d_real")[7] > table.column("d_fake")[7] + 0.2)
  }

  @Test func theLossOfASaturatingGeneratorIsBelow0() throws {
    #expect(try train("--generator-loss", "saturating").code == 0)
    #expect(try table().column("g_loss").allSatisfy { $0 < 0 })
  }

  @Test func theImageSizeIsThatOfTheSamples() throws {
    #expect(try train("--image-size", "64", "--limit", "18").code == 0)
    let large = try PGM(Self.run + "/samples/epoch-001.pgm", in: workspace)
    #expect(large.width == 10 * 66 - 2 && large.height == 10 * 66 - 2)
  }

  @Test func theConfigurationHoldsEveryOption() throws {
    let result = try train(
      "--architecture", "dense", "--generator-loss", "saturating", "--discriminator-steps", "2",
      "--label-smoothing", "0.1", "--latent", "7", "--log-every", "5", "--limit", "20", "--quiet")
    #expect(result.code == 0 && result.output == "")
    #expect(
      String(decoding: try workspace.contents(of: Self.run + "/config.json"), as: UTF8.self) == """
        {
          "model": "gan",
          "version": "0.2.0",
          "epochs": 1,
          "batch-size": 16,
          "shards": null,
          "learning-rate": 0.0002,
          "learning-rate-decay": "none",
          "architecture": "dense",
          "latent": 7,
          "generator-hidden": [16],
          "discriminator-hidden": [16],
          "base-channels": 64,
          "generator-loss": "saturating",
          "discriminator-steps": 2,
          "label-smoothing": 0.1,
          "loss": null,
          "critic-steps": null,
          "weight-clip": null,
          "penalty-weight": null,
          "spectral-norm": null,
          "discriminator-norm": null,
          "beta1": null,
          "beta2": null,
          "average-decay": null,
          "conditional": null,
          "data": "data",
          "limit": 20,
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
          "seed": 0,
          "threads": 1,
          "sample-every": 1,
          "checkpoint-every": 1,
          "log-every": 5,
          "tensorboard": false,
          "check-finite": false,
          "profile": false,
          "quiet": true,
          "judge": null,
          "directory": "\(workspace.path)"
        }

        """)
  }

  // MARK: The judge

  @Test func theSamplesAreJudgedAndNothingElseChanges() throws {
    try DrawnDigits(trainCount: 24, testCount: 12).write(to: workspace.path(of: "data"))
    let trained = try Executable(
      "train classifier", ["--data", "data", "--epochs", "1", "--threads", "1"], in: workspace
    ).result()
    #expect(trained.code == 0, "\(trained.error)")
    let judge = "runs/classifier-001/model.safetensors"
    var runs: [[String: Data]] = []
    for choice in ["none", judge] {
      let result = try train("--judge", choice)
      #expect(result.code == 0 && result.error == "")
      let run = try #require(workspace.names(in: "runs").last)
      runs.append(try workspace.files(below: "runs/" + run))
    }
    let file = try #require(runs[1]["evaluation.json"])
    let evaluation = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
    #expect(evaluation["judge"] as? String == judge)
    #expect(evaluation["judged-samples"] as? Int == 12)
    #expect(try #require(evaluation["frechet-distance"] as? Double) > 0)
    for name in ["evaluation.json", "nearest.pgm", "nearest.png"] {
      #expect(runs[1].removeValue(forKey: name) != nil, "\(name)")
    }
    for name in ["loss.csv", "samples/epoch-001.pgm", "interpolations.pgm"] {
      #expect(runs[0][name] != nil && runs[0][name] == runs[1][name], "\(name)")
    }
    #expect(runs[0].keys.sorted() == runs[1].keys.sorted())

    let enlarged = try train("--judge", judge, "--image-size", "64")
    #expect(enlarged.code == 64)
    #expect(
      enlarged.error == """
        train-gan: --judge \(judge): expected samples of the size of the data's images, 28×28, found \
        64×64
        Try 'train-gan --help'.

        """)
  }

  // MARK: Colour

  @Test(arguments: [("dense", 64), ("dcgan", 28)])
  func aFolderOfColourImages(architecture: String, side: Int) throws {
    try writeImages(4, side: side, to: "images")
    let result = try train(
      "--data", "images", "--architecture", architecture, "--base-channels", "8", "--batch-size",
      "2",
      "--no-cache")
    #expect(result.code == 0 && result.error == "")
    #expect(result.output.contains("data:    colour images in images, 4 training images\n"))
    #expect(
      workspace.names(in: Self.run) == [
        "checkpoint.safetensors", "config.json", "interpolations.png", "interpolations.ppm",
        "loss.csv", "model.safetensors", "report.html",
        "samples",
      ])
    let picture = try workspace.contents(of: Self.run + "/samples/epoch-001.ppm")
    let size = 10 * (side + 2) - 2
    let header = Data("P6\n\(size) \(size)\n255\n".utf8)
    #expect(picture.prefix(header.count) == header)
    #expect(picture.count == header.count + 3 * size * size)
    let image = try Image(path: workspace.path(of: Self.run + "/samples/epoch-001.png"))
    #expect(Data(image.netpbm) == picture)
    #expect(try table().column("step") == [2])
  }

  @Test func photographsOfAnySizeAreResizedAndKept() throws {
    try workspace.makeFolder("photos/more")
    for index in 0..<6 {
      let (height, width) = (40 + 7 * index, 60)
      let photo = Image(
        height: height, width: width, channels: 3,
        pixels: (0..<3 * height * width).map { UInt8(truncatingIfNeeded: $0 / 91 * (index + 3)) })
      let bytes = index % 2 == 0 ? photo.png : jpeg(photo)
      try workspace.write(bytes, to: index < 3 ? "photos/\(index)" : "photos/more/\(index)")
    }
    usleep(1_100_000)  // newer files are not cached
    let runs = try ["1", "2", "2"].enumerated().map { run, threads in
      let result = try Executable(
        command: [
          Executable.path(of: "train-gan"), "--data", "photos", "--image-size", "28", "--epochs",
          "1", "--batch-size", "2", "--threads", threads, "--generator-hidden", "64",
          "--discriminator-hidden", "64",
        ], in: workspace, environment: ["XDG_CACHE_HOME": workspace.path(of: "cache")]
      ).result()
      #expect(result.code == 0 && result.error == "")
      #expect(result.output.contains("data:    colour images in photos, 6 training images\n"))
      let names = workspace.names(in: "cache/pushforward")
      #expect(names.count == 1)
      let kept = workspace.path(of: "cache/pushforward/\(names[0])")
      #expect(result.output.contains("\n         decoded, for the next run too: \(kept)\n"))
      var files = try workspace.files(below: "runs/gan-00\(run + 1)")
      files["report.html"] = nil  // it records the number of threads, like config.json
      let json = files.removeValue(forKey: "config.json")
      let configuration = String(decoding: try #require(json), as: UTF8.self)
      #expect(configuration.contains("\"image-size\": 28,"))
      return files
    }
    #expect(runs[0]["samples/epoch-001.png"] != nil && runs[0] == runs[1] && runs[1] == runs[2])
  }

  @Test func foldersTrainAndTestAreTheSplit() throws {
    for (folder, count) in [("train/a", 3), ("train/b", 2), ("test/a", 4), ("val", 1)] {
      try writeImages(count, side: 28, to: "photos/\(folder)")
    }
    let result = try train("--data", "photos", "--epochs", "1", "--no-cache", "--judge", "none")
    #expect(
      result.output.contains(
        "data:    colour images in photos, 5 training images, 5 test images\n"
          + "         train for training, test and val for testing, and the folders in them are the"
          + " classes\n"), "\(result)")
  }

  @Test func damagedFilesOfAFolderAreLeftOutIfAskedFor() throws {
    try writeImages(4, side: 28, to: "photos")
    try workspace.write([1], to: "photos/00.jpg")
    let refused = try train("--data", "photos", "--no-cache")
    #expect(refused.code == 65)
    #expect(refused.error.hasPrefix("train-gan: photos/00.jpg: expected an image "))
    let result = try train("--data", "photos", "--no-cache", "--damaged", "skip")
    #expect(result.code == 0 && result.error == "")
    #expect(
      result.output.contains(
        """
        data:    colour images in photos, 4 training images
                 1 damaged image left out: photos/00.jpg: expected an image (PNG, JPEG, or binary PGM \
        or PPM), found 0x01

        """))
    // A run continues as it started.
    let resumed = try Executable(
      "train-gan", ["--resume", Self.run, "--epochs", "2", "--no-cache"], in: workspace
    ).result()
    #expect(resumed.code == 0 && resumed.error == "")
  }

  // MARK: Convolutions

  @Test func aConvolutionalModelLeavesTheSameFiles() throws {
    let result = try train(
      "--architecture", "dcgan", "--image-size", "28", "--limit", "18", "--log-every", "1",
      "--sample-every", "2", "--epochs", "2")
    #expect(result.code == 0, "\(result.error)")
    let model = "generator convolutions 100-256-128-1, discriminator convolutions 1-64-128-1"
    #expect(
      result.output.contains("model:   \(model), 1,920,194 parameters\n"), "\(result.output)")
    #expect(
      try workspace.files(below: Self.run).keys.sorted() == [
        "checkpoint-previous.safetensors", "checkpoint.safetensors", "config.json",
        "evaluation.json", "interpolations.pgm", "interpolations.png", "loss.csv",
        "model.safetensors", "nearest.pgm", "nearest.png", "report.html", "samples/epoch-002.pgm",
        "samples/epoch-002.png", "steps.csv",
      ])
  }

  // MARK: Variants

  private static let variants: [[String]] = [
    ["--loss", "wasserstein-clipping"],
    ["--loss", "wasserstein-gradient-penalty", "--critic-steps", "2", "--average-decay", "0.9"],
    ["--spectral-norm", "--conditional"],
    [
      "--loss", "wasserstein-gradient-penalty", "--architecture", "dcgan", "--base-channels", "4",
      "--image-size", "28", "--conditional", "--spectral-norm", "--average-decay", "0.9",
      "--critic-steps", "3",
    ],
  ]

  /// For every variant, the run and its model can be resumed, opened, sampled from and evaluated.
  @Test(arguments: variants) func everyVariantIsResumedAndSampledFrom(options: [String]) throws {
    let small = options + ["--latent", "3", "--log-every", "1"]
    #expect(try train(arguments: small + ["--epochs", "3"]).code == 0)
    #expect(try train(arguments: small + ["--epochs", "1"]).code == 0)
    let resumed = try Executable(
      "resume", ["runs/gan-002", "--epochs", "3", "--threads", "3"], in: workspace
    ).result()
    #expect(resumed.code == 0 && resumed.error == "", "\(resumed.error)")
    let (whole, inParts) = (
      try workspace.files(below: Self.run), try workspace.files(below: "runs/gan-002")
    )
    #expect(whole.keys.sorted() == inParts.keys.sorted())
    for (name, bytes) in whole where !["config.json", "report.html"].contains(name) {
      #expect(inParts[name] == bytes, "\(name)")
    }
    let isWasserstein = options.contains("--loss")
    let names =
      isWasserstein
      ? "d_loss,g_loss,d_gradient_norm,g_gradient_norm,wasserstein_distance" : Self.figures
    let table = try LossTable(of: Self.run, in: workspace, header: "epoch,step," + names)
    #expect(table.rows.count == 3 && table.rows.allSatisfy { $0.values.allSatisfy(\.isFinite) })
    let sampled = try Executable(
      "sample",
      ["--model", Self.run + "/model.safetensors", "--count", "12", "--out", "made.npy"],
      in: workspace
    ).result()
    #expect(sampled.code == 0 && sampled.error == "", "\(sampled.error)")
    let evaluated = try Executable("evaluate", [Self.run], in: workspace).result()
    #expect(evaluated.code == 0 && evaluated.error == "", "\(evaluated.error)")
  }

  @Test func theOptionsOfAVariantAreInTheFileOfItsModelAndNoneOfAnyOther() throws {
    #expect(try train().code == 0)
    #expect(try train("--spectral-norm", "--loss", "minimax").code == 0)
    let texts = try (1...2).map { run in
      String(
        decoding: try workspace.contents(of: "runs/gan-00\(run)/model.safetensors"), as: UTF8.self)
    }
    for name in ["\"loss\"", "spectral-norm", "spectralNorm.direction"] {
      #expect(!texts[0].contains(name) && texts[1].contains(name), "\(name)")
    }
  }

  /// Folders are classes; without them, a conditional model has no classes to learn from.
  @Test func theClassesOfAFolder() throws {
    try writeImages(3, side: 12, to: "images/a")
    try writeImages(3, side: 12, to: "images/b")
    let options = ["--data", "images", "--no-cache", "--conditional"]
    let result = try train(arguments: options)
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    let other = try train(arguments: ["--data", "images/a", "--no-cache", "--conditional"])
    #expect(other.code == 64 && other.error.contains("classes"), "\(other.error)")
    let points = try train(arguments: ["--data", "moons", "--points", "32", "--conditional"])
    #expect(points.code == 0 && points.error == "", "\(points.error)")
  }

  // MARK: Bad input

  @Test(arguments: [
    (
      ["--discriminator-steps", "0"],
      "--discriminator-steps is out of range: expected 1 to 5, found 0"
    ),
    (
      ["--discriminator-steps", "6"],
      "--discriminator-steps is out of range: expected 1 to 5, found 6"
    ),
    (["--architecture", "deep"], "--architecture expects dense or dcgan, found 'deep'"),
    (
      ["--loss", "hinge"],
      "--loss expects minimax, wasserstein-clipping or wasserstein-gradient-penalty, found 'hinge'"
    ),
    (
      ["--weight-clip", "0.1"],
      "--weight-clip 0.1: expected --loss wasserstein-clipping with it, found minimax"
    ),
    (
      ["--weight-clip", "0", "--loss", "wasserstein-clipping"],
      "--weight-clip is out of range: expected more than 0, found 0"
    ),
    (
      ["--penalty-weight", "5", "--loss", "wasserstein-clipping"],
      "--penalty-weight 5: expected --loss wasserstein-gradient-penalty with it, found "
        + "wasserstein-clipping"
    ),
    (
      ["--critic-steps", "2"],
      "--critic-steps 2: expected --loss wasserstein-clipping or --loss "
        + "wasserstein-gradient-penalty with it, found minimax"
    ),
    (
      ["--discriminator-steps", "2", "--loss", "wasserstein-gradient-penalty"],
      "--discriminator-steps 2: expected --loss minimax with it, found wasserstein-gradient-penalty"
    ),
    (
      ["--label-smoothing", "0.1", "--loss", "wasserstein-clipping"],
      "--label-smoothing 0.1: expected --loss minimax with it, found wasserstein-clipping"
    ),
    (
      ["--generator-loss", "saturating", "--loss", "wasserstein-gradient-penalty"],
      "--generator-loss saturating: expected --loss minimax with it, found "
        + "wasserstein-gradient-penalty"
    ),
    (
      ["--beta2", "0.9", "--loss", "wasserstein-clipping"],
      "--beta2 0.9: expected --loss minimax or --loss wasserstein-gradient-penalty with it, found "
        + "wasserstein-clipping"
    ),
    (["--beta1", "1"], "--beta1 is out of range: expected 0 or more, but less than 1, found 1"),
    (
      ["--spectral-norm", "--loss", "wasserstein-clipping"],
      "--loss wasserstein-clipping: expected minimax or wasserstein-gradient-penalty with "
        + "--spectral-norm, as the norm undoes the clipping"
    ),
    (
      ["--discriminator-norm", "batch"],
      "--discriminator-norm batch: expected --architecture dcgan with it, as dense networks have no "
        + "batch norm"
    ),
    (
      [
        "--discriminator-norm", "batch", "--architecture", "dcgan", "--image-size", "28", "--loss",
        "wasserstein-gradient-penalty",
      ],
      "--discriminator-norm batch: expected none with a gradient penalty, which is one on each "
        + "example's own gradient"
    ),
    (
      [
        "--discriminator-norm", "batch", "--architecture", "dcgan", "--image-size", "28",
        "--spectral-norm",
      ],
      "--discriminator-norm batch: expected none with --spectral-norm, which the scales of batch "
        + "norm undo"
    ),
    (
      ["--average-decay", "1"],
      "--average-decay is out of range: expected 0 or more, but less than 1, found 1"
    ),
    (
      ["--conditional", "--data", "moons.csv"],
      "--target NAME, the column of classes, is needed"
    ),
    (
      ["--generator-loss", "hinge"],
      "--generator-loss expects non-saturating or saturating, found 'hinge'"
    ),
    (["--image-size", "0"], "--image-size is out of range: expected 1 to 4096, found 0"),
    (
      ["--architecture", "dcgan", "--image-size", "32"],
      "--architecture dcgan: expected images of 28×28 or 64×64 pixels, found 32×32; --image-size "
        + "resizes them"
    ),
    (
      ["--label-smoothing", "0.5"],
      "--label-smoothing is out of range: expected 0 or more, but less than 0.5, found 0.5"
    ),
    (["--latent", "0"], "--latent is out of range: expected 1 to 65536, found 0"),
    (["--log-every", "0"], "--log-every is out of range: expected 1 or more, found 0"),
    (
      ["--data", "images", "--no-cache", "--architecture", "dcgan"],
      "--architecture dcgan: expected images of 28×28 or 64×64 pixels, found 30×30×3; --image-size "
        + "resizes them"
    ),
    (
      ["--data", "large", "--image-size", "28"],
      "--image-size 28: expected images of at most 28×28 pixels in large, found 30×8"
    ),
    (
      ["--limit", "41"],
      "--limit 41: expected at most 40, the number of training images"
    ),
  ])
  func aWrongCommandLineIsSaidAndNothingDone(arguments: [String], message: String) throws {
    try writeImages(1, side: 30, to: "images")
    try workspace.write(Array("a,b\n1,2\n2,1\n3,3\n1,1\n".utf8), to: "moons.csv")
    try SmallData(height: 30, width: 8).write(to: workspace.path(of: "large"))
    let result = try Executable("train-gan", ["--data", "data"] + arguments, in: workspace).result()
    #expect(result.code == 64)
    #expect(result.error == "train-gan: \(message)\nTry 'train-gan --help'.\n")
    #expect(result.output == "" && !workspace.has("runs"))
  }

  @Test func aBadFolderOfImagesIsSaidAndNothingDone() throws {
    try writeImages(2, side: 28, to: "images")
    try workspace.makeFolder("empty")
    func failure(_ folder: String) throws -> (code: Int32, error: String) {
      let result = try train("--data", folder, "--no-cache")
      #expect(result.output == "" && !workspace.has("runs"))
      return (result.code, result.error)
    }
    #expect(
      try failure("empty")
        == (
          65, "train-gan: empty: expected images as PNG, JPEG, PGM or PPM files, found no files\n"
        ))
    #expect(
      try failure("nowhere")
        == (66, "train-gan: nowhere: no such file, folder or data\n"))

    try workspace.write(Array("notes".utf8), to: "images/notes.txt")
    #expect(
      try failure("images")
        == (
          65,
          "train-gan: images/notes.txt: expected an image (PNG, JPEG, or binary PGM or PPM), found "
            + "'no'\n"
        ))
    try workspace.write(Array("P6\n28 tall\n255\n".utf8), to: "images/notes.txt")
    #expect(
      try failure("images")
        == (
          65,
          "train-gan: images/notes.txt: expected in the image's header the height, a whole number "
            + "from 1 to 2147483647, found 'tall'\n"
        ))
    try workspace.write(
      Array("P6\n1 2\n255\n".utf8) + [0, 0, 0, 0, 0, 0], to: "images/notes.txt")
    #expect(
      try failure("images")
        == (
          65,
          "train-gan: images/notes.txt: expected images of 28×28 pixels as in images/0.ppm, found "
            + "2×1\n"
        ))
    try workspace.remove("images/notes.txt")
    try workspace.edit("images/1.ppm") { $0.removeLast() }
    #expect(
      try failure("images")
        == (65, "train-gan: images/1.ppm: expected 2365 bytes by its header, found 2364\n"))
  }
}
