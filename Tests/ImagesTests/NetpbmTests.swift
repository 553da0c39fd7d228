import Foundation
import Images
import TestSupport
import Testing

@Suite struct NetpbmTests {
  private func read(_ header: String, _ values: [UInt8] = []) throws -> Image {
    try Image(bytes: Array(header.utf8) + values, path: "a.ppm")
  }

  /// Whether reading fails with this error and this message.
  private func expect(
    _ error: ImageError, _ description: String, _ header: String, _ values: [UInt8] = []
  ) {
    #expect(throws: error) { try read(header, values) }
    #expect(error.description == description)
    #expect(!error.isMissingInput)
  }

  // MARK: Good files

  @Test func whatIsWrittenIsReadBack() throws {
    let grey = Image(height: 1, width: 2, channels: 1, pixels: [7, 10])
    #expect(grey.netpbm == Array("P5\n2 1\n255\n".utf8) + [7, 10])
    #expect(grey.netpbmExtension == "pgm")
    #expect(try Image(bytes: grey.netpbm, path: "") == grey)
    let color = picture(height: 30, width: 20, channels: 3)
    #expect(color.netpbm == Array("P6\n20 30\n255\n".utf8) + color.pixels)
    #expect(color.netpbmExtension == "ppm")
    #expect(try Image(bytes: color.netpbm, path: "") == color)
  }

  @Test(arguments: [
    "P6 1 1 255 ", "P6\t1\r\n1\n255\r", "P6\n# made by hand\n1 # wide\n# and\n 1\n255\n",
    "P6#\n1#\n1\n#\n255\n", "P6 0001 01 255\n",
  ]) func headersOfEveryForm(header: String) throws {
    // The first pixel has the ASCII code of a blank: one space belongs to the header, the next does
    // not.
    #expect(try read(header, [32, 10, 35]).pixels == [32, 10, 35])
  }

  @Test func otherLargestValuesAreScaled() throws {
    #expect(try read("P5 3 1 1 ", [0, 1, 9]).pixels == [0, 255, 255])
    #expect(try read("P5 3 1 100 ", [0, 50, 100]).pixels == [0, 128, 255])
    #expect(
      try read("P6 1 1 65535 ", [0, 0, 0x80, 0x80, 0xFF, 0xFF]).pixels == [0, 128, 255])
    #expect(try read("P5 2 1 256 ", [1, 0, 0, 128]).pixels == [255, 128])
  }

  /// A line break that an editor added, or another image: the first image is read, as in Netpbm's
  /// programs.
  @Test(arguments: ["\n", "\r\n", "P6\n1 1\n255\nabc", "P5"]) func bytesBehindThePixels(
    rest: String
  ) throws {
    #expect(try read("P6\n1 1\n255\n", [1, 2, 3] + rest.utf8).pixels == [1, 2, 3])
    #expect(try read("P5 2 1 255 ", [1, 2] + rest.utf8).pixels == [1, 2])
    #expect(try read("P5 2 1 100 ", [0, 100] + rest.utf8).pixels == [0, 255])
    #expect(try read("P5 1 1 65535 ", [0x80, 0x80] + rest.utf8).pixels == [128])
  }

  // MARK: Bad files

  @Test(arguments: [
    ("P3\n1 1\n255\n1 2 3", "'P3'"), ("hello", "'he'"), ("P", "'P'"), ("", "an empty file"),
    ("\u{7F}ELF", "0x7F 0x45"), ("p6\n1 1\n255\n", "'p6'"),
  ]) func aFileThatIsNoImage(contents: String, found: String) throws {
    expect(
      .notAnImage(path: "a.ppm", found: Array(contents.utf8.prefix(2))),
      "a.ppm: expected an image (PNG, JPEG, or binary PGM or PPM), found \(found)", contents)
  }

  @Test(arguments: [
    ("P6\nwide 1\n255\n", "width", "wide"), ("P5\n1 high 255\n", "height", "high"),
    ("P6\n0 1\n255\n", "width", "0"), ("P6\n1 -1\n255\n", "height", "-1"),
    ("P6\n1.5 1\n255\n", "width", "1.5"), ("P6\n1 1\nmany\n", "largest value", "many"),
    ("P61 1 255 ", "width", "1"), ("P6\n12 ", "height", ""), ("P6", "width", ""),
    ("P6\n# no end", "width", ""), ("P6\n1 1 70000\n", "largest value", "70000"),
    ("P6\n99999999999999999999999 1 255\n", "width", "99999999999999999999"),
  ]) func aBrokenHeader(header: String, field: String, found: String) throws {
    let limit = field == "largest value" ? 65_535 : 2_147_483_647
    let expected = "the \(field), a whole number from 1 to \(limit)"
    expect(
      .brokenHeader(path: "a.ppm", expected: expected, found: found),
      "a.ppm: expected in the image's header \(expected), found "
        + (found.isEmpty ? "the end of the file" : "'\(found)'"), header)
  }

  @Test(arguments: [("P6 1 1 255", ""), ("P6 1 1 255#", "#")])
  func aHeaderThatDoesNotEnd(header: String, found: String) throws {
    let error = ImageError.brokenHeader(
      path: "a.ppm", expected: "white space before the pixels", found: found)
    #expect(throws: error) { try read(header) }
  }

  @Test(arguments: [0, 1, 11]) func pixelsBreakOff(count: Int) throws {
    expect(
      .truncated(path: "a.ppm", expectedBytes: 23, foundBytes: 11 + count),
      "a.ppm: expected 23 bytes by its header, found \(11 + count)", "P6\n2 2\n255\n",
      [UInt8](repeating: 1, count: count))
  }

  @Test func aHeaderThatPromisesTooMuch() throws {
    expect(
      .tooManyPixels(path: "a.ppm", height: 2_147_483_647, width: 2_147_483_647),
      "a.ppm: expected an image of at most 67108864 pixels, found by its header "
        + "2147483647×2147483647", "P6\n2147483647 2147483647\n255\n", [1])
  }

  // MARK: Files

  @Test func aFileOnDisk() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/image"

    let missing = ImageError.unreadable(path: path, reason: "No such file or directory")
    #expect(throws: missing) { try Image(path: path) }
    #expect(missing.isMissingInput)
    #expect(missing.description == "\(path): cannot be read: No such file or directory")
    #expect(throws: ImageError.unreadable(path: folder.path, reason: "Is a directory")) {
      try Image(path: folder.path)
    }
    let image = picture(height: 200, width: 300, channels: 3)
    for bytes in [image.netpbm, image.png] {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      #expect(try Image(path: path) == image)
    }
    // The reader does not wait for a pipe without a writer.
    try FileManager.default.removeItem(atPath: path)
    try #require(mkfifo(path, 0o600) == 0)
    #expect(throws: ImageError.unreadable(path: path, reason: "Not a regular file")) {
      try Image(path: path)
    }
    // A sparse file that is one byte too long.
    try FileManager.default.removeItem(atPath: path)
    try Data().write(to: URL(fileURLWithPath: path))
    try #require(truncate(path, Image.largestFileSize + 1) == 0)
    #expect(throws: ImageError.fileTooLarge(path: path, bytes: Image.largestFileSize + 1)) {
      try Image(path: path)
    }
  }

  @Test func aWrongNumberOfValuesStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = Image(height: 2, width: 2, channels: 1, pixels: [1, 2, 3])
    }
    await #expect(processExitsWith: .failure) {
      _ = Image(height: 1, width: 1, channels: 2, pixels: [1, 2])
    }
  }
}
