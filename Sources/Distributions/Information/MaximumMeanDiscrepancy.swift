import Tensor

/// The squared maximum mean discrepancy E k(x, x′) + E k(y, y′) − 2 E k(x, y) of two distributions
/// with a Gaussian kernel, estimated without bias from a sample of each (Gretton, Borgwardt, Rasch,
/// Schölkopf and Smola 2012, "A kernel two-sample test", equation 3).
///
/// k(x, y) = Σ exp(−‖x − y‖² / 2σ²), summed over the bandwidths σ. Pairs of a point with itself are
/// excluded, so the estimate can be negative if the distributions are alike. It is computed in
/// float64, block by block; gradients flow to both samples.
///
/// ```swift
/// let sigma = medianDistance(x, y)
/// squaredMaximumMeanDiscrepancy(x, y, bandwidths: [sigma]).scalar
/// ```
///
/// - Parameters:
///   - x: A sample, `[n, d]`, n ≥ 2.
///   - y: A sample of the other distribution, `[m, d]`, m ≥ 2.
///   - bandwidths: σ, in the data's units; ``medianDistance(_:_:limit:)`` is a usual choice.
/// - Returns: A scalar, of x's type.
public func squaredMaximumMeanDiscrepancy(
  _ x: Tensor, _ y: Tensor, bandwidths: [Double]
) -> Tensor {
  let operation = "squaredMaximumMeanDiscrepancy"
  precondition(
    !bandwidths.isEmpty && bandwidths.allSatisfy { $0 > 0 && $0.isFinite },
    "\(operation): expected bandwidths above 0, found \(bandwidths)")
  let samples = PairwiseSums.samples(x, y, operation)
  let difference = PairwiseSums.unbiasedDifference(
    samples.x, samples.y, valueAtZero: Double(bandwidths.count)
  ) { squared in
    bandwidths.dropFirst().reduce(gaussian(squared, bandwidths[0])) {
      $0 + gaussian(squared, $1)
    }
  }
  return (-difference).converted(to: x.dtype)
}

private func gaussian(_ squaredDistance: Tensor, _ bandwidth: Double) -> Tensor {
  exp(squaredDistance * (-0.5 / (bandwidth * bandwidth)))
}

/// The median distance between the points of two pooled samples, the usual bandwidth of a kernel
/// that compares them (Gretton and others 2012, section 8).
///
/// - Parameters:
///   - x: A sample, `[n, d]`.
///   - y: Another sample, `[m, d]`.
///   - limit: The maximum number of points used from each; if there are more, evenly spaced ones.
/// - Returns: The median over distinct pairs, in the data's units; 0 if most points are equal.
public func medianDistance(_ x: Tensor, _ y: Tensor, limit: Int = 500) -> Double {
  let samples = PairwiseSums.samples(x, y, "medianDistance")
  precondition(limit > 1, "medianDistance: expected a limit of 2 or more, found \(limit)")
  let points = Tensor.concatenated([
    evenlySpacedRows(samples.x, limit), evenlySpacedRows(samples.y, limit),
  ])
  let n = points.shape[0]
  let squared = pairwiseSquaredDistances(points, points).doubles
  var distances: [Double] = []
  distances.reserveCapacity(n * (n - 1) / 2)
  for i in 0..<n {
    let row = squared[(i * n)..<(i * n + n)]
    distances += row.dropFirst(i + 1)
  }
  return Tensor(distances, dtype: .float64).median().scalar.squareRoot()
}

private func evenlySpacedRows(_ x: Tensor, _ limit: Int) -> Tensor {
  let n = x.shape[0]
  return n <= limit ? x : x.gatheredRows(at: (0..<limit).map { $0 * n / limit })
}
