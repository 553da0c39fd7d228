import CLibJPEG
import Images
import TestSupport
import Testing

@Suite struct JPEGTests {
  private func read(_ bytes: [UInt8]) throws -> Image { try Image(bytes: bytes, path: "a.jpg") }

  /// Whether reading fails because the image is damaged.
  private func expectDamage(
    _ bytes: [UInt8], _ reason: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: ImageError.self, sourceLocation: sourceLocation) {
      try read(bytes)
    }
    guard case .damaged("a.jpg", let found) = error else {
      Issue.record("\(error.map { "\($0)" } ?? "read")", sourceLocation: sourceLocation)
      return
    }
    #expect(!found.isEmpty && found == reason ?? found, sourceLocation: sourceLocation)
  }

  /// The first position of a marker.
  private func place(of marker: UInt8, in bytes: [UInt8]) throws -> Int {
    try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, marker]) })
  }

  // MARK: Whole images

  @Test(arguments: [1, 3], [false, true])
  func colourAndGreyBaselineAndProgressive(channels: Int, isProgressive: Bool) throws {
    let image = picture(height: 45, width: 38, channels: channels)
    let read = try read(jpeg(image, isProgressive: isProgressive, quality: 100))
    #expect((read.height, read.width, read.channels) == (45, 38, channels))
    let errors = zip(read.pixels, image.pixels).map { (Double($0) - Double($1)).magnitude }
    let sum = errors.reduce(0, +)
    #expect(sum / Double(errors.count) < 2)
  }

  /// A single colour, so that subsampling loses nothing.
  @Test(
    arguments: [
      [(2, 2), (1, 1), (1, 1)], [(2, 1), (1, 1), (1, 1)], [(1, 2), (1, 1), (1, 1)],
      [(4, 1), (1, 1), (1, 1)], [(4, 2), (1, 1), (1, 1)], [(2, 4), (1, 1), (1, 1)],
      [(1, 4), (1, 1), (1, 1)], [(1, 3), (1, 1), (1, 1)], [(3, 1), (1, 1), (1, 1)],
      [(1, 1), (2, 1), (2, 1)], [(2, 2), (2, 1), (2, 1)], [(2, 2), (1, 2), (2, 1)],
      [(2, 1), (1, 2), (1, 1)],
    ], [false, true])
  func anySamplingFactors(_ factors: [(Int, Int)], isProgressive: Bool) throws {
    let pixels = (0..<37 * 41).flatMap { _ in [200, 100, 50] as [UInt8] }
    let bytes = jpeg(
      pixels, height: 37, width: 41, JCS_RGB, isProgressive: isProgressive, quality: 100,
      sampling: factors)
    let read = try read(bytes)
    #expect((read.height, read.width, read.channels) == (37, 41, 3))
    #expect(zip(read.pixels, pixels).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
  }

  @Test func greyWithSamplingFactorsOfItsOwn() throws {
    let image = picture(height: 33, width: 20, channels: 1)
    let plain = try read(jpeg(image))
    for factors in [(1, 2), (2, 2), (4, 2)] {
      let bytes = jpeg(image.pixels, height: 33, width: 20, JCS_GRAYSCALE, sampling: [factors])
      #expect(try read(bytes) == plain)
    }
  }

  // MARK: Irregular files with every pixel present

  @Test(arguments: [1, 3]) func scanParametersOfZero(channels: Int) throws {
    let bytes = jpeg(picture(height: 40, width: 40, channels: channels))
    let start = try place(of: 0xDA, in: bytes)
    var changed = bytes
    // After the marker: a length of two bytes, the number of components, two bytes for each, and
    // then the first and the last coefficient and their bits, 0, 63 and 0 in a baseline image.
    let end = start + 5 + 2 * channels
    try #require(Array(bytes[end..<end + 3]) == [0, 63, 0])
    changed[end + 1] = 0
    #expect(try read(changed) == read(bytes))
  }

  @Test(arguments: [1, 2, 3, 500]) func bytesThatBelongToNothing(count: Int) throws {
    let bytes = jpeg(picture(height: 40, width: 40, channels: 3))
    let stray = [UInt8](repeating: 0x5A, count: count)
    let image = try read(bytes)
    #expect(try read(bytes.dropLast(2) + stray + bytes.suffix(2)) == image)
    #expect(try read(bytes + stray) == image)
    let tables = try place(of: 0xDB, in: bytes)
    #expect(try read(bytes[..<tables] + stray + bytes[tables...]) == image)
  }

  @Test func anotherVersionOfTheFormat() throws {
    let bytes = jpeg(picture(height: 40, width: 40, channels: 3))
    let start = try place(of: 0xE0, in: bytes)
    try #require(Array(bytes[start + 4..<start + 9]) == Array("JFIF\0".utf8))
    var changed = bytes
    changed.replaceSubrange(start + 9..<start + 11, with: [2, 1])
    #expect(try read(changed) == read(bytes))
  }

  // MARK: Files that are not read

  @Test func fourColoursAreRefused() throws {
    let bytes = jpeg([UInt8](repeating: 90, count: 64), height: 4, width: 4, JCS_CMYK)
    let error = ImageError.unsupportedColors(path: "a.jpg", found: "CMYK")
    #expect(throws: error) { try read(bytes) }
    #expect(
      error.description
        == "a.jpg: expected an image in grey or in red, green and blue, found CMYK")
  }

  @Test func twoComponentsAreRefused() throws {
    let bytes = jpeg([UInt8](repeating: 90, count: 32), height: 4, width: 4, JCS_UNKNOWN)
    #expect(
      throws: ImageError.unsupportedColors(path: "a.jpg", found: "2 values of another kind")
    ) { try read(bytes) }
  }

  @Test(arguments: [1, 3], [false, true])
  func aFileThatBreaksOff(channels: Int, isProgressive: Bool) throws {
    let bytes = jpeg(
      picture(height: 40, width: 40, channels: channels), isProgressive: isProgressive)
    for count in [3, 20, 200, bytes.count / 2, bytes.count - 20, bytes.count - 2, bytes.count - 1] {
      expectDamage(Array(bytes.prefix(count)))
    }
    expectDamage(Array(bytes.dropLast(30)), "Premature end of input file")
  }

  /// Pixels are missing, although the file ends correctly.
  @Test func aFileThatBreaksOffBeforeAnEnd() throws {
    let bytes = jpeg(picture(height: 40, width: 40, channels: 3))
    expectDamage(
      bytes.dropLast(60) + bytes.suffix(2), "Corrupt JPEG data: premature end of data segment")
  }

  @Test func codesThatDoNotExist() throws {
    var bytes = jpeg(picture(height: 40, width: 40, channels: 3))
    let middle = bytes.count * 3 / 4
    // All ones are not a Huffman code; the zeros keep 0xFF from being a marker.
    for place in stride(from: middle, to: middle + 16, by: 2) {
      bytes.replaceSubrange(place..<place + 2, with: [0xFF, 0])
    }
    expectDamage(bytes, "Corrupt JPEG data: bad Huffman code")
  }

  @Test func aHeaderThatPromisesTooMuch() throws {
    var bytes = jpeg(picture(height: 8, width: 8, channels: 1))
    // The frame's header: marker, length, precision, height, width.
    let frame = try place(of: 0xC0, in: bytes)
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xF0, 0, 0xF0, 0])
    #expect(throws: ImageError.tooManyPixels(path: "a.jpg", height: 61_440, width: 61_440)) {
      try read(bytes)
    }
  }

  // MARK: Many scans, each of which takes as long as the whole

  /// An image of a single grey, with its last scan repeated.
  private func manyScans(_ count: Int, height: Int, width: Int) throws -> (
    once: [UInt8], more: [UInt8]
  ) {
    let pixels = [UInt8](repeating: 90, count: height * width)
    let bytes = jpeg(pixels, height: height, width: width, JCS_GRAYSCALE, isProgressive: true)
    let last = try #require(bytes.indices.last { bytes[$0...].starts(with: [0xFF, 0xDA]) })
    let end = bytes.count - 2
    return (bytes, bytes[..<end] + (0..<count).flatMap { _ in bytes[last..<end] } + bytes[end...])
  }

  @Test func asManyScansAsTakeNoTime() throws {
    let (once, more) = try manyScans(5_000, height: 8, width: 8)
    #expect(try read(more) == read(once))
  }

  @Test(arguments: [(2_048, 2_048, 256), (1, 65_500, 2_049), (8, 8, 262_144)])
  func scansWithoutEnd(height: Int, width: Int, most: Int) throws {
    expectDamage(
      try manyScans(most, height: height, width: width).more,
      "it has more than the \(most) scans that are read of \(height)×\(width) pixels")
  }
}
