import Training

/// A record in the format of TensorFlow's files: the length in eight bytes and its checksum, then
/// the contents and their checksum, all numbers little-endian.
func tensorFlowRecord(_ contents: [UInt8]) -> [UInt8] {
  let length = littleEndian(UInt64(contents.count))
  return length + littleEndian(length.withUnsafeBytes { maskedChecksum($0) }) + contents
    + littleEndian(contents.withUnsafeBytes { maskedChecksum($0) })
}

/// A rotated and shifted CRC-32C, with which TensorFlow distinguishes the checksum of some bytes
/// from the checksum of bytes that contain a checksum.
func maskedChecksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  let sum = crc32c(bytes)
  return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
}

/// The little-endian bytes of a number.
func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
