/// A path or file name as the system represents it: bytes, which need not be UTF-8.
///
/// An archive from another system may contain names in Latin-1 or Shift JIS, which a `String`
/// cannot represent: it would turn them into names of nonexistent files.
public struct RawPath: Hashable, Sendable {
  /// The bytes, none of which is 0.
  public let bytes: [UInt8]

  /// Creates a path from its bytes, up to the first that is 0.
  public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes.prefix { $0 != 0 }) }

  /// Creates a path from a text.
  public init(_ text: String) { self.init(bytes: text.utf8) }

  /// The path of an item in the folder at this path.
  public func appending(_ path: RawPath) -> RawPath {
    RawPath(bytes: bytes + [slash] + path.bytes)
  }

  /// The names of the folders on the way, followed by that of the file.
  public var components: [RawPath] { bytes.split(separator: slash).map(RawPath.init(bytes:)) }

  /// The bytes as a C string, with a zero at the end.
  public var cString: [CChar] { bytes.map(CChar.init(bitPattern:)) + [0] }
}

private let slash = UInt8(ascii: "/")

extension RawPath: Comparable {
  /// Whether the bytes of one path precede those of the other.
  public static func < (a: RawPath, b: RawPath) -> Bool {
    a.bytes.lexicographicallyPrecedes(b.bytes)
  }
}

extension RawPath: ExpressibleByStringLiteral {
  /// Creates a path from a text.
  public init(stringLiteral text: String) { self.init(text) }
}

extension RawPath: CustomStringConvertible {
  /// The path as text; bytes that are not UTF-8 appear as `\xE9`.
  public var description: String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    var rest = bytes[...]
    while let first = rest.first {
      let lengths = 1...min(4, rest.count)
      if let character = lengths.lazy.compactMap({
        String(validating: rest.prefix($0), as: UTF8.self)
      })
      .first {
        text += character
        rest = rest.dropFirst(character.utf8.count)
      } else {
        text += "\\x" + (first < 16 ? "0" : "") + String(first, radix: 16, uppercase: true)
        rest = rest.dropFirst()
      }
    }
    return text
  }
}
