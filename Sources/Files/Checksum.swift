import CZlib

/// The CRC-32 of bytes added in parts, as used in gzip and PNG (ISO 3309).
///
/// It detects accidental changes; it does not protect against intentional ones.
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

  /// Adds further bytes.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    // Without an address, zlib would start over.
    guard let address = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), address, bytes.count))
  }

  /// Adds further bytes.
  public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }
}
