import Models
import NN
import Tensor
import Trainers

// Flows, autoregressive models, diffusion and flow matching: a step of Adam, including sampling the
// batch.

extension Work {
  /// Densities computed by networks, and paths from noise to data.
  static let deep: [(name: String, prepare: @Sendable () -> Work)] = [
    (
      "coupling-2d",
      { plane(RealNVP(.init(), for: .points(dimensions: 2), using: Random(seed: 0))) }
    ),
    (
      "spline-2d",
      { plane(SplineFlow(.init(), for: .points(dimensions: 2), using: Random(seed: 0))) }
    ),
    (
      "flow-matching-2d",
      { plane(FlowMatching(.init(), for: .points(dimensions: 2), using: Random(seed: 0))) }
    ), ("realnvp-mlp", realNVP),
    ("maf-mlp", { images(MAF(.init(), for: .images(28, 28), using: Random(seed: 0)), 128) }),
    (
      "made-mlp",
      {
        images(
          MADE(.init(), for: .images(28, 28), using: Random(seed: 0)), 128, areBinary: true)
      }
    ),
    ("glow-28", glow),
    ("pixelcnn-28", pixelCNN), ("iwae-mlp", importanceWeighted), ("vqvae-28", vqVAE),
    ("wgan-gp-mlp", { wasserstein(.dense, 128) }), ("wgan-gp-conv", { wasserstein(.dcgan, 64) }),
    ("sliced-score-2d", slicedScore),
    ("transformer-char", { text(.transformer) }), ("lstm-char", { text(.lstm) }),
    (
      "unet-ddpm",
      { images(DDPM(.init(), for: .images(28, 28, classes: 10), using: Random(seed: 0)), 64) }
    ),
    (
      "unet-flow",
      {
        images(FlowMatching(.init(), for: .images(28, 28, classes: 10), using: Random(seed: 0)), 64)
      }
    ),
  ]

  /// A step of Adam on batches drawn at random.
  static func trainingSteps(
    of model: some LossModel, batchSize: Int, using random: Random = Random(seed: 1),
    _ batch: @escaping () -> Batch
  ) -> Work {
    let optimizer = Adam(for: model)
    let processes = processes(dividing: batchSize)
    return Work(batchSize: batchSize) {
      let (figures, gradients) = processes.valueWithGradient(
        of: model, over: batch(), drawing: [random]
      ) { model.loss(of: $0, using: random) }
      processes.update(optimizer, along: gradients)
      return figures[0]
    }
  }

  /// A step of Adam along the gradient of the loss of a batch drawn beforehand.
  private static func trainingSteps(
    of module: some Module, batchSize: Int, _ loss: @escaping () -> () -> Tensor
  ) -> Work {
    let optimizer = Adam(for: module)
    return Work(batchSize: batchSize) {
      let (value, gradients) = valueWithGradient(of: module, loss())
      optimizer.update(along: gradients)
      return value.scalar
    }
  }

  private static func images(
    _ model: some LossModel, _ batchSize: Int, areBinary: Bool = false
  ) -> Work {
    let images = Images(60_000, [784], using: Random(seed: 2))
    let labels = model.dataShape.classes == 0 ? [] : (0..<batchSize).map { $0 % 10 }
    return trainingSteps(of: model, batchSize: batchSize) {
      guard areBinary else { return images.next(batchSize, labels: labels) }
      return Batch(values: images.batch(batchSize) .>= 0.5, labels: labels)
    }
  }

  private static func plane(_ model: some LossModel) -> Work {
    let (points, random) = (Random(seed: 2).normal([100_000, 2]), Random(seed: 3))
    var order: [Int] = []
    return trainingSteps(of: model, batchSize: 512) {
      if order.count < 512 { order = random.permutation(100_000) }
      defer { order.removeLast(512) }
      return Batch(values: points.gatheredRows(at: Array(order.suffix(512))))
    }
  }

  @Sendable private static func realNVP() -> Work {
    let configuration = RealNVP.Configuration.with {
      $0.couplings = 6
      $0.hidden = [512, 512]
    }
    return images(RealNVP(configuration, for: .images(28, 28), using: Random(seed: 0)), 128)
  }

  @Sendable private static func glow() -> Work {
    let model = Glow(.init(), for: .images(28, 28), using: Random(seed: 0))
    let first = Images(64, [784], using: Random(seed: 2)).batch(64)
    model.start(at: Batch(values: first), using: Random(seed: 3))
    return images(model, 64)
  }

  @Sendable private static func pixelCNN() -> Work {
    let random = Random(seed: 0)
    let network = RasterNetwork(width: 64, depth: 5, using: random)
    let images = Images(60_000, [28, 28, 1], using: Random(seed: 2))
    return trainingSteps(of: network, batchSize: 64) {
      let x = images.batch(64) .>= 0.5
      return {
        -bernoulliLogDensity(of: x.flattened(), logits: network(x).flattened()).mean()
      }
    }
  }

  @Sendable private static func importanceWeighted() -> Work {
    let configuration = VAE.Configuration.with {
      $0.importanceWeighted = true
      $0.samplesPerImage = 5
    }
    return images(
      VAE(configuration, for: .images(28, 28), using: Random(seed: 0)), 128, areBinary: true)
  }

  /// The networks and the codes, without the prior, which ``VQVAE`` also trains.
  @Sendable private static func vqVAE() -> Work {
    let random = Random(seed: 0)
    let model = VQVAE(.init(), for: .images(28, 28), using: random)
    let images = Images(60_000, [784], using: Random(seed: 2))
    model.start(at: Batch(values: images.batch(128)), using: random)
    let networks = Sequential {
      model.encoder
      model.decoder
    }
    return trainingSteps(of: networks, batchSize: 128) {
      let batch = Batch(values: images.batch(128))
      return { model.restoration(of: batch, using: random).loss }
    }
  }

  /// Five steps of the critic and one of the generator.
  private static func wasserstein(_ architecture: GAN.Architecture, _ batchSize: Int) -> Work {
    let random = Random(seed: 0)
    let configuration = GAN.Configuration.with {
      $0.architecture = architecture
      $0.loss = .wassersteinGradientPenalty
    }
    let gan = GAN(configuration, for: .images(28, 28), using: random)
    let images = Images(60_000, gan.sampleShape, using: Random(seed: 2))
    let training = AdversarialTraining(gan, learningRate: 0.0001, using: random)
    return Work(batchSize: batchSize) {
      training.step((0..<5).map { _ in 2 * images.batch(batchSize) - 1 }).discriminatorLoss
    }
  }

  @Sendable private static func slicedScore() -> Work {
    let configuration = ScoreModel.Configuration.with {
      $0.process = .none
      $0.hidden = [128, 128]
      $0.averageDecay = 0
    }
    return plane(
      ScoreModel(configuration, for: .points(dimensions: 2), using: Random(seed: 0)))
  }

  /// Windows of 128 symbols and the symbol that follows.
  private static func text(_ architecture: LanguageModel.Architecture) -> Work {
    let model = LanguageModel(
      .with { $0.architecture = architecture },
      for: DataShape(.window(length: 128, vocabulary: 96)), using: Random(seed: 0))
    let random = Random(seed: 2)
    let symbols = (0..<1_400_000).map { _ in Float(random.integer(below: 96)) }
    return trainingSteps(of: model, batchSize: 32) {
      let windows = (0..<32).flatMap { _ in
        let first = random.integer(below: symbols.count - 128)
        return symbols[first...first + 128]
      }
      return Batch(values: Tensor(windows, shape: [32, 129]))
    }
  }
}
