import NN
import Settings

/// The units of a text that a model predicts one by one.
///
/// The raw values are the words of a command line: `characters`, `bytes`.
public enum TextUnit: String, Choice {
  /// Unicode code points, for which the text must be valid UTF-8; an initial byte order mark is
  /// skipped, and line breaks are ordinary characters.
  case characters
  /// The bytes of the file, unchanged.
  case bytes

  /// The unit in which progress is counted.
  public var noun: Noun {
    switch self {
    case .characters: .character
    case .bytes: .byte
    }
  }
}
