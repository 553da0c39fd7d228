import Foundation
import NN
import Tensor
import Testing
import ModelSupport
import Models

/// The estimate of log p(x), compared with the integral over the codes, for codes of one or two
/// dimensions, where the integral can be computed.
@Suite struct ImportanceWeightingTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let pixels: VAE.PixelDistribution
    let latentSize: Int
    var testDescription: String { "\(pixels), \(latentSize)" }
  }

  static let rows = VAE.PixelDistribution.allCases.flatMap { pixels in
    [1, 2].map { Row(pixels: pixels, latentSize: $0) }
  }

  /// log ∫ p(x|z) N(z; 0, 1) dz by the trapezoid rule on ±8, with the test's own density.
  private func logMarginal(_ vae: VAE, of x: Tensor) -> Double {
    let (count, bound) = (vae.latentSize == 1 ? 2001 : 161, 8.0)
    let axis = (0..<count).map { -bound + 2 * bound * Double($0) / Double(count - 1) }
    let codes =
      vae.latentSize == 1 ? axis.map { [$0] } : axis.flatMap { a in axis.map { [a, $0] } }
    let cell = Foundation.pow(2 * bound / Double(count - 1), Double(vae.latentSize))
    let z = Tensor(codes, dtype: .float64)
    let mean = vae.decode(z)
    var logs = -0.5 * square(z).sum(along: 1)
    if let logVariance = vae.pixelLogVariance?.wrappedValue.scalar {
      let squares = square(x - mean) / Foundation.exp(logVariance)
      logs = logs - 0.5 * (squares + (logVariance + Foundation.log(2 * Double.pi))).sum(along: 1)
    } else {
      logs = logs + (x * log(mean) + (1 - x) * log(1 - mean)).sum(along: 1)
    }
    let scale = cell / Foundation.pow(2 * Double.pi, Double(vae.latentSize) / 2)
    return logs.logSumExp(along: 0).scalar + Foundation.log(scale)
  }

  /// The mean of numbers and the standard error of that mean.
  private func estimate(_ draws: Tensor) -> (mean: Double, error: Double) {
    (draws.mean().scalar, (draws.variance().scalar / Double(draws.count)).squareRoot())
  }

  @Test(arguments: rows)
  func agreesWithTheIntegral(_ row: Row) {
    let tiny = TinyVAE(row.pixels, latentSize: row.latentSize, batch: 1)
    let exact = logMarginal(tiny.vae, of: tiny.x)
    // Many draws for one image, as copies of it.
    let copies = tiny.x.broadcast(to: [8000, 6])
    let random = Random(seed: 81)
    func bound(_ sampleCount: Int) -> Tensor {
      tiny.vae.logLikelihood(of: copies, sampleCount: sampleCount, using: random)
    }
    let draws = [1, 4, 64].map(bound)
    #expect(draws.allSatisfy { $0.shape == [8000] })
    let means = draws.map { estimate($0) }

    // With one sample, it is the evidence lower bound in expectation.
    let loss = tiny.vae.loss(copies, random)
    let lowerBound = -loss.total.scalar
    #expect(means[0].error < 0.05)
    #expect(Swift.abs(means[0].mean - lowerBound) < 6 * means[0].error)

    // It rises with K, by more than chance, and stays below log p(x).
    for (low, high) in zip(means, means.dropFirst()) {
      let error = (low.error * low.error + high.error * high.error).squareRoot()
      #expect(high.mean - low.mean > 4 * error, "\(low) \(high)")
    }
    #expect(means[2].mean < exact + 4 * means[2].error && means[2].error < 0.01)
    #expect(Swift.abs(means[2].mean - exact) < 0.1, "\(means[2]) \(exact)")

    // The estimate of p(x) itself is unbiased for every K.
    for (draws, precision) in zip(draws, [0.08, 0.04, 0.01]) {
      let weights = estimate(exp(draws - exact))
      #expect(Swift.abs(weights.mean - 1) < 4 * weights.error, "\(weights)")
      #expect(weights.error < precision, "\(weights)")
    }
  }

  @Test func eachImageHasItsOwnEstimate() {
    let tiny = TinyVAE(.bernoulli, latentSize: 1, batch: 3)
    let estimates = tiny.vae.logLikelihood(
      of: tiny.x, sampleCount: 1000, using: Random(seed: 82))
    for (index, estimate) in estimates.doubles.enumerated() {
      let exact = logMarginal(tiny.vae, of: tiny.x.sliced(index..<index + 1))
      #expect(Swift.abs(estimate - exact) < 0.1, "\(estimate) \(exact)")
    }
  }

  @Test func manyPixelsDoNotUnderflow() {
    let vae = VAE(features: 3000, hidden: [4], latent: 2, Random(seed: 83))
    let estimate = vae.logLikelihood(
      of: Tensor.ones([2, 3000]), sampleCount: 5, using: Random(seed: 84))
    #expect(estimate.isFinite && estimate.max().scalar < -500)
  }
}
