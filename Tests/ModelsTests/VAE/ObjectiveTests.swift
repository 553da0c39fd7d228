import Foundation
import ModelSupport
import Models
import NN
import Tensor
import Testing

/// The importance-weighted bound, the warm-up of β and free bits.
@Suite struct ObjectiveTests {
  /// A model of numbers x ~ N(z, 1), z ~ N(0, 1), whose q(z|x) is N(a·x, exp(logVariance)), and its loss.
  private struct Line {
    let vae: VAE

    init(slope: Double, logVariance: Double, samples: Int) {
      vae = VAE(
        .with {
          $0.hidden = []
          $0.latent = 1
          $0.likelihood = .gaussian
          $0.importanceWeighted = true
          $0.samplesPerImage = samples
        }, for: .points(dimensions: 1), using: Random(seed: 1))
      vae.convert(to: .float64)
      let values: [[Double]] = [[slope, 0], [0, logVariance], [1], [0], [0]]
      for ((_, parameter), values) in zip(vae.parameters, values) {
        let shape = parameter.wrappedValue.shape
        parameter.wrappedValue = Tensor(values, dtype: .float64).reshaped(to: shape)
      }
    }

    func loss(copies: Int, _ random: Random) -> Loss {
      vae.loss(of: unlabelled(Tensor.ones([copies, 1], dtype: .float64)), using: random)
    }
  }

  /// With the exact posterior N(x/2, ½) each weight is p(x), here N(1; 0, 2).
  @Test(arguments: [1, 3, 50]) func withTheExactPosteriorTheBoundIsExact(samples: Int) {
    let line = Line(slope: 0.5, logVariance: -Foundation.log(2), samples: samples)
    let loss = line.loss(copies: 4, Random(seed: 2))
    #expect(Swift.abs(loss.total.scalar - 1.515_512_123_484_645) < 1e-12)
    #expect(loss.figures[0] == loss.total.scalar)
  }

  /// With q = N(0, 1): −1.918939 for one code and −1.5575 for five, at most log p(1) = −1.515512.
  @Test func withThePriorTheBoundsAreInOrder() {
    let losses = [1, 5, 50].map {
      Line(slope: 0, logVariance: 0, samples: $0).loss(copies: 20_000, Random(seed: 3)).total.scalar
    }
    // −log p(x|z) has a variance of 1.5.
    #expect(Swift.abs(losses[0] - 1.918_938_5) < 0.035, "\(losses)")
    #expect(Swift.abs(losses[1] - 1.5575) < 0.01, "\(losses)")
    #expect(losses[1] < losses[0] && losses[2] < losses[1] && losses[2] > 1.515, "\(losses)")
  }

  private func changed(_ tiny: TinyVAE, _ change: (inout VAE.Configuration) -> Void) -> VAE {
    var configuration = tiny.vae.configuration
    change(&configuration)
    let vae = VAE(configuration, for: tiny.vae.dataShape, using: Random(seed: 0))
    for (copy, own) in zip(vae.parameters, tiny.vae.parameters) {
      copy.parameter.wrappedValue = own.parameter.wrappedValue
    }
    return vae
  }

  private func weighted(_ tiny: TinyVAE, samples: Int) -> VAE {
    changed(tiny) {
      $0.importanceWeighted = true
      $0.samplesPerImage = samples
    }
  }

  @Test(arguments: VAE.PixelDistribution.allCases)
  func oneWeightGivesTheEvidenceLowerBound(_ pixels: VAE.PixelDistribution) {
    let tiny = TinyVAE(pixels, batch: 1)
    let x = tiny.x.broadcast(to: [20_000, 6])
    let one = weighted(tiny, samples: 1).loss(of: unlabelled(x), using: Random(seed: 5))
    let elbo = tiny.vae.loss(of: unlabelled(x), using: Random(seed: 6))
    #expect(Swift.abs(one.total.scalar - elbo.total.scalar) < 0.06, "\(one) \(elbo)")
    #expect(Swift.abs(one.figures[1] - elbo.figures[1]) < 0.06)
    #expect(one.figures[2] == elbo.figures[2])
    // One draw is the estimate of log p(x) from the same noise.
    let same = weighted(tiny, samples: 1).logLikelihood(
      of: tiny.x, sampleCount: 1, using: Random(seed: 7))
    let loss = weighted(tiny, samples: 1).loss(of: unlabelled(tiny.x), using: Random(seed: 7))
    #expect(Swift.abs(loss.total.scalar + same.scalar) < 1e-12)
  }

