import NN

/// What can be wrong with a text to train on, or with what is asked of it.
public enum TextError: Error, Equatable, Sendable {
  /// The byte at this offset, counted from 0, and in this line, counted from 1, belongs to no character.
  case notUTF8(path: String, offset: Int, line: Int, found: UInt8)
  /// There is not a single character, byte or line.
  case empty(path: String)
  /// A part of the text has no room for a window of so many units and the one before them.
  case tooShort(path: String, part: String, window: Int, found: Int, of: Noun)
  /// A line, counted from 1, has more units than a window has room for.
  case lineTooLong(path: String, line: Int, limit: Int, found: Int, of: Noun)
  /// There are too few lines to train on some and test with others.
  case tooFewLines(path: String, found: Int)
  /// A text to be encoded has a character, counted from 1, that the vocabulary does not have.
  case unknownCharacter(found: String, place: Int)
}

extension TextError: CustomStringConvertible {
  /// One line for a person: the file, what was expected, what was found.
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
      "\(path): expected at least 2 lines, to train on and to test with, found \(found)"
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
