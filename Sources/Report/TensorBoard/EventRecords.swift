import Foundation
import Training

/// The records of an event file, each with the step it belongs to.
struct EventRecords {
  /// A record with correct checksums.
  struct Record: Equatable {
    /// Its byte range in the file, including length and checksums.
    let range: Range<Int>
    /// The step of its event; 0 if the event has none.
    let step: Int
  }

  /// The records in the order of the file.
  private(set) var records: [Record] = []
  /// The offset of the first byte that belongs to no complete record, if there is one.
  private(set) var firstDamage: Int?

  /// Reads the contents of a file.
  ///
  /// A record with a wrong checksum is skipped; after a damaged length or the end of a truncated
  /// file, nothing more can be read.
  init(_ file: Data) {
    file.withUnsafeBytes { bytes in
      var place = 0
      while place < bytes.count {
        guard let length = Self.contentLength(bytes, at: place) else {
          firstDamage = firstDamage ?? place
          return
        }
        let contents = UnsafeRawBufferPointer(rebasing: bytes[(place + 12)...].prefix(length))
        let end = place + 12 + length + 4
        if maskedChecksum(contents) == Self.number(bytes, at: end - 4, as: UInt32.self),
          let step = Self.step(of: contents)
        {
          records.append(Record(range: place..<end, step: step))
        } else {
          firstDamage = firstDamage ?? place
        }
        place = end
      }
    }
  }

  /// The length of a record's contents, if it is undamaged and the record is complete.
  private static func contentLength(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Int? {
    guard bytes.count - place >= 16 else { return nil }
    let header = UnsafeRawBufferPointer(rebasing: bytes[place..<place + 8])
    guard maskedChecksum(header) == number(bytes, at: place + 8, as: UInt32.self) else {
      return nil
    }
    let length = number(bytes, at: place, as: UInt64.self)
    return length <= bytes.count - place - 16 ? Int(length) : nil
  }

  private static func number<Number: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, at place: Int, as type: Number.Type
  ) -> Number {
    Number(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: type))
  }

  /// The field number of an event's step.
  private static let stepField: UInt64 = 2

  /// The step of an event, 0 if it has none, or nil if the bytes are not a message.
  private static func step(of event: UnsafeRawBufferPointer) -> Int? {
    var rest = ProtocolReader(event)
    var step = 0
    while !rest.isAtEnd {
      guard let (field, number) = rest.nextField() else { return nil }
      if field == stepField, let number { step = Int(truncatingIfNeeded: number) }
    }
    return step
  }
}

/// Iterates over the fields of a message in the wire format of protocol buffers.
private struct ProtocolReader {
  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { place == bytes.count }

  /// The number of the next field, and its value if that is a variable-length integer; nil if the
  /// bytes are invalid.
  mutating func nextField() -> (field: UInt64, number: UInt64?)? {
    guard let key = nextNumber() else { return nil }
    switch key & 7 {
    case 0: return nextNumber().map { (key >> 3, $0) }
    case 1: return skip(8) ? (key >> 3, nil) : nil
    case 2: return nextNumber().map { skip($0) } == true ? (key >> 3, nil) : nil
    case 5: return skip(4) ? (key >> 3, nil) : nil
    default: return nil
    }
  }

  private mutating func nextNumber() -> UInt64? {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard place < bytes.count else { return nil }
      let byte = bytes[place]
      place += 1
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    return nil
  }

  private mutating func skip(_ count: UInt64) -> Bool {
    guard count <= bytes.count - place else { return false }
    place += Int(count)
    return true
  }
}
