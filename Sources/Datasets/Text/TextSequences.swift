import Settings

/// How a text is split into sequences.
///
/// The raw values are the words of a command line: `windows`, `lines`.
public enum TextSequences: String, Choice {
  /// Pieces of equal length, starting anywhere.
  case windows
  /// Lines, each of which ends with a special symbol.
  case lines
}
