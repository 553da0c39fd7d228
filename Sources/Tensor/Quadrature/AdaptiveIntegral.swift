/// An integral by adaptive quadrature, with an estimate of its error.
public struct AdaptiveIntegral: Sendable, CustomStringConvertible {
  /// The reason why the subdivision ended.
  public enum Reason: String, Sendable {
    /// The estimated error is within the tolerance.
    case converged = "converged"
    /// The maximum number of parts was reached.
    case partLimit = "the parts are used up"
    /// The part with the largest error is too short to be halved, or its error is due to rounding:
    /// a singularity, a divergent integral, or a tolerance beyond the arithmetic.
    case precisionLimit = "the arithmetic has no more digits"
    /// The function is infinite or NaN at an interior point; the value is NaN.
    case notFinite = "the function is not finite"
  }

  /// The integral.
  public let value: Double
  /// An estimate of the absolute error, usually too large.
  public let errorEstimate: Double
  /// The number of evaluations of the function.
  public let evaluations: Int
  /// The reason why the subdivision ended.
  public let reason: Reason
  /// Whether the estimated error is within the tolerance.
  public var hasConverged: Bool { reason == .converged }

  /// The result in one line.
  public var description: String {
    "\(value) ± \(errorEstimate) after \(evaluations) evaluations: \(reason.rawValue)"
  }

  /// Integrates a function between two ends, either of which may be infinite.
  ///
  /// The part with the largest error is halved until the sum of the errors is within one of the
  /// tolerances; each part is integrated with the 21-point rule of Kronrod (1965), compared with
  /// the 10-point Gauss rule (the method of QUADPACK; Piessens and others 1983). The ends are not
  /// evaluated, so they may be singular. A peak between the first 21 points goes unnoticed: give an
  /// interval that is not much wider than the peak.
  ///
  /// ```swift
  /// let integral = AdaptiveIntegral(from: 0, to: .infinity) { x in exp(-x * x) }
  /// integral.value   // √π / 2
  /// ```
  ///
  /// If parts of the integral cancel and the error is due to rounding, the relative tolerance
  /// refers to the integral of the absolute value.
  ///
  /// - Parameters:
  ///   - start: The lower end; if `end` is below it, the sign changes.
  ///   - end: The upper end.
  ///   - absoluteTolerance: The acceptable absolute error.
  ///   - relativeTolerance: The acceptable error relative to the integral.
  ///   - partLimit: The maximum number of parts.
  ///   - function: The function.
  public init(
    from start: Double, to end: Double, absoluteTolerance: Double = 0,
    relativeTolerance: Double = 1e-10, partLimit: Int = 1_000,
    of function: (Double) throws -> Double
  ) rethrows {
    precondition(
      !start.isNaN && !end.isNaN && absoluteTolerance >= 0 && relativeTolerance >= 0
        && partLimit > 0,
      "AdaptiveIntegral: expected ends that are numbers, tolerances of 0 or more and one part or more,"
        + " found \(start), \(end), \(absoluteTolerance), \(relativeTolerance) and \(partLimit)")
    if start == end {
      (value, errorEstimate, evaluations, reason) = (0, 0, 0, .converged)
      return
    }
    let map = IntervalMap(min(start, end), max(start, end))
    let parts = try Parts(
      map, absoluteTolerance, relativeTolerance, limit: partLimit, function)
    value = start < end ? parts.value : -parts.value
    errorEstimate = parts.error
    evaluations = 21 * parts.evaluated
    reason = parts.reason
  }
}

/// Maps a finite interval to one that may be infinite.
private struct IntervalMap {
  private let lower: Double
  private let upper: Double
  /// The interval of t.
  let range: (Double, Double)

  init(_ lower: Double, _ upper: Double) {
    (self.lower, self.upper) = (lower, upper)
    switch (lower.isFinite, upper.isFinite) {
    case (true, true): range = (lower, upper)
    case (false, false): range = (-1, 1)
    default: range = (0, 1)
    }
  }

  /// x and dx/dt: x = t between finite ends, x = a + t / (1 − t) with one infinite end,
  /// x = t / (1 − t²) with two.
  func point(_ t: Double) -> (x: Double, slope: Double) {
    switch (lower.isFinite, upper.isFinite) {
    case (true, true): return (t, 1)
    case (true, false): return (lower + t / (1 - t), 1 / ((1 - t) * (1 - t)))
    case (false, true): return (upper - t / (1 - t), 1 / ((1 - t) * (1 - t)))
    case (false, false):
      let rest = (1 - t) * (1 + t)
      return (t / rest, (1 + t * t) / (rest * rest))
    }
  }
}

