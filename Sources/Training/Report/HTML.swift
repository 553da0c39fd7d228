/// A text as it may stand in a page, inside an element or an attribute.
///
/// What XML allows nowhere, such as control characters in a folder's name, is replaced.
func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\t", "\n", "\r", " "..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"...:
      result.unicodeScalars.append(scalar)
    default: result += "\u{FFFD}"
    }
  }
  return result
}

/// So many of the numbers from 0 to below `total`, evenly spaced, the first and the last among them;
/// all if there are no more.
func evenlySpaced(_ count: Int, of total: Int) -> [Int] {
  precondition(count > 1, "evenlySpaced: expected two or more, found \(count)")
  if total <= count { return Array(0..<total) }
  return (0..<count).map { $0 * (total - 1) / (count - 1) }
}
