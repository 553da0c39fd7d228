/// Searches along a direction for a point that satisfies the strong Wolfe conditions (Nocedal and
/// Wright 2006, algorithms 3.5 and 3.6): the value decreases by at least 10⁻⁴ of what the slope
/// predicts, and the size of the slope decreases to at most 0.9 of its initial value.
///
/// Near a minimum, where values differ only by rounding, the slopes decide (the approximate Wolfe
/// conditions of Hager and Zhang 2005). Steps to points where the function is not finite are
/// shortened.
struct LineSearch {
  enum Outcome {
    case found(Evaluation)
    /// No lower point was found; `isNotFinite` if the function was not finite at any trial point.
    case failed(isNotFinite: Bool)
    /// The value is −∞, or decreases with an undiminished slope over thirty powers of ten.
    case unbounded(Evaluation)
  }

  /// A point on the line.
  private struct Sample {
    let step: Double
    let evaluation: Evaluation
    let slope: Double
    var value: Double { evaluation.value }
    var isFinite: Bool { evaluation.isFinite && slope.isFinite }
  }

  private static let (decrease, curvature) = (1e-4, 0.9)
  private let origin: Sample
  private let direction: Tensor
  private let objective: Objective

  init(from start: Evaluation, along direction: Tensor, _ objective: Objective) {
    self.direction = direction
    self.objective = objective
    origin = Sample(step: 0, evaluation: start, slope: dot(start.gradient, direction))
  }

  /// Runs the search, trying this step first.
  func run(firstStep: Double) throws -> Outcome {
    guard origin.slope < 0 else { return .failed(isNotFinite: !origin.slope.isFinite) }
    var (last, step) = (origin, firstStep)
    // The shortest step at which the function is known not to be finite.
    var barrier = Double.infinity
    var hasSeenFinite = false
    for attempt in 0..<80 {
      let sample = try sample(step)
      if sample.value == -.infinity { return .unbounded(sample.evaluation) }
      if !sample.isFinite {
        barrier = step
        step = last.step + (step - last.step) * (hasSeenFinite ? 0.5 : 0.1)
        if step <= last.step * (1 + .ulpOfOne) || step < 1e-300 { break }
        continue
      }
      hasSeenFinite = true
      if isAcceptable(sample) { return .found(sample.evaluation) }
      if !falls(sample) || (last.step > 0 && sample.value >= last.value) {
        return try zoom(last, sample)
      }
      if sample.slope >= 0 { return try zoom(sample, last) }
      last = sample
      step = barrier.isFinite ? 0.5 * (step + barrier) : step * (attempt < 4 ? 4 : 100)
      if last.step > 1e30 * firstStep { return .unbounded(last.evaluation) }
    }
    return last.step > 0 ? .found(last.evaluation) : .failed(isNotFinite: !hasSeenFinite)
  }

  private func sample(_ step: Double) throws -> Sample {
    let evaluation = try objective.evaluate(origin.evaluation.point + step * direction)
    return Sample(
      step: step, evaluation: evaluation, slope: dot(evaluation.gradient, direction))
  }

  /// The first Wolfe condition, of sufficient decrease.
  private func falls(_ sample: Sample) -> Bool {
    sample.value <= origin.value + Self.decrease * sample.step * origin.slope
  }

  private func isAcceptable(_ sample: Sample) -> Bool {
    guard sample.isFinite else { return false }
    if falls(sample) && Swift.abs(sample.slope) <= -Self.curvature * origin.slope { return true }
    let rounding = 4 * Double.ulpOfOne * Swift.abs(origin.value)
    return sample.value <= origin.value + rounding
      && sample.slope >= Self.curvature * origin.slope
      && sample.slope <= (2 * Self.decrease - 1) * origin.slope
  }

  /// Narrows an interval that contains acceptable steps: `low` has the lower value and a slope
  /// towards `high`.
  private func zoom(_ low: Sample, _ high: Sample) throws -> Outcome {
    var (low, high) = (low, high)
    for _ in 0..<60 {
      let step = interpolated(low, high)
      if step == low.step || step == high.step { break }
      let sample = try sample(step)
      if sample.value == -.infinity { return .unbounded(sample.evaluation) }
      if isAcceptable(sample) { return .found(sample.evaluation) }
      if !sample.isFinite || !falls(sample) || sample.value >= low.value {
        high = sample
      } else {
        if sample.slope * (high.step - low.step) >= 0 { high = low }
        low = sample
      }
    }
    return low.step > 0 ? .found(low.evaluation) : .failed(isNotFinite: false)
  }

  /// The minimum of the cubic through values and slopes (Nocedal and Wright 2006, equation 3.59),
  /// kept away from the ends.
  private func interpolated(_ a: Sample, _ b: Sample) -> Double {
    let middle = 0.5 * (a.step + b.step), width = b.step - a.step
    guard b.isFinite else { return middle }
    let d = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
    let square = d * d - a.slope * b.slope
    guard square >= 0 else { return middle }
    let root = width < 0 ? -square.squareRoot() : square.squareRoot()
    let step = b.step - width * (b.slope + root - d) / (b.slope - a.slope + 2 * root)
    guard step.isFinite else { return middle }
    let (first, last) = (a.step + 0.1 * width, a.step + 0.9 * width)
    return min(max(step, min(first, last)), max(first, last))
  }
}
