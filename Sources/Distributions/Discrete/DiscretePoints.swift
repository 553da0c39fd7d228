import Tensor

/// A distribution on finitely many points, numbers or events of any shape, each with a probability.
///
/// ```swift
/// let die = DiscretePoints.empirical(Tensor([1, 2, 3, 4, 5, 6], dtype: .float64))
/// die.pushforward { $0 * $0 }           // the square of what it shows
/// ```
///
/// Equal points are merged, so that each probability belongs to one value.
public struct DiscretePoints: KnownMoments, KnownEntropy, Sendable {
  /// The points, `[count] + eventShape`, in the order of their first occurrence.
  public let points: Tensor
  /// The distribution of the point's index.
  public let weights: Categorical

  /// Creates a distribution from points, `[count] + eventShape`, with probabilities proportional to
  /// weights `[count]`.
  ///
  /// - Throws: ``DistributionError`` if a weight is negative or not finite, or all are 0.
  public init(points: Tensor, weights: Tensor) throws {
    precondition(
      points.rank > 0 && weights.shape == [points.shape[0]] && points.dtype == weights.dtype,
      "DiscretePoints: expected points […] and a weight for each, found \(points.dtype)\(points.shape)"
        + " and \(weights.dtype)\(weights.shape)")
    let (rows, places) = distinctRows(points)
    self.points = rows
    self.weights = try Categorical(
      weights: weights.scattered(to: places, count: rows.shape[0], along: 0))
  }

  /// The empirical distribution of samples `[count] + eventShape`, a Dirac mass of 1/count at each.
  public static func empirical(_ samples: Tensor) -> DiscretePoints {
    precondition(
      samples.rank > 0 && samples.shape[0] > 0,
      "DiscretePoints.empirical: expected one sample or more, found \(samples.shape)")
    let (rows, places) = distinctRows(samples)
    let counts = Tensor.ones([places.count], dtype: samples.dtype)
      .scattered(to: places, count: rows.shape[0], along: 0)
    return DiscretePoints(rows, Categorical(logits: log(counts)))
  }

  private init(_ points: Tensor, _ weights: Categorical) {
    (self.points, self.weights) = (points, weights)
  }

  /// `[]`.
  public var batchShape: [Int] { [] }
  /// The shape of a point.
  public var eventShape: [Int] { Array(points.shape.dropFirst()) }
  /// The points' element type.
  public var dtype: DType { points.dtype }
  /// The points.
  public var support: Support { .points(points) }
  /// The probabilities, `[count]`.
  public var probabilities: Tensor { weights.probabilities }
  /// Σ pᵢ xᵢ.
  public var mean: Tensor { average(of: points) }
  /// Σ pᵢ (xᵢ − mean)².
  public var variance: Tensor { average(of: square(points - mean)) }
  /// −Σ pᵢ log pᵢ.
  public var entropy: Tensor { weights.entropy }

  private func average(of values: Tensor) -> Tensor {
    (probabilities.reshaped(to: [probabilities.count] + eventShape.map { _ in 1 }) * values)
      .sum(along: 0)
  }

  /// Samples of points.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    let numbers = weights.sample(shape, using: random).doubles.map { Int($0) }
    return points.gatheredRows(at: numbers).reshaped(to: shape + eventShape)
  }

  /// The logarithm of the probability of x; −∞ if x is not one of the points.
  public func logDensity(of x: Tensor) -> Tensor {
    let size = eventShape.reduce(1, *)
    let shape = x.shape.dropLast(eventShape.count)
    let rows = x.untracked(shape: [shape.reduce(1, *), size])
    let known = Dictionary(
      zip(rowKeys(points.untracked(shape: [points.shape[0], size])), 0...),
      uniquingKeysWith: { first, _ in first })
    let places = rowKeys(rows).map { known[$0] ?? points.shape[0] }
    let none = Tensor([-Double.infinity], dtype: dtype)
    return Tensor.concatenated([weights.logProbabilities, none]).gatheredRows(at: places)
      .reshaped(to: Array(shape))
  }

  /// P(X ≤ x) if points are numbers.
  public func cumulative(at x: Tensor) -> Tensor {
    precondition(
      eventShape == [], "DiscretePoints.cumulative: expected numbers, found events \(eventShape)")
    let isBelow = points .<= x.expanded(at: -1)
    return minimum((isBelow * probabilities).sum(along: -1), Tensor(1, dtype: dtype))
  }

  /// The distribution of f(X): the probabilities of all points with the same image are added.
  ///
  /// - Parameter function: f, which maps `[count] + eventShape` to `[count]` followed by any shape.
  public func pushforward(through function: (Tensor) -> Tensor) -> DiscretePoints {
    let images = function(points)
    precondition(
      images.rank > 0 && images.shape[0] == points.shape[0],
      "DiscretePoints.pushforward: expected an image for each of \(points.shape[0]) points, found"
        + " \(images.shape)")
    let (rows, places) = distinctRows(images)
    let sums = probabilities.scattered(to: places, count: rows.shape[0], along: 0)
    let logarithms = density(of: sums, where: sums .> 0, anchor: 1) { log($0) }
    return DiscretePoints(rows, Categorical(logits: logarithms))
  }
}

extension Tensor {
  fileprivate func untracked(shape: [Int]) -> Tensor { stopGradient(self).reshaped(to: shape) }
}

/// The bit patterns of each row, with a single representation of zero.
private func rowKeys(_ rows: Tensor) -> [[UInt64]] {
  let (numbers, width) = (rows.doubles, rows.shape[1])
  return (0..<rows.shape[0]).map { row in
    (0..<width).map { (numbers[row * width + $0] + 0.0).bitPattern }
  }
}

/// The distinct rows of a tensor, in the order of first occurrence, and for each row its index
/// among them.
func distinctRows(_ x: Tensor) -> (rows: Tensor, places: [Int]) {
  let size = x.shape.dropFirst().reduce(1, *)
  var known: [[UInt64]: Int] = [:]
  var firsts: [Int] = []
  let places = rowKeys(x.untracked(shape: [x.shape[0], size])).enumerated().map { row, key in
    if let place = known[key] { return place }
    known[key] = firsts.count
    firsts.append(row)
    return firsts.count - 1
  }
  return (firsts.count == x.shape[0] ? x : x.gatheredRows(at: firsts), places)
}
