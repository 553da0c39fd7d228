import CommandLine
import Datasets
import Foundation
import Images
import NN
import Settings
import Tensor
import TestSupport
import Testing
import Training

/// The data that each kind of data option opens.
@Suite struct TrainingDataTests {
  private let temporary: TemporaryFolder

  init() throws { temporary = try TemporaryFolder() }

  private func open(
    _ data: String?, _ change: (inout DataSettings) -> Void = { _ in }, batchSize: Int = 8,
    seed: UInt64 = 0, needs: TrainingData.Needs = [.test]
  ) throws -> TrainingData {
    var settings = DataSettings.with {
      $0.data = data
      $0.isCacheUnused = data.map { (try? DataKind(of: $0)) == .images($0) } ?? false
    }
    change(&settings)
    return try TrainingData(settings, batchSize: batchSize, seed: seed, needs: needs)
  }

  /// Writes a file, creating its folders, and returns its path.
  @discardableResult
  private func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    let url = URL(fileURLWithPath: temporary.path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }

  // MARK: Any images

  @Test func aLimitBeyondTheDataIsTheCommandLinesFault() {
    let expected = CommandLineError.unsuitableValue(
      option: "--limit", value: "21",
      reason: "expected at most 20, the number of training images")
    #expect(throws: expected) {
      try TrainingData(
        DrawnDigits(trainCount: 20, testCount: 5), name: "digits", choice: "drawn",
        .with { $0.limit = 21 }, batchSize: 8)
    }
  }

  @Test func theSummarySaysWhatTheDataIs() throws {
    let data = try TrainingData(
      DrawnDigits(trainCount: 20, testCount: 5), name: "digits", choice: "drawn",
      notes: ["get more"], .with { $0.limit = 12 }, batchSize: 8)
    #expect(data.summary == "digits, 20 training images (12 used), 5 test images")
    #expect(data.notes == ["get more"])
    #expect(data.train.count == 12)
    #expect(data.train.size == 8)
    #expect(data.test.count == 5)
    #expect(data.hasLabels && data.classCount == 10)
    #expect(data.shape == .images(28, 28, classes: 10))
  }

  // MARK: MNIST's files

  @Test func aFolderWithMNISTsFilesIsThese() throws {
    let folder = temporary.path + "/mnist"
    let digits = DrawnDigits(trainCount: 20, testCount: 5)
    try digits.write(to: folder)
    let data = try open(folder)
    #expect(data.summary == "MNIST in \(folder), 20 training images, 5 test images")
    #expect(data.choice == folder && data.notes.isEmpty)
    #expect(data.train.images == digits.train && data.test.images == digits.test)
    #expect(data.checksum == "\(digits.train.checksum) \(digits.test.checksum)")
    let enlarged = try open(folder, { $0.imageSize = 32 })
    #expect(enlarged.shape.sizes == [32, 32, 1])
    #expect(try open(folder, { $0.imageSize = 28 }).shape == data.shape)
    let binary = try open(folder, { $0.binarize = .threshold })
    let first = try #require(Array(binary.train.epoch(shuffledBy: nil)).first)
    #expect(Set(first.images.doubles) == [0, 1])
    #expect(
      throws: CommandLineError.unsuitableValue(
        option: "--image-size", value: "20",
        reason: "expected images of at most 20×20 pixels in \(folder), found 28×28")
    ) { try open(folder, { $0.imageSize = 20 }) }
  }

  /// A VAE needs no labels, a classifier does.
  @Test func labelsAreMissedWhereTheyAreNeeded() throws {
    let folder = temporary.path + "/mnist"
    try DrawnDigits(trainCount: 6, testCount: 2).write(to: folder)
    for name in try temporary.names(in: "mnist") where name.contains("labels") {
      try FileManager.default.removeItem(atPath: folder + "/" + name)
    }
    let data = try open(folder)
    #expect(!data.hasLabels && data.classCount == 1 && data.shape.classes == 0)
    #expect(throws: DatasetError.self) { try open(folder, needs: [.test, .labels]) }
  }

  // MARK: Folders of images

  private func writeImages(_ names: [String]) throws -> String {
    for (index, name) in names.enumerated() {
      let image = Image(
        height: 2, width: 3, channels: 1, pixels: (0..<6).map { UInt8(index * 6 + $0) })
      try write(image.png, to: "photos/\(name).png")
    }
    return temporary.path + "/photos"
  }

  @Test func aFolderIsSplitOnlyForAModelThatIsTested() throws {
    let folder = try writeImages((1...14).map { "\($0)" })
    let all = try open(folder, needs: [])
    #expect(all.summary == "grey images in \(folder), 14 training images")
    #expect(all.test.count == 0 && all.choice == folder)
    let split = try open(folder)
    #expect(split.summary == "grey images in \(folder), 12 training images, 2 test images")
    #expect(!split.hasLabels && split.classCount == 1 && split.notes.isEmpty)
    #expect(split.shape == .images(2, 3))
    // The seed determines which are held out.
    #expect(try open(folder).checksum == split.checksum)
    #expect(try open(folder, seed: 1).checksum != split.checksum)
    #expect(try open(folder, { $0.imageSize = 4 }).shape == .images(4, 4))
    #expect(try open(folder, { $0.limit = 5 }).train.count == 5)
  }

  @Test func theFoldersInItAreClasses() throws {
    let folder = try writeImages(["cats/1", "cats/2", "dogs/1", "dogs/2", "dogs/3"])
    for needs in [[.test], [.test, .labels]] as [TrainingData.Needs] {
      let data = try open(folder, needs: needs)
      #expect(data.hasLabels && data.classCount == 2 && data.shape.classes == 2)
      #expect(data.summary.hasSuffix(", 4 training images, 1 test image"))
    }
    _ = try writeImages(["stray"])
    #expect(try open(folder).hasLabels == false)
    let error = #expect(throws: LabelError.self) { try open(folder, needs: [.test, .labels]) }
    #expect(error?.description.contains("/photos/stray.png") == true)
  }

  @Test(arguments: [[.test], []] as [TrainingData.Needs])
  func foldersCalledTrainAndTestAreTheSplit(needs: TrainingData.Needs) throws {
    let folder = try writeImages(["train/a/1", "train/b/2", "train/a/3", "test/a/4"])
    let data = try open(folder, needs: needs)
    #expect(data.summary.hasSuffix(", 3 training images, 1 test image"))
    #expect(
      data.notes == [
        "train for training, test for testing, and the folders in them are the classes"
      ])
    #expect(data.test.images.pixels == (18..<24).map { UInt8($0) })
    // A model without requirements accepts the images as they are, without classes.
    #expect(data.classCount == (needs.isEmpty ? 1 : 2))
  }

  @Test func aFolderOfOneImageCannotBeSplit() throws {
    let folder = try writeImages(["1"])
    #expect(
      throws: CommandLineError.unsuitableValue(
        option: "--data", value: folder,
        reason: "1 test images: expected fewer than the 1 images")
    ) { try open(folder) }
    #expect(try open(folder, needs: []).train.count == 1)
  }

  @Test func whatCannotBeDecodedIsSkippedWhereThatIsAskedFor() throws {
    let folder = try writeImages(["1", "2", "3"])
    try write([1, 2, 3], to: "photos/broken.png")
    #expect(throws: ImageError.self) { try open(folder) }
    let data = try open(folder, { $0.damaged = .skip })
    #expect(data.train.count == 2 && data.test.count == 1)
    #expect(data.notes.count == 1 && data.notes[0].contains("broken.png"), "\(data.notes)")
  }

  @Test func decodingAFolderCanBeCancelled() throws {
    let folder = try writeImages(["1", "2", "3"])
    #expect(throws: CancellationError.self) {
      try TrainingData(
        .with {
          $0.data = folder
          $0.isCacheUnused = true
        }, batchSize: 1, isCancelled: { true })
    }
  }

  // MARK: Points

  @Test func pointsAreDrawnFromTheSeed() throws {
    let data = try open("moons", { $0.points = 30 }, seed: 3)
    #expect(data.summary == "moons, drawn by the program, 30 training points, 30 test points")
    #expect(data.choice == "moons" && data.notes.isEmpty)
    #expect(data.shape.element == .point(dimensions: 2) && data.classCount == 2)
    #expect(data.train.dataset.unit == .point && data.train.element.unitsPerExample == 1)
    #expect(try open("moons", { $0.points = 30 }, seed: 3).checksum == data.checksum)
    #expect(try open("moons", { $0.points = 30 }, seed: 4).checksum != data.checksum)
    #expect(try open("pinwheel").train.count == 20_000)
    #expect(
      throws: CommandLineError.unsuitableValue(
        option: "--limit", value: "31",
        reason: "expected at most 30, the number of training points")
    ) {
      try open(
        "moons",
        {
          $0.points = 30
          $0.limit = 31
        })
    }
  }

  @Test func aFolderMayBeCalledAsPointsAre() throws {
    let folder = try writeImages(["1", "2"])
    let named = temporary.path + "/moons"
    rename(folder, named)
    #expect(try open(named).shape == .images(2, 3))
    #expect(
      throws: DatasetError.unknownData(choice: "moon", suggestion: "moons")
    ) { try open("moon") }
  }

  // MARK: Tables

  private func writeTable(_ name: String = "table.csv") throws -> String {
    let rows = (0..<20).map { "\($0),\(3 * $0 + 1),7,\($0 % 2 == 0 ? "even" : "odd"),\($0 * $0)\n" }
    return try write(("age,weight,legs,kind,price\n" + rows.joined()).utf8, to: name)
  }

  @Test func theColumnsOfATableAreStandardized() throws {
    let path = try writeTable()
    let data = try open(path, { $0.without = ["kind", "price"] }, batchSize: 18)
    #expect(data.summary == "3 columns of \(path), 18 training rows, 2 test rows")
    #expect(data.notes == ["constant in all training rows: legs"])
    #expect(data.shape.element == .row(columns: 3) && data.shape.classes == 0)
    #expect(data.train.dataset.unit == .row)
    let rows = try #require(Array(data.train.epoch(shuffledBy: nil)).first).values
    for column in 0..<2 {
      let values = (0..<18).map { rows.doubles[3 * $0 + column] }
      let mean = values.reduce(0, +) / 18
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 18
      #expect(abs(mean) < 1e-6 && abs(variance - 1) < 1e-5)
    }
    // The data stored in a model's file suffice to restore the rows.
    let text = try #require(data.shape.details[TableDescription.detailName])
    let description = try #require(TableDescription(text: text, columns: 3))
    #expect(description.columns == ["age", "weight", "legs"])
    let back = description.standardization.inverse(rows).doubles
    for row in 0..<18 {
      #expect(abs(back[3 * row + 1] - (3 * back[3 * row] + 1)) < 1e-3 && back[3 * row + 2] == 7)
    }
  }

  @Test func aTableHasATarget() throws {
    let path = try writeTable()
    let classes = try open(
      path,
      {
        $0.columns = ["weight", "age"]
        $0.target = "kind"
      })
    #expect(classes.hasLabels && classes.classCount == 2)
    #expect(classes.shape.details["table"]?.contains(#"["weight","age"]"#) == true)
    let numbers = try open(
      path,
      {
        $0.without = ["kind"]
        $0.target = "price"
      })
    #expect(!numbers.hasLabels && numbers.shape.sizes == [3])
    let batch = try #require(Array(numbers.test.epoch(shuffledBy: nil)).first)
    #expect(batch.targets?.shape == [2, 1])
    #expect(
      try #require(batch.targets).doubles.allSatisfy {
        $0.squareRoot().rounded() == $0.squareRoot()
      })
  }

  @Test func aColumnOfTextsIsInTheWay() throws {
    let path = try writeTable()
    let error = #expect(throws: TableError.self) { try open(path) }
    #expect(error?.description.contains("kind") == true)
    #expect(throws: TableError.self) { try open(path, { $0.columns = ["size"] }) }
    #expect(
      throws: CommandLineError.unsuitableValue(
        option: "--limit", value: "19",
        reason: "expected at most 18, the number of training rows")
    ) {
      try open(
        path,
        {
          $0.columns = ["age"]
          $0.limit = 19
        })
    }
    #expect(
      try open(path, { $0.columns = ["age"] }).summary
        == "1 column of \(path), 18 training rows, 2 test rows")
  }

  // MARK: Texts

  @Test func aTextIsCutIntoWindows() throws {
    let path = try write(String(repeating: "añb", count: 100).utf8, to: "text.txt")
    let data = try open(path, { $0.window = 8 })
    #expect(
      data.summary
        == "the text \(path), 3 different characters, 33 training windows, 3 test windows")
    #expect(data.shape.element == .window(length: 8, vocabulary: 3) && data.shape.isText)
    #expect(data.train.dataset.unit == .character && data.train.element.unitsPerExample == 8)
    let bytes = try open(
      path,
      {
        $0.unit = .bytes
        $0.window = 4
      })
    #expect(bytes.shape.element == .window(length: 4, vocabulary: 256))
    #expect(bytes.train.dataset.unit == .byte)
    #expect(throws: TextError.self) { try open(path) }
    #expect(
      throws: CommandLineError.unsuitableValue(
        option: "--limit", value: "34",
        reason: "expected at most 33, the number of training windows")
    ) {
      try open(
        path,
        {
          $0.window = 8
          $0.limit = 34
        })
    }
  }

  // MARK: Unsuitable options

  @Test(arguments: [
    ("moons", "image-size", "28", "images"), ("moons", "augment", "shift", "images"),
    ("moons", "binarize", "threshold", "images"), ("moons", "no-cache", "true", "images"),
    ("moons", "window", "8", "a text"), ("moons", "columns", "a", "a table"),
    ("drawn", "points", "7", "points in the plane"), (nil, "points", "7", "points in the plane"),
    ("drawn", "target", "a", "a table"), (nil, "unit", "bytes", "a text"),
    ("table.csv", "points", "7", "points in the plane"), ("table.csv", "unit", "bytes", "a text"),
    ("table.csv", "damaged", "skip", "images"), ("text.txt", "heading", "absent", "a table"),
    ("text.txt", "without", "\"a,b\",c", "a table"), ("photos", "window", "8", "a text"),
    ("text.txt", "augment", "elastic", "images"),
  ])
  func anOptionOfOtherDataIsNamed(
    data: String?, name: String, value: String, expected: String
  ) throws {
    _ = try writeTable()
    try write("some text".utf8, to: "text.txt")
    _ = try writeImages(["1", "2"])
    let path = data.map { $0.contains(".") || $0 == "photos" ? temporary.path + "/" + $0 : $0 }
    let definition = try #require(DataSettings.definitions.first { $0.name == name })
    var record: Configuration = [name: try definition.read(value == "true" ? "" : value)]
    if let path { record["data"] = .text(path) }
    let settings = try DataSettings(record)
    #expect(
      throws: CommandLineError.unsuitableValue(
        option: "--" + name, value: value,
        reason: "expected \(expected) with it, found \(path ?? "images")")
    ) { try TrainingData(settings, batchSize: 8) }
  }

  /// Options with default values do not count as given.
  @Test func aDefaultIsNoOption() throws {
    #expect(
      try open(
        "moons",
        {
          $0.points = 5
          $0.heading = .detected
          $0.unit = .characters
        }
      ).train.count == 5)
  }
}
