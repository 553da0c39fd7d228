import Tensor

extension Image {
  /// The picture scaled until its shorter side has `side` pixels, and cropped to the middle: a
  /// square of `side` × `side` pixels.
  ///
  /// The scaled longer side is rounded down. A pixel of the result is a weighted average of the
  /// picture, with weights that fall linearly from the pixel's centre to zero at a distance of one
  /// pixel of the result, or of one pixel of the picture if it is enlarged, so that nothing is
  /// skipped: the triangle filter (Turkowski, "Filters for common resampling tasks", 1990), which
  /// Pillow calls bilinear, and torchvision's `Resize` bilinear with `antialias`.
  public func resized(toFill side: Int) -> Image {
    precondition(side > 0, "Image.resized(toFill:): expected a side of 1 or more, found \(side)")
    guard height != side || width != side else { return self }
    let shorter = min(height, width)
    let columns = Taps(from: width, to: side * width / shorter, middle: side)
    let rows = Taps(from: height, to: side * height / shorter, middle: side)

    // Horizontally first, only for the rows that are needed.
    let firstRow = rows.spans[0].start
    let rowCount = rows.spans[side - 1].start + rows.spans[side - 1].weights.count - firstRow
    let rowLength = side * channels
    var narrow = [Float](repeating: 0, count: rowCount * rowLength)
    var result = [UInt8](repeating: 0, count: side * rowLength)
    // Uses pointers: with arrays, reference counting would take most of the time.
    pixels.withUnsafeBufferPointer { pixels in
      narrow.withUnsafeMutableBufferPointer { narrow in
        columns.weights.withUnsafeBufferPointer { weights in
          for row in 0..<rowCount {
            let line = (firstRow + row) * width * channels
            var target = row * rowLength
            for span in columns.spans {
              for channel in 0..<channels {
                var sum: Float = 0
                var source = line + span.start * channels + channel
                for index in span.weights {
                  sum += weights[index] * Float(pixels[source])
                  source += channels
                }
                narrow[target] = sum
                target += 1
              }
            }
          }
        }
        rows.weights.withUnsafeBufferPointer { weights in
          result.withUnsafeMutableBufferPointer { result in
            var target = 0
            for span in rows.spans {
              for place in 0..<rowLength {
                var sum: Float = 0.5
                var source = (span.start - firstRow) * rowLength + place
                for index in span.weights {
                  sum += weights[index] * narrow[source]
                  source += rowLength
                }
                // The weights add up to 1 up to rounding.
                result[target] = UInt8(min(max(sum, 0), 255))
                target += 1
              }
            }
          }
        }
      }
    }
    return Image(height: side, width: side, channels: channels, pixels: result)
  }
}

/// The pixels of a line that contribute to each pixel of a line of another length, with their
/// weights.
private struct Taps {
  /// The first contributing pixel, and the range of the weights of it and its successors.
  typealias Span = (start: Int, weights: Range<Int>)

  /// One span for each pixel of the result.
  private(set) var spans: [Span] = []
  /// The weights; those of a span add up to 1.
  private(set) var weights: [Float] = []

  /// Creates the taps for the middle of a line that is scaled from one length to another.
  init(from old: Int, to new: Int, middle: Int) {
    let scale = Double(old) / Double(new)
    let reach = max(scale, 1)
    let margin = (new - middle) / 2
    for index in margin..<margin + middle {
      let center = (Double(index) + 0.5) * scale
      let start = max(0, Int((center - reach + 0.5).rounded(.down)))
      let end = min(old, Int((center + reach + 0.5).rounded(.down)))
      let shares = (start..<end).map { pixel -> Double in
        let distance = abs(Double(pixel) + 0.5 - center)
        return max(0, 1 - distance / reach)
      }
      let sum = shares.reduce(0, +)
      spans.append((start, weights.count..<weights.count + shares.count))
      weights += shares.map { Float($0 / sum) }
    }
  }
}
