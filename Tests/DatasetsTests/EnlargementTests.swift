import Datasets
import Tensor
import Testing

@Suite struct EnlargementTests {
  /// The images of a set, enlarged.
  private func enlarged(_ images: LabeledImages, to side: Int) throws -> Tensor {
    let batches = try Batches(images, size: images.count, enlargedTo: side)
    #expect(batches.imageShape == [side, side, 1])
    return try #require(batches.epoch(shuffledBy: nil).first { _ in true }).images
  }

  @Test func valuesByHand() throws {
    // The new centres are at −¼, ¼, ¾, 1¼ in the old coordinates.
    let images = LabeledImages(height: 2, width: 2, pixels: [0, 200, 100, 40], labels: [0])
    let expected: [Double] = [
      0, 50, 150, 200,
      25, 58.75, 126.25, 160,
      75, 76.25, 78.75, 80,
      100, 85, 55, 40,
    ]
    for (found, expected) in zip(try enlarged(images, to: 4).scalars, expected) {
      #expect(abs(Double(found) - expected / 255) < 1e-6)
    }
  }

  @Test func theSameSizeIsTheSameImage() throws {
    let digits = DrawnDigits(trainCount: 3, testCount: 1).train
    let plain = try #require(Batches(digits, size: 3).epoch(shuffledBy: nil).first { _ in true })
    #expect(try enlarged(digits, to: 28) == plain.images)
  }

  @Test func anEvenImageStaysEven() throws {
    let images = LabeledImages(
      height: 5, width: 3, pixels: [UInt8](repeating: 255, count: 15), labels: [0])
    #expect(try enlarged(images, to: 64).scalars.allSatisfy { abs($0 - 1) < 1e-6 })
  }

  /// Each image separately, interpolated from 28 × 28 to 64 × 64 in plain Swift.
  @Test func digitsAgainstTheFormula() throws {
    let digits = DrawnDigits(trainCount: 4, testCount: 1).train
    let found = try enlarged(digits, to: 64)
    #expect(found.shape == [4, 64 * 64])
    func sample(_ image: Int, _ y: Int, _ x: Int) -> Double {
      Double(digits.pixels[(image * 28 + y) * 28 + x]) / 255
    }
    let scalars = found.scalars
    for image in 0..<4 {
      for y in 0..<64 {
        for x in 0..<64 {
          let v = min(max((Double(y) + 0.5) * 28 / 64 - 0.5, 0), 27)
          let u = min(max((Double(x) + 0.5) * 28 / 64 - 0.5, 0), 27)
          let (top, left) = (min(Int(v), 26), min(Int(u), 26))
          let (b, a) = (v - Double(top), u - Double(left))
          let above = (1 - a) * sample(image, top, left) + a * sample(image, top, left + 1)
          let below = (1 - a) * sample(image, top + 1, left) + a * sample(image, top + 1, left + 1)
          let expected = (1 - b) * above + b * below
          if abs(Double(scalars[(image * 64 + y) * 64 + x]) - expected) > 1e-5 {
            Issue.record("\(image), \(y), \(x)")
          }
        }
      }
    }
  }

  @Test func whatIsNotSmallerOrNotGreyStops() async throws {
    await #expect(processExitsWith: .failure) {
      _ = try Batches(
        LabeledImages(height: 5, width: 3, pixels: [UInt8](repeating: 0, count: 15), labels: [0]),
        size: 1, enlargedTo: 4)
    }
    await #expect(processExitsWith: .failure) {
      _ = try Batches(
        LabeledImages(height: 1, width: 1, channels: 3, pixels: [0, 0, 0], labels: [0]), size: 1,
        enlargedTo: 4)
    }
  }
}
