/// Returns points along a smooth curve through `points`: both ends, and `pieces` points for each
/// span between two of them.
///
/// A curve that ends where it began is smooth there, too. Two points give a straight line. The
/// curve is a Catmull–Rom spline ("A class of local interpolating splines", 1974): at each point,
/// its direction is from the previous point to the next.
func smoothCurve(through points: [Point], pieces: Int) -> [Point] {
  let last = points.count - 1
  guard last > 1 else { return points }
  let isClosed = points[0] == points[last]
  let before = isClosed ? points[last - 1] : points[0]
  let after = isClosed ? points[1] : points[last]
  let padded = [before] + points + [after]

  var curve = [points[0]]
  curve.reserveCapacity(last * pieces + 1)
  for span in 0..<last {
    let (p0, p1, p2, p3) = (padded[span], padded[span + 1], padded[span + 2], padded[span + 3])
    for piece in 1...pieces {
      let t = Float(piece) / Float(pieces)
      curve.append(
        Point(x: catmullRom(p0.x, p1.x, p2.x, p3.x, t), y: catmullRom(p0.y, p1.y, p2.y, p3.y, t)))
    }
  }
  return curve
}

/// The uniform Catmull–Rom cubic: `b` at t = 0 and `c` at t = 1, with slopes (c − a)/2, (d − b)/2.
private func catmullRom(_ a: Float, _ b: Float, _ c: Float, _ d: Float, _ t: Float) -> Float {
  let slopeAtB = (c - a) / 2
  let slopeAtC = (d - b) / 2
  let quadratic = 3 * (c - b) - 2 * slopeAtB - slopeAtC
  let cubic = 2 * (b - c) + slopeAtB + slopeAtC
  return b + t * (slopeAtB + t * (quadratic + t * cubic))
}
