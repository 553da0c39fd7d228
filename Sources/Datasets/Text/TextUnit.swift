/// The pieces of a text that a model predicts one by one.
///
/// The raw values are the words of a command line: `characters`, `bytes`.
public enum TextUnit: String, CaseIterable, Codable, Sendable {
  /// Unicode's code points, of which the text has to be valid UTF-8; a byte order mark at the beginning is
  /// skipped, line breaks are characters like others.
  case characters
  /// The bytes of the file as they are, whatever they mean.
  case bytes

  /// What progress is counted in.
  public var noun: Noun {
    switch self {
    case .characters: .character
    case .bytes: .byte
    }
  }
}

extension TextUnit {
  /// Calls `body` with each unit of a file's bytes in order, as the number of the byte or code point.
  ///
  /// Throws ``TextError/notUTF8(path:offset:line:found:)`` for characters that are not valid.
  func forEach(in bytes: [UInt8], path: String, _ body: (UInt32) -> Void) throws(TextError) {
    switch self {
    case .bytes:
      for byte in bytes { body(UInt32(byte)) }
    case .characters:
      if let offset = firstInvalid(of: bytes, body) {
        let line = bytes[..<offset].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        throw .notUTF8(path: path, offset: offset, line: line, found: bytes[offset])
      }
    }
  }

  /// Calls `body` with the code points up to the first byte that does not belong to one, and returns where
  /// that is.
  private func firstInvalid(of bytes: [UInt8], _ body: (UInt32) -> Void) -> Int? {
    var offset = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes[offset...].makeIterator()
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let scalar):
        body(Unicode.UTF8.decode(scalar).value)
        offset += scalar.count
      case .error: return offset
      case .emptyInput: return nil
      }
    }
  }
}
