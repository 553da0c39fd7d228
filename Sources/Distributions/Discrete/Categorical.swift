import Tensor

/// One of k categories, the integers 0, …, k − 1.
public struct Categorical: ScalarDistribution, KnownMoments, KnownEntropy, KnownQuantile, Sendable {
  /// The logarithms of the probabilities, `batchShape + [k]`; −∞ for impossible categories.
  public let logProbabilities: Tensor

  /// Creates a distribution with probabilities ∝ eˡ for logits l, `[…, k]`.
  ///
  /// Logits may be −∞, but at least one in each row must be finite.
  public init(logits: Tensor) {
    precondition(
      logits.rank > 0 && logits.shape[logits.rank - 1] > 0,
      "Categorical: expected logits of shape […, k], found \(logits.shape)")
    logProbabilities = logSoftmax(logits)
  }

  /// Creates a distribution from probabilities, `[…, k]`, whose logarithms are the log-densities.
  ///
  /// - Throws: ``DistributionError`` if one is negative or not finite, or a row does not sum to 1
  ///   within 1e-6 (in float32, 1e-4).
  public init(probabilities: Tensor) throws {
    let sums = try checkedSums(of: probabilities, "Categorical")
    let tolerance = probabilities.dtype == .float32 ? 1e-4 : 1e-6
    if let row = sums.firstIndex(where: { Swift.abs($0 - 1) > tolerance }) {
      throw DistributionError.notNormalized(
        distribution: "Categorical", sum: sums[row], index: row)
    }
    try self.init(weights: probabilities)
  }

  /// Creates a distribution with probabilities proportional to weights, `[…, k]`.
  ///
  /// - Throws: ``DistributionError`` if a weight is negative or not finite, or all weights in a row
  ///   are 0.
  public init(weights: Tensor) throws {
    _ = try checkedSums(of: weights, "Categorical")
    let isPossible = weights .> 0
    let logarithms = density(of: weights, where: isPossible, anchor: 1) { log($0) }
    logProbabilities = logarithms - log(weights.sum(along: -1, keepingDimensions: true))
  }

  /// The probabilities, `batchShape + [k]`.
  public var probabilities: Tensor { exp(logProbabilities) }
  /// The number k of categories.
  public var count: Int { logProbabilities.shape[logProbabilities.rank - 1] }
  /// The leading axes of the logits.
  public var batchShape: [Int] { Array(logProbabilities.shape.dropLast()) }
  /// The logits' element type.
  public var dtype: DType { logProbabilities.dtype }
  /// 0, …, k − 1.
  public var support: Support { .integers(0, Double(count - 1), dtype) }

  /// Σ i pᵢ.
  public var mean: Tensor { (probabilities * indices).sum(along: -1) }

  /// Σ (i − mean)² pᵢ.
  public var variance: Tensor {
    (probabilities * square(indices - mean.expanded(at: -1))).sum(along: -1)
  }

  private var indices: Tensor { .range(0..<count, dtype: dtype) }

  /// −Σ pᵢ log pᵢ, where a category of probability 0 contributes nothing.
  public var entropy: Tensor {
    let finite = finiteLogarithms(logProbabilities)
    return -(exp(logProbabilities) * finite).sum(along: -1)
  }

  /// Samples of categories as numbers.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.categorical(shape + batchShape, logits: stopGradient(logProbabilities))
  }

  /// log pₓ; −∞ for numbers that are not categories.
  public func logDensity(of x: Tensor) -> Tensor {
    let isCategory = isWithin(x, 0, Double(count - 1)) * isInteger(x)
    return looked(up: logProbabilities, at: x, isCategory, otherwise: -.infinity, "logDensity")
  }

  /// The sum of the probabilities up to x.
  public func cumulative(at x: Tensor) -> Tensor {
    let below = x .< 0
    let last = Double(count - 1)
    let place = select(x .> last, Tensor(last, dtype: dtype), select(below, x * 0, floored(x)))
    let sums = probabilities.cumulativeSum()
    // The total is exactly 1, despite rounding.
    let value = looked(up: sums, at: place, 1 - below, otherwise: 0, "cumulative")
    return select(x .>= last, x * 0 + 1, value)
  }

  /// The smallest category whose cumulative probability is at least p.
  public func quantile(at p: Tensor) -> Tensor {
    let sums = probabilities.cumulativeSum().sliced(0..<count - 1, along: -1)
    let isBelow = stopGradient(sums) .< stopGradient(p).expanded(at: -1)
    return select(isWithin(p, 0, 1), isBelow.sum(along: -1), Tensor(Double.nan, dtype: dtype))
  }

  /// The entries of a table `batchShape + [k]` at the categories x, where the mask is not 0.
  private func looked(
    up table: Tensor, at x: Tensor, _ mask: Tensor, otherwise: Double, _ name: String
  ) -> Tensor {
    let safe = select(mask * (1 - isNaN(x)), stopGradient(x), Tensor(0, dtype: x.dtype))
    let places = BatchFirst(safe, batchShape: batchShape, eventShape: [], "Categorical.\(name)")
    let rows = table.broadcast(
      to: places.shape.suffix(batchShape.count) + [count])
    let found = rows.gatheredElements(at: places.values.doubles.map { Int($0) }, along: -1)
    let value = places.restored(found)
    let kept = select(mask, value, Tensor(otherwise, dtype: dtype))
    return select(isNaN(x), Tensor(Double.nan, dtype: dtype), kept)
  }
}

/// The sums of rows of weights, after checking that weights are finite, not negative and not all 0.
func checkedSums(of weights: Tensor, _ name: String) throws -> [Double] {
  precondition(
    weights.rank > 0 && weights.shape[weights.rank - 1] > 0,
    "\(name): expected weights of shape […, k], found \(weights.shape)")
  let numbers = stopGradient(weights).doubles
  if let index = numbers.firstIndex(where: { !($0 >= 0 && $0 < .infinity) }) {
    throw DistributionError.unsuitableWeight(
      distribution: name, weight: numbers[index], index: index)
  }
  let sums = stopGradient(weights).converted(to: .float64).sum(along: -1).doubles
  if sums.contains(0) { throw DistributionError.noMass(distribution: name) }
  return sums
}

/// Logarithms with zeros in place of −∞, for products with vanishing factors.
func finiteLogarithms(_ x: Tensor) -> Tensor {
  select(x .> -.infinity, x, Tensor(0, dtype: x.dtype))
}

/// The largest integer not above x, without a gradient.
func floored(_ x: Tensor) -> Tensor {
  let x = stopGradient(x)
  let large = x.dtype == .float32 ? 0x1p23 : 0x1p52
  let nearest = ((abs(x) + large) - large) * sign(x)
  return select(abs(x) .< large, nearest - (nearest .> x), x)
}
