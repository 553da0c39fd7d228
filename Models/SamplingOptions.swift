import NN
import Tensor

/// What is asked of new examples; what is nil is left to the model.
public struct SamplingOptions: Sendable, Equatable {
  /// The sampler, by its name: `ddim`.
  public var sampler: String?
  /// The number of the sampler's steps.
  public var steps: Int?
  /// The class of all examples; nil for examples of any.
  public var label: Int?
  /// s of classifier-free guidance: 0 leaves the class out, 1 is the conditional model, larger values
  /// go beyond.
  public var guidance: Double?

  /// The model's own way, or another one.
  public init(
    sampler: String? = nil, steps: Int? = nil, label: Int? = nil, guidance: Double? = nil
  ) {
    (self.sampler, self.steps, self.label, self.guidance) = (sampler, steps, label, guidance)
  }
}

/// A model whose examples can be asked for in several ways: of a class, by one of several samplers.
public protocol SteerableModel: Generative {
  /// What can be asked for.
  var samplingChoices: SamplingChoices { get }

  /// New examples, `[count] + dataShape.sizes`; images lie in [0, 1].
  ///
  /// Options that are none of the ``samplingChoices`` stop the program
  /// (``SamplingChoices/check(_:of:)`` tells them beforehand).
  func sample(count: Int, _ options: SamplingOptions, using random: Random) -> Tensor
}

extension SteerableModel {
  /// New examples in the model's own way.
  public func sample(count: Int, using random: Random) -> Tensor {
    sample(count: count, .init(), using: random)
  }
}

/// Which ``SamplingOptions`` a model takes; those of one that takes none are empty.
public struct SamplingChoices: Sendable, Equatable {
  /// A way from noise to examples.
  public struct Sampler: Sendable, Equatable {
    /// What it is called.
    public let name: String
    /// How many steps it can be asked for; nil where it chooses them itself.
    public let steps: ClosedRange<Int>?
    /// How many it takes where none are asked for; nil where it chooses them itself.
    public let usualSteps: Int?

    /// Names a sampler that takes steps.
    public init(_ name: String, steps: ClosedRange<Int>, usually usualSteps: Int) {
      (self.name, self.steps, self.usualSteps) = (name, steps, usualSteps)
    }

    /// Names a sampler that chooses its steps itself.
    public init(adaptive name: String) { (self.name, steps, usualSteps) = (name, nil, nil) }
  }

  /// The samplers.
  public var samplers: [Sampler] = []
  /// The name of the model's own sampler.
  public var ownSampler: String?
  /// The number of classes that examples can be asked of; 0 for none.
  public var classes = 0
  /// Whether the model knows examples without a class too, as guidance needs.
  public var hasGuidance = false

  /// No choice.
  public init() {}

  /// What a model can be asked for.
  public init(of model: any Model) {
    self = (model as? any SteerableModel)?.samplingChoices ?? SamplingChoices()
    if let model = model as? any ClassConditional { classes = model.conditionalClasses }
  }

  /// The sampler of these options.
  public func sampler(of options: SamplingOptions) -> Sampler? {
    let name = options.sampler ?? ownSampler
    return samplers.first { $0.name == name }
  }

  /// Checks options of a kind of model, such as `ddpm`.
  ///
  /// - Throws: The option that the model does not take, by its name on the command line.
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
      let found = classes == 0 ? "without" : "that knows none without its class"
      throw UnsuitableSetting(
        "guidance", guidance, "expected a model of examples with classes, found '\(kind)' \(found)")
    }
    if options.label == nil {
      throw UnsuitableSetting("guidance", guidance, "expected --class beside it")
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

  /// Stops the program, in the name of a kind of model, for options that it does not take.
  public func require(_ options: SamplingOptions, of kind: String) {
    do {
      try check(options, of: kind)
    } catch {
      preconditionFailure("\(kind): \(error)")
    }
  }
}
