import NN
import Settings

extension GAN {
  /// The kind of layers in both networks.
  public enum Architecture: String, Choice {
    /// Fully connected layers.
    case dense
    /// Convolutions (Radford, Metz and Chintala 2016).
    case dcgan
  }

  /// The game that the two networks play.
  public enum Loss: String, Choice {
    /// min_G max_D E[log D(x)] + E[log(1 − D(G(z)))] (Goodfellow et al. 2014, equation 1).
    case minimax
    /// The Wasserstein distance, estimated by a critic with clipped weights (Arjovsky, Chintala and
    /// Bottou 2017, algorithm 1).
    case wassersteinClipping = "wasserstein-clipping"
    /// The Wasserstein distance, estimated by a critic with a gradient penalty (Gulrajani et al.
    /// 2017, algorithm 1).
    case wassersteinGradientPenalty = "wasserstein-gradient-penalty"
  }

  /// The loss of the generator in the minimax game (section 3 of the paper).
  public enum GeneratorLoss: String, Choice {
    /// −E[log D(G(z))]: strong gradients even where the discriminator is confident.
    case nonSaturating = "non-saturating"
    /// E[log(1 − D(G(z)))], the game's own value: its gradients vanish where the discriminator is
    /// confident.
    case saturating
  }

  /// The normalisation of the layers of a DCGAN's discriminator.
  public enum Normalization: String, Choice {
    /// Batch norm, in all layers but the first and the last.
    case batch
    /// No normalisation; all layers have biases.
    case none
  }

  /// The settings.
  public struct Configuration: ModelConfiguration {
    /// Fully connected layers, or convolutions.
    @Setting("fully connected layers, or convolutions") public var architecture = Architecture.dense
    /// Dimensions of the noise z.
    @Setting("dimensions of the noise z", in: layerWidths) public var latent = 100
    /// Widths of a dense generator's hidden layers.
    @Setting("widths of a dense generator's hidden layers", in: layerWidths)
    public var generatorHidden = [256, 512, 1024]
    /// Widths of a dense discriminator's hidden layers.
    @Setting("widths of a dense discriminator's hidden layers", in: layerWidths)
    public var discriminatorHidden = [512, 256]
    /// Channels of a DCGAN's first layer.
    @Setting("channels of a DCGAN's first layer", in: 1...4096) public var baseChannels = 64
    /// -log D(G(z)), or log(1 - D(G(z))).
    @Setting("-log D(G(z)), or log(1 - D(G(z)))")
    public var generatorLoss = GeneratorLoss.nonSaturating
    /// Steps of the discriminator per step of the generator.
    @Setting("steps of the discriminator per step of the generator", in: 1...5, placeholder: "K")
    public var discriminatorSteps = 1
    /// The amount subtracted from a real image's label.
    @Setting("the amount subtracted from a real image's label", in: .from(0, below: 0.5))
    public var labelSmoothing = 0.0
    // The following may be absent, so that files of models without them keep their bytes.
    /// The game that the two networks play; nil for the minimax game.
    @Setting("game that the two networks play", absence: "minimax") public var loss: Loss? = nil
    /// Steps of a critic per step of the generator; nil for 5.
    @Setting(
      "steps of a Wasserstein critic per step of the generator", in: 1...100, placeholder: "K",
      absence: "5")
    public var criticSteps: Int? = nil
    /// The bound c of a critic's weights; nil for 0.01.
    @Setting("bound of a critic's weights when clipped", in: .above(0), absence: "0.01")
    public var weightClip: Double? = nil
    /// The weight λ of the gradient penalty; nil for 10.
    @Setting("weight of the gradient penalty", in: .above(0), absence: "10")
    public var penaltyWeight: Double? = nil
    /// Whether the discriminator's weights are divided by their largest singular values.
    @Setting("divide the discriminator's weights by their spectral norms")
    public var spectralNorm: Bool? = nil
    /// The normalisation of the layers of a DCGAN's discriminator.
    @Setting(
      "normalisation of the layers of a DCGAN's discriminator",
      absence: "batch, none with --spectral-norm or a penalty")
    public var discriminatorNorm: Normalization? = nil
    /// Adam's β₁, the decay rate of the mean gradient.
    @Setting(
      "Adam's β₁", in: .from(0, below: 1), absence: "0.5, 0 with a gradient penalty")
    public var beta1: Double? = nil
    /// Adam's β₂, the decay rate of the mean squared gradient.
    @Setting(
      "Adam's β₂", in: .from(0, below: 1), absence: "0.999, 0.9 with a gradient penalty")
    public var beta2: Double? = nil
    /// Decay rate of the generator's moving average; nil or 0 for no average.
    @Setting(
      "decay rate of the generator's moving average", in: .from(0, below: 1),
      absence: "no average")
    public var averageDecay: Double? = nil
    /// Whether both networks are given the class of each example.
    @Setting("give both networks the class of each example") public var conditional: Bool? = nil

    /// The defaults.
    public init() {}
  }
}

// MARK: - Derived settings

