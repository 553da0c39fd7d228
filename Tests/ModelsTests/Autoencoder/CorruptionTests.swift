import ModelSupport
import Models
import Tensor
import Testing

@Suite struct CorruptionTests {
  private let images = Random(seed: 1).uniform([50, 400], in: 0.1..<0.9)

  @Test func noNoiseIsNone() {
    #expect(Corruption.none(images, using: Random(seed: 2)) == images)
  }

  @Test(arguments: [0.1, 0.25, 0.8])
  func maskingSetsItsShareOfThePixelsToZeroAndLeavesTheOthers(level: Double) {
    let noisy = Corruption(.masking, level: level)(images, using: Random(seed: 2))
    var masked = 0
    for (pixel, original) in zip(noisy.scalars, images.scalars) {
      if pixel == 0 { masked += 1 } else { #expect(pixel == original) }
    }
    // For 20,000 pixels, to four standard deviations.
    let deviation = (level * (1 - level) / 20_000).squareRoot()
    #expect(Swift.abs(Double(masked) / 20_000 - level) < 4 * deviation)
  }

  @Test(arguments: [0.1, 0.5])
  func gaussianNoiseHasMeanZeroAndItsStandardDeviation(level: Double) {
    let noise = Corruption(.gaussian, level: level)(images, using: Random(seed: 2)) - images
    #expect(Swift.abs(noise.mean().scalar) < 4 * level / 20_000.0.squareRoot())
    #expect(Swift.abs(square(noise).mean().scalar.squareRoot() / level - 1) < 0.02)
  }

  @Test(arguments: [Corruption.Kind.masking, .gaussian])
  func theNoiseIsTheRandomNumbersAlone(kind: Corruption.Kind) {
    let corruption = Corruption(kind, level: 0.3)
    #expect(
      corruption(images, using: Random(seed: 2)) == corruption(images, using: Random(seed: 2)))
    #expect(
      corruption(images, using: Random(seed: 2)) != corruption(images, using: Random(seed: 3)))
  }

  @Test func theWholeImageMayBeMaskedAndNoneOfIt() {
    #expect(Corruption(.masking, level: 1)(images, using: Random(seed: 2)).max().scalar == 0)
    #expect(Corruption(.masking, level: 0)(images, using: Random(seed: 2)) == images)
  }
}
