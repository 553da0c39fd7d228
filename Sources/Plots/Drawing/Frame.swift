/// The axes of a panel: grid lines, ticks and numbers.
struct Frame {
  let area: Rectangle
  let x: Scale
  let y: Scale
  let labelsX: AxisLabels
  let ticksY: [Tick]
  /// Whether there are grid lines at the ticks of the horizontal axis.
  let hasGridX: Bool
  /// Whether there are grid lines at the ticks of the vertical axis.
  let hasGridY: Bool

  private var right: Double { area.x + area.width }
  private var bottom: Double { area.y + area.height }

  /// The grid lines.
  var lines: String {
    var path = ""
    if hasGridX {
      for tick in labelsX.ticks where !tick.isMinor {
        if let place = x.position(tick.value) {
          path += "M\(pixels(place)) \(pixels(area.y))V\(pixels(bottom))"
        }
      }
    }
    if hasGridY {
      for tick in ticksY where !tick.isMinor {
        if let place = y.position(tick.value) {
          path += "M\(pixels(area.x)) \(pixels(place))H\(pixels(right))"
        }
      }
    }
    return path.isEmpty
      ? "" : "<path \(Color.faint.attribute) d=\"\(path)\" stroke=\"currentColor\"/>\n"
  }

  /// The axes with ticks and numbers.
  var numbers: String {
    var path = "M\(pixels(area.x)) \(pixels(area.y))V\(pixels(bottom))H\(pixels(right))"
    var texts = ""
    for tick in labelsX.ticks {
      guard let place = x.position(tick.value) else { continue }
      path += "M\(pixels(place)) \(pixels(bottom))v\(tick.isMinor ? 3 : 5)"
      if tick.label.isEmpty { continue }
      texts +=
        labelsX.isSlanted
        ? text(
          tick.label, x: place + 4, y: bottom + 14, color: .muted, anchor: "end",
          rotation: AxisLabels.slant)
        : text(tick.label, x: place, y: bottom + 17, color: .muted, anchor: "middle")
      texts += "\n"
    }
    for tick in ticksY {
      guard let place = y.position(tick.value) else { continue }
      path += "M\(pixels(area.x)) \(pixels(place))h-\(tick.isMinor ? 2 : 4)"
      if tick.label.isEmpty { continue }
      texts += text(tick.label, x: area.x - 7, y: place + 4, color: .muted, anchor: "end") + "\n"
    }
    return "<path \(Color.muted.attribute) d=\"\(path)\" fill=\"none\" stroke=\"currentColor\"/>\n"
      + texts
  }
}
