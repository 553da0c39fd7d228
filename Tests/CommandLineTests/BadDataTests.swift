import Foundation
import Images
import Testing

/// Data that cannot be trained on: one line that names the file, what was expected and what was
/// found; no run folder.
@Suite struct BadDataTests {
  private static let trainImages = "data/train-images-idx3-ubyte"
  private static let trainLabels = "data/train-labels-idx1-ubyte"
  private static let testImages = "data/t10k-images-idx3-ubyte"
  private static let testLabels = "data/t10k-labels-idx1-ubyte"

  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Runs on the data as it is now, and expects an exit code and a line.
  private func expect(
    _ code: Int32, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = workspace.names()
    let result = try workspace.train()
    #expect(result.code == code, sourceLocation: sourceLocation)
    #expect(result.error == "train-vae: \(message)\n", sourceLocation: sourceLocation)
    #expect(result.output == "", sourceLocation: sourceLocation)
    #expect(workspace.names() == before, sourceLocation: sourceLocation)
  }

  // MARK: Missing data

  @Test func aMissingFolder() throws {
    try workspace.remove("data")
    try expect(66, "data: no such file, folder or data")
  }

  @Test func aFileInPlaceOfTheFolder() throws {
    try workspace.remove("data")
    try workspace.write([1, 2, 3], to: "data")
    let result = try workspace.train()
    #expect(result.code == 64 && result.output == "")
    #expect(
      result.error == """
        train-vae: --data data: expected images, points or a table, found text
        Try 'train-vae --help'.

        """)
  }

  @Test(arguments: [
    (trainImages, "train images", "train-images"), (testImages, "test images", "t10k-images"),
  ])
  func imagesMissing(path: String, role: String, name: String) throws {
    try workspace.remove(path)
    try expect(
      66,
      "data: expected the four files of MNIST, found no \(role) "
        + "(tried \(name)-idx3-ubyte, \(name).idx3-ubyte, each also with .gz)")
  }

  @Test(arguments: [
    (trainLabels, "train labels", "train-labels"), (testLabels, "test labels", "t10k-labels"),
  ])
  func labelsMissingWhereTheyAreNeeded(path: String, role: String, name: String) throws {
    try workspace.remove(path)
    let result = try Executable("train classifier", ["--data", "data"], in: workspace).result()
    #expect(result.code == 66 && result.output == "")
    #expect(
      result.error
        == "pushforward train classifier: data: expected the four files of MNIST, found no \(role) "
        + "(tried \(name)-idx1-ubyte, \(name).idx1-ubyte, each also with .gz)\n")
    #expect(!workspace.has("runs"))
  }

  /// In the default place, when no folder was given.
  @Test func imagesInPlaceOfTheFiles() throws {
    let image = Image(height: 2, width: 2, channels: 1, pixels: [1, 2, 3, 4])
    try workspace.makeFolder("datasets/mnist/cats")
    try workspace.write(Array("hello".utf8), to: "datasets/mnist/a.txt")
    try workspace.write(image.png, to: "datasets/mnist/cats/1.png")
    for program in ["train-vae", "train-autoencoder", "train classifier"] {
      let result = try Executable(program, [], in: workspace).result()
      #expect(result.code == 65 && result.output == "")
      #expect(
        result.error
          == "\(Executable.title(program)): datasets/mnist: expected the four files of MNIST, found "
          + "images; to train on these: --data datasets/mnist, and if their sizes differ "
          + "--image-size N\n")
    }
    // The suggested command works.
    try workspace.write(image.png, to: "datasets/mnist/cats/2.png")
    try workspace.remove("datasets/mnist/a.txt")
    #expect(try workspace.train("--data", "datasets/mnist", "--no-cache").code == 0)
  }

  @Test func whatIsNoImageInAFolderOfImages() throws {
    try workspace.makeFolder("my photos")
    try workspace.write(Array("hello".utf8), to: "my photos/a.txt")
    let result = try workspace.train("--data", "my photos")
    #expect(result.code == 65 && result.output == "")
    #expect(
      result.error == "train-vae: my photos/a.txt: expected an image (PNG, JPEG, or binary PGM or "
        + "PPM), found 'he'\n")
  }

  @Test func anEmptyFolderInTheDefaultPlaceIsNotPassedOver() throws {
    try workspace.makeFolder("datasets/mnist")
    let result = try workspace.run("--hidden", "8")
    #expect(result.code == 66)
    #expect(
      result.error.hasPrefix(
        "train-vae: datasets/mnist: expected the four files of MNIST, found no train images, "))
    #expect(!workspace.has("runs"))
  }

  // MARK: Unreadable data

  @Test func aFolderInPlaceOfAFile() throws {
    try workspace.remove(Self.trainImages)
    try workspace.makeFolder(Self.trainImages)
    try expect(
      66,
      "data: expected the four files of MNIST, found no train images "
        + "(tried train-images-idx3-ubyte, train-images.idx3-ubyte, each also with .gz)")
  }

  @Test(.enabled(if: Unprivileged.isPossible, "needs a user whom permissions bind"))
  func aFileThatMayNotBeRead() throws {
    chmod(workspace.path(of: Self.trainImages), 0)
    let result = try Unprivileged.run(Workspace.quick, in: workspace)
    #expect(result.code == 66)
    #expect(result.error == "train-vae: \(Self.trainImages): cannot be read: Permission denied\n")
    #expect(!workspace.has("runs"))
  }

  @Test(.enabled(if: Unprivileged.isPossible, "needs a user whom permissions bind"))
  func aFolderThatMayNotBeRead() throws {
    chmod(workspace.path(of: "data"), 0)
    let result = try Unprivileged.run(Workspace.quick, in: workspace)
    // Otherwise only root could remove it at the end.
    chmod(workspace.path(of: "data"), 0o755)
    #expect(result.code == 66)
    #expect(result.error == "train-vae: data: cannot be read: Permission denied\n")
    #expect(!workspace.has("runs"))
  }

  // MARK: Damaged data

  @Test func aWrongMagicNumber() throws {
    try workspace.edit(Self.trainImages) {
      $0.replaceSubrange(0..<4, with: [0x89, 0x50, 0x4E, 0x47])
    }
    try expect(
      65, "\(Self.trainImages): expected the magic number 0x00000803, found 0x89504E47")
  }

  @Test func labelsInPlaceOfImages() throws {
    try workspace.write(workspace.contents(of: Self.trainLabels), to: Self.trainImages)
    try expect(65, "\(Self.trainImages): expected 3 dimensions, found 1")
  }

  @Test func elementsOfAnotherType() throws {
    try workspace.edit(Self.testImages) { $0[2] = 0x0D }
    try expect(
      65,
      "\(Self.testImages): expected elements of type 0x08 (unsigned byte), found type 0x0D")
  }

  @Test func aHeaderThatPromisesMoreThanTheFileHolds() throws {
    try workspace.edit(Self.trainImages) { $0.removeLast(100) }
    try expect(65, "\(Self.trainImages): expected 2576 bytes by its header, found 2476")
  }

  @Test func aHeaderThatPromisesFourThousandMillionImages() throws {
    try workspace.edit(Self.testLabels) { $0.replaceSubrange(4..<8, with: [255, 255, 255, 255]) }
    try expect(65, "\(Self.testLabels): expected 4294967303 bytes by its header, found 20")
  }

  @Test func aHeaderThatPromisesMoreThanIsRead() throws {
    try workspace.edit(Self.testImages) {
      $0.replaceSubrange(4..<16, with: [UInt8](repeating: 255, count: 12))
    }
    try expect(
      65,
      "\(Self.testImages): expected at most 4294967296 bytes, found by the header "
        + "4294967295×4294967295×4294967295")
  }

  @Test func aFileThatEndsInItsHeader() throws {
    try workspace.edit(Self.trainLabels) { $0 = Array($0[..<6]) }
    try expect(65, "\(Self.trainLabels): expected 8 bytes by its header, found 6")
  }

  @Test func anEmptyFile() throws {
    try workspace.write([], to: Self.trainLabels)
    try expect(65, "\(Self.trainLabels): expected 8 bytes by its header, found 0")
  }

  @Test func trailingBytes() throws {
    try workspace.edit(Self.testLabels) { $0 += [0, 0, 0] }
    try expect(65, "\(Self.testLabels): expected 20 bytes by its header, found 3 more (23)")
  }

  @Test func aTruncatedGzip() throws {
    let images = [UInt8](try workspace.contents(of: Self.trainImages))
    try workspace.remove(Self.trainImages)
    let length = [UInt8(images.count & 255), UInt8(images.count >> 8)]
    // A gzip file of one stored block, cut in the middle (RFC 1951 and 1952).
    let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    let block = [1] + length + length.map { ~$0 } + images[..<1000]
    try workspace.write(header + block, to: Self.trainImages + ".gz")
    try expect(65, "\(Self.trainImages).gz: the gzip data is damaged: unexpected end of file")
  }

  // MARK: Inconsistent data

  @Test func noImages() throws {
    try workspace.write([0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 8], to: Self.trainImages)
    try workspace.write([0, 0, 8, 1, 0, 0, 0, 0], to: Self.trainLabels)
    try expect(
      65, "\(Self.trainLabels): expected at least one element, found dimensions 0")
  }

  @Test func imagesWithoutPixels() throws {
    try workspace.write([0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 0, 8], to: Self.trainImages)
    try expect(
      65, "\(Self.trainImages): expected at least one element, found dimensions 40×0×8")
  }

  @Test func moreLabelsThanImages() throws {
    try workspace.edit(Self.trainLabels) {
      $0[7] = 41
      $0.append(0)
    }
    try expect(
      65,
      "\(Self.trainLabels): expected a label for each of the 40 images in \(Self.trainImages), "
        + "found 41")
  }

  @Test func testImagesOfAnotherSizeThanTheTrainingImages() throws {
    try SmallData(height: 9, width: 7).write(to: workspace.path(of: "other"))
    try workspace.write(workspace.contents(of: "other/t10k-images-idx3-ubyte"), to: Self.testImages)
    try expect(
      65, "\(Self.testImages): expected images of 8×8 pixels as in \(Self.trainImages), found 9×7")
  }
}
