import NN
import Tensor

/// Options for sampling; nil leaves the choice to the model.
public struct SamplingOptions: Sendable, Equatable {
  /// The name of the sampler: `ddim`.
  public var sampler: String?
  /// The number of the sampler's steps.
  public var steps: Int?
  /// The class of all examples; nil for any.
  public var label: Int?
  /// The scale s of classifier-free guidance: 0 ignores the class, 1 is the conditional model,
  /// larger values go beyond it.
  public var guidance: Double?

  /// Creates options; by default everything is left to the model.
  public init(
    sampler: String? = nil, steps: Int? = nil, label: Int? = nil, guidance: Double? = nil
  ) {
    (self.sampler, self.steps, self.label, self.guidance) = (sampler, steps, label, guidance)
  }
}

/// A model with sampling options: the class, and one of several samplers.
public protocol SteerableModel: Generative {
  /// The options that the model supports.
  var samplingChoices: SamplingChoices { get }

  /// Samples examples, `[count] + dataShape.sizes`; images lie in [0, 1].
  ///
  /// Options outside the ``samplingChoices`` stop the program; check them beforehand with
  /// ``SamplingChoices/check(_:of:)``.
  func sample(count: Int, _ options: SamplingOptions, using random: Random) -> Tensor
}

extension SteerableModel {
  /// Samples examples with the model's own defaults.
  public func sample(count: Int, using random: Random) -> Tensor {
    sample(count: count, .init(), using: random)
  }
}

/// The ``SamplingOptions`` that a model supports; empty for a model without options.
public struct SamplingChoices: Sendable, Equatable {
  /// A sampler.
  public struct Sampler: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The allowed number of steps; nil if the sampler chooses its steps itself.
    public let steps: ClosedRange<Int>?
    /// The default number of steps; nil if the sampler chooses its steps itself.
    public let usualSteps: Int?

    /// Declares a sampler with a number of steps.
    public init(_ name: String, steps: ClosedRange<Int>, usually usualSteps: Int) {
      (self.name, self.steps, self.usualSteps) = (name, steps, usualSteps)
    }

    /// Declares a sampler that chooses its steps itself.
    public init(adaptive name: String) { (self.name, steps, usualSteps) = (name, nil, nil) }
  }

  /// The samplers.
  public var samplers: [Sampler] = []
  /// The name of the model's own sampler.
  public var ownSampler: String?
  /// The number of classes to choose from; 0 for none.
  public var classes = 0
  /// Whether the model can also sample without a class, as guidance requires.
  public var hasGuidance = false

  /// Creates choices without any option.
  public init() {}

  /// Takes the choices of a model.
  public init(of model: any Model) {
    self = (model as? any SteerableModel)?.samplingChoices ?? SamplingChoices()
    if let model = model as? any ClassConditional { classes = model.conditionalClasses }
  }

  /// The sampler that these options select.
  public func sampler(of options: SamplingOptions) -> Sampler? {
    let name = options.sampler ?? ownSampler
    return samplers.first { $0.name == name }
  }

  /// Checks options for a kind of model, such as `ddpm`.
  ///
  /// - Throws: The unsupported option, by its name on the command line.
  public func check(_ options: SamplingOptions, of kind: String) throws(UnsuitableSetting) {
    try checkPath(options, of: kind)
    if let label = options.label {
      if classes == 0 {
        throw UnsuitableSetting(
          "class", label, "expected a model of examples with classes, found '\(kind)' without")
      }
      if label < 0 || label >= classes {
        throw UnsuitableSetting("class", label, "expected a class from 0 to \(classes - 1)")
      }
    }
    guard let guidance = options.guidance else { return }
    if classes == 0 || !hasGuidance {
      let found = classes == 0 ? "without" : "that always needs a class"
      throw UnsuitableSetting(
        "guidance", guidance, "expected a model of examples with classes, found '\(kind)' \(found)")
    }
    if options.label == nil {
      throw UnsuitableSetting("guidance", guidance, "expected --class with it")
    }
    if !guidance.isFinite {
      throw UnsuitableSetting("guidance", guidance, "expected a finite number")
    }
  }

  private func checkPath(
    _ options: SamplingOptions, of kind: String
  ) throws(UnsuitableSetting) {
    if let name = options.sampler, sampler(of: options) == nil {
      let names = samplers.map(\.name).joined(separator: ", ")
      let expectation =
        samplers.isEmpty
        ? "expected a model with several samplers, found '\(kind)'"
        : "expected a sampler that '\(kind)' has: \(names)"
      throw UnsuitableSetting("sampler", name, expectation)
    }
    guard let steps = options.steps else { return }
    guard let sampler = sampler(of: options) else {
      throw UnsuitableSetting(
        "steps", steps, "expected a model that samples in steps, found '\(kind)'")
    }
    guard let range = sampler.steps else {
      throw UnsuitableSetting(
        "steps", steps, "expected a sampler of fixed steps, found \(sampler.name)")
    }
    if !range.contains(steps) {
      throw UnsuitableSetting(
        "steps", steps, "expected \(range.lowerBound) to \(range.upperBound) for \(sampler.name)")
    }
  }

  /// Stops the program, with a message about a kind of model, for unsupported options.
  public func require(_ options: SamplingOptions, of kind: String) {
    do {
      try check(options, of: kind)
    } catch {
      preconditionFailure("\(kind): \(error)")
    }
  }
}
