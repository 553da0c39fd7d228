import Foundation

extension ElasticDistortion {
  /// Writes a distorted image, row-major like the original: a pixel of the result has the value at the
  /// place that the distortion moves it to, interpolated bilinearly, and 0 beyond the edges.
  func write(
    _ image: UnsafePointer<UInt8>, height: Int, width: Int, channels: Int,
    to result: UnsafeMutablePointer<UInt8>
  ) {
    let across = Displacement(horizontal, height: height, width: width)
    let down = Displacement(vertical, height: height, width: width)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { row in
      guard let x = row.baseAddress else { return }
      let y = x + width
      for top in 0..<height {
        across.write(row: top, to: x)
        down.write(row: top, to: y)
        for left in 0..<width {
          writePixel(
            of: image, height: height, width: width, channels: channels,
            x: Float(left) + x[left], y: Float(top) + y[left],
            to: result + (top * width + left) * channels)
        }
      }
    }
  }
}

/// Writes the values of an image between the centres of its pixels, which are at whole numbers.
@inline(__always)
private func writePixel(
  of image: UnsafePointer<UInt8>, height: Int, width: Int, channels: Int, x: Float, y: Float,
  to result: UnsafeMutablePointer<UInt8>
) {
  let (left, top) = (x.rounded(.down), y.rounded(.down))
  let (column, row) = (Int(left), Int(top))
  let (right, bottom) = (x - left, y - top)
  let isInside = column >= 0 && row >= 0 && column + 1 < width && row + 1 < height
  for channel in 0..<channels {
    /// The value of a pixel, 0 beyond the edges.
    func value(_ row: Int, _ column: Int) -> Float {
      guard isInside || row >= 0 && row < height && column >= 0 && column < width else { return 0 }
      return Float(image[(row * width + column) * channels + channel])
    }
    let above = value(row, column) * (1 - right) + value(row, column + 1) * right
    let below = value(row + 1, column) * (1 - right) + value(row + 1, column + 1) * right
    result[channel] = UInt8(above * (1 - bottom) + below * bottom + 0.5)
  }
}

/// A coordinate's displacement at every pixel of an image: a sum of waves.
///
/// As sin(a x + (b y + c)) = sin(a x) cos(b y + c) + cos(a x) sin(b y + c), it takes a sine and a cosine
/// for each row and column instead of a sine for each pixel.
private struct Displacement {
  /// The sine and the cosine of one wave along one side.
  typealias Turn = (sine: Float, cosine: Float)

  /// Of each wave, by column.
  private let columns: [[Turn]]
  /// Of each wave, by row, times its amplitude.
  private let rows: [[Turn]]

  init(_ waves: [ElasticDistortion.Wave], height: Int, width: Int) {
    columns = waves.map { turns(width, step: $0.frequencyX, start: 0, amplitude: 1) }
    rows = waves.map {
      turns(height, step: $0.frequencyY, start: $0.phase, amplitude: $0.amplitude)
    }
  }

  /// Writes the displacements of a row of pixels.
  func write(row: Int, to result: UnsafeMutablePointer<Float>) {
    guard let width = columns.first?.count else { return }
    result.update(repeating: 0, count: width)
    for (wave, turns) in columns.enumerated() {
      let (sine, cosine) = rows[wave][row]
      turns.withUnsafeBufferPointer { turns in
        for column in 0..<width {
          result[column] += turns[column].sine * cosine + turns[column].cosine * sine
        }
      }
    }
  }
}

/// The sines and cosines of `start`, `start + step`, … by the theorem of addition.
private func turns(
  _ count: Int, step: Float, start: Float, amplitude: Float
) -> [Displacement.Turn] {
  // In double precision, in which a thousand additions cost no digit of the result.
  let (stepSine, stepCosine) = (sin(Double(step)), cos(Double(step)))
  var sine = Double(amplitude) * sin(Double(start))
  var cosine = Double(amplitude) * cos(Double(start))
  return (0..<count).map { _ in
    defer {
      (sine, cosine) = (
        sine * stepCosine + cosine * stepSine, cosine * stepCosine - sine * stepSine
      )
    }
    return (Float(sine), Float(cosine))
  }
}
