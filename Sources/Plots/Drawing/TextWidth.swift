/// The estimated width of a text in pixels; an upper estimate, because the reader's font is
/// unknown.
func textWidth(_ text: String, size: Double = 12, isBold: Bool = false) -> Double {
  let width = text.unicodeScalars.reduce(0.0) { $0 + relativeWidth($1) }
  return width * size * (isBold ? 1.1 : 1)
}

/// The width of a character relative to the font size.
private func relativeWidth(_ scalar: Unicode.Scalar) -> Double {
  switch scalar {
  case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", "(", ")", "[", "]", " ", "f", "t",
    "r":
    0.38
  case "m", "w", "M", "W", "—", "%", "@": 0.95
  case "A"..."Z", "−", "×", "+", "=": 0.74
  case "⁰"..."₟", "¹", "²", "³": 0.42
  case "\u{300}"..."\u{36F}": 0
  case "\u{1100}"..."\u{115F}", "\u{2E80}"...: 1.05
  default: 0.63
  }
}

/// Breaks a text into lines of at most `width` pixels; words longer than a line are split.
func wrapped(_ text: String, width: Double, size: Double = 12, isBold: Bool = false) -> [String] {
  var lines: [String] = []
  for paragraph in text.split(separator: "\n") {
    var line = ""
    for word in paragraph.split(separator: " ") {
      let longer = line.isEmpty ? String(word) : "\(line) \(word)"
      if textWidth(longer, size: size, isBold: isBold) <= width {
        line = longer
        continue
      }
      if !line.isEmpty { lines.append(line) }
      line = ""
      for character in word {
        if !line.isEmpty, textWidth(line + String(character), size: size, isBold: isBold) > width {
          lines.append(line)
          line = ""
        }
        line.append(character)
      }
    }
    if !line.isEmpty { lines.append(line) }
  }
  return lines
}
