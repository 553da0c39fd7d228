import Training

/// A record as files of TensorFlow hold it: the length in eight bytes and its checksum, then the
/// contents and their checksum, every number with its lowest byte first.
func tensorFlowRecord(_ contents: [UInt8]) -> [UInt8] {
  let length = littleEndian(UInt64(contents.count))
  return length + littleEndian(length.withUnsafeBytes { maskedChecksum($0) }) + contents
    + littleEndian(contents.withUnsafeBytes { maskedChecksum($0) })
}

/// A CRC-32C turned and shifted: TensorFlow's way to keep apart the checksum of some bytes and that of
/// bytes in which a checksum stands.
func maskedChecksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  let sum = crc32c(bytes)
  return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
}

/// The bytes of a number, the lowest first.
func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
