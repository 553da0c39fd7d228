/// The height of a plot area of this width with equal scales, at most a little more than the width.
func equalHeight(
  _ x: (low: Double, high: Double), _ y: (low: Double, high: Double), width: Double
) -> Double {
  let ratio = (y.high / 2 - y.low / 2) / (x.high / 2 - x.low / 2)
  return width * min(1.2, max(0.2, ratio))
}

/// Widens one of two ranges so that both axes have the same scale.
func equalScales(
  _ x: (low: Double, high: Double), _ y: (low: Double, high: Double), width: Double, height: Double
) -> ((low: Double, high: Double), (low: Double, high: Double)) {
  let unit = max(
    (x.high / 2 - x.low / 2) / max(20, width), (y.high / 2 - y.low / 2) / max(20, height))
  func widened(_ range: (low: Double, high: Double), _ length: Double)
    -> (low: Double, high: Double)
  {
    let centre = range.low / 2 + range.high / 2
    let limit = Double.greatestFiniteMagnitude
    return (
      max(-limit, centre - unit * max(20, length)), min(limit, centre + unit * max(20, length))
    )
  }
  return (widened(x, width), widened(y, height))
}
