import Models
import NN
import Tensor
import Training

/// Trains the two networks of a ``GAN`` against each other, each by an Adam of its own.
///
/// It is for samples of any kind; ``GANTrainer`` trains on images with it.
public final class AdversarialTraining {
  /// The model being trained.
  public let gan: GAN
  private let generatorOptimizer: Adam
  private let discriminatorOptimizer: Adam
  private let random: Random

  /// Creates the training of a model.
  ///
  /// - Parameters:
  ///   - gan: The model.
  ///   - learningRate: Adam's, for both networks.
  ///   - beta1: Adam's, for both networks; ½ is Radford, Metz and Chintala's (2016), who found the
  ///     usual 0.9 to oscillate.
  ///   - random: Draws the noise, from a stream split off it.
  public init(
    _ gan: GAN, learningRate: Double = 0.0002, beta1: Double = 0.5, using random: Random
  ) {
    self.gan = gan
    generatorOptimizer = Adam(for: gan.generator, learningRate: learningRate, beta1: beta1)
    discriminatorOptimizer = Adam(for: gan.discriminator, learningRate: learningRate, beta1: beta1)
    self.random = random.split()
  }

  /// The two networks, their optimisers and the stream of the noise.
  public var state: [StatePart] {
    [
      .module("gan", gan),
      .optimizer("generatorOptimizer", generatorOptimizer),
      .optimizer("discriminatorOptimizer", discriminatorOptimizer),
      .random("noise", random),
    ]
  }
}

// MARK: - Algorithm 1

extension AdversarialTraining {
  /// A step of the discriminator with each of the batches, then a step of the generator.
  ///
  /// It is one iteration of the outer loop of algorithm 1 of Goodfellow et al. (2014).
  /// The generator's step takes up the samples of the discriminator's last one, through the
  /// discriminator as it then is. So they are made once; the paper draws new noise, the code of
  /// Radford, Metz and Chintala (2016) does this.
  ///
  /// - Parameter batches: Real samples, `[batch] + sampleShape` each: one batch for each of the
  ///   discriminator's steps, k in all.
  public func step(_ batches: [Tensor]) -> Figures {
    guard let last = batches.last else {
      preconditionFailure("AdversarialTraining.step: expected one batch or more, found none")
    }
    for real in batches {
      precondition(
        real.shape.dropFirst() == gan.sampleShape[...],
        "AdversarialTraining.step: expected samples of shape [batch] + \(gan.sampleShape), found"
          + " \(real.shape)")
    }
    var mean = WeightedMean()
    for real in batches.dropLast() {
      let fake = gan.generator(gan.noise(count: real.shape[0], using: random))
      mean.add(discriminatorStep(real: real, fake: fake), count: real.shape[0])
    }
    let z = gan.noise(count: last.shape[0], using: random)
    let (fake, pullback) = valueWithPullback(of: gan.generator) { gan.generator(z) }
    mean.add(discriminatorStep(real: last, fake: fake), count: last.shape[0])
    let (generatorLoss, generatorNorm) = generatorStep(fake: fake, pullback)
    return Figures(
      discriminatorLoss: mean.values[0], generatorLoss: generatorLoss,
      realProbability: mean.values[1], fakeProbability: mean.values[2],
      discriminatorGradientNorm: mean.values[3], generatorGradientNorm: generatorNorm)
  }

  /// Ascends V(D, G) in the discriminator's parameters; the generator has no part in it.
  ///
  /// Real and made samples go through the discriminator apart, so that batch norm takes the
  /// statistics of each by themselves.
  ///
  /// - Returns: The loss, the means of D(x) and of D(G(z)), and the gradient's norm.
  func discriminatorStep(real: Tensor, fake: Tensor) -> [Double] {
    let (loss, logits, gradients) = valueWithGradient(of: gan.discriminator) {
      let logits = (real: gan.discriminator(real), fake: gan.discriminator(fake))
      let loss = GAN.discriminatorLoss(
        real: logits.real, fake: logits.fake, labelSmoothing: gan.configuration.labelSmoothing)
      return (loss, logits)
    }
    discriminatorOptimizer.update(along: gradients)
    return [
      loss.scalar, meanProbability(logits.real), meanProbability(logits.fake),
      gradients.globalNorm,
    ]
  }

  /// Descends the generator's loss in the generator's parameters.
  ///
  /// The loss is differentiated in the samples alone, so that no gradient of the discriminator's
  /// weights is computed, and then goes back through the generator.
  func generatorStep(
    fake: Tensor, _ pullback: (Tensor) -> Gradients
  ) -> (loss: Double, gradientNorm: Double) {
    let (loss, slope) = valueWithGradient(at: fake) { fake in
      GAN.generatorLoss(fake: gan.discriminator(fake), gan.configuration.generatorLoss)
    }
    let gradients = pullback(slope)
    generatorOptimizer.update(along: gradients)
    return (loss.scalar, gradients.globalNorm)
  }

  private func meanProbability(_ logits: Tensor) -> Double {
    sigmoid(stopGradient(logits)).mean().scalar
  }
}

// MARK: - Figures

extension AdversarialTraining {
  /// What tells how the game stands; of the discriminator's steps the means.
  public struct Figures: Equatable, Sendable {
    /// The names of the figures as columns of a table, in the order of ``values``.
    public static let names = [
      "d_loss", "g_loss", "d_real", "d_fake", "d_gradient_norm", "g_gradient_norm",
    ]

    /// The discriminator's loss in nats, before its step.
    public let discriminatorLoss: Double
    /// The generator's loss in nats, before its step.
    public let generatorLoss: Double
    /// The mean of D(x), a probability.
    public let realProbability: Double
    /// The mean of D(G(z)), a probability, before the discriminator's step.
    public let fakeProbability: Double
    /// The Euclidean norm of the gradient of the discriminator's loss in all its parameters.
    public let discriminatorGradientNorm: Double
    /// The Euclidean norm of the gradient of the generator's loss in all its parameters.
    public let generatorGradientNorm: Double

    /// The figures as numbers, in the order of ``names``.
    public var values: [Double] {
      [
        discriminatorLoss, generatorLoss, realProbability, fakeProbability,
        discriminatorGradientNorm, generatorGradientNorm,
      ]
    }
  }
}
