import Tensor

/// E f(X), exact if X has finitely many values, otherwise a mean over samples with its standard
/// error.
///
/// - Parameters:
///   - distribution: The distribution of X.
///   - samples: The number of samples, 2 or more.
///   - random: The random numbers for the samples.
///   - function: f, which maps `[count] + batchShape + eventShape` to `[count] + batchShape`.
/// - Returns: The value, of the batch shape.
public func expectation(
  under distribution: any ImplicitDistribution, samples: Int = 10_000, using random: Random,
  of function: (Tensor) -> Tensor
) -> Estimate {
  if let distribution = distribution as? any Distribution,
    let points = distribution.finitePoints(limit: 1_000_000)
  {
    let probabilities = exp(distribution.logDensity(of: points))
    let values = function(points)
    // Points of probability 0 contribute nothing, whatever the function's value.
    let terms = select(probabilities .> 0, values, values * 0)
    return Estimate((select(isNaN(terms), values, terms) * probabilities).sum(along: 0), .sum)
  }
  precondition(samples > 1, "expectation: expected two samples or more, found \(samples)")
  return Estimate(meanOf: function(distribution.sample([samples], using: random)))
}

extension Distribution {
  /// All points of a finite support, `[count] + batchShape + eventShape`; `nil` if it is not finite
  /// or has more than `limit` points.
  func finitePoints(limit: Int) -> Tensor? {
    switch support {
    case .integers(let lower, let upper):
      let (first, last) = (lower.min().scalar, upper.max().scalar)
      guard last - first < Double(limit), last >= first else { return nil }
      return Tensor.range(Int(first)..<Int(last) + 1, dtype: dtype)
        .reshaped(to: [Int(last - first) + 1] + batchShape.map { _ in 1 })
        .broadcast(to: [Int(last - first) + 1] + batchShape)
    case .points(let points): return points
    case .oneHot:
      let count = eventShape[0]
      return Tensor.identity(count, dtype: dtype)
        .reshaped(to: [count] + batchShape.map { _ in 1 } + [count])
        .broadcast(to: [count] + batchShape + [count])
    default: return nil
    }
  }
}
