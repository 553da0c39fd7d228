import Training

/// A field of a message in the wire format of protocol buffers: a number and a value.
///
/// Only the kinds that event files need are supported.
enum ProtocolField {
  case integer(Int, Int)
  case single(Int, Float)
  case double(Int, Double)
  case text(Int, String)
  case bytes(Int, [UInt8])
  case message(Int, [ProtocolField])

  /// The field as bytes: the number and kind, then the value.
  private var encoded: [UInt8] {
    switch self {
    case .integer(let field, let value):
      variableLength(field << 3) + variableLength(value)
    case .double(let field, let value):
      variableLength(field << 3 | 1) + littleEndian(value.bitPattern)
    case .bytes(let field, let value):
      variableLength(field << 3 | 2) + variableLength(value.count) + value
    case .single(let field, let value):
      variableLength(field << 3 | 5) + littleEndian(value.bitPattern)
    case .text(let field, let text): Self.bytes(field, Array(text.utf8)).encoded
    case .message(let field, let fields): Self.bytes(field, Self.encode(fields)).encoded
    }
  }

  /// Encodes a message of these fields.
  static func encode(_ fields: [ProtocolField]) -> [UInt8] { fields.flatMap(\.encoded) }
}

/// A whole number in as few bytes as possible, seven bits per byte, lowest first.
private func variableLength(_ value: Int) -> [UInt8] {
  var rest = UInt64(bitPattern: Int64(value))
  var bytes: [UInt8] = []
  while rest >= 0x80 {
    bytes.append(UInt8(rest & 0x7F) | 0x80)
    rest >>= 7
  }
  return bytes + [UInt8(rest)]
}