  @Test(arguments: VAE.PixelDistribution.allCases)
  func theBoundsOfANetworkAreInOrder(_ pixels: VAE.PixelDistribution) {
    let tiny = TinyVAE(pixels, batch: 1)
    let x = tiny.x.broadcast(to: [2_000, 6])
    let losses = [1, 5, 50].map {
      weighted(tiny, samples: $0).loss(of: unlabelled(x), using: Random(seed: 8)).total.scalar
    }
    #expect(losses[1] < losses[0] - 0.05 && losses[2] < losses[1] - 0.01, "\(losses)")
  }

  @Test(arguments: VAE.PixelDistribution.allCases)
  func theWeightedFormulaInPlainSwift(_ pixels: VAE.PixelDistribution) {
    let tiny = TinyVAE(pixels)
    let naive = NaiveVAE(tiny.vae)
    let samples = 4
    let noise = Random(seed: 72).normal([samples, 3, 2], dtype: .float64)
    var bound = 0.0
    for (image, x) in rows(tiny.x).enumerated() {
      let code = naive.apply(naive.encoder, x)
      let weights = (0..<samples).map { sample in
        var logWeight = 0.0
        let z = (0..<2).map { place in
          let epsilon = noise.sliced(sample..<sample + 1).reshaped(to: [3, 2])
            .doubles[2 * image + place]
          let z = code[place] + Foundation.exp(0.5 * code[2 + place]) * epsilon
          // log N(z; 0, 1) − log N(z; μ, σ²).
          logWeight += -0.5 * z * z + 0.5 * epsilon * epsilon + 0.5 * code[2 + place]
          return z
        }
        for (x, output) in zip(x, naive.apply(naive.decoder, z)) {
          let mean = 1 / (1 + Foundation.exp(-output))
          if let logVariance = naive.pixelLogVariance {
            let square = (x - mean) * (x - mean) / Foundation.exp(logVariance)
            logWeight -= 0.5 * (Foundation.log(2 * Double.pi) + logVariance + square)
          } else {
            logWeight += x * Foundation.log(mean) + (1 - x) * Foundation.log(1 - mean)
          }
        }
        return Foundation.exp(logWeight)
      }
      bound += Foundation.log(weights.reduce(0, +) / Double(samples)) / 3
    }
    let loss = weighted(tiny, samples: samples).loss(
      of: unlabelled(tiny.x), using: Random(seed: 72))
    #expect(Swift.abs(loss.total.scalar + bound) < 1e-12)
    #expect(Swift.abs(loss.figures[2] - tiny.vae.loss(tiny.x, Random(seed: 1)).divergence) < 1e-14)
  }

  // MARK: Gradients

  private func expectGradients(_ vae: VAE, _ x: Tensor) {
    let parameters = vae.parameters.map(\.parameter)
    let check = checkGradient(
      of: { point in
        for (p, value) in zip(parameters, point) { p.wrappedValue = value }
        return vae.loss(of: unlabelled(point[parameters.count]), using: Random(seed: 73)).total
      }, at: parameters.map(\.wrappedValue) + [x])
    #expect(check.passes(), "\(check)")
  }

  @Test(arguments: VAE.PixelDistribution.allCases, [1, 3])
  func gradientsOfTheWeightedBound(_ pixels: VAE.PixelDistribution, samples: Int) {
    let tiny = TinyVAE(pixels)
    expectGradients(weighted(tiny, samples: samples), tiny.x)
  }

  @Test func gradientsWithFreeBitsAndWarmUp() {
    let tiny = TinyVAE(.bernoulli)
    let divergences = VAEObjective.divergences(tiny)
    // Between the two, so that one dimension is penalised and the other is not.
    let vae = changed(tiny) {
      $0.freeBits = 0.5 * (divergences[0] + divergences[1])
      $0.betaWarmUp = 2
    }
    vae.prepare(forStep: 3, stepsPerEpoch: 4)
    expectGradients(vae, tiny.x)
  }

