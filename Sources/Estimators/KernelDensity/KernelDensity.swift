import Tensor

/// A kernel density estimate: the mean of kernels placed on the points (Rosenblatt 1956; Parzen
/// 1962).
///
/// p(x) = Σᵢ wᵢ Πⱼ hⱼ⁻¹ k((x − xᵢ) / h), with Σ wᵢ = 1. For every kernel, the bandwidth hⱼ is the
/// standard deviation along a coordinate, in the data's units.
///
/// ```swift
/// let density = try KernelDensity(fitting: points, bandwidth: .scott)
/// density.bandwidths               // in the units of each column
/// density.logDensity(of: queries)  // [m]
/// ```
///
/// Log-densities stay exact in the far tails, where the density itself underflows.
public struct KernelDensity: Sendable {
  /// The points, float64 `[n, d]`.
  public let points: Tensor
  /// w, float64 `[n]`, which sums to 1.
  public let weights: Tensor
  /// The kernel.
  public let kernel: DensityKernel
  /// h, one for each coordinate, in the coordinate's units.
  public let bandwidths: [Double]

  /// Whether all weights are equal, which shortens the sums.
  let isUniform: Bool
  /// How often each point counts, `[n]`, as given.
  private let counts: Tensor

  /// Creates the estimate with given bandwidths.
  ///
  /// - Parameters:
  ///   - points: `[n, d]`, or `[n]` for numbers.
  ///   - bandwidths: h, one for each coordinate or one for all.
  ///   - kernel: The kernel.
  ///   - weights: How often each point counts, `[n]`, 0 or more; 1 by default. Their sum matters
  ///     only for leave-one-out densities.
  /// - Throws: ``EstimationError`` for an empty set of points, and for points or weights that are
  ///   not finite.
  public init(
    points: Tensor, bandwidths: [Double], kernel: DensityKernel = .gaussian,
    weights: Tensor? = nil
  ) throws {
    let rows = try Rows(points, weights: weights, "kernel density")
    self.init(rows, Self.checked(bandwidths, rows.columns), kernel)
  }

  init(_ rows: Rows, _ bandwidths: [Double], _ kernel: DensityKernel) {
    (points, weights, isUniform) = (rows.values, rows.shares, !rows.isWeighted)
    counts = rows.weights
    (self.bandwidths, self.kernel) = (bandwidths, kernel)
  }

  private static func checked(_ bandwidths: [Double], _ dimension: Int) -> [Double] {
    precondition(
      (bandwidths.count == dimension || bandwidths.count == 1)
        && bandwidths.allSatisfy { $0 > 0 && $0.isFinite },
      "KernelDensity: expected \(dimension) bandwidths above 0, or one, found \(bandwidths)")
    return bandwidths.count == dimension
      ? bandwidths : Array(repeating: bandwidths[0], count: dimension)
  }

  /// d.
  public var dimension: Int { points.shape[1] }

  /// The mean Σ w x of the points, `[d]`.
  public var mean: Tensor { weights.expanded(at: 0).matmul(points).squeezed(at: 0) }

  /// The variance of each coordinate, `[d]`: the variance of the points plus h².
  public var variance: Tensor {
    (weights.expanded(at: 1) * square(points - mean)).sum(along: 0) + square(scale)
  }

  /// h as a tensor, `[d]`.
  private var scale: Tensor { Tensor(bandwidths, dtype: .float64) }

  /// Σ log h, which is subtracted from every log-density.
  private var logScale: Double { log(scale).sum().scalar }

  // MARK: Density

