import Datasets
import Foundation
import Images
import Tensor
import TestSupport
import Testing

@Suite struct ImageFolderTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// The bytes of a binary PPM file of a header and pixels.
  private func ppm(_ header: String, _ pixels: [UInt8] = []) -> [UInt8] {
    Array(header.utf8) + pixels
  }

  /// Whether reading the folder fails with this error, which reads like this.
  private func expect(_ error: DatasetError, _ description: String) {
    #expect(throws: error) { try ImageFolder(directory: scratch.path) }
    #expect(error.description == description)
    #expect(!error.isMissingInput)
  }

  // MARK: Good folders

  @Test func readsTheImagesInTheOrderOfTheirNames() throws {
    try scratch.write(ppm("P6\n2 1\n255\n", [7, 8, 9, 10, 11, 12]), "b.ppm")
    try scratch.write(ppm("P6\n2 1\n255\n", [1, 2, 3, 4, 5, 255]), "a.ppm")
    try scratch.write(ppm("P6\n2 1\n255\n", [13, 14, 15, 16, 17, 18]), "c")
    try scratch.write([1, 2, 3], ".hidden")
    let folder = try ImageFolder(directory: scratch.path)
    #expect(folder.train.height == 1 && folder.train.width == 2 && folder.train.channels == 3)
    #expect(folder.train.pixels == [1, 2, 3, 4, 5, 255] + (7...18))
    #expect(folder.train.labels == [0, 0, 0] && folder.test.count == 0)
    let batch = try #require(
      Batches(folder.train, size: 2).epoch(shuffledBy: nil).first { _ in true })
    #expect(batch.images.shape == [2, 6])
    #expect(batch.images.scalars[5] == 1 && abs(batch.images.scalars[0] - 1 / 255) < 1e-7)
    #expect(try Batches(folder.train, size: 2).imageShape == [1, 2, 3])
  }

  @Test func everyFormatAndFoldersInTheFolder() throws {
    let grey = Image(height: 2, width: 1, channels: 1, pixels: [10, 20])
    let color = Image(height: 2, width: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    try scratch.write(grey.netpbm, "a.pgm")
    try scratch.write(color.png, "c.png")
    try scratch.makeFolder("b/deep")
    try scratch.write(color.netpbm, "b/deep/x.ppm")
    try scratch.makeFolder(".git")
    try scratch.write([1], ".git/index")
    let smooth = Image(height: 2, width: 1, channels: 3, pixels: [90, 90, 90, 90, 90, 90])
    try scratch.write(try jpeg(smooth), "d.jpeg")
    let folder = try ImageFolder(directory: scratch.path)
    #expect(folder.paths == ["a.pgm", "b/deep/x.ppm", "c.png", "d.jpeg"])
    #expect(folder.cacheFile == nil)
    // The grey one is grey in colour.
    #expect(folder.train.channels == 3 && folder.train.count == 4)
    #expect(
      folder.train.pixels == [10, 10, 10, 20, 20, 20] + color.pixels + color.pixels + smooth.pixels)
  }

  @Test func greyImagesAloneStayGrey() throws {
    for (name, pixels) in [("a", [1, 2]), ("b", [3, 4])] as [(String, [UInt8])] {
      try scratch.write(Image(height: 1, width: 2, channels: 1, pixels: pixels).png, name)
    }
    let images = try ImageFolder(directory: scratch.path).train
    #expect(images.channels == 1 && images.pixels == [1, 2, 3, 4])
  }

  @Test func manyImagesOfManySizesResized() throws {
    let images = (0..<600).map { index in
      let (height, width) = (3 + index % 5, 4 + index % 3)
      return Image(
        height: height, width: width, channels: 1,
        pixels: (0..<height * width).map { UInt8(truncatingIfNeeded: $0 * 31 + index * 7) })
    }
    for (index, image) in images.enumerated() {
      try scratch.write(index % 2 == 0 ? image.png : image.netpbm, "\(1_000 + index)")
    }
    let folder = try ImageFolder(directory: scratch.path, side: 3)
    #expect(folder.train.height == 3 && folder.train.width == 3)
    #expect(folder.train.pixels == images.flatMap { $0.resized(toFill: 3).pixels })
    #expect(folder.paths == (1_000..<1_600).map(String.init))
  }

  @Test func linksAreFollowed() throws {
    let image = Image(height: 1, width: 1, channels: 1, pixels: [5])
    try scratch.makeFolder("images")
    try scratch.write(image.png, "far")
    try FileManager.default.createSymbolicLink(
      atPath: scratch("images/near"), withDestinationPath: "../far")
    #expect(try ImageFolder(directory: scratch("images")).train.pixels == [5])

    try FileManager.default.createSymbolicLink(
      atPath: scratch("images/round"), withDestinationPath: ".")
    #expect(
      throws: DatasetError.unreadable(
        path: scratch("images/round"), reason: "Too many levels of symbolic links")
    ) { try ImageFolder(directory: scratch("images")) }
  }

  @Test func readingCanBeCancelled() throws {
    try scratch.write(ppm("P6 1 1 255 ", [1, 2, 3]), "a.ppm")
    #expect(throws: CancellationError.self) {
      try ImageFolder(directory: scratch.path, isCancelled: { true })
    }
  }

  @Test func theFirstImageIsAsItIs() throws {
    try scratch.write(ppm("P6 1 1 255 ", [1, 2, 3]), "b.ppm")
    let image = Image(height: 2, width: 1, channels: 1, pixels: [7, 8])
    try scratch.write(image.png, "a.png")
    #expect(try ImageFolder.firstImage(in: scratch.path) == image)
  }

  // MARK: Bad folders

  @Test func anEmptyFolder() throws {
    try scratch.write([1], ".hidden")
    expect(
      .noImages(directory: scratch.path),
      "\(scratch.path): expected images as PNG, JPEG, PGM or PPM files, found no files")
  }

  @Test func noFolder() throws {
    let path = scratch("nowhere")
    let error = DatasetError.unreadable(path: path, reason: "No such file or directory")
    #expect(throws: error) { try ImageFolder(directory: path) }
    #expect(error.isMissingInput)
  }

  @Test func imagesOfTwoSizes() throws {
    let first = try scratch.write(ppm("P6\n2 1\n255\n", [1, 2, 3, 4, 5, 6]), "a.ppm")
    try scratch.write(ppm("P6\n2 1\n255\n", [1, 2, 3, 4, 5, 6]), "b.ppm")
    let path = try scratch.write(ppm("P6\n1 2\n255\n", [1, 2, 3, 4, 5, 6]), "c.ppm")
    expect(
      .sizeMismatch(path: path, found: [2, 1], otherPath: first, expected: [1, 2]),
      "\(path): expected images of 1×2 pixels as in \(first), found 2×1")
    #expect(try ImageFolder(directory: scratch.path, side: 1).train.count == 3)
  }

  @Test func aFileThatIsNoImage() throws {
    try scratch.write(ppm("P6 1 1 255 ", [1, 2, 3]), "a.ppm")
    let path = try scratch.write(Array("hello".utf8), "notes.txt")
    #expect(throws: ImageError.notAnImage(path: path, found: Array("he".utf8))) {
      try ImageFolder(directory: scratch.path)
    }
  }

  @Test func ofSeveralBadFilesTheFirstIsNamed() throws {
    let image = Image(height: 20, width: 20, channels: 1, pixels: [UInt8](0..<200) + (0..<200))
    for index in 100..<400 { try scratch.write(image.png, "\(index).png") }
    for index in [150, 351, 352] {
      try scratch.write(Array(image.png.dropLast(20)), "\(index).png")
    }
    do {
      _ = try ImageFolder(directory: scratch.path)
      Issue.record("read")
    } catch ImageError.damaged(let path, _) {
      #expect(path == scratch("150.png"))
    }
  }

  // MARK: Colour where grey is expected

  @Test func coloursAreNotWrittenAsMNIST() async throws {
    await #expect(processExitsWith: .failure) {
      let images = LabeledImages(height: 1, width: 1, channels: 3, pixels: [1, 2, 3], labels: [0])
      try Pair(train: images, test: images).write(to: "nowhere")
    }
  }
}
