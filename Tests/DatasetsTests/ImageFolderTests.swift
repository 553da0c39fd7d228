import Datasets
import Foundation
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

  @Test(arguments: [
    "P6 1 1 255 ", "P6\t1\r\n1\n255\r", "P6\n# made by hand\n1 # wide\n# and\n 1\n255\n",
    "P6#\n1#\n1\n#\n255\n", "P6 0001 01 255\n",
  ]) func headersOfEveryForm(header: String) throws {
    // The first pixel is a blank in ASCII: one space is the header's, the next is not.
    try scratch.write(ppm(header, [32, 10, 35]), "image")
    #expect(try ImageFolder(directory: scratch.path).train.pixels == [32, 10, 35])
  }

  @Test func aLongerImageThanTheFirstRead() throws {
    let pixels = (0..<300 * 200 * 3).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    try scratch.write(ppm("P6\n200 300\n255\n", pixels), "image")
    #expect(try ImageFolder(directory: scratch.path).train.pixels == pixels)
    try scratch.gzip("image")
    #expect(try ImageFolder(directory: scratch.path).train.pixels == pixels)
  }

  // MARK: Bad folders

  @Test func anEmptyFolder() throws {
    try scratch.write([1], ".hidden")
    expect(
      .noImages(directory: scratch.path),
      "\(scratch.path): expected images as binary PPM files, found no files")
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
      throws: DatasetError.unreadable(path: scratch("more"), reason: "Is a directory")
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

  @Test(arguments: [
    ("P5\n1 1\n255\n ", "P5"), ("P3\n1 1\n255\n1 2 3", "P3"), ("hello", "he"), ("P", "P"),
    ("", "an empty file"), ("\u{7F}ELF", "0x7F 0x45"), ("p6\n1 1\n255\n", "p6"),
  ]) func aFileThatIsNoImage(contents: String, found: String) throws {
    try scratch.write(ppm("P6 1 1 255 ", [1, 2, 3]), "a.ppm")
    let path = try scratch.write(Array(contents.utf8), "notes.txt")
    expect(
      .notAnImage(path: path, found: Array(contents.utf8.prefix(2))),
      "\(path): expected a binary PPM image, which begins with P6, found \(found)")
  }

  @Test(arguments: [
    ("P6\nwide 1\n255\n", "width", "wide"), ("P6\n1 high 255\n", "height", "high"),
    ("P6\n0 1\n255\n", "width", "0"), ("P6\n1 -1\n255\n", "height", "-1"),
    ("P6\n1.5 1\n255\n", "width", "1.5"), ("P6\n1 1\nmany\n", "largest value", "many"),
    ("P61 1 255 ", "width", "1"), ("P6\n12 ", "height", ""), ("P6", "width", ""),
    ("P6\n# no end", "width", ""), ("P6\n1 1 70000\n", "largest value", "70000"),
    ("P6\n99999999999999999999999 1 255\n", "width", "99999999999999999999"),
  ]) func aBrokenHeader(header: String, field: String, found: String) throws {
    let path = try scratch.write(ppm(header), "image.ppm")
    let limit = field == "largest value" ? 65_535 : 2_147_483_647
    let expected = "the \(field), a whole number from 1 to \(limit)"
    expect(
      .brokenHeader(path: path, expected: expected, found: found),
      "\(path): expected in the image's header \(expected), found "
        + (found.isEmpty ? "the end of the file" : "'\(found)'"))
  }

  @Test(arguments: [("P6 1 1 255", ""), ("P6 1 1 255#", "#")])
  func aHeaderThatDoesNotEnd(header: String, found: String) throws {
    let path = try scratch.write(ppm(header), "image.ppm")
    let error = DatasetError.brokenHeader(
      path: path, expected: "white space before the pixels", found: found)
    #expect(throws: error) { try ImageFolder(directory: scratch.path) }
  }

  @Test(arguments: [1, 127, 65_535]) func anotherLargestValue(maximum: Int) throws {
    let path = try scratch.write(ppm("P6\n1 1\n\(maximum)\n", [0, 0, 0, 0, 0, 0]), "image.ppm")
    expect(
      .unsupportedMaximum(path: path, found: maximum),
      "\(path): expected an image whose largest value is 255, found \(maximum)")
  }

  @Test(arguments: [0, 1, 11]) func pixelsBreakOff(count: Int) throws {
    let path = try scratch.write(
      ppm("P6\n2 2\n255\n", [UInt8](repeating: 1, count: count)), "image.ppm")
    expect(
      .truncated(path: path, expectedBytes: 23, foundBytes: 11 + count),
      "\(path): expected 23 bytes by its header, found \(11 + count)")
  }

  @Test func pixelsGoOn() throws {
    let path = try scratch.write(
      ppm("P6\n1 1\n255\n", [UInt8](repeating: 1, count: 100_003)), "image.ppm")
    expect(
      .trailingBytes(path: path, expectedBytes: 14, foundBytes: 100_014),
      "\(path): expected 14 bytes by its header, found 100000 more (100014)")
  }

  @Test func aHostileHeader() throws {
    let path = try scratch.write(ppm("P6\n2147483647 2147483647\n255\n", [1]), "image.ppm")
    expect(
      .tooLarge(path: path, shape: [2_147_483_647, 2_147_483_647, 3]),
      "\(path): the header promises 2147483647×2147483647×3 bytes, more than any file holds")
    let other = try scratch.write(ppm("P6\n65536 65536\n255\n", [1]), "image.ppm")
    #expect(
      throws: DatasetError.truncated(
        path: other, expectedBytes: 19 + 3 << 32, foundBytes: 20)
    ) { try ImageFolder(directory: scratch.path) }
  }

  // MARK: Colour where grey is expected

  @Test func coloursAreNotWrittenAsMNIST() async throws {
    await #expect(processExitsWith: .failure) {
      let images = LabeledImages(height: 1, width: 1, channels: 3, pixels: [1, 2, 3], labels: [0])
      try Pair(train: images, test: images).write(to: "nowhere")
    }
  }
}
