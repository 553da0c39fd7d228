import Images
import Testing

@Suite struct PNGTests {
  private func read(_ bytes: [UInt8]) throws -> Image { try Image(bytes: bytes, path: "a.png") }

  // MARK: Written and read

  @Test(arguments: [(1, 1, 1), (1, 1, 3), (37, 53, 1), (64, 31, 3), (300, 298, 3)])
  func whatIsWrittenIsReadBack(height: Int, width: Int, channels: Int) throws {
    let image = picture(height: height, width: width, channels: channels)
    #expect(try read(image.png) == image)
    #expect(image.png == image.png)
    #expect(image.png.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
  }

  @Test func picturesOfLinesAreSmall() {
    let image = Image(
      height: 300, width: 300, channels: 1, pixels: [UInt8](repeating: 7, count: 90_000))
    #expect(image.png.count < 2_000)
  }

  // MARK: Every kind of file

  @Test func greyOfFewerBits() throws {
    // 1 bit: 1010 0000; 2 bits: 00 01 10 11; 4 bits: 0, 5, 10, 15.
    let one = try read(png(height: 1, width: 4, depth: 1, colorType: 0, rows: [0, 0b1010_0000]))
    #expect(one == Image(height: 1, width: 4, channels: 1, pixels: [255, 0, 255, 0]))
    let two = try read(png(height: 1, width: 4, depth: 2, colorType: 0, rows: [0, 0b0001_1011]))
    #expect(two.pixels == [0, 85, 170, 255])
    let four = try read(png(height: 2, width: 2, depth: 4, colorType: 0, rows: [0, 0x05, 0, 0xAF]))
    #expect(four == Image(height: 2, width: 2, channels: 1, pixels: [0, 85, 170, 255]))
  }

  @Test func sixteenBitsKeepTheirUpperEight() throws {
    let grey = try read(
      png(height: 1, width: 3, depth: 16, colorType: 0, rows: [0, 0, 0, 0x80, 0x80, 0xFF, 0xFF]))
    #expect(grey == Image(height: 1, width: 3, channels: 1, pixels: [0, 128, 255]))
    let color = try read(
      png(height: 1, width: 1, depth: 16, colorType: 2, rows: [0, 10, 10, 20, 20, 200, 200]))
    #expect(color == Image(height: 1, width: 1, channels: 3, pixels: [10, 20, 200]))
  }

