import DifferentialEquations
import NN
import Settings
import Tensor

/// A velocity field that transports noise to data, learned by flow matching (Lipman et al., "Flow
/// matching for generative modeling", 2023; Liu, Gong and Liu, "Flow straight and fast", 2023).
///
/// A path x_t connects noise x₀ ~ N(0, I) with an example x₁; the field v learns the velocity along
/// it, E‖v(x_t, t) − dx_t/dt‖². Samples are the ends of solutions of dx/dt = v(x, t) from noise at
/// t = 0 to t = 1.
///
/// ```swift
/// let model = FlowMatching(.init(), for: .points(dimensions: 2), using: random)
/// let (loss, gradients) = valueWithGradient(of: model) { model.loss(of: batch, using: random).total }
/// let points = model.sample(count: 1000, using: random)   // [1000, 2]
/// ```
///
/// Sampling is safe from several threads at once, each with its own `Random`; a model is trained from
/// one.
public final class FlowMatching: AveragedModel, SteerableModel, LikelihoodModel {
  /// The solvers of the differential equation of sampling.
  public enum Solver: String, Choice {
    /// Fixed steps, of order 1, 2, 2 and 4.
    case euler, midpoint, heun, rk4
    /// Adaptive steps, controlled by an error estimate (``/DifferentialEquations/DormandPrince``).
    case dopri5

    /// The method for fixed steps; nil for adaptive steps.
    var method: RungeKutta? {
      switch self {
      case .euler: .euler
      case .midpoint: .midpoint
      case .heun: .heun
      case .rk4: .classic
      case .dopri5: nil
      }
    }
  }

  /// The settings.
  public struct Configuration: FieldConfiguration {
    /// Kind of the field's network.
    @Setting("kind of the field's network", absence: "unet for images, dense for other data")
    public var architecture: FieldArchitecture? = nil
    /// Widths of a dense network's hidden layers.
    @Setting("widths of a dense network's hidden layers", in: layerWidths)
    public var hidden = [128, 128, 128]
    /// Number of sines and cosines of the time in a dense network's input; 0 for the time itself.
    @Setting(
      "sines and cosines of the time for a dense network; 0 for the time itself", in: 0...1024
    )
    public var timeFeatures = 0
    /// Channels of a U-Net at each size of the image.
    @Setting("channels of a U-Net at each size of the image", in: 4...4096)
    public var channels = [32, 64, 64]
    /// Pairing of noise with the examples of a batch.
    @Setting("pairing of noise with the examples of a batch")
    public var coupling = BatchCoupling.independent
    /// Path between noise and data.
    @Setting("path between noise and data") public var path = ConditionalPath.linear
    /// Decay rate of the weights' moving average; 0 for no average.
    @Setting(
      "decay rate of the weights' moving average; 0 for no average", in: .from(0, below: 1))
    public var averageDecay = 0.995
    /// Share of the labels dropped in training, for guidance.
    @Setting("share of the labels dropped in training, for guidance", in: 0...1)
    public var labelDropout = 0.1
    /// Solver of the differential equation of sampling.
    @Setting("solver of the differential equation") public var solver = Solver.heun
    /// Steps of the solver, except for dopri5.
    @Setting("steps of the solver, except dopri5", in: 1...10_000) public var steps = 25

    /// The defaults.
    public init() {}

    /// Checks the settings against each other and the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      try checkField(for: data)
    }
  }

  /// The name on the command line and in files.
  public static let kind = "flow-matching"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// The velocity field v.
  public let field: any TimeNetwork

  /// The velocity field.
  public var members: Members { ["field": field] }

  /// Creates a model with the network that the settings ask for.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "FlowMatching")
    self.configuration = configuration
    dataShape = data
    field = configuration.field(for: data, using: random)
  }

  /// A description of the field.
  public var description: String {
    "FlowMatching  // \(parameterCount) parameters\nfield: \(field)"
  }
}

// MARK: - The loss

extension FlowMatching {
  /// The mean squared error of the field, per number of an example.
  public var metrics: [Metric] { [Metric("loss", unit: "mean squared error of the velocity")] }

