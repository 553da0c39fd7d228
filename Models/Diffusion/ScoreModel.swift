import DifferentialEquations
import NN
import Settings
import Tensor

/// A model of the score ∇ log p_t of noisy data, with which noise is turned into data (Song and
/// Ermon, "Generative modeling by estimating gradients of the data distribution", 2019; Song et
/// al., "Score-based generative modeling through stochastic differential equations", 2021).
///
/// The network f takes a state and its time, and s(x, t) = f(c x, t) / σ(t), so that −f is the
/// expected noise in the state; c scales states of all levels to about the same size. Without noise
/// (`process` none), s = f is the score of the data themselves and has no time input.
///
/// ```swift
/// let model = ScoreModel(.init(), for: .points(dimensions: 2), using: random)
/// let (loss, gradients) = valueWithGradient(of: model) { model.loss(of: batch, using: random).total }
/// let points = model.sample(count: 1000, .init(sampler: "predictor-corrector"), using: random)
/// ```
///
/// Sampling is safe from several threads at once, each with its own `Random`; a model is trained from
/// one.
public final class ScoreModel: AveragedModel, SteerableModel, LikelihoodModel {
  /// The settings.
  public struct Configuration: FieldConfiguration {
    /// Kind of the score's network.
    @Setting("kind of the score's network", absence: "unet for images, dense for other data")
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
    /// Process that turns data into noise.
    @Setting("process that turns data into noise; none for the data's own score")
    public var process = NoiseProcess.Kind.varianceExploding
    /// The least noise of the variance-exploding process.
    @Setting("least noise of variance-exploding", in: .above(0), placeholder: "SIGMA")
    public var minimumNoise = 0.01
    /// The most noise of the variance-exploding process.
    @Setting("most noise of variance-exploding", in: .above(0), placeholder: "SIGMA")
    public var maximumNoise = 25.0
    /// Levels of noise in training.
    @Setting("levels of noise in training", in: 2...10_000, absence: "continuous")
    public var levels: Int? = nil
    /// Loss from which the score is learned.
    @Setting("loss from which the score is learned", absence: "denoising; sliced without noise")
    public var loss: ScoreMatching? = nil
    /// Decay rate of the weights' moving average; 0 for no average.
    @Setting(
      "decay rate of the weights' moving average; 0 for no average", in: .from(0, below: 1))
    public var averageDecay = 0.995
    /// Share of the labels dropped in training, for guidance.
    @Setting("share of the labels dropped in training, for guidance", in: 0...1)
    public var labelDropout = 0.1
    /// Sampler.
    @Setting("sampler", absence: "ode; langevin without noise")
    public var sampler: ScoreSampler? = nil
    /// Steps of the sampler.
    @Setting(
      "steps of the sampler", in: 1...10_000,
      absence: "25 for ode, 200 for langevin, 500 for reverse-sde, 250 for predictor-corrector")
    public var steps: Int? = nil
    /// Langevin steps at each level.
    @Setting(
      "Langevin steps at each level", in: 0...1_000,
      absence: "5 for langevin, 1 for predictor-corrector")
    public var corrections: Int? = nil
    /// Size of the Langevin steps, as a share of the level's variance.
    @Setting(
      "size of the Langevin steps, as a share of the noise's variance", in: .above(0),
      absence: "0.5 for langevin, 0.1 for predictor-corrector, 0.01 without noise") public
      var langevinStep: Double? = nil

    /// The defaults.
    public init() {}

    /// Checks the settings against each other and the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      try checkField(for: data)
      if minimumNoise >= maximumNoise {
        throw UnsuitableSetting(
          "minimum-noise", minimumNoise, "expected less than the most noise, \(maximumNoise)")
      }
      guard process == .none else { return }
      if loss == .denoising {
        throw UnsuitableSetting("loss", "denoising", "expected sliced where the process is none")
      }
      if let sampler, sampler != .langevin {
        throw UnsuitableSetting(
          "sampler", sampler.rawValue, "expected langevin where the process is none")
      }
      if levels != nil {
        throw UnsuitableSetting("levels", levels ?? 0, "expected a process with noise")
      }
    }
  }

  /// The name on the command line and in files.
  public static let kind = "score"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// The process whose scores are learned.
  public let process: NoiseProcess
  /// The network f.
  public let network: any TimeNetwork

  /// The network.
  public var members: Members { ["network": network] }

  /// Creates a model with the network that the settings ask for.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "ScoreModel")
    self.configuration = configuration
    dataShape = data
    process =
      switch configuration.process {
      case .varianceExploding:
        .varianceExploding(
          minimum: configuration.minimumNoise, maximum: configuration.maximumNoise)
      case .variancePreserving: .variancePreserving
      case .none: .none
      }
    network = configuration.field(
      for: data, isTimed: configuration.process != .none, using: random)
  }

  /// A description of the network.
  public var description: String {
    "ScoreModel  // \(parameterCount) parameters\nnetwork: \(network)"
  }
}

// MARK: - The score and its loss

extension ScoreModel {
  /// s of states `[batch, features]` at one time, with guidance if a class is given.
  public func score(
    of state: Tensor, at time: Double, _ options: SamplingOptions = .init()
  ) -> Tensor {
    let scale = inputScale(process.deviation(at: time))
    let output = network.guided(
      scale * state, at: time, label: options.label, guidance: options.guidance ?? 1)
    return output / process.deviation(at: time)
  }

  /// c, for data of standard deviation 1.
  private func inputScale(_ deviation: Double) -> Double {
    configuration.process == .varianceExploding
      ? 1 / (1 + deviation * deviation).squareRoot() : 1
  }

  private var matching: ScoreMatching {
    configuration.loss ?? (process == .none ? .sliced : .denoising)
  }

