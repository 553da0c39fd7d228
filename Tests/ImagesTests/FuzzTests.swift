import CLibJPEG
import CZlib
import Fuzzing
import Images
import TestSupport
import Testing

/// Broken pictures in each format: no decoder crashes, hangs or uses more memory than documented.
@Suite struct FuzzTests {
  @Test(.timeLimit(.minutes(60))) func brokenPNGs() async {
    await #expect(processExitsWith: .success) {
      try readBroken("PNG", pngFiles().map { .png($0) }, seed: 1)
    }
  }

  @Test(.timeLimit(.minutes(60))) func brokenJPEGs() async {
    await #expect(processExitsWith: .success) {
      try readBroken("JPEG", try jpegFiles().map { .jpeg($0) }, seed: 2)
    }
  }

  @Test(.timeLimit(.minutes(60))) func brokenPGMsAndPPMs() async {
    await #expect(processExitsWith: .success) {
      let files: [StructuredFile] = [
        .netpbm(header: "P5\n5 3\n255\n", [UInt8](0..<15)),
        .netpbm(header: "P6\n3 4\n255\n", [UInt8](0..<36)),
        .netpbm(header: "P5 # of\n 4 2 # pixels\n1000\n", [UInt8](0..<16)),
        .netpbm(header: "P6 2 1 7 ", [UInt8](0..<6)),
      ]
      try readBroken("PNM", files, tokens: ["#", " ", "\n", "P5", "P6", "\u{b}"], seed: 3)
    }
  }
}

/// Reads the files, changed in many ways.
private func readBroken(
  _ format: String, _ files: [StructuredFile], tokens: [String] = [], seed: UInt64
) throws {
  for file in files { _ = try? Image(bytes: file.bytes, path: "a") }
  var mutator = Mutator(of: files, tokens: tokens, seed: seed)
  let outcome = try fuzz(format) {
    mutator.next()
  } need: { bytes in
    // A header that states more than the reader accepts requires nothing.
    guard let size = Image.size(ofFile: bytes),
      size.height.multipliedReportingOverflow(by: size.width).partialValue
        <= Image.largestPixelCount
    else { return 0 }
    return Image.decodingMemory(height: size.height, width: size.width)
  } read: { path in
    let image = try Image(path: path)
    precondition(
      image.pixels.count == image.height * image.width * image.channels, "\(image.height)")
  }
  #expect(outcome.isGood, "\(outcome)")
}

private func pngFiles() -> [[UInt8]] {
  let grey = picture(height: 13, width: 11, channels: 1)
  let palette = (0..<48).map { UInt8($0 * 5) }
  // The rows of the seven passes of an interlaced image of 8×8 pixels.
  let passes = [(1, 1), (1, 1), (1, 2), (2, 2), (2, 4), (4, 4), (4, 8)]
  var interlaced: [UInt8] = []
  for (height, width) in passes {
    for row in 0..<height {
      interlaced.append(0)
      for column in 0..<width { interlaced.append(UInt8(20 * row + column)) }
    }
  }
  // Ten megabytes in ten kilobytes, which a reader of pixels does not decompress.
  let bomb = deflated([UInt8](repeating: 0, count: 10 << 20))
  return [
    grey.png, picture(height: 9, width: 10, channels: 3).png,
    png(height: 2, width: 3, depth: 16, colorType: 2, rows: rows(ofLength: 18, filter: 1)),
    png(height: 2, width: 3, depth: 8, colorType: 6, rows: rows(ofLength: 12, filter: 2)),
    png(height: 2, width: 3, depth: 16, colorType: 4, rows: rows(ofLength: 12, filter: 4)),
    png(
      height: 3, width: 4, depth: 4, colorType: 3,
      before: [
        ("gAMA", [0, 1, 0x86, 0xA0]), ("PLTE", palette), ("tRNS", [0, 100, 200]),
        ("tEXt", Array("Title\0of a test".utf8)), ("zTXt", Array("Title\0\0".utf8) + bomb),
        ("iTXt", Array("Title\0\u{1}\0\0\0".utf8) + bomb), ("iCCP", Array("sRGB\0\0".utf8) + bomb),
      ], rows: [0, 0x12, 0x34, 0, 0x56, 0x78, 0, 0x9A, 0xBC]),
    png(height: 8, width: 8, depth: 8, colorType: 0, isInterlaced: true, rows: interlaced),
  ]
}

/// Two rows of bytes, the second with a PNG filter.
private func rows(ofLength length: UInt8, filter: UInt8) -> [UInt8] {
  let values = [UInt8](0..<length)
  return [0] + values + [filter] + values
}

private func jpegFiles() throws -> [[UInt8]] {
  var samples: [[UInt8]] = []
  for isProgressive in [false, true] {
    let grey = picture(height: 17, width: 20, channels: 1)
    samples.append(jpeg(grey, isProgressive: isProgressive))
    let color = picture(height: 33, width: 18, channels: 3)
    samples.append(jpeg(color, isProgressive: isProgressive))
    for factors in [(2, 2), (2, 1), (4, 1), (1, 3)] {
      samples.append(
        jpeg(
          color.pixels, height: 33, width: 18, JCS_RGB, isProgressive: isProgressive, quality: 70,
          sampling: [factors, (1, 1), (1, 1)]))
    }
    samples.append(
      jpeg(
        [UInt8](repeating: 90, count: 1_024), height: 16, width: 16, JCS_CMYK,
        isProgressive: isProgressive))
  }
  return samples
}
