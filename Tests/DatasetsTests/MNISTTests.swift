import Datasets
import Files
import Foundation
import Testing

@Suite struct MNISTTests {
  let scratch: Scratch
  let pair = Pair(train: numbered(12), test: numbered(5))

  init() throws {
    scratch = try Scratch()
    try pair.write(to: scratch.path)
  }

  static let names = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ]

  @Test func readsWhatWasWritten() throws {
    #expect(try scratch.contents == Self.names.sorted())
    let data = try MNIST(directory: scratch.path)
    #expect(data.train == pair.train)
    #expect(data.test == pair.test)
    #expect(data.train.count == 12)
    #expect(data.train.height == 2)
    #expect(data.train.width == 3)
  }

  @Test(arguments: [false, true], [false, true])
  func readsEitherNaming(hasDot: Bool, isGzipped: Bool) throws {
    for name in Self.names {
      let other = hasDot ? name.replacingOccurrences(of: "-idx", with: ".idx") : name
      if hasDot {
        try FileManager.default.moveItem(atPath: scratch(name), toPath: scratch(other))
      }
      if isGzipped { try scratch.gzip(other) }
    }
    let data = try MNIST(directory: scratch.path)
    #expect(data.train == pair.train)
    #expect(data.test == pair.test)
  }

  /// The layout of Kaggle's archives: a folder with the file's name, containing the file.
  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)], [false, true])
  func foldersOfTheFilesNames(hasDot: (folder: Bool, file: Bool), isGzipped: Bool) throws {
    for name in Self.names {
      let dotted = name.replacingOccurrences(of: "-idx", with: ".idx")
      let (folder, file) = (hasDot.folder ? dotted : name, hasDot.file ? dotted : name)
      try FileManager.default.moveItem(atPath: scratch(name), toPath: scratch("moved"))
      try scratch.makeFolder(folder)
      try FileManager.default.moveItem(
        atPath: scratch("moved"), toPath: scratch("\(folder)/\(file)"))
      if isGzipped { try scratch.gzip("\(folder)/\(file)") }
    }
    #expect(MNIST.hasFiles(in: scratch.path))
    let data = try MNIST(directory: scratch.path)
    #expect(data.train == pair.train && data.test == pair.test)
  }

  @Test func aFolderIsNeverTakenForAFile() throws {
    for name in Self.names {
      let dotted = name.replacingOccurrences(of: "-idx", with: ".idx")
      try FileManager.default.moveItem(atPath: scratch(name), toPath: scratch(dotted))
      // The folder exists, but contains another file than expected, or none.
      try scratch.makeFolder(name)
      try scratch.write([1], "\(name)/notes.txt")
    }
    let data = try MNIST(directory: scratch.path)
    #expect(data.train == pair.train && data.test == pair.test)
    // Links are followed.
    let last = scratch("t10k-labels.idx1-ubyte")
    try FileManager.default.moveItem(atPath: last, toPath: scratch("elsewhere"))
    try FileManager.default.createSymbolicLink(
      atPath: last, withDestinationPath: scratch("elsewhere"))
    #expect(try MNIST(directory: scratch.path).test == pair.test)
    try FileManager.default.removeItem(atPath: last)
    #expect(
      throws: DatasetError.missingFiles(
        directory: scratch.path, missing: ["test labels"],
        tried: ["t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"])
    ) { try MNIST(directory: scratch.path) }
  }

  @Test func writingCreatesFolder() throws {
    let folder = scratch("a/b")
    try pair.write(to: folder)
    #expect(try MNIST(directory: folder).test == pair.test)
  }

  @Test func writingBelowFile() throws {
    let path = scratch("train-images-idx3-ubyte/mnist")
    #expect(throws: OutputError.cannotCreateFolder(path: path, code: ENOTDIR)) {
      try pair.write(to: path)
    }
  }

  // MARK: Bad input

  @Test func missingFolder() {
    let path = scratch("nowhere")
    let error = DatasetError.unreadable(path: path, reason: "No such file or directory")
    #expect(throws: error) { try MNIST(directory: path) }
    #expect(error.description == "\(path): cannot be read: No such file or directory")
  }

  @Test func fileInPlaceOfFolder() {
    let path = scratch("t10k-labels-idx1-ubyte")
    #expect(throws: DatasetError.unreadable(path: path, reason: "Not a directory")) {
      try MNIST(directory: path)
    }
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything")) func unreadableFolder() {
    chmod(scratch.path, 0)
    defer { chmod(scratch.path, 0o755) }
    #expect(throws: DatasetError.unreadable(path: scratch.path, reason: "Permission denied")) {
      try MNIST(directory: scratch.path)
    }
  }

  @Test(arguments: zip(names, ["train images", "train labels", "test images", "test labels"]))
  func missingFile(name: String, role: String) throws {
    try FileManager.default.removeItem(atPath: scratch(name))
    let dotted = name.replacingOccurrences(of: "-idx", with: ".idx")
    let error = DatasetError.missingFiles(
      directory: scratch.path, missing: [role], tried: [name, dotted])
    #expect(throws: error) { try MNIST(directory: scratch.path) }
    #expect(
      error.description
        == "\(scratch.path): expected the four files of MNIST, found no \(role)"
        + " (tried \(name), \(dotted), each also with .gz)")
  }

  @Test func emptyFolder() throws {
    let empty = try Scratch()
    let tried = Self.names.flatMap { [$0, $0.replacingOccurrences(of: "-idx", with: ".idx")] }
    #expect(
      throws: DatasetError.missingFiles(
        directory: empty.path,
        missing: ["train images", "train labels", "test images", "test labels"], tried: tried)
    ) { try MNIST(directory: empty.path) }
  }

  @Test(arguments: [11, 13]) func labelsDoNotMatchImages(labels: Int) throws {
    let path = scratch("train-labels-idx1-ubyte")
    try IDX(shape: [labels], bytes: [UInt8](repeating: 1, count: labels)).write(to: path)
    let imagesPath = scratch("train-images-idx3-ubyte")
    let error = DatasetError.countMismatch(
      imagesPath: imagesPath, images: 12, labelsPath: path, labels: labels)
    #expect(throws: error) { try MNIST(directory: scratch.path) }
    #expect(
      error.description
        == "\(path): expected a label for each of the 12 images in \(imagesPath), found \(labels)")
  }

  // MARK: Labels

  /// Labels from 1 to 26, like those of EMNIST's letters; models that use labels check the number
  /// of classes.
  @Test func labelsAboveNine() throws {
    try IDX(shape: [5], bytes: [1, 9, 8, 26, 255]).write(to: scratch("t10k-labels-idx1-ubyte"))
    let data = try MNIST(directory: scratch.path)
    #expect(data.test.labels == [1, 9, 8, 26, 255] && data.hasLabels)
    #expect(data.classCount == 256)
    #expect(pair.classCount == Int(pair.train.labels.max() ?? 0) + 1)
  }

  @Test(arguments: [[1], [3], [1, 3]]) func imagesWithoutLabels(missing: [Int]) throws {
    for index in missing {
      try FileManager.default.removeItem(atPath: scratch(Self.names[index]))
    }
    let data = try MNIST(directory: scratch.path, needsLabels: false)
    #expect(data.train.pixels == pair.train.pixels && data.test.pixels == pair.test.pixels)
    #expect(!data.hasLabels && data.classCount == 1)
    #expect(data.train.labels == [UInt8](repeating: 0, count: 12))
    #expect(throws: DatasetError.self) { try MNIST(directory: scratch.path) }
    // Images are always required.
    try FileManager.default.removeItem(atPath: scratch(Self.names[2]))
    #expect(
      throws: DatasetError.missingFiles(
        directory: scratch.path, missing: ["test images"],
        tried: ["t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"])
    ) { try MNIST(directory: scratch.path, needsLabels: false) }
  }

  /// Labels that exist must be complete, even if they are not used.
  @Test func damagedLabelsAreAnErrorInAnyCase() throws {
    let path = scratch(Self.names[1])
    try scratch.write(Array(try scratch.read(Self.names[1]).dropLast()), Self.names[1])
    #expect(
      throws: DatasetError.truncated(path: path, expectedBytes: 20, foundBytes: 19)
    ) { try MNIST(directory: scratch.path, needsLabels: false) }
  }

  // MARK: Sizes

  @Test func imageSizesDiffer() throws {
    let path = scratch("t10k-images-idx3-ubyte")
    try IDX(shape: [5, 3, 2], bytes: [UInt8](repeating: 1, count: 30)).write(to: path)
    let trainPath = scratch("train-images-idx3-ubyte")
    let error = DatasetError.sizeMismatch(
      path: path, found: [3, 2], otherPath: trainPath, expected: [2, 3])
    #expect(throws: error) { try MNIST(directory: scratch.path) }
    #expect(
      error.description
        == "\(path): expected images of 2×3 pixels as in \(trainPath), found 3×2")
  }

  @Test func oneOfTheFilesTellsThatAFolderIsMeantToBeMNIST() throws {
    #expect(!MNIST.hasFiles(in: scratch("nowhere")))
    for name in try scratch.contents {
      let other = try Scratch()
      #expect(!MNIST.hasFiles(in: other.path))
      try other.write(try scratch.read(name), name)
      try other.gzip(name)
      #expect(MNIST.hasFiles(in: other.path), "\(name)")
    }
  }

  @Test func zeroImages() throws {
    let path = try scratch.write(idx([0, 28, 28], []), "train-images-idx3-ubyte")
    #expect(throws: DatasetError.empty(path: path, shape: [0, 28, 28])) {
      try MNIST(directory: scratch.path)
    }
  }
}
