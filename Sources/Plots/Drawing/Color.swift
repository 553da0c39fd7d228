/// A colour of a mark.
///
/// But for `rgb`, it is another one on a dark page than on a light one.
public enum Color: Hashable, Sendable {
  /// One of ten colours that can be told apart with each kind of colour blindness, in the order in which
  /// marks without a colour get them; after the tenth comes the first again.
  case series(Int)
  /// That of text.
  case text
  /// That of axes and their numbers.
  case muted
  /// That of the lines behind the marks.
  case faint
  /// That of the ground.
  case paper
  /// A colour that is the same on every page, by its red, green and blue.
  case rgb(UInt8, UInt8, UInt8)

  /// The attribute that sets an element's `currentColor`.
  var attribute: String { attribute(class: "") }

  /// The same, with another class besides.
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

/// The remainder that is never negative.
func modulo(_ value: Int, _ count: Int) -> Int {
  let remainder = value % count
  return remainder < 0 ? remainder + count : remainder
}
