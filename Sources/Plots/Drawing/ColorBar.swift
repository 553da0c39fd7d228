/// The colour bar to the right of the plot area.
struct ColorBar {
  let scale: ColorScale
  private let color: Color
  private let ticks: [Tick]

  init(_ scale: ColorScale, color: Color) {
    self.scale = scale
    self.color = color
    ticks = Tick.linear(from: scale.low, to: scale.high, count: 4)
  }

  private static let thickness = 12.0

  /// The width, with numbers and margin.
  var width: Double {
    12 + Self.thickness + 5 + (ticks.map { textWidth($0.label) }.max() ?? 0)
  }

  /// The elements, next to a plot area.
  ///
  /// - Parameter left: The bar's left edge.
  func drawn(at left: Double, _ area: Rectangle) -> String {
    let bottom = area.y + area.height
    func border(_ level: Int) -> String {
      pixels(bottom - area.height * Double(level) / Double(ColorMap.levelCount))
    }
    let right = pixels(left + Self.thickness)
    var elements = "<g shape-rendering=\"crispEdges\">\n"
    for level in 0..<ColorMap.levelCount {
      let path = "M\(pixels(left)) \(border(level))H\(right)V\(border(level + 1))H\(pixels(left))z"
      elements += "<path \(scale.attributes(ofLevel: level, color: color)) d=\"\(path)\"/>\n"
    }
    elements += "</g>\n"
    for tick in ticks {
      guard let share = scale.share(tick.value) else { continue }
      let y = area.y + area.height * (1 - share)
      elements +=
        text(tick.label, x: left + Self.thickness + 5, y: y + 4, color: .muted) + "\n"
    }
    return elements
  }
}
