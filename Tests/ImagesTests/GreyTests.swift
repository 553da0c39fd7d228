import Images
import TestSupport
import Testing

@Suite struct GreyTests {
  private static let grey = Image(height: 16, width: 16, channels: 1, pixels: [UInt8](0...255))

  @Test func greySavedInColourIsGreyAgain() throws {
    let grey = Self.grey
    let color = grey.inColor
    #expect(color.channels == 3 && color.pixels.prefix(6) == [0, 0, 0, 1, 1, 1])
    for bytes in [color.png, color.netpbm] {
      let read = try Image(bytes: bytes, path: "a")
      #expect(read == color && read.withFewestChannels == grey)
    }
    #expect(color.grey == grey && grey.withFewestChannels == grey && color.inColor == color)
    // As red, green, blue and opacity, and with a palette.
    let values = [UInt8](0...255)
    let rows = values.flatMap { [$0, $0, $0, 255] as [UInt8] }
    let opaque = png(height: 1, width: 256, depth: 8, colorType: 6, rows: [0] + rows)
    #expect(try Image(bytes: opaque, path: "a").withFewestChannels.pixels == values)
    let palette = values.flatMap { [$0, $0, $0] as [UInt8] }
    let indexed = png(
      height: 1, width: 256, depth: 8, colorType: 3, before: [("PLTE", palette)],
      rows: [0] + values.reversed())
    #expect(try Image(bytes: indexed, path: "a").withFewestChannels.pixels == values.reversed())
    // JPEG's colour differences are zero for grey.
    let read = try Image(bytes: jpeg(color, quality: 100), path: "a")
    #expect(read.channels == 3 && read.withFewestChannels.channels == 1)
  }

  @Test func oneColouredPixelMakesAPictureOneInColour() {
    let grey = Self.grey.inColor
    for place in [0, 1, 2, 383, 767] {
      var pixels = grey.pixels
      pixels[place] ^= 1
      let image = Image(height: 16, width: 16, channels: 3, pixels: pixels)
      #expect(image.withFewestChannels == image)
    }
  }

  /// The order must not matter.
  @Test func resizingKeepsGreyGrey() {
    let color = Self.grey.inColor.resized(toFill: 7)
    #expect(color.withFewestChannels == Self.grey.resized(toFill: 7))
  }
}
