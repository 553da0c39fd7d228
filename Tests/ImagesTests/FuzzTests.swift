import CLibJPEG
import CZlib
import Fuzzing
import Images
import TestSupport
import Testing

/// Twelve thousand damaged files of each format, in a process of its own: it must not crash, and its
/// memory must not grow by more than is stated of a reader.
@Suite struct FuzzTests {
  @Test(.timeLimit(.minutes(3))) func damagedPNGs() async {
    await #expect(processExitsWith: .success) { try readDamagedPNGs() }
  }

  @Test(.timeLimit(.minutes(3))) func damagedJPEGs() async {
    await #expect(processExitsWith: .success) { try readDamagedJPEGs() }
  }

  @Test(.timeLimit(.minutes(3))) func damagedPGMsAndPPMs() async {
    await #expect(processExitsWith: .success) { readDamagedNetpbms() }
  }
}

private func readDamagedPNGs() throws {
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
  let samples: [[UInt8]] = [
    grey.png, picture(height: 9, width: 10, channels: 3).png,
    png(height: 2, width: 3, depth: 16, colorType: 2, rows: rows(ofLength: 18, filter: 1)),
    png(height: 2, width: 3, depth: 8, colorType: 6, rows: rows(ofLength: 12, filter: 2)),
    png(height: 2, width: 3, depth: 16, colorType: 4, rows: rows(ofLength: 12, filter: 4)),
    png(
      height: 3, width: 4, depth: 4, colorType: 3,
      before: [
        ("gAMA", [0, 1, 0x86, 0xA0]), ("PLTE", palette), ("tRNS", [0, 100, 200]),
        ("tEXt", Array("Title\0of a test".utf8)),
      ], rows: [0, 0x12, 0x34, 0, 0x56, 0x78, 0, 0x9A, 0xBC]),
    png(height: 8, width: 8, depth: 8, colorType: 0, isInterlaced: true, rows: interlaced),
  ]
  readDamaged(samples, seed: 1) { bytes, round in
    // Half of them with checksums that are right again, so that what is behind them is reached.
    round % 2 == 0 ? bytes : withRightChecksums(bytes)
  }
}

/// Two rows of bytes, the second with a filter of PNG's.
private func rows(ofLength length: UInt8, filter: UInt8) -> [UInt8] {
  let values = [UInt8](0..<length)
  return [0] + values + [filter] + values
}

private func readDamagedJPEGs() throws {
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
  readDamaged(samples, seed: 2)
}

private func readDamagedNetpbms() {
  let samples = [
    picture(height: 3, width: 5, channels: 1).netpbm,
    picture(height: 4, width: 3, channels: 3).netpbm,
    Array("P5 # of\n 4 2 # pixels\n1000\n".utf8) + (0..<16),
    Array("P6 2 1 7 ".utf8) + (0..<6),
  ]
  readDamaged(samples, seed: 3)
}

/// Reads the samples, changed in twelve thousand ways.
private func readDamaged(
  _ samples: [[UInt8]], seed: UInt64, _ repaired: ([UInt8], Int) -> [UInt8] = { bytes, _ in bytes }
) {
  var mutator = Mutator(of: samples, seed: seed)
  for sample in samples { _ = try? Image(bytes: sample, path: "a") }
  let before = peakMemory()
  var (readCount, refusedCount) = (0, 0)
  for round in 0..<12_000 {
    let bytes = repaired(mutator.next(most: 2), round)
    do throws(ImageError) {
      let image = try Image(bytes: bytes, path: "a")
      precondition(image.pixels.count == image.height * image.width * image.channels)
      readCount += 1
    } catch {
      refusedCount += 1
    }
  }
  let growth = peakMemory() - before
  // Neither all too much damaged nor all too little.
  #expect(readCount > 100 && refusedCount > 4_000, "\(readCount) read, \(refusedCount) refused")
  #expect(growth < 640 << 20)
}

/// The bytes of a PNG file with the checksum that each chunk should have, as far as there are chunks.
private func withRightChecksums(_ file: [UInt8]) -> [UInt8] {
  var bytes = file
  var start = 8
  while start + 12 <= bytes.count {
    let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    let end = start + 8 + length
    guard end + 4 <= bytes.count else { break }
    let body = Array(bytes[start + 4..<end])
    let checksum = crc32_z(0, body, body.count)
    for index in 0..<4 {
      bytes[end + index] = UInt8(truncatingIfNeeded: checksum >> UInt(24 - 8 * index))
    }
    start = end + 4
  }
  return bytes
}
