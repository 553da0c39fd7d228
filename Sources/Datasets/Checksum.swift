import CZlib

extension LabeledImages {
  /// The CRC-32 of the pixels and then of the labels: by it and the sizes one knows a data set again.
  public var checksum: UInt32 {
    var sum = crc32_z(0, nil, 0)
    for bytes in [pixels, labels] { sum = crc32_z(sum, bytes, bytes.count) }
    return UInt32(truncatingIfNeeded: sum)
  }
}
