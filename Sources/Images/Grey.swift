extension Image {
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

  /// The picture in red, green and blue; grey values are repeated three times.
  public var inColor: Image {
    guard channels == 1 else { return self }
    return Image(height: height, width: width, channels: 3, pixels: Self.inColor(pixels))
  }

  /// The picture reduced to one channel if red, green and blue are equal in every pixel; otherwise
  /// unchanged.
  ///
  /// Many programs save grey pictures in colour or with a palette.
  public var withFewestChannels: Image {
    guard channels == 3, isColorless else { return self }
    return Image(
      height: height, width: width, channels: 1,
      pixels: (0..<height * width).map { pixels[3 * $0] })
  }

  private var isColorless: Bool {
    pixels.withUnsafeBufferPointer { pixels in
      stride(from: 0, to: pixels.count, by: 3).allSatisfy { first in
        let red = pixels[first]
        return red == pixels[first + 1] && red == pixels[first + 2]
      }
    }
  }

  /// Converts grey values to red, green and blue.
  package static func inColor(_ values: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 3 * values.count) { buffer, count in
      for (index, value) in values.enumerated() {
        for channel in 0..<3 { buffer[3 * index + channel] = value }
      }
      count = 3 * values.count
    }
  }
}
