import Images
import TestSupport
import Testing

/// The size of a picture, from its header alone.
@Suite struct ImageHeaderTests {
  private func isSize(_ bytes: [UInt8], _ height: Int, _ width: Int) -> Bool {
    Image.size(ofFile: bytes).map { $0 == (height, width) } ?? false
  }

  @Test func ofWholeFiles() throws {
    for (height, width, channels) in [(5, 9, 1), (300, 17, 3)] {
      let image = picture(height: height, width: width, channels: channels)
      #expect(isSize(image.png, height, width) && isSize(image.netpbm, height, width))
      #expect(isSize(jpeg(image), height, width))
    }
    #expect(isSize(Array("P5 # of\n 4 2 # pixels\n1000\n".utf8), 2, 4))
  }

  /// The size of a preview in a camera's metadata is not that of the picture.
  @Test func ofAJPEGWithAnotherInIt() throws {
    let preview = jpeg(picture(height: 8, width: 8, channels: 3))
    let whole = jpeg(picture(height: 30, width: 40, channels: 3))
    let length = preview.count + 2
    let notes = [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 0xff)] + preview
    #expect(isSize(Array(whole[..<2]) + notes + whole[2...], 30, 40))
    // Padding before a marker, and stray bytes.
    #expect(isSize(Array(whole[..<2]) + [0xFF, 0xFF, 1, 2, 3] + whole[2...], 30, 40))
    #expect(isSize(Array(whole[..<2]) + [7, 7, 0xFF] + whole[2...], 30, 40))
  }

  @Test func whereThereIsNone() throws {
    let files = [
      picture(height: 2, width: 2, channels: 1).png,
      jpeg(picture(height: 9, width: 9, channels: 1)),
      picture(height: 2, width: 2, channels: 1).netpbm,
    ]
    for file in files {
      for count in 0..<min(file.count, 60) {
        if let size = Image.size(ofFile: Array(file[..<count])) {
          #expect(size == (2, 2) || size == (9, 9))
        }
      }
    }
    for bytes: [UInt8] in [
      [], [0xFF], [0xFF, 0xD8], [0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF], [1, 2],
    ] {
      #expect(Image.size(ofFile: bytes) == nil)
    }
    #expect(Image.size(ofFile: [0xFF, 0xD8] + [UInt8](repeating: 0xFF, count: 100_000)) == nil)
  }

  @Test func theMemoryIsBounded() {
    #expect(Image.decodingMemory(height: 10, width: 20) == 1_800)
    #expect(Image.decodingMemory(height: .max, width: .max) == 9 * Image.largestPixelCount)
  }
}
