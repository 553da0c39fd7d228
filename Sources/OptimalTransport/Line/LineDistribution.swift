import Tensor

/// A distribution on the line, given by its quantiles.
///
/// This is all that optimal transport in one dimension needs (Santambrogio 2015, chapter 2).
public protocol LineDistribution: Sendable {
  /// F⁻(q) = inf {x : F(x) ≥ q} for q in (0, 1].
  func quantile(_ probability: Double) -> Double
  /// F(x) = P(X ≤ x).
  func cumulative(_ x: Double) -> Double
  /// The probabilities at which the quantile function jumps, ascending, in (0, 1).
  var steps: [Double] { get }
}

/// A density on the line, given by its quantile and cumulative distribution functions.
public struct LineDensity: LineDistribution {
  private let quantileFunction: @Sendable (Double) -> Double
  private let cumulativeFunction: @Sendable (Double) -> Double

  /// A density has no jumps.
  public let steps: [Double] = []

  /// Creates a density from F⁻, for q in (0, 1), and F.
  public init(
    quantile: @escaping @Sendable (Double) -> Double,
    cumulative: @escaping @Sendable (Double) -> Double
  ) {
    (quantileFunction, cumulativeFunction) = (quantile, cumulative)
  }

  /// The uniform density on an interval.
  public static func uniform(on range: ClosedRange<Double>) -> LineDensity {
    let (start, length) = (range.lowerBound, range.upperBound - range.lowerBound)
    precondition(length > 0, "LineDensity.uniform: expected an interval, found \(range)")
    return LineDensity(
      quantile: { start + length * $0 }, cumulative: { min(1, max(0, ($0 - start) / length)) })
  }

  /// N(μ, σ²).
  public static func normal(mean: Double, standardDeviation: Double) -> LineDensity {
    precondition(
      standardDeviation > 0,
      "LineDensity.normal: expected a deviation above 0, found \(standardDeviation)")
    return LineDensity(
      quantile: { mean + standardDeviation * normalQuantile($0) },
      cumulative: {
        normalCumulative(Tensor(($0 - mean) / standardDeviation, dtype: .float64)).scalar
      })
  }

  /// F⁻(q).
  public func quantile(_ probability: Double) -> Double { quantileFunction(probability) }
  /// F(x).
  public func cumulative(_ x: Double) -> Double { cumulativeFunction(x) }
}

/// Weighted points on the line, in order.
public struct SortedPoints: LineDistribution {
  /// The points in ascending order, `[n]`, float64; equal points are neighbours.
  public let points: Tensor
  /// The cumulative weights up to each point, as fractions of the mass; the last is 1.
  public let cumulatives: [Double]
  /// The sum of the weights.
  public let mass: Double
  private let values: [Double]

  /// Sorts points, and leaves out those of weight 0.
  ///
  /// - Parameters:
  ///   - points: `[n]`.
  ///   - weights: `[n]`, non-negative; 1/n each by default.
  /// - Throws: ``TransportError``.
  public init(_ points: Tensor, weights: Tensor? = nil) throws {
    try self.init(points, weights, .source)
  }

  init(_ points: Tensor, _ weights: Tensor?, _ side: TransportError.Side) throws {
    let (points, sortedWeights) = try sortedLine(points, weights, side)
    let kept = sortedWeights.map { $0.doubles } ?? []
    if sortedWeights == nil || kept.allSatisfy({ $0 > 0 }) {
      self.points = points
    } else {
      self.points = points.gatheredRows(at: kept.indices.filter { kept[$0] > 0 })
    }
    values = self.points.doubles
    let weights = sortedWeights == nil ? nil : kept.filter { $0 > 0 }
    mass = weights.map { exactSum($0) } ?? 1
    var (sum, sums) = (0.0, [Double]())
    sums.reserveCapacity(values.count)
    for index in values.indices {
      sum += weights?[index] ?? 0
      sums.append(weights == nil ? Double(index + 1) / Double(values.count) : sum / mass)
    }
    sums[sums.count - 1] = 1
    cumulatives = sums
  }

  /// The least point with F(x) ≥ q.
  public func quantile(_ probability: Double) -> Double {
    values[firstIndex { cumulatives[$0] >= probability } ?? values.count - 1]
  }

  /// F(x).
  public func cumulative(_ x: Double) -> Double {
    let place = firstIndex { values[$0] > x } ?? values.count
    return place == 0 ? 0 : cumulatives[place - 1]
  }

  /// The probabilities at which the next point begins.
  public var steps: [Double] { Array(cumulatives.dropLast()) }

  /// The first index at which a condition holds that, once true, stays true.
  private func firstIndex(where condition: (Int) -> Bool) -> Int? {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if condition(middle) { high = middle } else { low = middle + 1 }
    }
    return low == values.count ? nil : low
  }
}

/// The points in ascending order with their weights, float64, after a check.
func sortedLine(
  _ points: Tensor, _ weights: Tensor?, _ side: TransportError.Side
) throws -> (points: Tensor, weights: Tensor?) {
  precondition(
    points.rank == 1 && (weights == nil || weights?.shape == points.shape),
    "transport on the line: expected points [n] and as many weights, found \(points.shape) and"
      + " \(weights?.shape ?? [])")
  if points.count == 0 { throw TransportError.empty(side) }
  let points = stopGradient(points).converted(to: .float64)
  if !points.isFinite {
    throw TransportError.badPoint(side, index: points.doubles.firstIndex { !$0.isFinite } ?? 0)
  }
  guard let weights else { return (points.sorted(), nil) }
  try checkWeights(weights, side)
  let order = points.argsorted()
  return (
    points.gatheredRows(at: order),
    stopGradient(weights).converted(to: .float64).gatheredRows(at: order)
  )
}
