import Glibc

/// Finds the step size at which a sampler reaches a target acceptance rate, by Nesterov's dual
/// averaging (Hoffman and Gelman 2014, section 3.2.1).
///
/// ```swift
/// var averaging = DualAveraging(stepSize: 1, target: 0.8)
/// for _ in 0..<500 { averaging.update(acceptance: accepted(with: averaging.stepSize)) }
/// averaging.averagedStepSize   // the step size to use after warm-up
/// ```
public struct DualAveraging: Sendable {
  /// The target acceptance rate.
  public let target: Double
  /// The step size to try next.
  public var stepSize: Double { exp(logStep) }
  /// The weighted average of the step sizes tried.
  public var averagedStepSize: Double { exp(averagedLogStep) }

  private let anchor: Double
  private var count = 0.0
  private var error = 0.0
  private var logStep: Double
  private var averagedLogStep: Double

  // γ, t₀ and κ in the paper.
  private static let shrinkage = 0.05
  private static let delay = 10.0
  private static let decay = 0.75

  /// Starts from a step size; the first ones tried are around ten times as large.
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

  /// Updates the step size, given the acceptance rate of a step, in [0, 1].
  public mutating func update(acceptance: Double) {
    count += 1
    let weight = 1 / (count + Self.delay)
    error = (1 - weight) * error + weight * (target - acceptance)
    logStep = anchor - count.squareRoot() / Self.shrinkage * error
    let fade = pow(count, -Self.decay)
    averagedLogStep = fade * logStep + (1 - fade) * averagedLogStep
  }
}
