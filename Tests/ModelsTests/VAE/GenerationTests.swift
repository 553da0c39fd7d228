import Distributions
import Foundation
import ModelSupport
import NN
import Tensor
import Testing

import Models

@Suite struct GenerationTests {
  private func isBetweenZeroAndOne(_ x: Tensor) -> Bool {
    x.min().scalar >= 0 && x.max().scalar <= 1 && x.variance().scalar > 0
  }

  @Test(arguments: VAE.PixelDistribution.allCases)
  func shapesAndRanges(_ pixels: VAE.PixelDistribution) {
    let tiny = TinyVAE(pixels)
    let pictures: [(Tensor, Int)] = [
      (tiny.vae.sample(count: 7, using: Random(seed: 1)).reshaped(to: [7, 6]), 7),
      (tiny.vae.reconstruct(tiny.x), 3),
      (tiny.vae.decode(Tensor.zeros([1, 2], dtype: .float64)), 1),
    ]
    for (picture, count) in pictures {
      #expect(picture.shape == [count, 6] && picture.dtype == .float64)
      #expect(isBetweenZeroAndOne(picture))
    }
    let single = VAE(features: 6, hidden: [], latent: 3, pixels: pixels, Random(seed: 2))
    #expect(single.sample(count: 2, using: Random(seed: 1)).dtype == .float32)
  }

  @Test func theDistributionsHaveTheirShapes() {
    let tiny = TinyVAE(.gaussian)
    let posterior = tiny.vae.posterior(of: tiny.x)
    #expect(posterior.mean.shape == [3, 2] && posterior.logVariance.shape == [3, 2])
    #expect(tiny.vae.prior.mean == Tensor.zeros([1, 2], dtype: .float64))
    #expect(tiny.vae.likelihood(given: posterior.mean).logDensity(of: tiny.x).shape == [3])
    // The first half of the encoder's output is the mean.
    let output = tiny.vae.encoder(tiny.x)
    #expect(posterior.mean == output.sliced(0..<2, along: 1))
    #expect(posterior.logVariance == output.sliced(2..<4, along: 1))
  }

  @Test func reconstructionGoesThroughTheMeanOfTheCode() {
    let tiny = TinyVAE(.bernoulli)
    let naive = NaiveVAE(tiny.vae)
    let found = rows(tiny.vae.reconstruct(tiny.x))
    for (image, found) in zip(rows(tiny.x), found) {
      let code = naive.apply(naive.encoder, image).prefix(2)
      let expected = naive.apply(naive.decoder, Array(code)).map { 1 / (1 + Foundation.exp(-$0)) }
      #expect(zip(found, expected).allSatisfy { Swift.abs($0 - $1) < 1e-14 })
    }
  }

  @Test func samplesAreDrawnAboutTheMeansOfCodesOfThePrior() {
    for pixels in VAE.PixelDistribution.allCases {
      let tiny = TinyVAE(pixels)
      // One pixel, many times: its mean equals that of the decoder means.
      let count = 20_000
      let samples = tiny.vae.sample(count: count, using: Random(seed: 91))
      #expect(samples.shape == [count, 1, 6, 1])
      let codes = Random(seed: 92).normal([count, 2], dtype: .float64)
      let means = tiny.vae.decode(codes).mean(along: 0)
      let found = samples.reshaped(to: [count, 6]).mean(along: 0)
      if pixels == .bernoulli {
        #expect(Set(samples.doubles) == [0, 1])
        #expect(abs(found - means).max().scalar < 0.02)
      } else {
        // Draws beyond black and white are clipped.
        #expect(abs(found - means).max().scalar < 0.1)
      }
    }
  }

