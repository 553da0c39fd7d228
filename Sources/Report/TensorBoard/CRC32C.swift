/// The CRC-32C of bytes (Castagnoli, Bräuer and Herrmann 1993); gzip and PNG use a CRC-32 with a
/// different polynomial.
func crc32c(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  remainders.withUnsafeBufferPointer { remainders in
    var sum: UInt32 = ~0
    for byte in bytes { sum = remainders[Int((sum ^ UInt32(byte)) & 0xFF)] ^ (sum >> 8) }
    return ~sum
  }
}

/// The CRC-32C of bytes.
func crc32c(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { crc32c($0) } }

/// The remainder of each byte value after the division, lowest bit first.
private let remainders: [UInt32] = (0..<256).map { byte in
  (0..<8).reduce(UInt32(byte)) { rest, _ in (rest >> 1) ^ (rest & 1 == 1 ? 0x82F6_3B78 : 0) }
}
