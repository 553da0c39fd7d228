import Foundation

/// The displacement of a coordinate at every pixel of an image: a sum of waves.
///
/// As sin(a x + (b y + c)) = sin(a x) cos(b y + c) + cos(a x) sin(b y + c), it takes a sine and a cosine
/// for each row and column instead of a sine for each pixel.
struct WaveSum {
  /// For each wave the sines of all columns, then the cosines.
  private let columns: [Float]
  /// For each row the sine and the cosine of each wave, times its amplitude.
  private let rows: [Float]
  private let width: Int
  private let count: Int

  /// Sums waves over images of this size.
  init(_ waves: [ElasticDistortion.Wave], height: Int, width: Int) {
    self.width = width
    count = waves.count
    var columns = [Float](repeating: 0, count: 2 * waves.count * width)
    var rows = [Float](repeating: 0, count: 2 * waves.count * height)
    for (index, wave) in waves.enumerated() {
      turns(width, step: wave.frequencyX, start: 0, amplitude: 1) { column, sine, cosine in
        columns[2 * index * width + column] = sine
        columns[(2 * index + 1) * width + column] = cosine
      }
      turns(
        height, step: wave.frequencyY, start: wave.phase, amplitude: wave.amplitude
      ) { row, sine, cosine in
        rows[2 * (row * waves.count + index)] = sine
        rows[2 * (row * waves.count + index) + 1] = cosine
      }
    }
    self.columns = columns
    self.rows = rows
  }

  /// Writes the displacements of a row of pixels.
  func write(row: Int, to result: UnsafeMutablePointer<Float>) {
    let width = width
    columns.withUnsafeBufferPointer { columns in
      guard var sines = columns.baseAddress else { return }
      for wave in 0..<count {
        let sine = rows[2 * (row * count + wave)]
        let cosine = rows[2 * (row * count + wave) + 1]
        let cosines = sines + width
        if wave == 0 {
          for place in 0..<width { result[place] = sines[place] * cosine + cosines[place] * sine }
        } else {
          for place in 0..<width { result[place] += sines[place] * cosine + cosines[place] * sine }
        }
        sines = cosines + width
      }
    }
  }
}

/// Calls `body` with the sines and cosines of `start`, `start + step`, …, times an amplitude.
private func turns(
  _ count: Int, step: Float, start: Float, amplitude: Float,
  _ body: (_ index: Int, _ sine: Float, _ cosine: Float) -> Void
) {
  // By the addition theorem, in double precision: a thousand steps cost no digit of the result.
  let (stepSine, stepCosine) = (sin(Double(step)), cos(Double(step)))
  var sine = Double(amplitude) * sin(Double(start))
  var cosine = Double(amplitude) * cos(Double(start))
  for index in 0..<count {
    body(index, Float(sine), Float(cosine))
    (sine, cosine) = (
      sine * stepCosine + cosine * stepSine, cosine * stepCosine - sine * stepSine
    )
  }
}
