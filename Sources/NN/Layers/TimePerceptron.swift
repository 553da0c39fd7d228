import Tensor

/// A network of a state, a time and, if there are classes, the state's class, with velocities,
/// noise or scores as output.
public protocol TimeNetwork: Module {
  /// The number of classes; 0 for none.
  var classes: Int { get }

  /// The output, of x's shape.
  ///
  /// - Parameters:
  ///   - x: States, `[batch, …]`.
  ///   - times: `[batch]`.
  ///   - labels: The class of each state, or ``classes`` for an unknown class; empty if all are
  ///     unknown.
  func callAsFunction(_ x: Tensor, at times: Tensor, labels: [Int]) -> Tensor
}

/// Dense layers with ``SiLU`` between them, applied to the concatenated state, time and class.
///
/// The time is an input itself, or sines and cosines
/// (``sinusoidalFeatures(of:count:longestPeriod:)``) of 1000 times the time; a class is one-hot,
/// and an unknown class all zeros.
///
/// - Input: `[batch, features]`. Output: of the same shape.
public final class TimePerceptron: TimeNetwork {
  /// The dense layers.
  public let network: Sequential
  /// The number of sines and cosines of the time; 0 for the time itself.
  public let timeFeatures: Int
  /// Whether the network has a time input at all.
  public let isTimed: Bool
  /// The number of classes; 0 for none.
  public let classes: Int

  /// The dense layers.
  public var members: Members { ["network": network] }

  /// Creates a network for states of this many numbers, with hidden layers of these widths; if it
  /// is not timed, only states and classes are inputs.
  public init(
    _ features: Int, hidden: [Int], timeFeatures: Int = 0, isTimed: Bool = true, classes: Int = 0,
    using random: Random
  ) {
    precondition(
      features > 0 && timeFeatures >= 0 && timeFeatures % 2 == 0 && classes >= 0,
      "TimePerceptron: expected features and an even number of features of the time, found"
        + " \(features) and \(timeFeatures)")
    let timeInputs = isTimed ? max(1, timeFeatures) : 0
    let widths = [features + timeInputs + classes] + hidden + [features]
    network = Sequential {
      for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
        if index > 0 { SiLU() }
        Dense(inputs, outputs, using: random)
      }
    }
    self.timeFeatures = timeFeatures
    self.isTimed = isTimed
    self.classes = classes
  }

  /// The output, of x's shape.
  public func callAsFunction(_ x: Tensor, at times: Tensor, labels: [Int] = []) -> Tensor {
    precondition(
      x.rank == 2 && times.shape == [x.shape[0]] && (labels.isEmpty || labels.count == x.shape[0]),
      "TimePerceptron: expected states [batch, features], times [batch] and as many labels or none,"
        + " found \(x.shape), \(times.shape) and \(labels.count)")
    var parts = [x]
    if isTimed && timeFeatures > 0 {
      parts.append(sinusoidalFeatures(of: 1_000 * times, count: timeFeatures))
    } else if isTimed {
      parts.append(times.expanded(at: 1))
    }
    if classes > 0 { parts.append(classFeatures(labels, x)) }
    return network(Tensor.concatenated(parts, along: 1))
  }

  private func classFeatures(_ labels: [Int], _ x: Tensor) -> Tensor {
    if labels.isEmpty { return .zeros([x.shape[0], classes], dtype: x.dtype) }
    return Tensor.oneHot(labels, count: classes + 1, dtype: x.dtype).sliced(0..<classes, along: 1)
  }

  /// A description of the layers, with the number of parameters.
  public var description: String { "TimePerceptron  // \(parameterCount) parameters\n\(network)" }
}
