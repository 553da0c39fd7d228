/// A colour of a mark.
///
/// All but `rgb` differ between light and dark pages.
public enum Color: Hashable, Sendable {
  /// One of the ten colours of the palette, which are safe for colour blindness; indices wrap
  /// around.
  case series(Int)
  /// The colour of text.
  case text
  /// The colour of axes and their numbers.
  case muted
  /// The colour of grid lines.
  case faint
  /// The background.
  case paper
  /// A fixed colour, by red, green and blue.
  case rgb(UInt8, UInt8, UInt8)

  /// The attribute that sets an element's `currentColor`.
  var attribute: String { attribute(class: "") }

  /// The same, with an additional class.
  func attribute(class other: String) -> String {
    let name =
      switch self {
      case .series(let index): "c\(modulo(index, Theme.series.count))"
      case .text: "ct"
      case .muted: "cm"
      case .faint: "cf"
      case .paper: "cp"
      case .rgb: ""
      }
    var parts: [String] = []
    let names = [name, other].filter { !$0.isEmpty }
    if !names.isEmpty { parts.append("class=\"\(names.joined(separator: " "))\"") }
    if case .rgb(let red, let green, let blue) = self {
      parts.append("color=\"\(hexadecimal(red, green, blue))\"")
    }
    return parts.joined(separator: " ")
  }
}

/// `#0b62c4`.
func hexadecimal(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> String {
  "#"
    + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// The non-negative remainder.
func modulo(_ value: Int, _ count: Int) -> Int {
  let remainder = value % count
  return remainder < 0 ? remainder + count : remainder
}
