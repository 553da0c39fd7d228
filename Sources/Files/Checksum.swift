import CZlib

/// The CRC-32 of bytes that come in parts, the one of gzip and PNG (ISO 3309).
///
/// It tells whether bytes are those that were written; it is no protection against intent.
///
/// ```swift
/// var checksum = Checksum()
/// checksum.add([1, 2, 3])
/// checksum.value
/// ```
public struct Checksum: Equatable, Sendable {
  /// The checksum of the bytes so far.
  public private(set) var value: UInt32 = 0

  /// The checksum of no bytes.
  public init() {}

  /// Goes on with further bytes.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    // Without an address zlib would begin anew.
    guard let address = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), address, bytes.count))
  }

  /// Goes on with further bytes.
  public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }
}
