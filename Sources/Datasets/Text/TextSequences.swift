import Settings

/// What the sequences of a text are.
///
/// The raw values are the words of a command line: `windows`, `lines`.
public enum TextSequences: String, Choice {
  /// Pieces of one length, wherever they begin.
  case windows
  /// Its lines, each of which ends with a symbol of its own.
  case lines
}
