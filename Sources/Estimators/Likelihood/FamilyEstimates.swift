import Tensor

extension DistributionFamily {
  /// Parameters, and how they were found.
  struct Estimate {
    let parameters: [Double]
    var iterations = 0
    var reason = MaximumLikelihood.Reason.closedForm
  }

  /// The maximum-likelihood parameters for numbers in the support.
  func estimate(_ rows: Rows) throws -> Estimate {
    let x = rows.values.squeezed(at: 1)
    func mean(_ y: Tensor) -> Double { (y * rows.shares).sum().scalar }
    let values = Array(zip(x.doubles, rows.weights.doubles)).filter { $0.1 > 0 }.map(\.0)
    let (lowest, highest) = (values.min() ?? 0, values.max() ?? 0)
    func requireSpread() throws {
      if lowest == highest {
        throw EstimationError.zeroVariance(operation: rows.operation, column: 0)
      }
    }
    switch self {
    case .normal, .logNormal:
      try requireSpread()
      let y = self == .normal ? x : log(x)
      let centre = mean(y)
      return Estimate(parameters: [centre, mean(square(y - centre)).squareRoot()])
    case .halfNormal:
      if highest == 0 { throw unbounded(rows, "the scale falls to 0") }
      return Estimate(parameters: [mean(square(x)).squareRoot()])
    case .poisson: return Estimate(parameters: [mean(x)])
    // Shares that sum to 1 up to rounding must not give a probability above 1.
    case .bernoulli: return Estimate(parameters: [Swift.min(1, mean(x))])
    case .binomial(let trials):
      return Estimate(parameters: [Swift.min(1, mean(x) / Double(trials))])
    case .geometric: return Estimate(parameters: [Swift.min(1, 1 / mean(x))])
    case .uniform:
      try requireSpread()
      return Estimate(parameters: [lowest, highest])
    case .exponential:
      if highest == 0 { throw unbounded(rows, "the rate grows without bound") }
      return Estimate(parameters: [1 / mean(x)])
    case .gamma, .inverseGamma:
      try requireSpread()
      let y = self == .gamma ? x : 1 / x
      let centre = mean(y)
      // log E y − log y = E (e^r − 1 − r) for r = log y/E y, which keeps its digits where r is
      // small.
      let relative = (y - centre) / centre
      let isNear = abs(relative) .< 0.5
      let ratio = select(isNear, log1p(select(isNear, relative, 0 * y)), log(y / centre))
      return gammaEstimate(mean: centre, gap: mean(exponentialRemainder(ratio, less: 0 * y)))
    case .beta:
      try requireSpread()
      let statistics = [mean(log(x)), mean(log1p(-x))]
      return dirichletEstimate(meanLogs: statistics, start: [1, 1])
    case .chiSquared:
      // ψ(k / 2) = E log x − log 2.
      let half = inverseDigamma(mean(log(x)) - 0.6931471805599453)
      return Estimate(parameters: [2 * half.value], iterations: half.steps, reason: .converged)
    case .laplace:
      try requireSpread()
      let centre = weightedMedian(x, rows.weights)
      return Estimate(parameters: [centre, mean(abs(x - centre))])
    case .cauchy:
      try requireSpread()
      return try newtonEstimate(rows, x, tail: 1)
    case .studentT:
      try requireSpread()
      return try newtonEstimate(rows, x, tail: nil)
    case .vonMises:
      let direction = angle(mean(cos(x)), mean(sin(x)))
      let shortfall = mean(2 * square(sin(0.5 * (x - direction))))
      return try vonMisesEstimate(direction, shortfall: shortfall, rows)
    }
  }

  private func unbounded(_ rows: Rows, _ reason: String) -> EstimationError {
    .unboundedLikelihood(operation: rows.operation, reason: reason)
  }

