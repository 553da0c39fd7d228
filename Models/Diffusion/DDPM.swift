import NN
import Settings
import Tensor

/// A denoising diffusion model (Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", 2020).
///
/// Noise is added to an example in T steps, x_t = √ᾱ_t x₀ + √(1 − ᾱ_t) ε; a network learns to
/// predict the added noise from x_t and t. Sampling goes back from pure noise, with one of several
/// ``DiffusionSampler``s.
///
/// ```swift
/// let model = DDPM(.init(), for: .images(28, 28, classes: 10), using: random)
/// let (loss, gradients) = valueWithGradient(of: model) { model.loss(of: batch, using: random).total }
/// let sevens = model.sample(count: 16, .init(steps: 20, label: 7, guidance: 2), using: random)
/// ```
///
/// Sampling is safe from several threads at once, each with its own `Random`; a model is trained from
/// one.
public final class DDPM: AveragedModel, SteerableModel {
  /// The quantity that the network predicts.
  public enum Prediction: String, Choice {
    /// ε, the noise (Ho, Jain and Abbeel 2020).
    case noise
    /// x₀, the example.
    case data
    /// v = √ᾱ ε − √(1 − ᾱ) x₀ (Salimans and Ho 2022).
    case velocity = "v"
  }

  /// The settings.
  public struct Configuration: FieldConfiguration {
    /// Kind of network.
    @Setting("kind of network", absence: "unet for images, dense for other data")
    public var architecture: FieldArchitecture? = nil
    /// Widths of a dense network's hidden layers.
    @Setting("widths of a dense network's hidden layers", in: layerWidths)
    public var hidden = [128, 128, 128]
    /// Number of sines and cosines of the time in a dense network's input; 0 for the time itself.
    @Setting(
      "sines and cosines of the time for a dense network; 0 for the time itself", in: 0...1024
    )
    public var timeFeatures = 32
    /// Channels of a U-Net at each size of the image.
    @Setting("channels of a U-Net at each size of the image", in: 4...4096)
    public var channels = [32, 64, 64]
    /// Schedule of the noise.
    @Setting("schedule of the noise") public var schedule = NoiseSchedule.Kind.linear
    /// Steps of the diffusion.
    @Setting("steps of the diffusion", in: 1...10_000, placeholder: "T")
    public var diffusionSteps = 1_000
    /// Quantity that the network predicts.
    @Setting("quantity that the network predicts") public var prediction = Prediction.noise
    /// Variance of a step of ancestral sampling.
    @Setting("variance of a step of ancestral sampling")
    public var variance = DiffusionSampler.Variance.beta
    /// Decay rate of the weights' moving average; 0 for no average.
    @Setting(
      "decay rate of the weights' moving average; 0 for no average", in: .from(0, below: 1))
    public var averageDecay = 0.995
    /// Share of the labels dropped in training, for guidance.
    @Setting("share of the labels dropped in training, for guidance", in: 0...1)
    public var labelDropout = 0.1
    /// Sampler.
    @Setting("sampler") public var sampler = DiffusionSampler.dpm
    /// Steps of the sampler.
    @Setting("steps of the sampler, at most those of the diffusion", in: 1...10_000)
    public var steps = 25
    /// η of DDIM: 0 for deterministic sampling, 1 for the most noise.
    @Setting("η of DDIM: 0 for deterministic sampling, 1 for the most noise", in: 0...1)
    public var eta = 0.0

    /// The defaults.
    public init() {}

    /// Checks the settings against each other and the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      try checkField(for: data)
      if steps > diffusionSteps {
        throw UnsuitableSetting(
          "steps", steps, "expected at most the \(diffusionSteps) steps of the diffusion")
      }
    }
  }

  /// The name on the command line and in files.
  public static let kind = "ddpm"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// The schedule of the noise.
  public let schedule: NoiseSchedule
  /// The network of a noisy example, its time (t − 1) / T and its class.
  public let network: any TimeNetwork

  /// The network.
  public var members: Members { ["network": network] }

  /// Creates a model with the network that the settings ask for.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "DDPM")
    self.configuration = configuration
    dataShape = data
    schedule = NoiseSchedule(configuration.schedule, steps: configuration.diffusionSteps)
    network = configuration.field(for: data, using: random)
  }

  /// A description of the network.
  public var description: String { "DDPM  // \(parameterCount) parameters\nnetwork: \(network)" }
}