  /// E‖v(x_t, t) − dx_t/dt‖² per number, with independent noise and times for each example (Lipman
  /// and others 2023, equation 9).
  public func loss(of batch: Batch, using random: Random) -> Loss {
    let data = dataShape.centred(batch.images)
    let noise = configuration.coupling.pair(
      random.normal(data.shape, dtype: data.dtype), with: data)
    let times = random.uniform([data.shape[0]], dtype: data.dtype)
    let labels = field.dropped(
      batch.labels, probability: configuration.labelDropout, using: random)
    let (path, state) = (
      configuration.path, configuration.path.state(from: noise, to: data, at: times)
    )
    let velocity = field(state, at: times, labels: labels)
    return Loss(meanSquaredError(velocity, path.velocity(from: noise, to: data, at: times)))
  }
}

// MARK: - Samples

extension FlowMatching {
  /// The solvers of the field's equation, and the classes.
  public var samplingChoices: SamplingChoices {
    let samplers = Solver.allCases.map { solver in
      solver.method == nil
        ? SamplingChoices.Sampler(adaptive: solver.rawValue)
        : SamplingChoices.Sampler(
          solver.rawValue, steps: 1...10_000, usually: configuration.steps)
    }
    return choices(among: samplers, own: configuration.solver.rawValue)
  }

  /// Samples examples, `[count] + dataShape.sizes`; images lie in [0, 1].
  ///
  /// If the adaptive method does not reach the end, 1000 Heun steps replace it.
  public func sample(count: Int, _ options: SamplingOptions, using random: Random) -> Tensor {
    samplingChoices.require(options, of: Self.kind)
    let noise = random.normal([count, dataShape.count], dtype: field.dtype)
    return dataShape.uncentred(carried(noise, options)).reshaped(to: [count] + dataShape.sizes)
  }

  /// The flow of the field, from t = 0 to t = 1.
  public func flow(_ options: SamplingOptions = .init()) -> ProbabilityFlow {
    let field = field
    return ProbabilityFlow { time, state in
      field.guided(state, at: time, label: options.label, guidance: options.guidance ?? 1)
    }
  }

  private func carried(_ noise: Tensor, _ options: SamplingOptions) -> Tensor {
    let flow = flow(options)
    let steps = options.steps ?? configuration.steps
    let solver = options.sampler.flatMap(Solver.init) ?? configuration.solver
    if let method = solver.method {
      return method.solve(flow.field, from: noise, over: flow.interval, steps: steps).state
    }
    let adaptive = try? DormandPrince().solve(flow.field, from: noise, over: flow.interval)
    return adaptive?.state
      ?? RungeKutta.heun.solve(flow.field, from: noise, over: flow.interval, steps: 1_000).state
  }
}

// MARK: - The likelihood

extension FlowMatching {
  /// log p of examples under the flow, computed along with its solution (Chen and others 2018): in
  /// nats, `[batch]`.
  ///
  /// - Parameters:
  ///   - examples: `[batch, dataShape.count]`.
  ///   - trace: How divergences are computed.
  ///   - solver: The solver of the equations.
  ///   - random: Draws the probes of Hutchinson's trace.
  /// - Throws: `ODEError` if the solver does not reach the end.
  public func logDensity(
    of examples: Tensor, trace: ProbabilityFlow.Trace = .exact, solver: DormandPrince = .init(),
    using random: Random
  ) throws -> Tensor {
    let density = try flow().logDensity(
      of: dataShape.centred(examples), trace: trace, using: random
    ) { try solver.solve($0, from: $1, over: $2).state }
    return density + dataShape.logScale
  }

  /// log p of examples by ``ProbabilityFlow/logLikelihood(of:sampleCount:using:afterEach:)``.
  public func logLikelihood(
    of examples: Tensor, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    try flow().logLikelihood(
      of: dataShape.centred(examples), sampleCount: sampleCount, using: random,
      afterEach: afterEach) + dataShape.logScale
  }
}
