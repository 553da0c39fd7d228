/// An error in an image file.
///
/// Every case carries the values found; the description is one line that names the file, what was
/// expected and what was found.
public enum ImageError: Error, Equatable, Sendable {
  /// The file is missing or cannot be read, for the system's reason.
  case unreadable(path: String, reason: String)
  /// The file is larger than ``Image/largestFileSize``.
  case fileTooLarge(path: String, bytes: Int)
  /// The file has none of the supported formats, but begins with these bytes, if any.
  case notAnImage(path: String, found: [UInt8])
  /// The header of a PGM or PPM file lacks a number or has something else in its place.
  case brokenHeader(path: String, expected: String, found: String)
  /// The header promises more pixels than ``Image/largestPixelCount``.
  case tooManyPixels(path: String, height: Int, width: Int)
  /// A PGM or PPM file is shorter than its header promises; the counts include the header.
  case truncated(path: String, expectedBytes: Int, foundBytes: Int)
  /// The file has a supported format, but is damaged; `reason` is the decoder's.
  case damaged(path: String, reason: String)
  /// The file has a supported format, but unsupported colours, such as CMYK.
  case unsupportedColors(path: String, found: String)
}

extension ImageError {
  /// Whether the file is missing or unreadable, as opposed to having wrong contents.
  public var isMissingInput: Bool {
    if case .unreadable = self { true } else { false }
  }
}

extension ImageError: CustomStringConvertible {
  /// One line with the file, what was expected and what was found.
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

/// The first bytes of a file as text if possible, otherwise as numbers.
private func text(_ bytes: [UInt8]) -> String {
  if bytes.isEmpty { return "an empty file" }
  let isText = bytes.allSatisfy { (33...126).contains($0) }
  return isText
    ? "'\(String(decoding: bytes, as: UTF8.self))'"
    : bytes.map { "0x" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
      .joined(separator: " ")
}
