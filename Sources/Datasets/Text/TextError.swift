import NN

/// An error in a training text, or in what is requested of it.
public enum TextError: Error, Equatable, Sendable {
  /// The byte at this offset, counted from 0, and line, counted from 1, is not valid UTF-8.
  case notUTF8(path: String, offset: Int, line: Int, found: UInt8)
  /// There is no character, byte or line at all.
  case empty(path: String)
  /// A part of the text is too short for a window of this many units and the one before them.
  case tooShort(path: String, part: String, window: Int, found: Int, of: Noun)
  /// A line, counted from 1, has more units than fit into a window.
  case lineTooLong(path: String, line: Int, limit: Int, found: Int, of: Noun)
  /// There are too few lines for training and testing.
  case tooFewLines(path: String, found: Int)
  /// A text to be encoded has a character, at an index counted from 1, that is not in the
  /// vocabulary.
  case unknownCharacter(found: String, place: Int)
}

extension TextError: CustomStringConvertible {
  /// One line with the file, what was expected and what was found.
  public var description: String {
    switch self {
    case .notUTF8(let path, let offset, let line, let found):
      "\(path): expected a text in UTF-8, found the byte 0x\(hexadecimal(found)) at offset \(offset), in"
        + " line \(line)"
    case .empty(let path):
      "\(path): expected a text, found an empty file"
    case .tooShort(let path, let part, let window, let found, let noun):
      "\(path): expected at least \(window + 1) \(noun(window + 1)) \(part) for windows of \(window),"
        + " found \(found)"
    case .lineTooLong(let path, let line, let limit, let found, let noun):
      "\(path): expected lines of at most \(limit) \(noun(limit)), found \(found) in line \(line)"
    case .tooFewLines(let path, let found):
      "\(path): expected at least 2 lines, for training and testing, found \(found)"
    case .unknownCharacter(let found, let place):
      "expected characters of the text that the model was trained on, found '\(found)' at place"
        + " \(place)"
    }
  }
}

/// Returns a byte as two digits.
private func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}
