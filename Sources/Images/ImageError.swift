/// What can be wrong with an image file.
///
/// Every case carries the values found; the description is one line for a person, naming the file,
/// what was expected and what was found.
public enum ImageError: Error, Equatable, Sendable {
  /// The file is not there or cannot be read, for the reason that the system gives.
  case unreadable(path: String, reason: String)
  /// The file has more bytes than are read, ``Image/largestFileSize``.
  case fileTooLarge(path: String, bytes: Int)
  /// The file begins as none of the formats that are read does, but with these bytes, if any.
  case notAnImage(path: String, found: [UInt8])
  /// The header of a PGM or PPM file lacks a number or holds something else in its place.
  case brokenHeader(path: String, expected: String, found: String)
  /// The header promises more pixels than are read, ``Image/largestPixelCount``.
  case tooManyPixels(path: String, height: Int, width: Int)
  /// A PGM or PPM file ends before what its header promises; the header counts among the bytes.
  case truncated(path: String, expectedBytes: Int, foundBytes: Int)
  /// The file is of a format that is read, but is damaged; `reason` is the decoder's.
  case damaged(path: String, reason: String)
  /// The file is of a format that is read, but its colours are not, such as CMYK.
  case unsupportedColors(path: String, found: String)
}

extension ImageError {
  /// Whether the file is not there or cannot be read, and not that its contents are wrong.
  public var isMissingInput: Bool {
    if case .unreadable = self { true } else { false }
  }
}

extension ImageError: CustomStringConvertible {
  /// One line for a person: the file, what was expected, what was found.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .fileTooLarge(let path, let bytes):
      "\(path): expected an image file of at most \(Image.largestFileSize) bytes, found \(bytes)"
    case .notAnImage(let path, let found):
      "\(path): expected an image (PNG, JPEG, or binary PGM or PPM), found \(text(found))"
    case .brokenHeader(let path, let expected, let found):
      "\(path): expected in the image's header \(expected), found"
        + (found.isEmpty ? " the end of the file" : " '\(found)'")
    case .tooManyPixels(let path, let height, let width):
      "\(path): expected an image of at most \(Image.largestPixelCount) pixels, found by its header"
        + " \(height)×\(width)"
    case .truncated(let path, let expected, let found):
      "\(path): expected \(expected) bytes by its header, found \(found)"
    case .damaged(let path, let reason):
      "\(path): the image is damaged: \(reason)"
    case .unsupportedColors(let path, let found):
      "\(path): expected an image in grey or in red, green and blue, found \(found)"
    }
  }
}

/// The first bytes of a file as text where they are, else their values.
private func text(_ bytes: [UInt8]) -> String {
  if bytes.isEmpty { return "an empty file" }
  let isText = bytes.allSatisfy { (33...126).contains($0) }
  return isText
    ? "'\(String(decoding: bytes, as: UTF8.self))'"
    : bytes.map { "0x" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
      .joined(separator: " ")
}
