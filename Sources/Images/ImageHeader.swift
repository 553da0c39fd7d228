extension Image {
  /// The size of the picture in a file, read from its header alone; nil if it cannot be determined.
  ///
  /// No pixel is decoded and no memory allocated, so that files with an unexpected size or too many
  /// pixels are detected before that. It is only a hint: the decoder decides whether the header is
  /// right, with the usual limits.
  package static func size(ofFile bytes: [UInt8]) -> (height: Int, width: Int)? {
    let size: (height: Int, width: Int)?
    switch bytes.first {
    case 0x89: size = pngSize(bytes)
    case 0xFF: size = jpegSize(bytes)
    case UInt8(ascii: "P"): size = netpbmSize(bytes)
    default: size = nil
    }
    guard let size, size.height > 0, size.width > 0 else { return nil }
    return size
  }

  /// The maximum memory that a decoder needs for an image of this size, including the result:
  /// libjpeg holds two bytes for each value of a progressive image, libpng up to eight for each
  /// pixel of a row.
  package static func decodingMemory(height: Int, width: Int) -> Int {
    let (count, overflows) = height.multipliedReportingOverflow(by: width)
    return 9 * (overflows ? largestPixelCount : min(count, largestPixelCount))
  }
}

/// Reads the first chunk, which must be the header: its length, its type, the width and the height.
private func pngSize(_ bytes: [UInt8]) -> (height: Int, width: Int)? {
  guard bytes.count >= 24, bytes[12..<16].elementsEqual("IHDR".utf8) else { return nil }
  return (bigEndian(bytes[20..<24]), bigEndian(bytes[16..<20]))
}

private func netpbmSize(_ bytes: [UInt8]) -> (height: Int, width: Int)? {
  guard bytes.count > 2 else { return nil }
  var header = HeaderScanner(bytes: bytes, path: "")
  guard let width = try? header.number("width", atMost: Int(Int32.max)),
    let height = try? header.number("height", atMost: Int(Int32.max))
  else { return nil }
  return (height, width)
}

/// Finds the segment that begins a frame (SOF, ITU T.81, B.2.2) before the first scan.
private func jpegSize(_ bytes: [UInt8]) -> (height: Int, width: Int)? {
  var place = 2
  while let mark = bytes[min(place, bytes.count)...].firstIndex(of: 0xFF) {
    guard mark + 9 <= bytes.count else { return nil }
    let length = bigEndian(bytes[mark + 2..<mark + 4])
    switch bytes[mark + 1] {
    case 0x00, 0x01, 0xD0...0xD8: place = mark + 2  // alone
    case 0xFF: place = mark + 1  // filling
    case 0xD9, 0xDA: return nil
    case 0xC4, 0xC8, 0xCC: place = mark + 2 + length
    case 0xC0...0xCF:
      return (bigEndian(bytes[mark + 5..<mark + 7]), bigEndian(bytes[mark + 7..<mark + 9]))
    default: place = mark + 2 + length
    }
  }
  return nil
}

private func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
