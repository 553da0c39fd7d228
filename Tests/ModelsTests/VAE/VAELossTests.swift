import Evaluation
import Foundation
import NN
import Tensor
import Testing
import ModelSupport
import Models

@Suite struct VAELossTests {
  /// log p(x|z) as in the papers, for either distribution over the pixels.
  private func logDensity(_ x: [Double], _ output: [Double], _ logVariance: Double?) -> Double {
    zip(x, output).map { x, output in
      let mean = 1 / (1 + Foundation.exp(-output))
      guard let logVariance else {
        return x * Foundation.log(mean) + (1 - x) * Foundation.log(1 - mean)
      }
      let variance = Foundation.exp(logVariance)
      let square = (x - mean) * (x - mean) / variance
      return -0.5 * (Foundation.log(2 * Double.pi * variance) + square)
    }.reduce(0, +)
  }

  @Test(arguments: VAE.PixelDistribution.allCases, [1, 3])
  func theFormulaInPlainSwift(_ pixels: VAE.PixelDistribution, _ samplesPerImage: Int) {
    let tiny = TinyVAE(pixels)
    let naive = NaiveVAE(tiny.vae)
    let (images, noise) = (rows(tiny.x), Random(seed: 72))
    var (reconstruction, divergence) = (0.0, 0.0)
    let codes = images.map { naive.apply(naive.encoder, $0) }
    for code in codes {
      // ½ Σ (μ² + σ² − 1 − log σ²): Kingma and Welling 2014, appendix B.
      for (mean, logVariance) in zip(code.prefix(2), code.suffix(2)) {
        let variance = Foundation.exp(logVariance)
        divergence += 0.5 * (mean * mean + variance - 1 - logVariance)
      }
    }
    for _ in 0..<samplesPerImage {
      let noise = rows(noise.normal([3, 2], dtype: .float64))
      for (image, (code, noise)) in zip(images, zip(codes, noise)) {
        let z = (0..<2).map { index -> Double in
          let deviation = Foundation.exp(0.5 * code[2 + index])
          return code[index] + deviation * noise[index]
        }
        let output = naive.apply(naive.decoder, z)
        reconstruction -= logDensity(image, output, naive.pixelLogVariance)
      }
    }
    reconstruction /= 3 * Double(samplesPerImage)
    divergence /= 3
    for beta in [0, 1, 4.0] {
      let loss = tiny.vae.loss(
        tiny.x, beta: beta, samplesPerImage: samplesPerImage, Random(seed: 72))
      #expect(Swift.abs(loss.reconstruction - reconstruction) < 1e-12)
      #expect(Swift.abs(loss.divergence - divergence) < 1e-12)
      #expect(Swift.abs(loss.total.scalar - (reconstruction + beta * divergence)) < 1e-12)
      #expect(loss.total.shape == [])
    }
    let plain = tiny.vae.loss(tiny.x, Random(seed: 72))
    let one = tiny.vae.loss(tiny.x, beta: 1, samplesPerImage: 1, Random(seed: 72))
    #expect(plain.total == one.total, "defaults")
  }

  /// The complete loss with respect to every parameter and the image, with the same noise at each
  /// evaluation.
  @Test(arguments: VAE.PixelDistribution.allCases, [1, 3])
  func gradients(_ pixels: VAE.PixelDistribution, _ samplesPerImage: Int) {
    let tiny = TinyVAE(pixels)
    let parameters = tiny.vae.parameters.map(\.parameter)
    let values = parameters.map(\.wrappedValue)
    defer { for (p, value) in zip(parameters, values) { p.wrappedValue = value } }
    let check = checkGradient(
      of: { point in
        for (p, value) in zip(parameters, point) { p.wrappedValue = value }
        return tiny.vae.loss(
          point[parameters.count], beta: 0.7, samplesPerImage: samplesPerImage, Random(seed: 73)
        ).total
      }, at: values + [tiny.x])
    #expect(check.passes(), "\(check)")
  }