  @Test func paletteBecomesColour() throws {
    let palette: [UInt8] = [1, 2, 3, 250, 0, 9]
    let image = try read(
      png(
        height: 1, width: 3, depth: 8, colorType: 3, before: [("PLTE", palette)],
        rows: [0, 1, 0, 1]
      ))
    #expect(
      image == Image(height: 1, width: 3, channels: 3, pixels: [250, 0, 9, 1, 2, 3, 250, 0, 9]))
  }

  @Test func whatIsTransparentLiesOverWhite() throws {
    let color = try read(
      png(
        height: 1, width: 3, depth: 8, colorType: 6,
        rows: [0, 10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 255, 51]))
    #expect(color.channels == 3)
    // A fifth of the colour and four fifths of white.
    #expect(color.pixels == [10, 20, 30, 255, 255, 255, 204, 224, 255])
    let grey = try read(
      png(height: 1, width: 3, depth: 8, colorType: 4, rows: [0, 9, 255, 9, 0, 100, 51]))
    #expect(grey == Image(height: 1, width: 3, channels: 1, pixels: [9, 255, 224]))
    let palette = try read(
      png(
        height: 1, width: 2, depth: 8, colorType: 3,
        before: [("PLTE", [1, 2, 3, 4, 5, 6]), ("tRNS", [0])], rows: [0, 0, 1]))
    #expect(palette.pixels == [255, 255, 255, 4, 5, 6])
  }

  /// As in Pillow, OpenCV and torchvision: the stored values, regardless of colour metadata.
  @Test func gammaAndColourSpacesDoNotChangeValues() throws {
    let notes: [[(String, [UInt8])]] = [
      [("gAMA", [0, 1, 0x86, 0xA0])], [("gAMA", [0, 0, 0xB1, 0x8F])],
      [("gAMA", [0, 0, 0x27, 0x10])],
      [("sRGB", [0])],
      [
        ("gAMA", [0, 1, 0x86, 0xA0]),
        (
          "cHRM",
          [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000].flatMap {
            [0, 0, UInt8($0 >> 8), UInt8($0 & 0xFF)]
          }
        ),
      ],
      // An invalid profile.
      [("iCCP", Array("p\0\0".utf8) + [1, 2, 3])],
    ]
    let values = [UInt8](0...255)
    let alpha = values.flatMap { [$0, 255] as [UInt8] }
    let deep = values.flatMap { [$0, $0] as [UInt8] }
    let palette = values.flatMap { [$0, 255 - $0, 7] as [UInt8] }
    for notes in notes {
      func read(_ depth: UInt8, _ colorType: UInt8, _ row: [UInt8], width: Int = 256) throws
        -> [UInt8]
      {
        let palette = colorType == 3 ? [("PLTE", palette)] : []
        return try self.read(
          png(
            height: 1, width: width, depth: depth, colorType: colorType, before: notes + palette,
            rows: [0] + row)
        ).pixels
      }
      #expect(try read(8, 0, values) == values)
      #expect(try read(16, 0, deep) == values)
      #expect(try read(8, 2, values.dropLast(), width: 85) == values.dropLast())
      #expect(try read(16, 2, deep.dropLast(2), width: 85) == values.dropLast())
      #expect(try read(8, 3, values) == palette)
      #expect(try read(8, 4, alpha) == values)
      // Half transparent, over white.
      #expect(try read(8, 4, [100, 51], width: 1) == [224])
      #expect(try read(8, 6, [0, 100, 255, 51], width: 1) == [204, 224, 255])
    }
  }

  @Test func aTransparentColour() throws {
    let grey = png(
      height: 1, width: 3, depth: 8, colorType: 0,
      before: [("gAMA", [0, 1, 0x86, 0xA0]), ("tRNS", [0, 7])], rows: [0, 6, 7, 8])
    #expect(try read(grey).pixels == [6, 255, 8])
    let color = png(
      height: 1, width: 2, depth: 8, colorType: 2, before: [("tRNS", [0, 1, 0, 2, 0, 3])],
      rows: [0, 1, 2, 3, 1, 2, 4])
    #expect(try read(color).pixels == [255, 255, 255, 1, 2, 4])
  }

  // MARK: Damage

  @Test func aFileThatBreaksOff() throws {
    let bytes = picture(height: 20, width: 30, channels: 3).png
    // The last twelve bytes contain no data.
    for count in [4, 8, 20, 33, 60, bytes.count / 2, bytes.count - 13] {
      do {
        _ = try read(Array(bytes.prefix(count)))
        Issue.record("read \(count) of \(bytes.count) bytes")
      } catch let error as ImageError {
        guard case .damaged("a.png", let reason) = error, !reason.isEmpty else {
          Issue.record("\(error)")
          continue
        }
        #expect(error.description == "a.png: the image is damaged: \(reason)")
      }
    }
  }

  @Test func everyFlippedBitIsFoundOrHarmless() throws {
    let image = picture(height: 9, width: 7, channels: 1)
    let bytes = image.png
    let pixelChunks = 33..<bytes.count - 12
    var found = 0
    for place in pixelChunks {
      var bytes = bytes
      bytes[place] ^= 0x10
      if let read = try? read(bytes) {
        #expect(read == image, "byte \(place)")
      } else {
        found += 1
      }
    }
    #expect(found > pixelChunks.count / 2)
  }

  @Test func aHeaderThatPromisesTooMuch() {
    let bytes = png(height: 8192, width: 8193, depth: 8, colorType: 0, rows: [0])
    #expect(throws: ImageError.tooManyPixels(path: "a.png", height: 8192, width: 8193)) {
      try read(bytes)
    }
  }

  @Test func aChunkLongerThanTheFile() {
    var bytes = picture(height: 3, width: 4, channels: 1).png
    // The next chunk's length follows the signature and the header.
    bytes.replaceSubrange(33..<37, with: [0x46, 0, 0, 0x0F])
    #expect {
      try Image(bytes: bytes, path: "a.png")
    } throws: { error in
      "\(error)" == "a.png: the image is damaged: the chunk at byte 33 is to have 1174405135 bytes,"
        + " and the file has \(bytes.count - 45) for it"
    }
  }

  /// A text that would expand a thousandfold is not even decompressed.
  @Test func textsAndProfilesAreSkipped() throws {
    let image = picture(height: 3, width: 4, channels: 1)
    let plain = png(height: 2, width: 3, depth: 8, colorType: 0, rows: [0, 1, 2, 3, 0, 4, 5, 6])
    let described = png(
      height: 2, width: 3, depth: 8, colorType: 0,
      before: [("tEXt", Array("Title\0of a test".utf8)), ("zTXt", [1, 0, 0, 9, 9])],
      rows: [0, 1, 2, 3, 0, 4, 5, 6])
    #expect(try Image(bytes: described, path: "a.png") == Image(bytes: plain, path: "a.png"))
    #expect(try Image(bytes: image.png + [1, 2, 3], path: "a.png") == image)
  }
}
