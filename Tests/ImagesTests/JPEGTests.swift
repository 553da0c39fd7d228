import CTurboJPEG
import Images
import TestSupport
import Testing

@Suite struct JPEGTests {
  private func read(_ bytes: [UInt8]) throws -> Image { try Image(bytes: bytes, path: "a.jpg") }

  @Test(arguments: [1, 3], [0, TJFLAG_PROGRESSIVE])
  func colourAndGreyBaselineAndProgressive(channels: Int, flags: Int32) throws {
    let image = picture(height: 45, width: 38, channels: channels)
    let read = try read(try jpeg(image, flags: flags, quality: 100))
    #expect((read.height, read.width, read.channels) == (45, 38, channels))
    let errors = zip(read.pixels, image.pixels).map { abs(Double($0) - Double($1)) }
    #expect(errors.reduce(0, +) / Double(errors.count) < 2)
  }

  @Test func coarserColours() throws {
    let image = Image(
      height: 17, width: 9, channels: 3,
      pixels: (0..<17 * 9).flatMap { _ in [200, 100, 50] as [UInt8] })
    let bytes = try jpeg(
      image.pixels, height: 17, width: 9, TJPF_RGB, subsampling: TJSAMP_420, quality: 100)
    let read = try read(bytes)
    #expect(zip(read.pixels, image.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
  }

  @Test func fourColoursAreRefused() throws {
    let bytes = try jpeg(
      [UInt8](repeating: 90, count: 64), height: 4, width: 4, TJPF_CMYK, subsampling: TJSAMP_444)
    let error = ImageError.unsupportedColors(path: "a.jpg", found: "CMYK")
    #expect(throws: error) { try read(bytes) }
    #expect(
      error.description
        == "a.jpg: expected an image in grey or in red, green and blue, found CMYK")
  }

  @Test func aFileThatBreaksOff() throws {
    for flags in [0, TJFLAG_PROGRESSIVE] {
      let bytes = try jpeg(picture(height: 40, width: 40, channels: 3), flags: flags)
      for count in [3, 20, 200, bytes.count / 2, bytes.count - 20] {
        do {
          _ = try read(Array(bytes.prefix(count)))
          Issue.record("read \(count) of \(bytes.count) bytes")
        } catch let error as ImageError {
          guard case .damaged("a.jpg", let reason) = error else {
            Issue.record("\(error)")
            continue
          }
          #expect(!reason.isEmpty)
        }
      }
    }
  }

  @Test func aHeaderThatPromisesTooMuch() throws {
    var bytes = try jpeg(picture(height: 8, width: 8, channels: 1))
    // The frame's header: marker, length, precision, height, width.
    let frame = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC0]) })
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xF0, 0, 0xF0, 0])
    #expect(throws: ImageError.tooManyPixels(path: "a.jpg", height: 61_440, width: 61_440)) {
      try read(bytes)
    }
  }
}
