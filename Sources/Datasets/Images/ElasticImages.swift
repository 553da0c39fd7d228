extension ElasticDistortion {
  /// Writes a distorted image, row-major like the original.
  ///
  /// A pixel of the result has the value at the position that the distortion moves it to,
  /// interpolated bilinearly between the centres of pixels, and 0 beyond the edges.
  func write(
    _ image: UnsafePointer<UInt8>, height: Int, width: Int, channels: Int,
    to result: UnsafeMutablePointer<UInt8>
  ) {
    let across = WaveSum(horizontal, height: height, width: width)
    let down = WaveSum(vertical, height: height, width: width)
    let frame = Frame(height: height, width: width, channels: channels)
    // The framed image, and for each pixel of a row two coordinates with their fractions.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: frame.count + 4 * width) { memory in
      guard let framed = memory.baseAddress else { return }
      frame.write(image, to: framed)
      let x = Coordinates(framed + frame.count, count: width)
      let y = Coordinates(framed + frame.count + 2 * width, count: width)
      for row in 0..<height {
        across.write(row: row, to: x.whole)
        down.write(row: row, to: y.whole)
        x.split(from: Float(frame.margin), step: 1, upTo: Float(width + frame.margin))
        y.split(from: Float(row + frame.margin), step: 0, upTo: Float(height + frame.margin))
        frame.writeRow(at: x, y, from: framed, to: result + row * width * channels)
      }
    }
  }
}

/// An image framed by black pixels, so that interpolation never reads outside it.
private struct Frame {
  let height: Int
  let width: Int
  let channels: Int
  /// The number of black pixels on each side.
  let margin = 2

  /// The number of values from row to row.
  private var stride: Int { (width + 2 * margin) * channels }
  /// The total number of values.
  var count: Int { (height + 2 * margin) * stride }

  /// Writes an image and the black pixels around it.
  func write(_ image: UnsafePointer<UInt8>, to result: UnsafeMutablePointer<Float>) {
    result.update(repeating: 0, count: count)
    for row in 0..<height {
      let line = result + (row + margin) * stride + margin * channels
      let source = image + row * width * channels
      for place in 0..<width * channels { line[place] = Float(source[place]) }
    }
  }

  /// Writes pixels with the values at these coordinates of the framed image.
  func writeRow(
    at x: Coordinates, _ y: Coordinates, from framed: UnsafePointer<Float>,
    to result: UnsafeMutablePointer<UInt8>
  ) {
    // If the compiler knows that there is one channel, it omits the loop.
    if channels == 1 {
      writeRow(at: x, y, from: framed, channels: 1, to: result)
    } else {
      writeRow(at: x, y, from: framed, channels: channels, to: result)
    }
  }

  @inline(__always)
  private func writeRow(
    at x: Coordinates, _ y: Coordinates, from framed: UnsafePointer<Float>, channels: Int,
    to result: UnsafeMutablePointer<UInt8>
  ) {
    let stride = stride
    for place in 0..<width {
      let (right, bottom) = (x.fraction[place], y.fraction[place])
      let upper =
        framed + (wholeNumber(in: y.whole[place]) &* stride)
        + (wholeNumber(in: x.whole[place]) &* channels)
      let lower = upper + stride
      for channel in 0..<channels {
        let above = upper[channel] + (upper[channel + channels] - upper[channel]) * right
        let below = lower[channel] + (lower[channel + channels] - lower[channel]) * right
        let value = above + (below - above) * bottom
        result[place &* channels &+ channel] = UInt8(
          truncatingIfNeeded: wholeNumber(in: value + behindFractions))
      }
    }
  }
}

/// 2²³, the number from which on floats have no fractional digits: its sum with a number from 0 to
/// 2²² is rounded to a whole number.
///
/// The standard library's conversions, which first check that there is a result, take longer than
/// everything else.
private let behindFractions: Float = 0x1p23

/// The whole number that was added to 2²³.
@inline(__always)
private func wholeNumber(in sum: Float) -> Int { Int(sum.bitPattern & 0x7f_ffff) }

/// The coordinates of the pixels of a row along one axis: initially displacements, then whole
/// pixels and fractions.
private struct Coordinates {
  /// Displacements, or after the split the index of a pixel plus 2²³.
  let whole: UnsafeMutablePointer<Float>
  /// The distance of a coordinate from this pixel, from 0 to 1.
  let fraction: UnsafeMutablePointer<Float>
  private let count: Int

  /// Uses memory for twice the count.
  init(_ memory: UnsafeMutablePointer<Float>, count: Int) {
    whole = memory
    fraction = memory + count
    self.count = count
  }

  /// Adds the coordinates `start`, `start + step`, … to the displacements, limits the sums to
  /// between 1 and `last`, and splits them.
  func split(from start: Float, step: Float, upTo last: Float) {
    for place in 0..<count {
      let moved = start + step * Float(Int32(truncatingIfNeeded: place)) + whole[place]
      let low = moved < 1 ? 1 : moved
      let coordinate = low > last ? last : low
      let sum = (coordinate - 0.5) + behindFractions
      whole[place] = sum
      fraction[place] = coordinate - (sum - behindFractions)
    }
  }
}
