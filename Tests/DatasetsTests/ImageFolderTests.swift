import Datasets
import Foundation
import Images
import Tensor
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

  @Test func aFolderAmongTheImages() throws {
    try FileManager.default.createDirectory(
      atPath: scratch("more"), withIntermediateDirectories: true)
    #expect(
      throws: ImageError.unreadable(path: scratch("more"), reason: "Is a directory")
    ) { try ImageFolder(directory: scratch.path) }
  }

  @Test func imagesOfTwoSizes() throws {
    let first = try scratch.write(ppm("P6\n2 1\n255\n", [1, 2, 3, 4, 5, 6]), "a.ppm")
    try scratch.write(ppm("P6\n2 1\n255\n", [1, 2, 3, 4, 5, 6]), "b.ppm")
    let path = try scratch.write(ppm("P6\n1 2\n255\n", [1, 2, 3, 4, 5, 6]), "c.ppm")
    expect(
      .sizeMismatch(path: path, found: [2, 1], otherPath: first, expected: [1, 2]),
      "\(path): expected images of 1×2 pixels as in \(first), found 2×1")
  }

  @Test func aFileThatIsNoImage() throws {
    try scratch.write(ppm("P6 1 1 255 ", [1, 2, 3]), "a.ppm")
    let path = try scratch.write(Array("hello".utf8), "notes.txt")
    #expect(throws: ImageError.notAnImage(path: path, found: Array("he".utf8))) {
      try ImageFolder(directory: scratch.path)
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