  /// Solves log k − ψ(k) = log E x − E log x by Newton's method in 1/k (Minka 2002, "Estimating a
  /// gamma distribution"); the rate is k / E x.
  ///
  /// Where the gap log E x − E log x is small, 1/(2k) + 1/(12k²) equals it to all digits.
  private func gammaEstimate(mean: Double, gap: Double) -> Estimate {
    if gap < 1e-5 {
      let k = (1 + (1 + 4 * gap / 3).squareRoot()) / (4 * gap)
      return Estimate(parameters: [k, k / mean], iterations: 0, reason: .converged)
    }
    var k = (3 - gap + ((gap - 3) * (gap - 3) + 24 * gap).squareRoot()) / (12 * gap)
    for step in 1...100 {
      let slope = k * k * (1 / k - trigamma(k))
      let next = 1 / (1 / k + (log(k) - digamma(k) - gap) / slope)
      let change = Swift.abs(next - k)
      k = next
      if change <= 1e-14 * k {
        return Estimate(parameters: [k, k / mean], iterations: step, reason: .converged)
      }
    }
    return Estimate(parameters: [k, k / mean], iterations: 100, reason: .smallDecrease)
  }

  /// Fits Student's t with given or unknown degrees of freedom (Cauchy's has one) by Newton's
  /// method in the logarithms of scale and degrees of freedom, starting from the median and the
  /// median deviation.
  private func newtonEstimate(_ rows: Rows, _ x: Tensor, tail: Double?) throws -> Estimate {
    let centre = weightedMedian(x, rows.weights)
    var width = weightedMedian(abs(x - centre), rows.weights)
    if width == 0 { width = (abs(x - centre) * rows.shares).sum().scalar }
    // In units of the width around the centre.
    let z = (x - centre) / width
    let start = tail == nil ? [log(4.0), 0, 0] : [0, 0.0]
    let minimum = TrustRegionNewton().minimum(from: Tensor(start, dtype: .float64)) { u in
      let parts = (0..<start.count).map { u.sliced($0..<$0 + 1) }
      let location = parts[start.count - 2]
      // No trial step leads to a parameter of 0 or ∞.
      func positive(_ u: Tensor) -> Tensor { exp(clamp(u, to: -600...600)) }
      let theta =
        (tail == nil ? [positive(parts[0])] : []) + [location, positive(parts[start.count - 1])]
      return -(rows.shares * logDensity(of: z, theta)).sum()
    }
    let found = minimum.point.doubles
    let scale = exp(found[start.count - 1])
    if tail == nil && found[0] > 13 {
      throw unbounded(
        rows,
        "the degrees of freedom grow without bound, since the tails are no heavier than a normal"
          + " distribution's; fit a normal distribution")
    }
    guard scale > 1e-8 else {
      throw unbounded(rows, "the scale falls to 0 at a value that repeats")
    }
    guard minimum.hasConverged || minimum.reason == .noDescent else {
      throw EstimationError.notConverged(
        operation: rows.operation, reason: minimum.reason.rawValue)
    }
    let own = [centre + width * found[start.count - 2], width * scale]
    return Estimate(
      parameters: tail == nil ? [exp(found[0])] + own : own, iterations: minimum.iterations,
      reason: minimum.reason == .smallGradient ? .converged : .smallDecrease)
  }

  /// The mean direction, and the κ that solves A(κ) = R: by Newton's method (Mardia and Jupp 2000,
  /// section 5.3), or by the expansion of κ (1 − A(κ)) in 1/κ (equation A.1) where 1 − R is small.
  private func vonMisesEstimate(
    _ direction: Double, shortfall: Double, _ rows: Rows
  ) throws -> Estimate {
    guard shortfall > 0 else {
      throw EstimationError.zeroVariance(operation: rows.operation, column: 0)
    }
    if shortfall < 5e-4 {
      var w = 2 * shortfall
      for _ in 0..<20 {
        w = shortfall / (0.5 + w * (0.125 + w * (0.125 + w * (25.0 / 128 + w * (13.0 / 32)))))
      }
      return Estimate(parameters: [direction, 1 / w], iterations: 20, reason: .converged)
    }
    let length = 1 - shortfall
    var kappa = length * (2 - length * length) / (1 - length * length)
    for step in 1...100 {
      let change = (length - besselRatio(kappa)) / besselRatioSlope(kappa)
      kappa = Swift.max(0.1 * kappa, kappa + change)
      if Swift.abs(change) <= 1e-14 * kappa || kappa < 1e-300 {
        return Estimate(parameters: [direction, kappa], iterations: step, reason: .converged)
      }
    }
    return Estimate(parameters: [direction, kappa], iterations: 100, reason: .smallDecrease)
  }
}

