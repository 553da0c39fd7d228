/// Formats a text as one word for a shell, with exactly these characters.
///
/// Plain words are unchanged, others are put in single quotes. Characters that a terminal does not
/// show, such as line breaks, are escaped as in C (`$'…'`, supported by bash, zsh and POSIX 2024),
/// so that the word can be copied from one line.
///
/// ```swift
/// shellWord("runs/vae-001")      // runs/vae-001
/// shellWord("my runs/vae-001")   // 'my runs/vae-001'
/// ```
package func shellWord(_ word: String) -> String {
  if isPlain(word) { return word }
  if word.unicodeScalars.contains(where: isInvisible) {
    return "$'" + word.unicodeScalars.map(escaped).joined() + "'"
  }
  return "'"
    + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
}

/// A path as a word for a shell that no program takes for an option.
package func shellPath(_ path: String) -> String {
  shellWord(path.hasPrefix("-") ? "./" + path : path)
}

/// Whether no shell gives special meaning to any character of a word.
private func isPlain(_ word: String) -> Bool {
  // zsh replaces `=name` by the path of a program.
  guard let first = word.utf8.first, first != UInt8(ascii: "=") else { return false }
  return word.unicodeScalars.allSatisfy { scalar in
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || "-_./,:=+".unicodeScalars.contains(scalar))
  }
}

/// Whether a character is invisible on a terminal, or cannot be copied from it.
private func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate:
    true
  default: false
  }
}

/// A character escaped for use between `$'` and `'`.
private func escaped(_ scalar: Unicode.Scalar) -> String {
  switch scalar {
  case "\\", "'": return "\\\(scalar)"
  case "\n": return #"\n"#
  case "\t": return #"\t"#
  case _ where isInvisible(scalar):
    // Three octal digits per byte, so that a following digit is never included.
    return String(scalar).utf8.map { byte in
      "\\" + [6, 3, 0].map { String(byte >> UInt8($0) & 7) }.joined()
    }.joined()
  default: return String(scalar)
  }
}