// MARK: - The loss

extension DDPM {
  /// The mean squared error of the prediction, per number of an example.
  public var metrics: [Metric] {
    [Metric("loss", unit: "mean squared error of the \(configuration.prediction)")]
  }

  /// The simple loss, with independent noise and an independent step for each example (Ho, Jain and
  /// Abbeel 2020, equation 14).
  public func loss(of batch: Batch, using random: Random) -> Loss {
    let data = dataShape.centred(batch.images)
    let levels = random.integers(data.shape[0], below: schedule.steps).map { schedule[1 + $0] }
    let noise = random.normal(data.shape, dtype: data.dtype)
    let labels = network.dropped(
      batch.labels, probability: configuration.labelDropout, using: random)
    func column(_ value: (NoiseLevel) -> Double) -> Tensor {
      Tensor(levels.map(value), dtype: data.dtype).expanded(at: 1)
    }
    let (alpha, sigma) = (column(\.signal), column(\.noise))
    let state = alpha * data + sigma * noise
    let times = Tensor(levels.map(\.time), dtype: data.dtype)
    let prediction = network(state, at: times, labels: labels)
    let target =
      switch configuration.prediction {
      case .noise: noise
      case .data: data
      case .velocity: alpha * noise - sigma * data
      }
    return Loss(meanSquaredError(prediction, target))
  }

  /// The network's x₀ for states `[batch, features]` at a level; limited to [−1, 1] for images.
  public func denoised(_ state: Tensor, at level: NoiseLevel, _ options: SamplingOptions = .init())
    -> Tensor
  {
    let output = network.guided(
      state, at: level.time, label: options.label, guidance: options.guidance ?? 1)
    let data =
      switch configuration.prediction {
      case .noise: (state - level.noise * output) / level.signal
      case .data: output
      case .velocity: level.signal * state - level.noise * output
      }
    return dataShape.isImage ? clamp(data, to: -1...1) : data
  }

  /// The terms of the variational bound on −log p of examples `[batch, dataShape.count]`, with one
  /// draw of the noise for each; ``VariationalBound/bitsPerDimension(of:)`` converts them.
  public func variationalBound(of examples: Tensor, using random: Random) -> VariationalBound {
    VariationalBound.estimate(
      of: dataShape.centred(examples), schedule, variance: configuration.variance,
      isByte: dataShape.isImage, using: random
    ) { denoised($0, at: $1) }
  }
}

// MARK: - Samples

extension DDPM {
  /// The samplers of ``DiffusionSampler``, with at most the diffusion's number of steps, and the
  /// classes.
  public var samplingChoices: SamplingChoices {
    let samplers = DiffusionSampler.allCases.map { sampler in
      SamplingChoices.Sampler(
        sampler.rawValue, steps: 1...schedule.steps,
        usually: sampler == .ancestral ? schedule.steps : configuration.steps)
    }
    return choices(among: samplers, own: configuration.sampler.rawValue)
  }

  /// Samples examples, `[count] + dataShape.sizes`; images lie in [0, 1].
  public func sample(count: Int, _ options: SamplingOptions, using random: Random) -> Tensor {
    let noise = random.normal([count, dataShape.count], dtype: network.dtype)
    return decoded(from: noise, options, using: random)
      .reshaped(to: [count] + dataShape.sizes)
  }

  /// The examples generated from noise `[batch, dataShape.count]`, of the same shape.
  public func decoded(
    from noise: Tensor, _ options: SamplingOptions = .init(), using random: Random
  ) -> Tensor {
    let choices = samplingChoices
    choices.require(options, of: Self.kind)
    let sampler = options.sampler.flatMap(DiffusionSampler.init) ?? configuration.sampler
    let steps = options.steps ?? choices.sampler(of: options)?.usualSteps ?? configuration.steps
    let end = sampler.sample(
      from: noise, schedule.levels(count: steps), variance: configuration.variance,
      eta: configuration.eta, using: random
    ) { denoised($0, at: $1, options) }
    return dataShape.uncentred(end)
  }
}