/// The α that solves ψ(αₖ) − ψ(Σα) = E log xₖ, by Newton's method with the inverse of the second
/// derivatives in closed form (Minka 2000, "Estimating a Dirichlet distribution", section 1).
func dirichletEstimate(meanLogs: [Double], start: [Double]) -> DistributionFamily.Estimate {
  func objective(_ alpha: [Double]) -> Double {
    let sum = alpha.reduce(0, +)
    return zip(alpha, meanLogs).reduce(logGamma(sum)) { $0 + ($1.0 - 1) * $1.1 - logGamma($1.0) }
  }
  var (alpha, value) = (start, objective(start))
  for step in 1...200 {
    let sum = alpha.reduce(0, +)
    let slope = zip(alpha, meanLogs).map { digamma(sum) - digamma($0) + $1 }
    let curvature = alpha.map { -trigamma($0) }
    let shared = trigamma(sum)
    let weighted = zip(slope, curvature).reduce(0) { $0 + $1.0 / $1.1 }
    let total = curvature.reduce(1 / shared) { $0 + 1 / $1 }
    let offset = weighted / total
    let change = zip(slope, curvature).map { ($0 - offset) / $1 }
    var (length, isBetter) = (1.0, false)
    while length > 1e-10 {
      let next = zip(alpha, change).map { $0 - length * $1 }
      if next.allSatisfy({ $0 > 0 }) {
        let nextValue = objective(next)
        if nextValue >= value - 1e-14 * Swift.max(1, Swift.abs(value)) {
          (alpha, value, isBetter) = (next, nextValue, true)
          break
        }
      }
      length *= 0.5
    }
    let largest = zip(change, alpha).map { Swift.abs($0 / $1) }.max() ?? 0
    if !isBetter || largest < 1e-13 {
      return DistributionFamily.Estimate(
        parameters: alpha, iterations: step, reason: largest < 1e-8 ? .converged : .smallDecrease)
    }
  }
  return DistributionFamily.Estimate(
    parameters: alpha, iterations: 200, reason: .smallDecrease)
}

/// The x that solves ψ(x) = y, by Newton's method (Minka 2000, appendix C).
func inverseDigamma(_ y: Double) -> (value: Double, steps: Int) {
  var x = y >= -2.22 ? exp(y) + 0.5 : -1 / (y + 0.5772156649015329)
  for step in 1...50 {
    let change = (digamma(x) - y) / trigamma(x)
    x = Swift.max(0.1 * x, x - change)
    if Swift.abs(change) <= 1e-15 * x { return (x, step) }
  }
  return (x, 50)
}

/// The number with at most half of the weight below it and at most half above it; the midpoint if
/// two numbers qualify.
func weightedMedian(_ x: Tensor, _ weights: Tensor) -> Double {
  let order = x.argsorted(along: 0)
  let (numbers, shares) = (x.doubles, weights.doubles)
  let half = 0.5 * order.reduce(0) { $0 + shares[$1] }
  var sum = 0.0
  for (place, index) in order.enumerated() where shares[index] > 0 {
    sum += shares[index]
    if sum > half { return numbers[index] }
    if sum == half {
      let next = order[(place + 1)...].first { shares[$0] > 0 } ?? index
      return 0.5 * (numbers[index] + numbers[next])
    }
  }
  return order.last.map { numbers[$0] } ?? .nan
}

/// The angle of a direction, in (−π, π]: it starts at the nearest axis and takes steps of sin(θ −
/// φ), each of which cubes the error.
private func angle(_ cosine: Double, _ sine: Double) -> Double {
  let length = (cosine * cosine + sine * sine).squareRoot()
  guard length > 0 else { return 0 }
  let (c, s) = (cosine / length, sine / length)
  var phi =
    c >= Swift.abs(s)
    ? s
    : s >= Swift.abs(c)
      ? 0.5 * Double.pi - c
      : s <= -Swift.abs(c) ? -0.5 * Double.pi + c : s >= 0 ? Double.pi - s : -Double.pi - s
  for _ in 0..<5 {
    let angle = Tensor(phi, dtype: .float64)
    phi += s * cos(angle).scalar - c * sin(angle).scalar
  }
  return phi
}
