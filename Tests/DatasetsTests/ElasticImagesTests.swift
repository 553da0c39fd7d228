import Foundation
import Tensor
import Testing

@testable import Datasets

@Suite struct ElasticImagesTests {
  /// Compared with the formula in plain Swift: the displacement of each pixel, and four weighted
  /// pixels.
  @Test(arguments: [(28, 28, 1), (9, 17, 3), (40, 5, 1), (1, 1, 1), (2, 3, 3)])
  func againstTheFormula(height: Int, width: Int, channels: Int) {
    let random = Random(seed: 3)
    let image = (0..<height * width * channels).map { _ in UInt8(random.integer(below: 256)) }
    func value(_ row: Int, _ column: Int, _ channel: Int) -> Double {
      let isInside = (0..<height).contains(row) && (0..<width).contains(column)
      return isInside ? Double(image[(row * width + column) * channels + channel]) : 0
    }
    for _ in 0..<20 {
      let side = Float(min(height, width))
      let distortion = ElasticDistortion(amplitude: side, side: side, using: random)
      var found = [UInt8](repeating: 7, count: image.count)
      distortion.write(image, height: height, width: width, channels: channels, to: &found)
      for row in 0..<height {
        for column in 0..<width {
          let place = distortion(Point(x: Float(column), y: Float(row)))
          let (left, top) = (place.x.rounded(.down), place.y.rounded(.down))
          let (a, b) = (Double(place.x - left), Double(place.y - top))
          for channel in 0..<channels {
            let (x, y) = (Int(left), Int(top))
            let above = (1 - a) * value(y, x, channel) + a * value(y, x + 1, channel)
            let below = (1 - a) * value(y + 1, x, channel) + a * value(y + 1, x + 1, channel)
            let expected = (1 - b) * above + b * below
            let index = (row * width + column) * channels + channel
            #expect(abs(Double(found[index]) - expected) < 0.52)
          }
        }
      }
    }
  }
}