  /// log p(x) of each query, in nats, at a cost of O(n m d).
  ///
  /// The distances of all pairs are never in memory at once, except on a tape.
  ///
  /// - Parameter x: Queries, `[m, d]`, or `[m]` where d is 1.
  /// - Returns: float64 `[m]`; −∞ where no kernel reaches.
  public func logDensity(of x: Tensor) -> Tensor {
    let queries = (x.rank == 1 ? x.expanded(at: 1) : x).converted(to: .float64)
    precondition(
      queries.rank == 2 && queries.shape[1] == dimension,
      "KernelDensity.logDensity: expected queries [m, \(dimension)], found \(x.shape)")
    let (centres, places) = (points / scale, queries / scale)
    let uniform = isUniform ? log(Double(points.shape[0])) : 0
    if kernel == .gaussian && !queries.isOnTape && !points.isOnTape {
      let heights = isUniform ? Tensor.zeros([points.shape[0]], dtype: .float64) : log(weights)
      let sums = CostRows(from: places, to: centres, .squaredEuclidean)
        .logSums(heights: heights, scale: 0.5)
      return sums + (kernel.logConstant(dimension: dimension) - logScale - uniform)
    }
    let blocks = Self.blocks(places.shape[0], of: 256).map { rows in
      let block = places.sliced(rows)
      let parts = Self.blocks(centres.shape[0], of: 1024).map { columns in
        logSum(over: columns, of: centres, at: block, weights: isUniform ? nil : weights)
      }
      return parts.count == 1 ? parts[0] : Tensor.stacked(parts, along: 1).logSumExp(along: 1)
    }
    return blocks.isEmpty
      ? Tensor.zeros([0], dtype: .float64)
      : Tensor.concatenated(blocks) - (logScale + uniform)
  }

  /// log p(xᵢ) at each point, estimated from all other points, float64 `[n]`.
  ///
  /// If a point counts twice, one of the two is left out and the other stays; a point that counts
  /// less than once is left out completely.
  ///
  /// −∞ at a point that no other kernel reaches.
  public func leaveOneOutLogDensities() -> Tensor {
    let (centres, n) = (points / scale, points.shape[0])
    let none = Tensor(-Double.infinity, dtype: .float64)
    let copies = log(relu(counts - 1) / totalWeight)
    let blocks = Self.blocks(n, of: 256).map { rows in
      let block = centres.sliced(rows)
      let squared = pairwiseSquaredDistances(block, block)
      let isItself = Tensor.identity(rows.count, dtype: .float64) .> 0
      let others = kernel.logDensity(squaredDistance: squared, dimension: dimension)
      let own =
        isUniform
        ? select(isItself, none, others)
        : others + select(isItself, copies.sliced(rows), log(weights.sliced(rows)))
      var parts = [own.logSumExp(along: 1)]
      for side in [0..<rows.lowerBound, rows.upperBound..<n] {
        for columns in Self.blocks(side.count, of: 1024) {
          let places = side.lowerBound + columns.lowerBound..<side.lowerBound + columns.upperBound
          parts.append(
            logSum(over: places, of: centres, at: block, weights: isUniform ? nil : weights))
        }
      }
      return Tensor.stacked(parts, along: 1).logSumExp(along: 1)
    }
    let sums = Tensor.concatenated(blocks) - logScale
    if isUniform { return sums - log(Double(n - 1)) }
    return sums - log1p(-minimum(counts, Tensor(1, dtype: .float64)) / totalWeight)
  }

  /// n, or the sum of the weights.
  public var totalWeight: Double { isUniform ? Double(points.shape[0]) : counts.sum().scalar }

  /// The sum over the points, each as often as it counts, of log p(xᵢ) estimated from the other
  /// points.
  public var leaveOneOutLogLikelihood: Double {
    let densities = leaveOneOutLogDensities()
    // A point of weight 0 does not count, even where the others give −∞.
    let terms = select(weights .> 0, weights * densities, Tensor(0, dtype: .float64))
    return totalWeight * terms.sum().scalar
  }

  /// log Σ w k over some of the points for some of the queries, in units of the bandwidths.
  private func logSum(
    over columns: Range<Int>, of centres: Tensor, at queries: Tensor, weights: Tensor?
  ) -> Tensor {
    let squared = pairwiseSquaredDistances(queries, centres.sliced(columns))
    let logs = kernel.logDensity(squaredDistance: squared, dimension: dimension)
    return (weights.map { logs + log($0.sliced(columns)) } ?? logs).logSumExp(along: 1)
  }

  private static func blocks(_ count: Int, of size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }

  // MARK: Sampling

  /// Draws points: each is one of the data's points, chosen by weight, plus noise from the kernel.
  ///
  /// - Returns: float64 `[count, d]`.
  public func sample(_ count: Int, using random: Random) -> Tensor {
    let places = random.choice(
      count, of: points.shape[0], replacing: true, weights: isUniform ? nil : weights)
    let noise = kernel.sample(count, dimension: dimension, using: random)
    return points.gatheredRows(at: places) + scale * noise
  }
}
