import CZlib
import Images

/// The bytes of a PNG file, assembled chunk by chunk.
///
/// `rows` holds for each row its filter, 0 for none, and its samples, the first in the highest bits.
func png(
  height: Int, width: Int, depth: UInt8, colorType: UInt8, before: [(String, [UInt8])] = [],
  isInterlaced: Bool = false, rows: [UInt8]
) -> [UInt8] {
  var size = compressBound(UInt(rows.count))
  var packed = [UInt8](repeating: 0, count: Int(size))
  compress(&packed, &size, rows, UInt(rows.count))
  let header =
    bigEndian(width) + bigEndian(height) + [depth, colorType, 0, 0, isInterlaced ? 1 : 0]
  let chunks =
    [("IHDR", header)] + before + [("IDAT", Array(packed.prefix(Int(size)))), ("IEND", [])]
  return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    + chunks.flatMap { name, contents in
      let body = Array(name.utf8) + contents
      return bigEndian(contents.count) + body + bigEndian(Int(crc32_z(0, body, body.count)))
    }
}

private func bigEndian(_ number: Int) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
}

/// A picture with smooth areas and edges.
func picture(height: Int, width: Int, channels: Int) -> Image {
  var pixels: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      for channel in 0..<channels {
        let slope = 3 * x + (2 + channel) * y
        pixels.append(UInt8(truncatingIfNeeded: (x / 5 + y / 7) % 3 == channel ? 200 : slope))
      }
    }
  }
  return Image(height: height, width: width, channels: channels, pixels: pixels)
}
