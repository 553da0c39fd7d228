import Models
import NN
import Tensor
import Training

/// Trains the two networks of a ``/Models/GAN`` against each other, each by an optimiser of its own: Adam, or
/// RMSProp for a critic with clipped weights (Arjovsky, Chintala and Bottou 2017, who found momentum to
/// be unstable there).
///
/// It is for samples of any kind; ``GANTrainer`` trains on images with it.
public final class AdversarialTraining {
  /// The model being trained.
  public let gan: GAN
  /// The average of the generator's parameters, with which samples are made, where the model asks for
  /// one.
  public let average: MovingAverage?
  private let generatorOptimizer: any Optimizer
  private let discriminatorOptimizer: any Optimizer
  private let random: Random

  /// Creates the training of a model.
  ///
  /// - Parameters:
  ///   - gan: The model.
  ///   - learningRate: The optimisers', for both networks.
  ///   - batchesPerEpoch: The discriminator's steps in an epoch, of which a falling rate needs to know.
  ///   - beta1: Adam's, for both networks; nil for the model's own.
  ///   - random: Draws the noise, from a stream split off it.
  public init(
    _ gan: GAN, learningRate: LearningRate = 0.0002, batchesPerEpoch: Int = 1, beta1: Double? = nil,
    using random: Random
  ) {
    let configuration = gan.configuration
    precondition(
      !configuration.hasGradientPenalty || !gan.discriminator.hasBatchNorm,
      "AdversarialTraining: expected a critic without batch norm, as the gradient penalty is one on each"
        + " example's own gradient, found \(gan.discriminator)")
    self.gan = gan
    func optimizer(for network: any Layer, _ stepsPerEpoch: Int) -> any Optimizer {
      let rate = learningRate.schedule(stepsPerEpoch: stepsPerEpoch)
      if configuration.clippingBound != nil {
        return RMSProp(for: network, learningRate: rate)
      }
      let betas = configuration.betas
      return Adam(for: network, learningRate: rate, beta1: beta1 ?? betas.0, beta2: betas.1)
    }
    let group = configuration.stepsOfDiscriminator
    generatorOptimizer = optimizer(for: gan.generator, (batchesPerEpoch + group - 1) / group)
    discriminatorOptimizer = optimizer(for: gan.discriminator, batchesPerEpoch)
    let decay = configuration.averageDecay ?? 0
    average =
      decay == 0
      ? nil
      : MovingAverage(of: gan, decay: decay, includingBuffers: true) { $0.hasPrefix("generator.") }
    self.random = random.split()
  }

  /// The two networks, their optimisers, the stream of the noise, and the generator's average.
  public var state: [StatePart] {
    [
      .module("gan", gan),
      .optimizer("generatorOptimizer", generatorOptimizer),
      .optimizer("discriminatorOptimizer", discriminatorOptimizer),
      .random("noise", random),
    ] + (average.map { [.average("average", $0)] } ?? [])
  }
}

extension Module {
  /// Whether a layer inside normalises by the other examples of its batch.
  fileprivate var hasBatchNorm: Bool {
    self is BatchNorm
      || members.elements.contains { ($0.member as? any Module)?.hasBatchNorm ?? false }
  }
}

// MARK: - The algorithms

extension AdversarialTraining {
  /// A step of the discriminator with each of the batches, then a step of the generator.
  ///
  /// In the minimax game it is one iteration of the outer loop of algorithm 1 of Goodfellow et al.
  /// (2014).
  /// The generator's step takes up the samples of the discriminator's last one, through the
  /// discriminator as it then is. So they are made once; the paper draws new noise, the code of
  /// Radford, Metz and Chintala (2016) does this.
  ///
  /// With a Wasserstein loss it is one iteration of algorithm 1 of Arjovsky, Chintala and Bottou (2017),
  /// or of Gulrajani et al. (2017): the generator's samples are of new noise.
  ///
  /// - Parameters:
  ///   - batches: Real samples, `[batch] + sampleShape` each: one batch for each of the
  ///     discriminator's steps, k in all.
  ///   - labels: The classes of each batch's samples, of a conditional model; the generator makes as
  ///     many samples of each class.
  public func step(_ batches: [Tensor], labels: [[Int]] = []) -> Figures {
    guard let last = batches.last else {
      preconditionFailure("AdversarialTraining.step: expected one batch or more, found none")
    }
    for real in batches {
      precondition(
        real.shape.dropFirst() == gan.sampleShape[...],
        "AdversarialTraining.step: expected samples of shape [batch] + \(gan.sampleShape), found"
          + " \(real.shape)")
    }
    let isWasserstein = gan.configuration.isWasserstein
    var mean = WeightedMean()
    for (index, real) in (isWasserstein ? batches[...] : batches.dropLast()).enumerated() {
      let labels = self.labels(labels, of: index)
      let fake = gan.samples(of: gan.noise(count: real.shape[0], using: random), labels: labels)
      mean.add(
        discriminatorStep(real: real, fake: fake, labels: labels), count: real.shape[0])
    }
    let lastLabels = self.labels(labels, of: batches.count - 1)
    let z = gan.noise(count: last.shape[0], using: random)
    let (fake, pullback) = valueWithPullback(of: gan.generator) {
      gan.samples(of: z, labels: lastLabels)
    }
    if !isWasserstein {
      mean.add(
        discriminatorStep(real: last, fake: fake, labels: lastLabels), count: last.shape[0])
    }
    let (generatorLoss, generatorNorm) = generatorStep(fake: fake, labels: lastLabels, pullback)
    average?.update(from: gan, step: generatorOptimizer.state.step)
    return Figures(
      discriminatorLoss: mean.values[0], generatorLoss: generatorLoss,
      realProbability: mean.values[1], fakeProbability: mean.values[2],
      discriminatorGradientNorm: mean.values[3], generatorGradientNorm: generatorNorm,
      wassersteinDistance: isWasserstein ? mean.values[1] - mean.values[2] : nil)
  }

