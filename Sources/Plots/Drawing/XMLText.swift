/// Escapes a text for use in SVG or HTML, inside an element or an attribute.
///
/// Characters that XML does not allow, such as control characters in a folder's name, are replaced,
/// as are marks that would change the direction of the following text.
package func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\u{7F}"..."\u{9F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": result += "\u{FFFD}"
    case "\t", "\n", "\r", " "..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"...:
      result.unicodeScalars.append(scalar)
    default: result += "\u{FFFD}"
    }
  }
  return result
}

/// A coordinate with at most `decimals` decimals and no trailing zeros, in every locale.
func pixels(_ value: Double, decimals: Int = 2) -> String {
  guard value.isFinite else { return "0" }
  var unit = 1
  for _ in 0..<decimals { unit *= 10 }
  let scaled = Int((min(1e9, max(-1e9, value)) * Double(unit)).rounded())
  let whole = scaled.magnitude / UInt(unit)
  var fraction = scaled.magnitude % UInt(unit)
  var text = scaled < 0 ? "-\(whole)" : "\(whole)"
  if fraction == 0 { return text }
  var width = decimals
  while fraction % 10 == 0 {
    fraction /= 10
    width -= 1
  }
  let digits = String(fraction)
  text += "." + String(repeating: "0", count: width - digits.utf8.count) + digits
  return text
}
