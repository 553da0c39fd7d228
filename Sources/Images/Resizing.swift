import Tensor

extension Image {
  /// The picture scaled until its shorter side has `side` pixels, and the middle of it cut out: a
  /// square of `side` × `side` pixels.
  ///
  /// The scaled longer side is rounded down. A pixel of the result is an average of the picture with
  /// weights that fall linearly from the pixel's centre to zero at a distance of one pixel of the
  /// result, or of one pixel of the picture where it is enlarged, so that nothing is skipped: the
  /// triangle filter (Turkowski, "Filters for common resampling tasks", 1990), which Pillow calls
  /// bilinear, and torchvision's `Resize` bilinear with `antialias`.
  public func resized(toFill side: Int) -> Image {
    precondition(side > 0, "Image.resized(toFill:): expected a side of 1 or more, found \(side)")
    guard height != side || width != side else { return self }
    let shorter = min(height, width)
    let columns = Taps(from: width, to: side * width / shorter, middle: side)
    let rows = Taps(from: height, to: side * height / shorter, middle: side)

    // Across first, of the rows that count alone.
    let firstRow = rows.starts[0]
    let rowCount = rows.starts[side - 1] + rows.weights[side - 1].count - firstRow
    let rowLength = side * channels
    var narrow = [Float](repeating: 0, count: rowCount * rowLength)
    pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<rowCount {
        let line = (firstRow + row) * width * channels
        for column in 0..<side {
          let target = row * rowLength + column * channels
          var source = line + columns.starts[column] * channels
          for weight in columns.weights[column] {
            for channel in 0..<channels {
              narrow[target + channel] += weight * Float(pixels[source + channel])
            }
            source += channels
          }
        }
      }
    }
    var result = [UInt8](repeating: 0, count: side * rowLength)
    var sums = [Float](repeating: 0, count: rowLength)
    for row in 0..<side {
      for index in 0..<rowLength { sums[index] = 0.5 }
      var source = (rows.starts[row] - firstRow) * rowLength
      for weight in rows.weights[row] {
        for index in 0..<rowLength { sums[index] += weight * narrow[source + index] }
        source += rowLength
      }
      // The weights add up to 1 but for rounding.
      for index in 0..<rowLength {
        result[row * rowLength + index] = UInt8(min(max(sums[index], 0), 255))
      }
    }
    return Image(height: side, width: side, channels: channels, pixels: result)
  }

  /// The picture in grey: 0.299 red + 0.587 green + 0.114 blue, the luma of ITU-R BT.601.
  public var grey: Image {
    guard channels == 3 else { return self }
    let values = (0..<height * width).map { pixel -> UInt8 in
      let red = 299 * Int(pixels[3 * pixel])
      let green = 587 * Int(pixels[3 * pixel + 1])
      let blue = 114 * Int(pixels[3 * pixel + 2])
      return UInt8((red + green + blue + 500) / 1000)
    }
    return Image(height: height, width: width, channels: 1, pixels: values)
  }
}

/// Which pixels of a line go into each pixel of a line of another length, and with what weights.
private struct Taps {
  /// The first pixel for each one of the result.
  private(set) var starts: [Int] = []
  /// The weights of this pixel and of those behind it, which add up to 1.
  private(set) var weights: [[Float]] = []

  /// The pixels in the middle of a line that is scaled from a length to another.
  init(from old: Int, to new: Int, middle: Int) {
    let scale = Double(old) / Double(new)
    let reach = max(scale, 1)
    let margin = (new - middle) / 2
    for index in margin..<margin + middle {
      let center = (Double(index) + 0.5) * scale
      let start = max(0, Int((center - reach + 0.5).rounded(.down)))
      let end = min(old, Int((center + reach + 0.5).rounded(.down)))
      let shares = (start..<end).map { max(0, 1 - abs(Double($0) + 0.5 - center) / reach) }
      let sum = shares.reduce(0, +)
      starts.append(start)
      weights.append(shares.map { Float($0 / sum) })
    }
  }
}
