import Tensor

/// A measure of the distance of a distribution p from another one q.
public enum Divergence: String, CaseIterable, Sendable {
  /// KL(p ‖ q) = ∫ p log p/q, in nats (Kullback and Leibler 1951).
  case kullbackLeibler
  /// ½ KL(p ‖ m) + ½ KL(q ‖ m) for m = ½ (p + q), in nats, at most log 2 (Lin 1991).
  case jensenShannon
  /// ∫ |p − q|, at most 2.
  case l1
  /// ½ ∫ |p − q|, at most 1.
  case totalVariation
  /// ∫ (p − q)²/q (Pearson 1900).
  case chiSquared
  /// The root of H² = 1 − ∫ √(p q), at most 1 (Hellinger 1909).
  case hellinger

  /// The integrand at points with these log-densities, relative to the scale e^s of the larger
  /// density.
  ///
  /// - Returns: The integrand times e⁻ˢ; ∞ where p has mass and q has none, if the divergence
  ///   requires it.
  func integrand(_ logP: Tensor, _ logQ: Tensor, logScale: Tensor) -> Tensor {
    let none = Tensor(-Double.infinity, dtype: logP.dtype)
    let (hasP, hasQ) = (logP .> none, logQ .> none)
    let (a, b) = (select(hasP, logP, logScale), select(hasQ, logQ, logScale))
    let zero = Tensor(0, dtype: logP.dtype)
    let p = select(hasP, exp(a - logScale), zero)
    let q = select(hasQ, exp(b - logScale), zero)
    let infinity = Tensor(Double.infinity, dtype: logP.dtype)
    let isAlone = hasP * (1 - hasQ)
    switch self {
    case .kullbackLeibler: return select(isAlone, infinity, p * (a - b))
    case .jensenShannon:
      let difference = select(hasP * hasQ, a - b, zero)
      let half = 0.5 * log2
      // log 2 + log p/(p + q) = log 2 − softplus(b − a).
      let first = select(hasQ, p * (0.5 * (log2 - softplus(-difference))), p * half)
      let second = select(hasP, q * (0.5 * (log2 - softplus(difference))), q * half)
      return first + second
    case .l1: return abs(p - q)
    case .totalVariation: return 0.5 * abs(p - q)
    case .chiSquared:
      // (p/√q − √q)², which overflows where the integral diverges.
      let ratio = select(hasP, exp(a - 0.5 * (b + logScale)), zero)
      return select(isAlone, infinity, square(ratio - exp(0.5 * (b - logScale))) * hasQ)
    case .hellinger: return 0.5 * square(sqrt(p) - sqrt(q))
    }
  }

  /// Computes the divergence from the integral of the integrand.
  func finished(_ estimate: Estimate) -> Estimate {
    if self != .hellinger { return estimate }
    return estimate.mapped {
      sqrt(relu($0))
    } slope: {
      0.5 / sqrt(relu($0))
    }
  }

  /// The divergence of p from q: in closed form if there is one, by a sum over a finite support, by
  /// quadrature for numbers, and otherwise as a mean over samples.
  ///
  /// It is ∞ where p has mass and q has none, if the divergence requires it. Quadrature is for
  /// single distributions; batches of densities without a closed form are sampled.
  ///
  /// - Parameters:
  ///   - p: The first distribution.
  ///   - q: The second distribution, over the same kind of event.
  ///   - samples: The number of samples drawn from each, 2 or more, if no other method applies.
  ///   - random: The random numbers for the samples.
  public func callAsFunction(
    _ p: any Distribution, _ q: any Distribution, samples: Int = 10_000,
    using random: Random = Random(seed: 0)
  ) -> Estimate {
    precondition(
      p.eventShape == q.eventShape && p.dtype == q.dtype,
      "\(rawValue): expected two distributions over one kind of event, found"
        + " \(p.dtype)\(p.eventShape) and \(q.dtype)\(q.eventShape)")
    if self == .kullbackLeibler, let known = p as? any KnownDivergence,
      let value = known.closedDivergence(to: q)
    {
      return Estimate(value, .closedForm)
    }
    if let (first, second) = both(p.support.isCountable, q.support.isCountable), first != second {
      let shape = Broadcast.shape(p.batchShape, q.batchShape) ?? p.batchShape
      return Estimate(
        Tensor(filledWith: ofSingularDistributions, shape, dtype: p.dtype), .closedForm)
    }
    if let points = commonPoints(p, q) { return bySum(p, q, at: points) }
    if p.batchShape == [] && q.batchShape == [] && p.dtype == .float64,
      case .interval(let pLower, let pUpper) = p.support,
      case .interval(let qLower, let qUpper) = q.support
    {
      let quadrature = LineQuadrature(
        p, q, ends: [pLower, pUpper, qLower, qUpper])
      return finished(quadrature.integral(of: self))
    }
    precondition(samples > 1, "\(rawValue): expected two samples or more, found \(samples)")
    return bySamples(p, q, samples, random)
  }

