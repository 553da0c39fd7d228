/// A path through points, broken at missing ones.
///
/// Of successive points in a column of half a pixel, only the first, the lowest, the highest and
/// the last are kept, which looks the same: the size of a long trace is bounded by that of the
/// picture.
///
/// - Parameters:
///   - places: The points in order.
///   - isClosed: Whether each unbroken piece is closed.
func path(through places: [Point?], isClosed: Bool = false) -> String {
  var path = ""
  for piece in places.split(separator: nil) {
    let thinned = thinned(piece.compactMap { $0 })
    // An isolated point is drawn as a dot: a line of length 0 with round ends.
    for (index, point) in thinned.enumerated() {
      path += (index == 0 ? "M" : index == 1 ? "L" : " ") + point.text
    }
    if thinned.count == 1 { path += "h0" }
    if isClosed { path += "Z" }
  }
  return path
}

private func thinned(_ points: [Point]) -> [Point] {
  if points.count < 1000 { return points }
  var result: [Point] = []
  var first = 0
  while first < points.count {
    let column = (points[first].x * 2).rounded(.down)
    var end = first
    var (lowest, highest) = (first, first)
    while end < points.count, (points[end].x * 2).rounded(.down) == column {
      if points[end].y < points[highest].y { highest = end }
      if points[end].y > points[lowest].y { lowest = end }
      end += 1
    }
    var kept = [first, min(lowest, highest), max(lowest, highest), end - 1]
    kept = kept.enumerated().filter { $0.offset == 0 || kept[$0.offset - 1] != $0.element }
      .map(\.element)
    result += kept.map { points[$0] }
    first = end
  }
  return result
}
