/// The shape of a point.
public enum Marker: CaseIterable, Sendable {
  /// A disc.
  case dot
  /// A square.
  case square
  /// A triangle that points upwards.
  case triangle
  /// A square on its corner.
  case diamond
  /// Two crossed lines.
  case cross
  /// A circle.
  case ring

  /// The path of a shape around a point.
  ///
  /// - Parameter size: Its diameter in pixels.
  func path(_ size: Double) -> (Point) -> String {
    let half = pixels(size / 2)
    let small = pixels(size * 0.44)
    switch self {
    case .dot: return { "M\(pixels($0.x, decimals: 1)) \(pixels($0.y, decimals: 1))h0" }
    case .square:
      let side = pixels(size * 0.88)
      return {
        "M\(pixels($0.x - size * 0.44)) \(pixels($0.y - size * 0.44))h\(side)v\(side)h-\(side)z"
      }
    case .triangle:
      return { "M\($0.text)m0-\(half)l\(half) \(pixels(size * 0.9))h-\(pixels(size))z" }
    case .diamond:
      return { "M\($0.text)m0-\(half)l\(half) \(half)l-\(half) \(half)l-\(half)-\(half)z" }
    case .cross:
      let side = pixels(size * 0.88)
      return {
        "M\($0.text)m-\(small)-\(small)l\(side) \(side)m0-\(side)l-\(side) \(side)"
      }
    case .ring:
      let full = pixels(size)
      return {
        "M\($0.text)m-\(half) 0a\(half) \(half) 0 1 0 \(full) 0a\(half) \(half) 0 1 0-\(full) 0"
      }
    }
  }

  /// The attributes of a path of these shapes.
  ///
  /// A dot is a line of length 0 with round ends, a dozen bytes a point.
  func attributes(_ size: Double, opacity: Double = 1) -> String {
    let share = opacity < 1 ? " opacity=\"\(pixels(opacity))\"" : ""
    switch self {
    case .dot:
      return """
        fill="none" stroke="currentColor" stroke-width="\(pixels(size))" stroke-linecap="round"\
        \(share)
        """
    case .cross, .ring: return "fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\"\(share)"
    default: return "fill=\"currentColor\"\(share)"
    }
  }
}