  /// The classes of a batch's samples, none where the model is not conditional.
  private func labels(_ labels: [[Int]], of batch: Int) -> [Int] {
    if gan.conditionalClasses == 0 { return [] }
    precondition(
      labels.indices.contains(batch),
      "AdversarialTraining.step: expected the classes of each batch, found those of \(labels.count)"
    )
    return labels[batch]
  }

  /// Descends the discriminator's loss in the discriminator's parameters; the generator has no part in
  /// it.
  ///
  /// Real and made samples go through the discriminator apart, so that batch norm takes the
  /// statistics of each by themselves.
  ///
  /// - Returns: The loss, the means of D(x) and of D(G(z)), and the gradient's norm; of a critic the
  ///   means are those of its values.
  func discriminatorStep(real: Tensor, fake: Tensor, labels: [Int] = []) -> [Double] {
    let configuration = gan.configuration
    let (loss, outputs, gradients) = valueWithGradient(of: gan.discriminator) {
      let outputs = (
        real: gan.logits(of: real, labels: labels), fake: gan.logits(of: fake, labels: labels)
      )
      return (discriminatorLoss(outputs, real: real, fake: fake, labels), outputs)
    }
    discriminatorOptimizer.update(along: gradients)
    if let bound = configuration.clippingBound { clipDiscriminator(to: bound) }
    let isWasserstein = configuration.isWasserstein
    func figure(_ output: Tensor) -> Double {
      isWasserstein ? output.mean().scalar : sigmoid(stopGradient(output)).mean().scalar
    }
    return [loss.scalar, figure(outputs.real), figure(outputs.fake), gradients.globalNorm]
  }

  private func discriminatorLoss(
    _ outputs: (real: Tensor, fake: Tensor), real: Tensor, fake: Tensor, _ labels: [Int]
  ) -> Tensor {
    let configuration = gan.configuration
    switch configuration.loss {
    case .minimax, nil:
      return GAN.discriminatorLoss(
        real: outputs.real, fake: outputs.fake, labelSmoothing: configuration.labelSmoothing)
    case .wassersteinClipping: return GAN.criticLoss(real: outputs.real, fake: outputs.fake)
    case .wassersteinGradientPenalty:
      let penalty = GAN.gradientPenalty(
        of: { gan.logits(of: $0, labels: labels) }, between: real, and: fake, using: random)
      return GAN.criticLoss(real: outputs.real, fake: outputs.fake)
        + configuration.gradientPenaltyWeight * penalty
    }
  }

  /// Brings every parameter of the critic into [−bound, bound].
  private func clipDiscriminator(to bound: Double) {
    for (_, parameter) in gan.discriminator.parameters {
      parameter.wrappedValue = clamp(parameter.wrappedValue, to: -bound...bound)
    }
  }

  /// Descends the generator's loss in the generator's parameters.
  ///
  /// The loss is differentiated in the samples alone, so that no gradient of the discriminator's
  /// weights is computed, and then goes back through the generator.
  func generatorStep(
    fake: Tensor, labels: [Int] = [], _ pullback: (Tensor) -> Gradients
  ) -> (loss: Double, gradientNorm: Double) {
    let (loss, slope) = valueWithGradient(at: fake) { fake in
      let output = gan.logits(of: fake, labels: labels)
      return gan.configuration.isWasserstein
        ? GAN.wassersteinGeneratorLoss(fake: output)
        : GAN.generatorLoss(fake: output, gan.configuration.generatorLoss)
    }
    let gradients = pullback(slope)
    generatorOptimizer.update(along: gradients)
    return (loss.scalar, gradients.globalNorm)
  }
}
