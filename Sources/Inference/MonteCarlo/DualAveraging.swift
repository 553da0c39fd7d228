import Glibc

/// Finds the step size at which a sampler accepts a wanted fraction, by Nesterov's dual averaging (Hoffman and
/// Gelman 2014, section 3.2.1).
///
/// ```swift
/// var averaging = DualAveraging(stepSize: 1, target: 0.8)
/// for _ in 0..<500 { averaging.update(acceptance: accepted(with: averaging.stepSize)) }
/// averaging.averagedStepSize   // to be used from here on
/// ```
public struct DualAveraging: Sendable {
  /// The fraction that is to be accepted.
  public let target: Double
  /// The step size to try next.
  public var stepSize: Double { exp(logStep) }
  /// The step size that the tried ones average to.
  public var averagedStepSize: Double { exp(averagedLogStep) }

  private let anchor: Double
  private var count = 0.0
  private var error = 0.0
  private var logStep: Double
  private var averagedLogStep: Double

  // γ, t₀ and κ of the paper.
  private static let shrinkage = 0.05
  private static let delay = 10.0
  private static let decay = 0.75

  /// Begins with a step size; those that are tried at first lie around ten times as much.
  public init(stepSize: Double, target: Double) {
    precondition(
      stepSize > 0 && stepSize.isFinite && target > 0 && target < 1,
      "DualAveraging: expected a step size above 0 and a target in (0, 1), found \(stepSize) and"
        + " \(target)")
    self.target = target
    anchor = log(10 * stepSize)
    logStep = log(stepSize)
    averagedLogStep = logStep
  }

  /// Learns from a step: the fraction that it accepted, in [0, 1].
  public mutating func update(acceptance: Double) {
    count += 1
    let weight = 1 / (count + Self.delay)
    error = (1 - weight) * error + weight * (target - acceptance)
    logStep = anchor - count.squareRoot() / Self.shrinkage * error
    let fade = pow(count, -Self.decay)
    averagedLogStep = fade * logStep + (1 - fade) * averagedLogStep
  }
}
