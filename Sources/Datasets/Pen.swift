/// A point on a sheet of paper or in an image, x to the right and y downwards.
struct Point: Equatable {
  var x: Float
  var y: Float
}

/// A straight piece of a stroke, whose thickness changes linearly from one end to the other.
///
/// Lengths are in pixels; the centre of the image's first pixel is at (0.5, 0.5).
struct Segment {
  var start: Point
  var end: Point
  var startRadius: Float
  var endRadius: Float
}

/// A pen that draws segments into an image: ink of one grey level, with a soft edge.
struct Pen {
  /// The grey value of a pixel full of ink; values above 255 are white.
  let ink: Float
  /// The width in pixels of the edge over which the grey value falls to zero.
  let softness: Float

  /// Draws `segments` into a square image of `side` × `side` pixels, on top of its contents.
  ///
  /// Each pixel takes the most ink that any segment gives it, so that strokes may cross and meet.
  func draw(_ segments: [Segment], into image: UnsafeMutablePointer<UInt8>, side: Int) {
    for segment in segments { draw(segment, into: image, side: side) }
  }

  private func draw(_ segment: Segment, into image: UnsafeMutablePointer<UInt8>, side: Int) {
    let (start, end) = (segment.start, segment.end)
    let (alongX, alongY) = (end.x - start.x, end.y - start.y)
    let squaredLength = alongX * alongX + alongY * alongY
    let inverse = squaredLength > 0 ? 1 / squaredLength : 0
    let reach = max(segment.startRadius, segment.endRadius) + softness / 2

    let columns = pixels(from: min(start.x, end.x) - reach, to: max(start.x, end.x) + reach, side)
    let rows = pixels(from: min(start.y, end.y) - reach, to: max(start.y, end.y) + reach, side)
    for row in rows {
      for column in columns {
        let x = Float(column) + 0.5 - start.x
        let y = Float(row) + 0.5 - start.y
        // The nearest point of the segment, as a fraction of the way from its start to its end.
        let fraction = min(max((x * alongX + y * alongY) * inverse, 0), 1)
        let (offX, offY) = (x - fraction * alongX, y - fraction * alongY)
        let distance = (offX * offX + offY * offY).squareRoot()
        let radius = segment.startRadius + fraction * (segment.endRadius - segment.startRadius)
        let coverage = min(max((radius - distance) / softness + 0.5, 0), 1)
        let grey = UInt8(min(ink * coverage, 255) + 0.5)
        let place = row * side + column
        if grey > image[place] { image[place] = grey }
      }
    }
  }

  /// Returns the indices of the pixels between two coordinates that are in the image.
  private func pixels(from lower: Float, to upper: Float, _ side: Int) -> Range<Int> {
    let first = min(max(Int(lower), 0), side)
    return first..<max(first, min(Int(upper) + 1, side))
  }
}
