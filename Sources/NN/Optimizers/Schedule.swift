import Foundation
import Tensor

/// A learning rate as a function of the step; the first step is 1.
public typealias Schedule = (_ step: Int) -> Double

/// The same rate at every step.
public func constant(_ rate: Double) -> Schedule { { _ in rate } }

/// `rate` at first, multiplied by `factor` after every `period` steps.
public func stepDecay(from rate: Double, by factor: Double, every period: Int) -> Schedule {
  checkLength(period, "stepDecay")
  return { step in rate * pow(factor, Double((step - 1) / period)) }
}

/// `rate` · `factor`^((step − 1) / `period`): a smooth exponential decay.
public func exponentialDecay(from rate: Double, by factor: Double, over period: Int) -> Schedule {
  checkLength(period, "exponentialDecay")
  return { step in rate * pow(factor, Double(step - 1) / Double(period)) }
}

/// Half a cosine from `rate` down to `end` over `count` steps, `end` from then on (Loshchilov and
/// Hutter 2017, equation 5).
public func cosineDecay(from rate: Double, to end: Double = 0, over count: Int) -> Schedule {
  checkLength(count, "cosineDecay")
  return { step in
    let progress = min(1, Double(step - 1) / Double(count))
    return end + 0.5 * (rate - end) * (1 + cos(Double.pi * progress))
  }
}

/// A linear rise over the first `count` steps to the rate of `schedule`, then `schedule`; 0 for no
/// warm-up.
public func warmup(over count: Int, to schedule: @escaping Schedule) -> Schedule {
  { step in schedule(step) * min(1, Double(step) / Double(count)) }
}

private func checkLength(_ steps: Int, _ name: String) {
  precondition(steps > 0, "\(name): expected one step or more, found \(steps)")
}