  /// The divergence of distributions with no mass in common.
  private var ofSingularDistributions: Double {
    switch self {
    case .kullbackLeibler, .chiSquared: .infinity
    case .jensenShannon: log2
    case .l1: 2
    case .totalVariation, .hellinger: 1
    }
  }

  private func bySum(_ p: any Distribution, _ q: any Distribution, at points: Tensor) -> Estimate {
    let (logP, logQ) = (p.logDensity(of: points), q.logDensity(of: points))
    let terms = integrand(logP, logQ, logScale: Tensor(0, dtype: logP.dtype))
    return finished(Estimate(terms.sum(along: 0), .sum))
  }

  /// Estimates from samples of p for KL, of q for χ², and otherwise of both, weighted as samples of
  /// their mixture.
  private func bySamples(
    _ p: any Distribution, _ q: any Distribution, _ samples: Int, _ random: Random
  ) -> Estimate {
    func values(_ x: Tensor, _ logScale: (Tensor, Tensor) -> Tensor) -> Tensor {
      let (logP, logQ) = (p.logDensity(of: x), q.logDensity(of: x))
      return integrand(logP, logQ, logScale: logScale(logP, logQ))
    }
    switch self {
    case .kullbackLeibler:
      return Estimate(meanOf: values(p.sample([samples], using: random)) { logP, _ in logP })
    case .chiSquared:
      return Estimate(meanOf: values(q.sample([samples], using: random)) { _, logQ in logQ })
    default:
      // The mean of the two means, each with its error.
      let mixture: (Tensor, Tensor) -> Tensor = { logP, logQ in
        Tensor.stacked([logP, logQ]).logSumExp(along: 0) - log2
      }
      let first = values(p.sample([samples], using: random), mixture)
      let second = values(q.sample([samples], using: random), mixture)
      return finished(Estimate(meanOf: 0.5 * (first + second)))
    }
  }
}

private func both<Value>(_ first: Value?, _ second: Value?) -> (Value, Value)? {
  guard let first, let second else { return nil }
  return (first, second)
}

/// The points that the two distributions can have in common; `nil` if they are not finitely many.
private func commonPoints(_ p: any Distribution, _ q: any Distribution) -> Tensor? {
  if case .integers(let pLower, let pUpper) = p.support,
    case .integers(let qLower, let qUpper) = q.support
  {
    let first = min(pLower.min().scalar, qLower.min().scalar)
    var last = max(pUpper.max().scalar, qUpper.max().scalar)
    if last == .infinity {
      // The mass beyond is below the smallest number that changes a sum with 1.
      let reach = [p, q].compactMap { distribution -> Double? in
        guard let known = distribution as? any KnownMoments else { return nil }
        let deviation = known.standardDeviation.max().scalar
        return known.mean.max().scalar + 40 * deviation + 100
      }
      guard reach.count == 2 else { return nil }
      last = min(last, reach.max() ?? 0).rounded(.up)
    }
    guard last - first < 1_000_000, last.isFinite else { return nil }
    let count = Int(last - first) + 1
    let axes = max(p.batchShape.count, q.batchShape.count)
    return Tensor.range(Int(first)..<Int(last) + 1, dtype: p.dtype)
      .reshaped(to: [count] + Array(repeating: 1, count: axes))
  }
  guard let first = p.finitePoints(limit: 1_000_000) else { return nil }
  switch (p.support, q.support) {
  case (.oneHot, .oneHot):
    let axes = max(p.batchShape.count, q.batchShape.count)
    let count = p.eventShape[0]
    return Tensor.identity(count, dtype: p.dtype)
      .reshaped(to: [count] + Array(repeating: 1, count: axes) + [count])
  case (.points, .points):
    guard let second = q.finitePoints(limit: 1_000_000) else { return nil }
    return distinctRows(.concatenated([first, second])).rows
  default: return nil
  }
}

/// KL(p ‖ q), in closed form if there is one, otherwise by sum, quadrature or samples, as recorded
/// in the result.
public func klDivergence(
  _ p: any Distribution, _ q: any Distribution, samples: Int = 10_000,
  using random: Random = Random(seed: 0)
) -> Estimate {
  Divergence.kullbackLeibler(p, q, samples: samples, using: random)
}