  /// The loss of score matching.
  public var metrics: [Metric] {
    switch matching {
    case .denoising: [Metric("loss", unit: "mean squared error of the noise")]
    case .sliced: [Metric("loss", unit: "sliced score matching, nats per example")]
    }
  }

  /// The loss with an independent level of noise for each example, weighted by σ² (Song and Ermon
  /// 2019, equations 5 and 6; Song and others 2021, equation 7).
  public func loss(of batch: Batch, using random: Random) -> Loss {
    let data = dataShape.centred(batch.images)
    let labels = network.dropped(
      batch.labels, probability: configuration.labelDropout, using: random)
    if process == .none {
      let directions = random.normal(data.shape, dtype: data.dtype)
      let still = Tensor.zeros([data.shape[0]], dtype: data.dtype)
      return Loss(
        slicedScoreLoss(at: data, along: directions) { network($0, at: still, labels: labels) }
          .mean())
    }
    let times = self.times(count: data.shape[0], using: random)
    func column(_ value: (Double) -> Double) -> Tensor {
      Tensor(times.map(value), dtype: data.dtype).expanded(at: 1)
    }
    let (signal, deviation) = (column(process.signal), column(process.deviation))
    let scale = column { inputScale(process.deviation(at: $0)) }
    let noise = random.normal(data.shape, dtype: data.dtype)
    let state = signal * data + deviation * noise
    let time = Tensor(times, dtype: data.dtype)
    func score(_ x: Tensor) -> Tensor { network(scale * x, at: time, labels: labels) / deviation }
    let weight = square(deviation.squeezed(at: 1))
    switch matching {
    case .denoising:
      let loss = denoisingScoreLoss(score(state), noise: noise, deviation: deviation)
      return Loss((weight * loss).mean() * (2 / Double(dataShape.count)))
    case .sliced:
      let directions = random.normal(data.shape, dtype: data.dtype)
      return Loss((weight * slicedScoreLoss(at: state, along: directions, score)).mean())
    }
  }

  /// A time for each of `count` examples: any time, or that of one of the levels.
  private func times(count: Int, using random: Random) -> [Double] {
    let (start, end) = process.interval
    if let levels = configuration.levels {
      let times = process.times(levels)
      return random.integers(count, below: levels).map { times[$0] }
    }
    return random.uniform([count], dtype: .float64).doubles.map { end + (start - end) * $0 }
  }
}

// MARK: - Samples

extension ScoreModel {
  /// The default sampler.
  var ownSampler: ScoreSampler {
    configuration.sampler ?? (process == .none ? .langevin : .ode)
  }

  /// The samplers of ``ScoreSampler`` and the classes; without noise only Langevin dynamics.
  public var samplingChoices: SamplingChoices {
    let samplers = ScoreSampler.allCases.filter { process != .none || $0 == .langevin }
    let choices = samplers.map { sampler in
      sampler == .dopri5
        ? SamplingChoices.Sampler(adaptive: sampler.rawValue)
        : .init(
          sampler.rawValue, steps: 1...10_000,
          usually: ownSteps(of: sampler))
    }
    return self.choices(among: choices, own: ownSampler.rawValue)
  }

  /// Samples examples, `[count] + dataShape.sizes`; images lie in [0, 1].
  public func sample(count: Int, _ options: SamplingOptions, using random: Random) -> Tensor {
    let choices = samplingChoices
    choices.require(options, of: Self.kind)
    let sampler = options.sampler.flatMap(ScoreSampler.init) ?? ownSampler
    let steps = options.steps ?? choices.sampler(of: options)?.usualSteps ?? 1
    let noise = random.normal(
      [count, dataShape.count], standardDeviation: process.priorDeviation, dtype: network.dtype)
    let end = sampler.sample(
      from: noise, of: process, self.steps(steps, of: sampler), using: random
    ) { self.score(of: $1, at: $0, options) }
    return dataShape.uncentred(end).reshaped(to: [count] + dataShape.sizes)
  }

  /// The steps of a sampler according to the settings.
  func steps(_ count: Int, of sampler: ScoreSampler) -> ScoreSampler.Steps {
    let isLangevin = sampler == .langevin
    let size = process == .none ? 0.01 : isLangevin ? 0.5 : 0.1
    return .init(
      count, corrections: configuration.corrections ?? (isLangevin ? 5 : 1),
      langevinStep: configuration.langevinStep ?? size)
  }

  /// The default number of steps of a sampler for this model.
  func ownSteps(of sampler: ScoreSampler) -> Int { configuration.steps ?? sampler.usualSteps }
}

extension ScoreSampler {
  /// A number of steps that gives good samples, by sampler.
  fileprivate var usualSteps: Int {
    switch self {
    case .langevin: 200
    case .reverseSDE: 500
    case .predictorCorrector: 250
    case .ode, .dopri5: 25
    }
  }
}

// MARK: - The likelihood

extension ScoreModel {
  /// The probability flow of the scores, from noise to data.
  public func flow(_ options: SamplingOptions = .init()) -> ProbabilityFlow {
    process.probabilityFlow { self.score(of: $1, at: $0, options) }
  }

  /// Whether the process has noise, so that a flow leads from a known density to the data.
  public var hasLikelihood: Bool { process != .none }

  /// log p of examples under the probability flow, in nats, `[batch]` (Song and others 2021, section 4.3): by
  /// ``ProbabilityFlow/logLikelihood(of:sampleCount:using:afterEach:)``.
  public func logLikelihood(
    of examples: Tensor, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    precondition(
      hasLikelihood, "ScoreModel.logLikelihood: expected a process with noise, found none")
    return try flow().logLikelihood(
      of: dataShape.centred(examples), sampleCount: sampleCount, using: random,
      afterEach: afterEach) + dataShape.logScale
  }
}