  /// The same with convolutions.
  @Test func gradientsWithConvolutions() {
    let random = Random(seed: 77)
    let vae = VAE(height: 4, width: 4, latent: 2, random)
    vae.convert(to: .float64)
    let parameters = vae.parameters.map(\.parameter)
    // The hundreds of rectifiers are kept off their kinks, alternately open and closed.
    let values = vae.parameters.map { name, parameter in
      let value = parameter.wrappedValue
      return name.hasSuffix("bias")
        ? Tensor((0..<value.count).map { $0 % 2 == 0 ? 2.0 : -2 }, dtype: .float64) : 0.2 * value
    }
    let x = random.uniform([2, 16], in: 0.05..<0.95, dtype: .float64)
    let check = checkGradient(
      of: { point in
        for (p, value) in zip(parameters, point) { p.wrappedValue = value }
        return vae.loss(point[parameters.count], Random(seed: 73)).total
      }, at: values + [x], directions: 1)
    #expect(check.passes(), "\(check)")
  }

  @Test(arguments: VAE.PixelDistribution.allCases)
  func theConvolutionsMirrorEachOther(_ pixels: VAE.PixelDistribution) {
    let vae = VAE(height: 8, width: 12, latent: 5, pixels: pixels, Random(seed: 0))
    let shapes = [
      [4, 4, 1, 32], [32], [4, 4, 32, 64], [64], [384, 256], [256], [256, 10], [10],
      [5, 256], [256], [256, 384], [384], [4, 4, 32, 64], [32], [4, 4, 1, 32], [1],
    ]
    #expect(
      vae.parameters.map(\.parameter.wrappedValue.shape) == shapes
        + (pixels == .gaussian ? [[]] : []))
    let x = Random(seed: 1).uniform([3, 96])
    #expect(vae.dataShape.count == 96)
    #expect(vae.posterior(of: x).mean.shape == [3, 5])
    #expect(vae.reconstruct(x).shape == [3, 96])
    #expect(vae.sample(count: 2, using: Random(seed: 2)).shape == [2, 8, 12, 1])
  }

  /// The importance-weighted bound can also be trained.
  @Test(arguments: VAE.PixelDistribution.allCases)
  func gradientsOfTheImportanceWeightedBound(_ pixels: VAE.PixelDistribution) {
    let tiny = TinyVAE(pixels)
    let parameters = tiny.vae.parameters.map(\.parameter)
    let values = parameters.map(\.wrappedValue)
    defer { for (p, value) in zip(parameters, values) { p.wrappedValue = value } }
    let check = checkGradient(
      of: { point in
        for (p, value) in zip(parameters, point) { p.wrappedValue = value }
        return tiny.vae.logLikelihood(of: tiny.x, sampleCount: 3, using: Random(seed: 74))
      }, at: values)
    #expect(check.passes(), "\(check)")
  }

  @Test(arguments: VAE.PixelDistribution.allCases)
  func theTotalReachesEveryParameter(_ pixels: VAE.PixelDistribution) {
    let tiny = TinyVAE(pixels)
    let (_, total) = valueWithGradient(of: tiny.vae) {
      tiny.vae.loss(tiny.x, Random(seed: 75)).total
    }
    for (name, slope) in total.elements { #expect(abs(slope).max().scalar > 1e-6, "\(name)") }
  }

  @Test(arguments: VAE.PixelDistribution.allCases)
  func trainingLowersTheLossAndMovesEveryParameter(_ pixels: VAE.PixelDistribution) {
    let random = Random(seed: 76)
    let vae = VAE(features: 6, hidden: [16], latent: 2, pixels: pixels, random)
    let x = random.bernoulli([64, 1], probability: 0.5).broadcast(to: [64, 6])
    let before = vae.parameters.map(\.parameter.wrappedValue)
    let first = vae.loss(x, samplesPerImage: 20, random).total.scalar
    let optimizer = Adam(for: vae, learningRate: 0.01)
    for _ in 0..<150 {
      let (_, gradients) = valueWithGradient(of: vae) { vae.loss(x, random).total }
      optimizer.update(along: gradients)
    }
    let last = vae.loss(x, samplesPerImage: 20, random).total.scalar
    #expect(last < first - 1, "\(first) \(last)")
    // All pixels show the same coin toss: no model can need less than log 2 if the pixels are bits.
    if pixels == .bernoulli { #expect(last > 0.69 && last < 2.5, "\(last)") }
    for ((name, parameter), before) in zip(vae.parameters, before) {
      #expect(parameter.wrappedValue != before, "\(name)")
    }
  }

  @Test func bitsPerDimensionByHand() {
    #expect(
      Swift.abs(bitsPerDimension(nats: 784 * 0.6931471805599453, dimensions: 784) - 1) < 1e-15)
    #expect(Swift.abs(bitsPerDimension(nats: 10, dimensions: 5) - 2 / log(2)) < 1e-14)
  }
}
