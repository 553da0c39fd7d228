import Foundation
import NN
import Tensor
import Testing

@testable import VAE

@Suite struct GenerationTests {
  private func isBetweenZeroAndOne(_ x: Tensor) -> Bool {
    x.min().scalar >= 0 && x.max().scalar <= 1 && x.variance().scalar > 0
  }

  @Test(arguments: VAE.PixelDistribution.allCases)
  func shapesAndRanges(_ pixels: VAE.PixelDistribution) {
    let tiny = TinyVAE(pixels)
    let pictures: [(Tensor, Int)] = [
      (tiny.vae.sample(count: 7, Random(seed: 1)), 7), (tiny.vae.reconstruct(tiny.x), 3),
      (tiny.vae.decode(Tensor.zeros([1, 2], dtype: .float64)), 1),
      (tiny.vae.latentManifold(side: 4), 16),
      (
        tiny.vae.interpolate(
          from: tiny.x.sliced(0..<1), to: tiny.x.sliced(1..<2), count: 5), 5
      ),
    ]
    for (picture, count) in pictures {
      #expect(picture.shape == [count, 6] && picture.dtype == .float64)
      #expect(isBetweenZeroAndOne(picture))
    }
    let single = VAE(features: 6, hiddenSizes: [], latentSize: 3, pixels: pixels, Random(seed: 2))
    #expect(single.sample(count: 2, Random(seed: 1)).dtype == .float32)
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

  @Test func samplesAreDecodedFromThePrior() {
    let tiny = TinyVAE(.bernoulli)
    let codes = Random(seed: 91).normal([5, 2], dtype: .float64)
    #expect(tiny.vae.sample(count: 5, Random(seed: 91)) == tiny.vae.decode(codes))
  }

  @Test func interpolationBeginsAndEndsAtTheReconstructions() {
    let tiny = TinyVAE(.bernoulli)
    let (a, b) = (tiny.x.sliced(0..<1), tiny.x.sliced(1..<2))
    for count in [2, 8] {
      let path = tiny.vae.interpolate(from: a, to: b, count: count)
      #expect(abs(path.sliced(0..<1) - tiny.vae.reconstruct(a)).max().scalar < 1e-14)
      #expect(abs(path.sliced(count - 1..<count) - tiny.vae.reconstruct(b)).max().scalar < 1e-14)
    }
    // In the middle stands the mean of the codes.
    let middle = tiny.vae.posterior(of: tiny.x.sliced(0..<2)).mean.mean(
      along: 0, keepingDimensions: true)
    let path = tiny.vae.interpolate(from: a, to: b, count: 3)
    #expect(abs(path.sliced(1..<2) - tiny.vae.decode(middle)).max().scalar < 1e-14)
  }

  @Test func theManifoldIsAGridOfQuantiles() {
    let tiny = TinyVAE(.bernoulli)
    let grid = tiny.vae.latentManifold(side: 3)
    // Φ⁻¹(1/6), Φ⁻¹(1/2), Φ⁻¹(5/6); the first component to the right, the second upwards.
    let q = 0.9674215661017014
    let codes = [
      [-q, q], [0, q], [q, q], [-q, 0], [0, 0], [q, 0], [-q, -q], [0, -q], [q, -q],
    ]
    #expect(abs(grid - tiny.vae.decode(Tensor(codes, dtype: .float64))).max().scalar < 1e-13)
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
    let deep = VAE(features: 6, hiddenSizes: [5, 4], latentSize: 3, Random(seed: 0))
    let shapes = deep.parameters.filter { $0.name.hasSuffix("weight") }
      .map(\.parameter.wrappedValue.shape)
    #expect(shapes == [[6, 5], [5, 4], [4, 6], [3, 4], [4, 5], [5, 6]])
    #expect(
      "\(VAE(features: 6, hiddenSizes: [], latentSize: 2, Random(seed: 0)))" == """
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
      VAE(features: 6, hiddenSizes: [5], latentSize: 2, Random(seed: seed)).parameters
        .map(\.parameter.wrappedValue)
    }
    #expect(model(1) == model(1) && model(1) != model(2))
  }

  // MARK: From several threads

  @Test func threadsSampleAndEncodeAsOneDoes() {
    nonisolated(unsafe) let vae = VAE(
      features: 50, hiddenSizes: [64], latentSize: 2, pixels: .gaussian, Random(seed: 92))
    @Sendable func work(_ thread: Int) -> [Float] {
      let random = Random(seed: UInt64(thread))
      return (0..<10).flatMap { _ in
        let x = vae.sample(count: 33, random)
        let loss = vae.loss(x, random)
        let parts = [vae.reconstruct(x), loss.total, vae.latentManifold(side: 2)]
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

/// What several threads found, each its own.
private final class Results: @unchecked Sendable {
  private var results: [[Float]]
  private let lock = NSLock()
  init(count: Int) { results = Array(repeating: [], count: count) }
  func set(_ index: Int, _ result: [Float]) { lock.withLock { results[index] = result } }
  var values: [[Float]] { lock.withLock { results } }
}
