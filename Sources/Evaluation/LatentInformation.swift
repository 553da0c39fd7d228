import CommandLine
import Datasets
import Distributions
import Models
import NN
import Settings
import Tensor

/// The information in the codes of a variational autoencoder, over N equally weighted examples
/// (Hoffman and Johnson, "ELBO surgery", 2016).
///
/// With q(z) = 1/N Σₙ q(z|xₙ), the divergence of the evidence lower bound has two parts,
///
///     1/N Σₙ KL(q(z|xₙ) ‖ p(z)) = I(x; z) + KL(q(z) ‖ p(z)):
///
/// the information that codes carry about the examples, at most log N, and the divergence of the
/// codes as a whole from the prior that samples are drawn from.
struct LatentInformation {
  /// The number N of examples.
  let count: Int
  /// The mean of KL(q(z|x) ‖ p(z)), in nats.
  let divergence: Double
  /// I(x; z) = E[log q(z|x) − log q(z)], in nats, estimated with about 10,000 codes.
  let information: Double
  /// The number of dimensions whose means have a variance above 0.01 over the examples; the others
  /// carry no information (Burda, Grosse and Salakhutdinov 2016, section 5).
  let activeUnits: Int
  /// The dimensions of a code.
  let latentSize: Int

  /// KL(q(z) ‖ p(z)), in nats: the remaining part of the divergence.
  ///
  /// If it is about 0, the estimate may be negative.
  var marginalDivergence: Double { divergence - information }

  /// The maximum number of examples, and the approximate number of codes, each of which is compared
  /// with every example.
  private static let mostExamples = 10_000
  /// The number of codes compared with all examples at a time.
  private static let portion = 200

  /// Estimates the information in the codes of posteriors.
  ///
  /// - Parameters:
  ///   - posterior: q(z|x) of the examples, `[examples, dimensions]`.
  ///   - random: Draws the codes, equally many for each example.
  ///   - beforeEach: Called before each portion of the codes; an error it throws ends the estimate.
  init(
    of posterior: DiagonalGaussian, using random: Random, beforeEach: () throws -> Void
  ) rethrows {
    // The sums contain squares that are far larger than their differences.
    let mean = posterior.mean.converted(to: .float64)
    let logVariance = posterior.logVariance.converted(to: .float64)
    let posterior = DiagonalGaussian(mean: mean, logVariance: logVariance)
    (count, latentSize) = (mean.shape[0], mean.shape[1])
    divergence =
      posterior.klDivergence(to: .standard([1, latentSize], dtype: .float64))
      .mean().scalar
    let draws = max(1, Self.mostExamples / count)
    let codes = posterior.sample([draws], using: random)
    let rows = codes.reshaped(to: [draws * count, latentSize])
    let density = PosteriorMixture(posterior)
    var sum = 0.0
    for start in stride(from: 0, to: draws * count, by: Self.portion) {
      try beforeEach()
      let portion = rows.sliced(start..<min(start + Self.portion, draws * count))
      sum += density.logDensity(of: portion).sum().scalar
    }
    // The term for a code's position in its own posterior is in both logarithms and cancels out.
    information = posterior.logDensity(of: codes).mean().scalar - sum / Double(draws * count)
    let variances = square(mean - mean.mean(along: 0)).mean(along: 0)
    activeUnits = variances.doubles.count { $0 > 0.01 }
  }

  /// Estimates the information in the codes of a model's test examples; a conditional model also
  /// gets their classes.
  init(
    of vae: VAE, on test: Batches, using random: Random, beforeEach: () throws -> Void
  ) throws {
    var parts: [DiagonalGaussian] = []
    var count = 0
    for batch in test.epoch(shuffledBy: nil) where count < Self.mostExamples {
      try beforeEach()
      parts.append(
        vae.inInference { vae.posterior(of: batch.images, labels: batch.labels) })
      count += batch.count
    }
    let posterior = DiagonalGaussian(
      mean: .concatenated(parts.map(\.mean)),
      logVariance: .concatenated(parts.map(\.logVariance)))
    try self.init(of: posterior, using: random, beforeEach: beforeEach)
  }
}

/// q(z) = 1/N Σₙ q(z|xₙ), whose densities are computed with matrix products.
private struct PosteriorMixture {
  /// 1/σ² and μ/σ² of each component, `[components, dimensions]`.
  private let (precision, scaledMean): (Tensor, Tensor)
  /// The rest of each component's logarithm, and −log N, `[components]`.
  private let offset: Tensor

  init(_ components: DiagonalGaussian) {
    let (mean, logVariance) = (components.mean, components.logVariance)
    let count = Double(mean.shape[0])
    precision = exp(-logVariance)
    scaledMean = mean * precision
    let terms = mean * scaledMean + logVariance + 1.837_877_066_409_345_5  // log 2π
    offset = -0.5 * terms.sum(along: 1) - log(Tensor(count, dtype: .float64))
  }

  /// log q(z) of codes `[codes, dimensions]`: `[codes]`.
  func logDensity(of z: Tensor) -> Tensor {
    let squares = square(z).matmul(precision, transposeRight: true)
    let products = z.matmul(scaledMean, transposeRight: true)
    return (products - 0.5 * squares + offset).logSumExp(along: 1)
  }
}

extension LatentInformation {
  /// The figures as recorded in `evaluation.json`.
  var configuration: Configuration {
    [
      "active-units": .integer(activeUnits), "kl-nats": .number(divergence),
      "information-nats": .number(information), "marginal-kl-nats": .number(marginalDivergence),
    ]
  }

  /// The figures as lines to print.
  var lines: [String] {
    let limit = log(Tensor(Double(count), dtype: .float64)).scalar
    return [
      "KL(q(z|x) ‖ p(z)) is \(Readable.metric(divergence)) nats: the information I(x; z)"
        + " \(Readable.metric(information)) (at most \(Readable.metric(limit)), of"
        + " \(Readable.count(count)) examples) and KL(q(z) ‖ p(z))"
        + " \(Readable.metric(marginalDivergence))",
      "\(activeUnits) of \(latentSize) latent dimensions are active",
    ]
  }
}
