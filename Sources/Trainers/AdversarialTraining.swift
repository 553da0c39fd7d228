import Models
import NN
import Tensor
import Training

/// Trains the two networks of a ``/Models/GAN`` against each other, each with its own optimiser:
/// Adam, or RMSProp for a critic with clipped weights (Arjovsky, Chintala and Bottou 2017, who
/// found momentum unstable there).
///
/// It works with samples of any kind; ``GANTrainer`` uses it to train on images.
public final class AdversarialTraining {
  /// The model being trained.
  public let gan: GAN
  /// The moving average of the generator's parameters, used for sampling, if the model asks for
  /// one.
  public let average: MovingAverage?
  private let generatorOptimizer: any Optimizer
  private let discriminatorOptimizer: any Optimizer
  private let random: Random
  private let processes: Processes

  /// Creates the training of a model.
  ///
  /// - Parameters:
  ///   - gan: The model.
  ///   - learningRate: The learning rate of both networks' optimisers.
  ///   - batchesPerEpoch: The number of discriminator updates per epoch, needed by a decaying
  ///     learning rate.
  ///   - beta1: Adam's β₁ for both networks; nil for the model's own.
  ///   - random: Draws the noise, from a stream split off it.
  ///   - processes: The processes that train together.
  public init(
    _ gan: GAN, learningRate: LearningRate = 0.0002, batchesPerEpoch: Int = 1, beta1: Double? = nil,
    using random: Random, processes: Processes = .alone
  ) {
    let configuration = gan.configuration
    precondition(
      !configuration.hasGradientPenalty || !gan.discriminator.hasBatchNorm,
      "AdversarialTraining: expected a critic without batch norm, as the gradient penalty is one on each"
        + " example's own gradient, found \(gan.discriminator)")
    (self.gan, self.processes) = (gan, processes)
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

  /// The two networks, their optimisers, the random stream of the noise, and the generator's
  /// average.
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
  /// Whether any inner layer normalises with the other examples of its batch.
  fileprivate var hasBatchNorm: Bool {
    self is BatchNorm
      || members.elements.contains { ($0.member as? any Module)?.hasBatchNorm ?? false }
  }
}

// MARK: - The algorithms

extension AdversarialTraining {
  /// Updates the discriminator once for each of the batches, then the generator once.
  ///
  /// In the minimax game this is one iteration of the outer loop of algorithm 1 of Goodfellow et
  /// al. (2014). The generator's update reuses the samples of the discriminator's last update,
  /// passed through the updated discriminator, so they are generated only once. The paper draws new
  /// noise; the code of Radford, Metz and Chintala (2016) reuses the samples as here.
  ///
  /// With a Wasserstein loss this is one iteration of algorithm 1 of Arjovsky, Chintala and Bottou
  /// (2017), or of Gulrajani et al. (2017): the generator's samples come from new noise.
  ///
  /// - Parameters:
  ///   - batches: Real samples, `[batch] + sampleShape` each: one batch for each of the k
  ///     discriminator updates.
  ///   - labels: For a conditional model, the classes of each batch's samples; the generator
  ///     produces the same number of samples of each class.
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
      let figures = discriminatorStep(real: real, labels: self.labels(labels, of: index)) {
        gan.samples(of: gan.noise(count: $0.count, using: random), labels: $1)
      }
      mean.add(figures, count: real.shape[0])
    }
    let lastLabels = self.labels(labels, of: batches.count - 1)
    var made: [Range<Int>: (fake: Tensor, pullback: (Tensor) -> Gradients)] = [:]
    func make(_ examples: Range<Int>, _ labels: [Int]) -> (
      fake: Tensor, pullback: (Tensor) -> Gradients
    ) {
      let z = gan.noise(count: examples.count, using: random)
      let (fake, pullback) = valueWithPullback(of: gan.generator) {
        gan.samples(of: z, labels: labels)
      }
      return (fake, pullback)
    }
    if !isWasserstein {
      let figures = discriminatorStep(real: last, labels: lastLabels) { examples, labels in
        let pair = make(examples, labels)
        made[examples] = pair
        return pair.fake
      }
      mean.add(figures, count: last.shape[0])
    }
    let (generatorLoss, generatorNorm) = generatorStep(
      count: last.shape[0], labels: lastLabels
    ) { made[$0] ?? make($0, $1) }
    average?.update(from: gan, step: generatorOptimizer.state.step)
    return Figures(
      discriminatorLoss: mean.values[0], generatorLoss: generatorLoss,
      realProbability: mean.values[1], fakeProbability: mean.values[2],
      discriminatorGradientNorm: mean.values[3], generatorGradientNorm: generatorNorm,
      wassersteinDistance: isWasserstein ? mean.values[1] - mean.values[2] : nil)
  }

  /// The classes of a batch's samples; none for an unconditional model.
  private func labels(_ labels: [[Int]], of batch: Int) -> [Int] {
    if gan.conditionalClasses == 0 { return [] }
    precondition(
      labels.indices.contains(batch),
      "AdversarialTraining.step: expected the classes of each batch, found those of \(labels.count)"
    )
    return labels[batch]
  }

  /// Takes a descent step on the discriminator's loss in the discriminator's parameters only.
  ///
  /// Real and generated samples go through the discriminator separately, so that batch norm
  /// computes the statistics of each on its own.
  ///
  /// - Parameters:
  ///   - real: Real samples.
  ///   - labels: Their classes, for a conditional model.
  ///   - fakes: Generates the samples at the given positions, of these classes.
  /// - Returns: The loss, the means of D(x) and of D(G(z)), and the gradient's norm; for a critic
  ///   the means are those of its values.
  func discriminatorStep(
    real: Tensor, labels: [Int] = [], fakes: (_ examples: Range<Int>, _ labels: [Int]) -> Tensor
  ) -> [Double] {
    let configuration = gan.configuration
    let isWasserstein = configuration.isWasserstein
    func figure(_ output: Tensor) -> Double {
      isWasserstein ? output.mean().scalar : sigmoid(stopGradient(output)).mean().scalar
    }
    let (figures, gradients) = processes.sum(
      of: gan.discriminator, count: real.shape[0], buffersOf: gan, drawing: [random]
    ) { examples, share in
      let labels = labels.isEmpty ? [] : Array(labels[examples])
      let (real, fake) = (real.sliced(examples), fakes(examples, labels))
      let (_, (loss, outputs), gradients) = valueWithGradient(of: gan.discriminator) {
        let outputs = (
          real: gan.logits(of: real, labels: labels), fake: gan.logits(of: fake, labels: labels)
        )
        let loss = discriminatorLoss(outputs, real: real, fake: fake, labels)
        return (share == 1 ? loss : loss * share, (loss, outputs))
      }
      return ([loss.scalar, figure(outputs.real), figure(outputs.fake)], gradients)
    }
    processes.update(discriminatorOptimizer, along: gradients)
    if let bound = configuration.clippingBound { clipDiscriminator(to: bound) }
    return figures + [gradients.globalNorm]
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

  /// Clips every parameter of the critic to [−bound, bound].
  private func clipDiscriminator(to bound: Double) {
    for (_, parameter) in gan.discriminator.parameters {
      parameter.wrappedValue = clamp(parameter.wrappedValue, to: -bound...bound)
    }
  }

  /// Takes a descent step on the generator's loss in the generator's parameters.
  ///
  /// The loss is differentiated with respect to the samples only, so that no gradient of the
  /// discriminator's weights is computed; that gradient is then propagated back through the
  /// generator.
  ///
  /// - Parameters:
  ///   - count: The number of samples.
  ///   - labels: Their classes, for a conditional model.
  ///   - fakes: The samples at the given positions, of these classes, and their pullback to the
  ///     generator.
  func generatorStep(
    count: Int, labels: [Int] = [],
    fakes: (_ examples: Range<Int>, _ labels: [Int]) -> (
      fake: Tensor, pullback: (Tensor) -> Gradients
    )
  ) -> (loss: Double, gradientNorm: Double) {
    let (figures, gradients) = processes.sum(
      of: gan.generator, count: count, buffersOf: gan, drawing: [random]
    ) { examples, share in
      let labels = labels.isEmpty ? [] : Array(labels[examples])
      let (fake, pullback) = fakes(examples, labels)
      let (loss, slope) = valueWithGradient(at: fake) { fake in
        let output = gan.logits(of: fake, labels: labels)
        return gan.configuration.isWasserstein
          ? GAN.wassersteinGeneratorLoss(fake: output)
          : GAN.generatorLoss(fake: output, gan.configuration.generatorLoss)
      }
      return ([loss.scalar], pullback(share == 1 ? slope : slope * share))
    }
    processes.update(generatorOptimizer, along: gradients)
    return (figures[0], gradients.globalNorm)
  }
}