extension GAN.Configuration {
  /// Whether the discriminator is a critic, which estimates a Wasserstein distance.
  public var isWasserstein: Bool { (loss ?? .minimax) != .minimax }
  /// Whether there is a penalty on the critic's gradient.
  public var hasGradientPenalty: Bool { loss == .wassersteinGradientPenalty }
  /// The number of steps of the discriminator or critic per step of the generator.
  public var stepsOfDiscriminator: Int { isWasserstein ? criticSteps ?? 5 : discriminatorSteps }
  /// The bound c of a critic's weights, if they are clipped.
  public var clippingBound: Double? {
    loss == .wassersteinClipping ? weightClip ?? 0.01 : nil
  }
  /// The weight λ of the gradient penalty; 0 if there is none.
  public var gradientPenaltyWeight: Double { hasGradientPenalty ? penaltyWeight ?? 10 : 0 }
  /// Adam's β₁ and β₂.
  ///
  /// They are 0 and 0.9 with a gradient penalty (Gulrajani et al. 2017, algorithm 1), otherwise ½
  /// and 0.999: Radford, Metz and Chintala (2016) found that the usual 0.9 for β₁ oscillates.
  public var betas: (Double, Double) {
    hasGradientPenalty ? (beta1 ?? 0, beta2 ?? 0.9) : (beta1 ?? 0.5, beta2 ?? 0.999)
  }

  /// Whether the discriminator's weights are divided by their spectral norms.
  var hasSpectralNorm: Bool { spectralNorm ?? false }

  /// A conditional model learns from classes.
  public var needsLabels: Bool { conditional ?? false }

  /// The number of classes that a conditional model's networks receive; 0 for an unconditional
  /// model.
  func classes(of data: DataShape) -> Int { needsLabels ? data.classes : 0 }

  /// Whether a DCGAN's discriminator has batch norm.
  var discriminatorHasBatchNorm: Bool {
    switch discriminatorNorm {
    case .batch: true
    case .some(.none): false
    case nil: !hasSpectralNorm && !hasGradientPenalty
    }
  }

  /// The number of passes per example; a gradient penalty adds one at points between real and
  /// generated samples, and one back through its gradient.
  public var passesPerExample: Int { hasGradientPenalty ? 3 : 1 }
}

// MARK: - Rules

extension GAN.Configuration {
  /// Checks the settings against each other and the data.
  public func check(for data: DataShape) throws(UnsuitableSetting) {
    try expectNoText(data)
    try checkLoss()
    try checkNormalization()
    if needsLabels, data.classes < 2 {
      throw UnsuitableSetting(
        "conditional", "with such data",
        "expected labels of two classes or more, found \(data.classes == 0 ? "none" : "one class")")
    }
    guard architecture == .dcgan else { return }
    let sizes = GAN.convolutionalImageSizes
    guard data.sizes.count == 3, data.sizes[0] == data.sizes[1], sizes.contains(data.sizes[0])
    else {
      let expected = sizes.map { "\($0)×\($0)" }.joined(separator: " or ")
      throw UnsuitableSetting(
        "architecture", "dcgan",
        "expected images of \(expected) pixels, found \(data.sizesText)"
          + (data.isImage ? "; --image-size resizes them" : ""))
    }
  }

  /// Throws for settings that belong to another loss.
  private func checkLoss() throws(UnsuitableSetting) {
    let loss = loss ?? .minimax
    func expect(_ losses: GAN.Loss..., for name: String, _ value: String?)
      throws(UnsuitableSetting)
    {
      guard let value, !losses.contains(loss) else { return }
      let expected = losses.map { "--loss \($0.rawValue)" }.joined(separator: " or ")
      throw UnsuitableSetting(
        name, value, "expected \(expected) with it, found \(loss.rawValue)")
    }
    let own = record
    func given(_ name: String, unless usual: ConfigurationValue = .absent) -> String? {
      own[name].flatMap { $0 == usual ? nil : "\($0)" }
    }
    let wasserstein = (GAN.Loss.wassersteinClipping, GAN.Loss.wassersteinGradientPenalty)
    try expect(wasserstein.0, wasserstein.1, for: "critic-steps", given("critic-steps"))
    try expect(wasserstein.0, for: "weight-clip", given("weight-clip"))
    try expect(wasserstein.1, for: "penalty-weight", given("penalty-weight"))
    // A critic with clipped weights is trained with RMSProp, which has neither.
    for name in ["beta1", "beta2"] {
      try expect(.minimax, wasserstein.1, for: name, given(name))
    }
    let usual = Self().record
    for name in ["discriminator-steps", "label-smoothing", "generator-loss"] {
      try expect(.minimax, for: name, given(name, unless: usual[name] ?? .absent))
    }
  }

  /// Throws for batch norm where it would undo a constraint on each example's gradient or on the
  /// weights.
  private func checkNormalization() throws(UnsuitableSetting) {
    if hasSpectralNorm, loss == .wassersteinClipping {
      throw UnsuitableSetting(
        "loss", GAN.Loss.wassersteinClipping.rawValue,
        "expected minimax or \(GAN.Loss.wassersteinGradientPenalty.rawValue) with --spectral-norm,"
          + " as the norm undoes the clipping")
    }
    guard let discriminatorNorm else { return }
    func refuse(_ reason: String) throws(UnsuitableSetting) {
      throw UnsuitableSetting("discriminator-norm", discriminatorNorm.rawValue, reason)
    }
    if architecture == .dense {
      try refuse("expected --architecture dcgan with it, as dense networks have no batch norm")
    }
    guard discriminatorNorm == .batch else { return }
    if hasGradientPenalty {
      try refuse(
        "expected none with a gradient penalty, which is one on each example's own gradient")
    }
    if hasSpectralNorm {
      try refuse("expected none with --spectral-norm, which the scales of batch norm undo")
    }
  }
}