  @Test func interpolationBeginsAndEndsAtTheCodes() {
    let tiny = TinyVAE(.bernoulli)
    let codes = tiny.vae.encode(tiny.x)
    let (a, b) = (codes.sliced(0..<1), codes.sliced(1..<2))
    for steps in [2, 8] {
      let path = interpolated(from: a, to: b, steps: steps)
      #expect(abs(path.sliced(0..<1) - a).max().scalar < 1e-14)
      #expect(abs(path.sliced(steps - 1..<steps) - b).max().scalar < 1e-14)
    }
    let middle = interpolated(from: a, to: b, steps: 3).sliced(1..<2)
    #expect(abs(middle - 0.5 * (a + b)).max().scalar < 1e-14)
  }

  @Test func theManifoldIsAGridOfQuantiles() {
    let grid = standardNormalGrid(side: 3, dtype: .float64)
    // Φ⁻¹(1/6), Φ⁻¹(1/2), Φ⁻¹(5/6); the first component to the right, the second upwards.
    let q = 0.9674215661017014
    let codes = [
      [-q, q], [0, q], [q, q], [-q, 0], [0, 0], [q, 0], [-q, -q], [0, -q], [q, -q],
    ]
    #expect(abs(grid - Tensor(codes, dtype: .float64)).max().scalar < 1e-13)
  }

  // MARK: The model as a module

  @Test func namesAndCounts() {
    let names = [
      "encoder.0.weight", "encoder.0.bias", "encoder.2.weight", "encoder.2.bias",
      "decoder.0.weight", "decoder.0.bias", "decoder.2.weight", "decoder.2.bias",
    ]
    let plain = VAE(features: 784, Random(seed: 0))
    #expect(plain.parameters.map(\.name) == names && plain.parameterCount == 652_824)
    let gaussian = TinyVAE(.gaussian).vae
    #expect(gaussian.parameters.map(\.name) == names + ["pixelLogVariance"])
    let deep = VAE(features: 6, hidden: [5, 4], latent: 3, Random(seed: 0))
    let shapes = deep.parameters.filter { $0.name.hasSuffix("weight") }
      .map(\.parameter.wrappedValue.shape)
    #expect(shapes == [[6, 5], [5, 4], [4, 6], [3, 4], [4, 5], [5, 6]])
    #expect(
      "\(VAE(features: 6, hidden: [], latent: 2, Random(seed: 0)))" == """
        VAE  // 46 parameters
        encoder: Sequential {  // 28 parameters
          Dense(6, 4)  // 28 parameters
        }
        decoder: Sequential {  // 18 parameters
          Dense(2, 6)  // 18 parameters
        }
        """)
  }

  @Test func theSameSeedMakesTheSameModel() {
    func model(_ seed: UInt64) -> [Tensor] {
      VAE(features: 6, hidden: [5], latent: 2, Random(seed: seed)).parameters
        .map(\.parameter.wrappedValue)
    }
    #expect(model(1) == model(1) && model(1) != model(2))
  }

  // MARK: From several threads

  @Test func threadsSampleAndEncodeAsOneDoes() {
    nonisolated(unsafe) let vae = VAE(
      features: 50, hidden: [64], latent: 2, pixels: .gaussian, Random(seed: 92))
    @Sendable func work(_ thread: Int) -> [Float] {
      let random = Random(seed: UInt64(thread))
      return (0..<10).flatMap { _ in
        let x = vae.sample(count: 33, using: random).reshaped(to: [33, 50])
        let loss = vae.loss(of: unlabelled(x), using: random)
        let parts = [vae.reconstruct(x), loss.total, vae.decode(random.normal([4, 2]))]
        return parts.flatMap(\.scalars)
      }
    }
    let serial = (0..<8).map(work)
    let results = Results(count: 8)
    DispatchQueue.concurrentPerform(iterations: 8) { results.set($0, work($0)) }
    #expect(results.values == serial)
    #expect(serial[0] != serial[1])
  }
}

/// The results of several threads.
private final class Results: @unchecked Sendable {
  private var results: [[Float]]
  private let lock = NSLock()
  init(count: Int) { results = Array(repeating: [], count: count) }
  func set(_ index: Int, _ result: [Float]) { lock.withLock { results[index] = result } }
  var values: [[Float]] { lock.withLock { results } }
}