/// The parts of an interval, of which the one with the largest error is halved.
private struct Parts {
  private struct Part {
    let lower: Double
    let upper: Double
    let value: Double
    let error: Double
    /// The integral of the function's absolute value.
    let size: Double
  }

  private(set) var evaluated = 0
  private(set) var reason = AdaptiveIntegral.Reason.converged
  private(set) var value = 0.0
  private(set) var error = 0.0

  init(
    _ map: IntervalMap, _ absoluteTolerance: Double, _ relativeTolerance: Double, limit: Int,
    _ function: (Double) throws -> Double
  ) rethrows {
    var parts = [try integrate(map.range.0, map.range.1, map, function)]
    while true {
      value = parts.reduce(0) { $0 + $1.value }
      error = parts.reduce(0) { $0 + $1.error }
      guard value.isFinite && error.isFinite else {
        (value, error, reason) = (.nan, .infinity, .notFinite)
        return
      }
      if error <= max(absoluteTolerance, relativeTolerance * Swift.abs(value)) { return }
      if parts.count >= limit {
        reason = .partLimit
        return
      }
      guard let worst = parts.indices.max(by: { parts[$0].error < parts[$1].error }) else { return }
      let part = parts[worst]
      let middle = 0.5 * part.lower + 0.5 * part.upper
      let size = max(Swift.abs(part.lower), Swift.abs(part.upper))
      let isRounding = part.error <= 2 * roundingOfSum * part.size
      if isRounding || part.upper - part.lower <= 1_000 * .ulpOfOne * size {
        // An integral that is small because parts cancel is only as accurate as its parts.
        let total = parts.reduce(0) { $0 + $1.size }
        reason = isRounding && error <= relativeTolerance * total ? .converged : .precisionLimit
        return
      }
      parts[worst] = try integrate(part.lower, middle, map, function)
      parts.append(try integrate(middle, part.upper, map, function))
    }
  }

  /// Integrates over a part with both rules, and estimates the error from their difference.
  private mutating func integrate(
    _ lower: Double, _ upper: Double, _ map: IntervalMap, _ function: (Double) throws -> Double
  ) rethrows -> Part {
    evaluated += 1
    let (middle, half) = (0.5 * lower + 0.5 * upper, 0.5 * upper - 0.5 * lower)
    func values(_ node: Double) throws -> [Double] {
      try (node == 0 ? [middle] : [middle - half * node, middle + half * node]).map {
        let (x, slope) = map.point($0)
        // Points beyond the largest number contribute nothing.
        return x.isFinite && slope.isFinite ? try function(x) * slope : 0
      }
    }
    var (fine, coarse, size) = (0.0, 0.0, 0.0)
    var samples: [(values: [Double], weight: Double)] = []
    for (node, weight, gaussWeight) in kronrodRule {
      let found = try values(node)
      samples.append((found, weight))
      fine += weight * found.reduce(0, +)
      coarse += gaussWeight * found.reduce(0, +)
      size += weight * found.reduce(0) { $0 + Swift.abs($1) }
    }
    // The deviation of the function from its mean.
    let spread =
      half
      * samples.reduce(0) { sum, sample in
        sum + sample.weight * sample.values.reduce(0) { $0 + Swift.abs($1 - 0.5 * fine) }
      }
    var error = half * Swift.abs(fine - coarse)
    if spread != 0 && error != 0 {
      let ratio = 200 * error / spread
      error = spread * min(1, ratio * ratio.squareRoot())
    }
    return Part(
      lower: lower, upper: upper, value: half * fine,
      error: max(error, roundingOfSum * half * size), size: half * size)
  }
}

/// The assumed rounding error of a rule's values and sum, relative to the sum of their absolute
/// values.
private let roundingOfSum = 50 * Double.ulpOfOne

/// The nonnegative nodes of Kronrod's 21-point rule, their weights, and those of the 10-point Gauss
/// rule, 0 where it has no node.
private let kronrodRule: [(node: Double, weight: Double, gaussWeight: Double)] = [
  (0.99565716302580808, 0.011694638867371874, 0),
  (0.97390652851717172, 0.032558162307964727, 0.066671344308688138),
  (0.93015749135570823, 0.054755896574351996, 0),
  (0.86506336668898451, 0.07503967481091995, 0.14945134915058059),
  (0.78081772658641690, 0.093125454583697606, 0),
  (0.67940956829902441, 0.10938715880229764, 0.21908636251598204),
  (0.56275713466860468, 0.12349197626206585, 0),
  (0.43339539412924719, 0.13470921731147333, 0.26926671930999636),
  (0.29439286270146020, 0.14277593857706008, 0),
  (0.14887433898163121, 0.14773910490133849, 0.29552422471475287),
  (0, 0.14944555400291691, 0),
]
