import Images
import Testing

@Suite struct ResizingTests {
  @Test func aSquareOfTheRightSizeStaysAsItIs() {
    let image = picture(height: 9, width: 9, channels: 3)
    #expect(image.resized(toFill: 9) == image)
  }

  @Test func halvingByHand() {
    // The weights of a pixel of half the size are 1, 3, 3, 1 eighths, at the edge 3, 3, 1 sevenths.
    let line: [UInt8] = [0, 70, 140, 210]
    let image = Image(height: 4, width: 4, channels: 1, pixels: line + line + line + line)
    // (3·0 + 3·70 + 140) / 7 = 50 and (70 + 3·140 + 3·210) / 7 = 160.
    #expect(image.resized(toFill: 2).pixels == [50, 160, 50, 160])
  }

  @Test func enlargingIsBilinear() {
    let image = Image(height: 2, width: 2, channels: 1, pixels: [0, 100, 0, 100])
    let large = image.resized(toFill: 4)
    #expect(Array(large.pixels.prefix(4)) == [0, 25, 75, 100])
  }

  @Test func theMiddleIsCutOut() {
    // Three times as wide as high: columns 2 and 3 of 6 remain, which are 100 and 101.
    let row: [UInt8] = [0, 0, 100, 101, 0, 0]
    let image = Image(height: 2, width: 6, channels: 1, pixels: row + row)
    #expect(image.resized(toFill: 2).pixels == [100, 101, 100, 101])
    let upright = Image(
      height: 6, width: 2, channels: 1, pixels: row.flatMap { [$0, $0] })
    #expect(upright.resized(toFill: 2).pixels == [100, 100, 101, 101])
  }

  @Test(arguments: [(1, 1, 5), (7, 300, 3), (218, 178, 64), (64, 65, 64), (1, 4_000, 2)])
  func oneColourStaysThatColour(height: Int, width: Int, side: Int) {
    let pixels = (0..<height * width).flatMap { _ in [255, 3, 128] as [UInt8] }
    let image = Image(height: height, width: width, channels: 3, pixels: pixels)
    let result = image.resized(toFill: side)
    #expect((result.height, result.width, result.channels) == (side, side, 3))
    #expect(result.pixels == (0..<side * side).flatMap { _ in [255, 3, 128] as [UInt8] })
  }

  /// Pillow 13.0.0's values of `resize((3, 4), Image.Resampling.BILINEAR)` cut to the middle 3×3.
  @Test func theSameAsPillow() {
    let image = Image(
      height: 8, width: 6, channels: 1, pixels: (0..<48).map { UInt8($0 * $0 * 7 % 256) })
    let expected: [UInt8] = [103, 85, 124, 188, 110, 108, 120, 130, 164]
    let differences = zip(image.resized(toFill: 3).pixels, expected).map {
      abs(Int($0) - Int($1))
    }
    // Pillow rounds to whole values in between.
    #expect(differences.max() ?? 9 <= 1, "\(image.resized(toFill: 3).pixels)")
  }

  @Test func greyIsLuma() {
    let image = Image(
      height: 1, width: 4, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    #expect(image.grey == Image(height: 1, width: 4, channels: 1, pixels: [76, 150, 29, 9]))
    #expect(image.grey.grey == image.grey)
  }
}
