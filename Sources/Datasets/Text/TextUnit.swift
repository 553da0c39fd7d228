import NN
import Settings

/// The pieces of a text that a model predicts one by one.
///
/// The raw values are the words of a command line: `characters`, `bytes`.
public enum TextUnit: String, Choice {
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