  // MARK: Free bits

  /// Codes N(x, 1) have the divergence x²/2 in each dimension.
  private func identityVAE(free nats: Double) -> VAE {
    let vae = VAE(
      .with {
        $0.hidden = []
        $0.latent = 2
        $0.likelihood = .gaussian
        $0.freeBits = nats
      }, for: .points(dimensions: 2), using: Random(seed: 1))
    vae.convert(to: .float64)
    vae.encoder.parameters[0].parameter.wrappedValue = Tensor(
      [[1, 0, 0, 0], [0, 1, 0, 0]], dtype: .float64)
    return vae
  }

  @Test(arguments: [
    (0.1, 0.6), (0.3, 0.8), (1, 2), (1e-9, 0.5 + 1e-9),
  ]) func freeBitsByHand(nats: Double, cost: Double) {
    let vae = identityVAE(free: nats)
    // The divergences average ½ in the first dimension, and are 0 in the second.
    let batch = unlabelled(Tensor([[1, 0], [1, 0]], dtype: .float64))
    let loss = vae.loss(of: batch, using: Random(seed: 4))
    #expect(Swift.abs(loss.total.scalar - loss.figures[1] - cost) < 1e-12)
    #expect(Swift.abs(loss.figures[2] - 0.5) < 1e-12, "the divergence itself")
    // The average over the batch is compared: ¼, not 0 or ½.
    let mixed = unlabelled(Tensor([[1, 0], [0, 0]], dtype: .float64))
    let average = vae.loss(of: mixed, using: Random(seed: 4))
    #expect(
      Swift.abs(average.total.scalar - average.figures[1] - max(0.25, nats) - nats) < 1e-12)
    vae.mode = .inference
    let test = vae.loss(of: batch, using: Random(seed: 4))
    #expect(Swift.abs(test.total.scalar - test.figures[1] - 0.5) < 1e-12)
  }

  // MARK: Warm-up

  @Test func theWeightOfTheDivergenceGrowsLinearly() {
    let tiny = TinyVAE(.bernoulli)
    let vae = changed(tiny) {
      $0.beta = 4
      $0.betaWarmUp = 2.5
    }
    for (step, weight) in [(0, 0.0), (5, 0.8), (10, 1.6), (24, 3.84), (25, 4), (1_000, 4)] {
      vae.mode = .training
      vae.prepare(forStep: step, stepsPerEpoch: 10)
      let loss = vae.loss(of: unlabelled(tiny.x), using: Random(seed: 9))
      let expected = loss.figures[1] + weight * loss.figures[2]
      #expect(Swift.abs(loss.total.scalar - expected) < 1e-12, "\(step)")
      vae.mode = .inference
      let test = vae.loss(of: unlabelled(tiny.x), using: Random(seed: 9))
      #expect(Swift.abs(test.total.scalar - test.figures[1] - 4 * test.figures[2]) < 1e-12)
    }
    tiny.vae.prepare(forStep: 0, stepsPerEpoch: 10)
    #expect(tiny.vae.warmth == 1)
  }

  // MARK: Mistakes

  @Test func theWeightedBoundHasNoDivergenceToWeigh() {
    for (change, name) in [
      ({ $0.beta = 2 }, "beta"), ({ $0.betaWarmUp = 1 }, "beta-warm-up"),
      ({ $0.freeBits = 0.1 }, "free-bits"),
    ] as [((inout VAE.Configuration) -> Void, String)] {
      var configuration = VAE.Configuration()
      configuration.importanceWeighted = true
      change(&configuration)
      #expect {
        try configuration.check(for: .images(4, 4))
      } throws: {
        ($0 as? UnsuitableSetting)?.name == name
      }
    }
  }
}

private enum VAEObjective {
  /// The divergence of each dimension of the codes, ½ (μ² + σ² − 1 − log σ²), averaged.
  static func divergences(_ tiny: TinyVAE) -> [Double] {
    let posterior = tiny.vae.posterior(of: tiny.x)
    let terms = square(posterior.mean) + posterior.variance - 1 - posterior.logVariance
    return (0.5 * terms).mean(along: 0).doubles
  }
}
