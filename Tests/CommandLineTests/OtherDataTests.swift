import Foundation
import Images
import Models
import NN
import Tensor
import Testing

/// Data other than MNIST: points, tables, folders of images, texts.
@Suite struct OtherDataTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func run(_ name: String, _ arguments: [String]) throws -> Executable.Result {
    try Executable(name, arguments, in: workspace).result()
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try workspace.contents(of: name), as: UTF8.self)
  }

  /// All files of a run except the report, which names its folder.
  private func files(_ run: String) throws -> [String: Data] {
    try workspace.files(below: "runs/" + run).filter { $0.key != "report.html" }
  }

  // MARK: Points

  private static let points = ["--points", "300", "--batch-size", "64", "--threads", "1"]
  private static let small = ["--latent", "1", "--likelihood", "gaussian", "--hidden", "8"]

  @Test func aVAETrainsOnMoonsAndIsResumedToTheSameBytes() throws {
    let options = ["--data", "moons"] + Self.small + Self.points + ["--epochs"]
    let whole = try run("train vae", options + ["2"])
    #expect(whole.code == 0 && whole.error == "", "\(whole.error)")
    #expect(
      whole.lines.contains(
        "data:    moons, drawn by the program, 300 training points, 300 test points"),
      "\(whole.output)")
    #expect(whole.output.contains(" nats per point"))
    #expect(try run("train vae", options + ["1"]).code == 0)
    let resumed = try run("resume", ["runs/vae-002", "--epochs", "2"])
    #expect(resumed.code == 0 && resumed.lines.contains("resumed after epoch 1"))
    #expect(try files("vae-001") == files("vae-002"))
    #expect(workspace.names(in: "runs/vae-001/samples") == ["epoch-001.svg", "epoch-002.svg"])
    // Another seed draws other points.
    #expect(try run("train vae", options + ["1", "--seed", "1"]).code == 0)
    #expect(
      try text("runs/vae-003/loss.csv").split(separator: "\n")[1]
        != text("runs/vae-001/loss.csv").split(separator: "\n")[1])
  }

  @Test func samplesOfPointsAreATableAnArrayOrADrawing() throws {
    let options = ["--data", "moons", "--epochs", "1"] + Self.small + Self.points
    #expect(try run("train vae", options).code == 0)
    let model = ["--model", "runs/vae-001/model.safetensors", "--count", "5"]
    let first = try run("sample", model)
    #expect(first.code == 0 && first.output == "samples.csv: 5 points\n", "\(first.error)")
    for name in ["a.npy", "a.svg"] {
      #expect(try run("sample", model + ["--out", name]).output == "\(name): 5 points\n")
    }
    let lines = try text("samples.csv").split(separator: "\n")
    #expect(lines.first == "x1,x2" && lines.count == 6)
    let array = try Tensor(npy: workspace.path(of: "a.npy"))
    #expect(array.shape == [5, 2])
    #expect(
      lines.dropFirst().flatMap { $0.split(separator: ",").compactMap { Float($0) } }
        == array.scalars.map { Float($0) })
    #expect(try text("a.svg").hasPrefix("<svg "))
    for name in ["a.png", "a", "folder/"] {
      let result = try run("sample", model + ["--out", name])
      #expect(result.code == 64)
      #expect(
        result.error.hasPrefix(
          "pushforward sample: --out \(name): expected .csv, .npy or .svg for the points of this"))
    }
    #expect(
      try run("sample", model + ["--manifold"]).error.hasPrefix(
        "pushforward sample: --manifold with a model of points: expected a model of images\n"))
  }

  /// Each model either trains on points or reports what it expects.
  @Test(arguments: SmallModel.all) func everyModelTakesPointsOrSaysWhatItExpects(
    model: SmallModel
  ) throws {
    let options = ["--data", "spirals", "--epochs", "1"] + Self.points
    let result = try run(
      "train " + model.kind, options + model.options + model.optionsForNumbers)
    if let refusal = model.refusal(of: .points(dimensions: 2, classes: 2)) {
      try expect(result, "train " + model.kind, refuses: "spirals", refusal)
      return
    }
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    #expect(try text("runs/\(model.kind)-001/loss.csv").split(separator: "\n").count == 2)
  }

  /// The program prints the model's own message, and writes nothing.
  private func expect(
    _ result: Executable.Result, _ name: String, refuses data: String, _ refusal: UnsuitableSetting
  ) throws {
    #expect(refusal.name == "data")
    #expect(result.code == 64 && result.output == "")
    #expect(
      result.error == """
        pushforward \(name): --data \(data): \(refusal.reason), found \(refusal.value)
        Try 'pushforward \(name) --help'.

        """)
    #expect(!workspace.has("runs"))
  }

  @Test func aLikelihoodOfPixelsIsRefusedForPoints() throws {
    let result = try run("train vae", ["--data", "moons"])
    #expect(result.code == 64 && result.output == "")
    #expect(
      result.error == """
        pushforward train vae: --likelihood bernoulli: expected gaussian, as the data do not lie in \
        [0, 1]
        Try 'pushforward train vae --help'.

        """)
    let judged = try run("train-vae", ["--data", "moons", "--judge", "x"] + Self.small)
    #expect(judged.code == 64)
    #expect(
      judged.error.hasPrefix("train-vae: --judge x: expected images for a judge, found points\n"))
  }

  // MARK: Tables

  /// Three columns of numbers, one of them far from 0, and a column of two words.
  private func writeTable(_ name: String = "t.csv") throws {
    let rows = (0..<80).map { row in
      let x = Double(row % 9) - 4
      return "\(x),\(row % 2 == 0 ? "cat" : "dog"),\(1_000 + 10 * x),\(row % 2)\n"
    }
    try workspace.write(("length,kind,\"far, far\",half\n" + rows.joined()).utf8, to: name)
  }

  @Test func aVAETrainsOnATableAndSamplesInItsUnits() throws {
    try writeTable()
    let options = ["--data", "t.csv", "--epochs", "40", "--learning-rate", "0.01"] + Self.small
    let inTheWay = try run("train vae", options)
    #expect(inTheWay.code == 65 && inTheWay.output == "")
    #expect(
      inTheWay.error == "pushforward train vae: t.csv, line 2, column 2 'kind': expected a finite "
        + "number, found 'cat'; to leave the column out: --without kind\n")
    let result = try run("train vae", options + ["--without", "kind,half", "--batch-size", "16"])
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    #expect(result.output.contains("data:    2 columns of t.csv, "), "\(result.output)")
    #expect(result.output.contains(" nats per row"))
    let model = ["--model", "runs/vae-001/model.safetensors", "--count", "200"]
    #expect(try run("sample", model + ["--out", "s.csv"]).output == "s.csv: 200 rows\n")
    let lines = try text("s.csv").split(separator: "\n")
    #expect(lines.first == "length,\"far, far\"" && lines.count == 201)
    let far = lines.dropFirst().compactMap { Double($0.split(separator: ",")[1]) }
    let mean = far.reduce(0, +) / 200
    #expect((990...1_010).contains(mean), "\(mean)")
    #expect(Set(far).count > 100 && far.allSatisfy { (900...1_100).contains($0) })
    // Rows pass through the model and return in the same units, whatever other columns a table has.
    #expect(try run("sample", model + ["--reconstruct", "t.csv", "--out", "r.npy"]).code == 0)
    let array = try Tensor(npy: workspace.path(of: "r.npy"))
    #expect(array.shape == [80, 2])
    let second = array.scalars.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    #expect(second.allSatisfy { (900...1_100).contains($0) })
    // The run stores the choice of columns.
    #expect(try text("runs/vae-001/config.json").contains("\"without\": \"kind,half\""))
    #expect(try run("resume", ["runs/vae-001", "--epochs", "41"]).code == 0)
  }

  @Test func aColumnOfATableIsPredicted() throws {
    try writeTable()
    let options = [
      "--data", "t.csv", "--target", "kind", "--columns", "half,length", "--epochs", "20",
      "--batch-size", "8",
    ]
    let result = try run("train classifier", options + ["--architecture", "dense"])
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    #expect(result.output.contains("model:   body 2-1024-384, head 384-2, "))
    let table = try LossTable(
      of: "runs/classifier-001", in: workspace,
      header: "epoch,step,train_loss,train_accuracy,test_loss,test_accuracy")
    #expect(try #require(table.column("test_accuracy").last) > 0.9)
    // Convolutions are for images.
    let images = try run("train classifier", options)
    #expect(images.code == 64)
    #expect(
      images.error.hasPrefix(
        "pushforward train classifier: --architecture conv: expected images of 6×6 pixels or more, "
          + "found 2\n"), "\(images.error)")
    for (options, message) in [
      (["--without", "kind"], "--target NAME, the column of classes, is needed"),
      (
        ["--without", "kind", "--target", "half"],
        "--target half: expected a column of texts, which are classes, found numbers"
      ),
    ] {
      let result = try run("train classifier", ["--data", "t.csv"] + options)
      #expect(result.code == 64 && result.output == "")
      #expect(
        result.error.hasPrefix("pushforward train classifier: \(message)\n"), "\(result.error)")
    }
  }

  @Test(arguments: [
    (
      ["--columns", "lenght"], 65,
      "t.csv: expected the name of a column, found 'lenght'; did you mean"
    ),
    (
      ["--without", "width"], 65,
      "t.csv: expected the name of a column, found 'width'; there are length"
    ),
    (["--columns", ""], 64, "--columns expects names separated by commas, found ''"),
    (
      ["--columns", "kind"], 65,
      "t.csv, line 2, column 2 'kind': expected a finite number, found 'cat'"
    ),
    (
      ["--columns", "half", "--without", "half"], 65,
      "t.csv: expected at least one column, found all"
    ),
  ])
  func columnsThatDoNotFit(arguments: [String], code: Int32, message: String) throws {
    try writeTable()
    let result = try run("train vae", ["--data", "t.csv"] + Self.small + arguments)
    #expect(result.code == code && result.output == "")
    #expect(result.error.hasPrefix("pushforward train vae: " + message), "\(result.error)")
    #expect(!workspace.has("runs"))
  }

  // MARK: Folders of images

  /// Grey images of two classes: dark on the left, or dark on the right.
  private func writePhotos(_ folder: String, count: Int, first: Int = 0) throws {
    for index in 0..<count {
      let name = index % 2 == 0 ? "cat" : "dog"
      try workspace.makeFolder("\(folder)/\(name)")
      let pixels = (0..<64).map { pixel in
        UInt8((pixel % 8 < 4) == (index % 2 == 0) ? 20 + first + index : 230)
      }
      try workspace.write(
        Image(height: 8, width: 8, channels: 1, pixels: pixels).png,
        to: "\(folder)/\(name)/\(first + index).png")
    }
  }

  /// The options with which every model trains quickly on few images.
  private static func quick(_ kind: String) -> [String] {
    ["--epochs", "2", "--batch-size", "8", "--no-cache", "--threads", "1"]
      + SmallModel.options(kind)
  }

  @Test(arguments: SmallModel.ofImages) func everyModelTrainsOnAFolderAndIsResumedToTheSameBytes(
    model: SmallModel
  ) throws {
    try writePhotos("photos", count: 28)
    let kind = model.kind
    let options = ["--data", "photos"] + Self.quick(kind)
    let result = try run("train " + kind, options)
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    let counts =
      model.row.model is any LossModel.Type
      ? "24 training images, 4 test images" : "28 training images"
    #expect(result.lines.contains("data:    grey images in photos, " + counts), "\(result.output)")
    #expect(try run("train " + kind, options + ["--epochs", "1"]).code == 0)
    let resumed = try run("resume", ["runs/\(kind)-002", "--epochs", "2", "--no-cache"])
    #expect(resumed.code == 0, "\(resumed.error)")
    #expect(try files(kind + "-001") == files(kind + "-002"))
  }

  @Test(arguments: SmallModel.ofEachTrainer)
  func foldersCalledTrainAndTestAreTheSplit(model: SmallModel) throws {
    try writePhotos("photos/train", count: 20)
    try writePhotos("photos/test", count: 6, first: 50)
    let result = try run("train " + model.kind, ["--data", "photos"] + Self.quick(model.kind))
    #expect(result.code == 0 && result.error == "", "\(result.error)")
    let start = try #require(result.lines.firstIndex { $0.hasPrefix("data: ") })
    #expect(
      result.lines[start...(start + 1)] == [
        "data:    grey images in photos, 20 training images, 6 test images",
        "         train for training, test for testing, and the folders in them are the classes",
      ])
    if model.kind == "classifier" {
      #expect(result.output.contains("head 384-2, "))
      #expect(try text("runs/classifier-001/mistakes.csv").hasPrefix("index,label,"))
    }
  }

  @Test func aClassifierNeedsFoldersOfClasses() throws {
    try writePhotos("photos/cat", count: 1)
    try workspace.write(
      Image(height: 8, width: 8, channels: 1, pixels: [UInt8](repeating: 3, count: 64)).png,
      to: "photos/outside.png")
    let outside = try run("train classifier", ["--data", "photos", "--no-cache"])
    #expect(outside.code == 65 && outside.output == "")
    #expect(
      outside.error == "pushforward train classifier: photos/outside.png: expected all images in "
        + "folders of their classes, found this one outside\n")
    try workspace.remove("photos/cat")
    try workspace.write(try workspace.contents(of: "photos/outside.png"), to: "photos/second.png")
    let one = try run("train classifier", ["--data", "photos", "--no-cache"])
    #expect(one.code == 64 && one.output == "")
    #expect(
      one.error.hasPrefix(
        "pushforward train classifier: --data photos: expected labels of two classes or more, "),
      "\(one.error)")
    // A model that needs no classes trains.
    let vae = try run("train vae", ["--data", "photos"] + Self.quick("vae"))
    #expect(vae.code == 0, "\(vae.error)")
  }

  @Test func imagesOfSeveralSizesAreResized() throws {
    try writePhotos("photos", count: 8)
    try workspace.write(
      Image(height: 10, width: 9, channels: 1, pixels: [UInt8](repeating: 90, count: 90)).png,
      to: "photos/cat/large.png")
    let result = try run("train vae", ["--data", "photos"] + Self.quick("vae"))
    #expect(result.code == 65)
    #expect(result.error.contains("expected images of 8×8 pixels as in "), "\(result.error)")
    let resized = try run(
      "train vae", ["--data", "photos", "--image-size", "6"] + Self.quick("vae"))
    #expect(resized.code == 0 && resized.output.contains("model:   encoder 36-8-4"))
  }

  // MARK: Varied images

  @Test(arguments: SmallModel.ofEachTrainer) func trainingImagesMayBeVaried(
    model: SmallModel
  ) throws {
    let kind = model.kind
    let options = ["--data", "data"] + Self.quick(kind).filter { $0 != "--no-cache" }
    for augment in ["none", "shift", "shift", "elastic"] {
      let result = try run("train " + kind, options + ["--augment", augment])
      #expect(result.code == 0 && result.error == "", "\(result.error)")
    }
    let tables = try (1...4).map { try text("runs/\(kind)-00\($0)/loss.csv") }
    #expect(tables[1] == tables[2] && Set(tables).count == 3)
    // A resumed run continues to vary them from where it stopped.
    let first = try run("train " + kind, options + ["--augment", "shift", "--epochs", "1"])
    #expect(first.code == 0)
    #expect(try run("resume", ["runs/\(kind)-005", "--epochs", "2"]).code == 0)
    #expect(try text("runs/\(kind)-005/loss.csv") == tables[1])
  }

  // MARK: Texts

  @Test(arguments: SmallModel.ofNumbers) func textIsRefusedByModelsOfNumbers(
    model: SmallModel
  ) throws {
    try workspace.write(String(repeating: "All happy families. ", count: 90).utf8, to: "book.txt")
    let name = "train " + model.kind
    let result = try run(name, ["--data", "book.txt", "--window", "16"] + model.options)
    let refusal = try #require(model.refusal(of: SmallModel.text))
    #expect(refusal.value == "text")
    try expect(result, name, refuses: "book.txt", refusal)
  }

  // MARK: Options of other data

  @Test(arguments: [
    (
      ["--data", "moons", "--image-size", "28"],
      "--image-size 28: expected images with it, found moons"
    ),
    (
      ["--data", "moons", "--augment", "shift"],
      "--augment shift: expected images with it, found moons"
    ),
    (["--data", "moons", "--columns", "a"], "--columns a: expected a table with it, found moons"),
    (
      ["--data", "t.csv", "--binarize", "threshold"],
      "--binarize threshold: expected images with it, found t.csv"
    ),
    (
      ["--data", "t.csv", "--points", "5"],
      "--points 5: expected points in the plane with it, found t.csv"
    ),
    (
      ["--data", "data", "--points", "5"],
      "--points 5: expected points in the plane with it, found data"
    ),
    (
      ["--data", "data", "--target", "kind"], "--target kind: expected a table with it, found data"
    ),
    (["--data", "data", "--unit", "bytes"], "--unit bytes: expected a text with it, found data"),
    (["--points", "5"], "--points 5: expected points in the plane with it, found images"),
  ])
  func optionsOfOtherDataAreRefused(arguments: [String], message: String) throws {
    try writeTable()
    let result = try run("train vae", arguments)
    #expect(result.code == 64 && result.output == "")
    #expect(
      result.error == "pushforward train vae: \(message)\nTry 'pushforward train vae --help'.\n")
    #expect(!workspace.has("runs"))
  }

  @Test func dataThatAreNotThereAreNamedWithANearName() throws {
    let result = try run("train vae", ["--data", "moosn"])
    #expect(result.code == 66)
    #expect(
      result.error
        == "pushforward train vae: moosn: no such file, folder or data; did you mean 'moons'?\n")
  }
}
