import Tensor

/// The solution of an ordinary differential equation, with the cost of computing it.
public struct ODESolution: Sendable {
  /// The state at the end, `[batch, …]`.
  public private(set) var state: Tensor
  /// The times between the steps, including the start and the end.
  public private(set) var times: [Double]
  /// The number of evaluations of the vector field.
  public internal(set) var evaluations = 0
  /// The number of steps that were tried and repeated with a smaller size; 0 for fixed steps.
  public internal(set) var rejectedSteps = 0
  /// The time from which the equation was found to be stiff, so that stability rather than the
  /// tolerance limits the steps; nil if it was not.
  public internal(set) var stiffSince: Double?
  /// The pieces of the dense output, if it was requested.
  var segments: [Segment] = []

  /// The number of steps that led to the end.
  public var steps: Int { times.count - 1 }

  init(start: Double, state: Tensor) { (self.state, times) = (state, [start]) }

  mutating func advance(to state: Tensor, at time: Double) {
    self.state = state
    times.append(time)
  }

  /// The state at a time within the interval, by the method's interpolation.
  ///
  /// This requires a solution with dense output and a time within the interval; otherwise the
  /// program stops.
  public func state(at time: Double) -> Tensor {
    let (first, last) = (times[0], times[times.count - 1])
    precondition(
      segments.count == steps && steps > 0,
      "ODESolution.state(at:): expected a solution with dense output")
    precondition(
      time >= min(first, last) && time <= max(first, last),
      "ODESolution.state(at:): expected a time between \(first) and \(last), found \(time)")
    // The first segment that does not end before the time, by bisection.
    let isForward = last >= first
    var (low, high) = (0, segments.count - 1)
    while low < high {
      let middle = (low + high) / 2
      let end = times[middle + 1]
      if isForward ? end < time : end > time { low = middle + 1 } else { high = middle }
    }
    return segments[low].state(at: time)
  }
}

/// The solution within a step: a polynomial in θ = (t − t₀) / h.
struct Segment: Sendable {
  private let start: Double
  private let size: Double
  /// r₁ to r₅ of x(θ) = r₁ + θ (r₂ + (1 − θ) (r₃ + θ (r₄ + (1 − θ) r₅))).
  private let terms: [Tensor]

  /// The cubic that matches the states and slopes at both ends; a `quartic` term of the
  /// Dormand–Prince method makes it the interpolation of order 4 (Hairer, Nørsett and Wanner 1993,
  /// section II.6).
  init(
    start: Double, size: Double, from first: Tensor, to last: Tensor, slopes firstSlope: Tensor,
    _ lastSlope: Tensor, quartic: Tensor? = nil
  ) {
    (self.start, self.size) = (start, size)
    let difference = last - first
    let third = size * firstSlope - difference
    let fourth = difference - size * lastSlope - third
    terms = [first, difference, third, fourth] + (quartic.map { [size * $0] } ?? [])
  }

  func state(at time: Double) -> Tensor {
    if size == 0 { return terms[0] }
    let after = (time - start) / size
    let before = 1 - after
    var inner = terms[3]
    if terms.count > 4 { inner += before * terms[4] }
    return terms[0] + after * (terms[1] + before * (terms[2] + after * inner))
  }
}
