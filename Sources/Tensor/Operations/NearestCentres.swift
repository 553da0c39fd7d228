import CKernels

/// The result of a k-means pass over rows: the sums that determine the next centres.
package struct CentreSums: Sendable {
  /// Σ w |x − c|² with the nearest centre c of each row.
  package var inertia: Double
  /// The number of rows whose label changed.
  package var changes: Int
  /// The sum of the weights of each centre's rows, `[k]`.
  package var sizes: [Double]
  /// The weighted sums of each centre's rows, `[k, d]`, one after the other.
  package var sums: [Double]
}

/// The number of rows in a stretch, which one thread processes, and the number of stretches at a
/// time.
private let (stretchLength, stretchesAtOnce) = (2_048, 16)

/// Labels each row with its nearest centre, the first one in case of ties, and sums the rows of
/// each centre.
///
/// The nearest centre has the least ½|c|² − x·c, so rows should be centred around 0; the distances
/// themselves are sums of squared differences. Runs on all threads, with the same bytes on any
/// number of them.
///
/// - Parameters:
///   - rows: float64 `[n, d]`.
///   - weights: The weight of each row, n, or nil for 1.
///   - centres: float64 `[k, d]`.
///   - labels: The labels of the previous pass, n, replaced by those of this one.
package func assignToNearestCentres(
  _ rows: Tensor, weights: [Double]?, centres: Tensor, labels: inout [Int32]
) -> CentreSums {
  let (n, d, k) = (rows.shape[0], rows.shape[1], centres.shape[0])
  precondition(
    centres.shape == [k, d] && k > 0 && labels.count == n && weights?.count ?? n == n,
    "assignToNearestCentres: expected centres [k, \(d)] and \(n) weights and labels, found"
      + " \(centres.shape), \(weights?.count ?? n) and \(labels.count)")
  let halves = 0.5 * square(centres).sum(along: 1)
  let width = 2 + k * (d + 1)
  var total = [Double](repeating: 0, count: width)
  labels.withUnsafeMutableBufferPointer { labels in
    nonisolated(unsafe) let labels = labels
    for first in stride(from: 0, to: n, by: stretchLength * stretchesAtOnce) {
      let count = min(n - first, stretchLength * stretchesAtOnce)
      let stretches = (count + stretchLength - 1) / stretchLength
      let sums = Tensor.zeros([stretches, width], dtype: .float64)
      parallel(over: count, step: stretchLength, of: .float64) { begin, end in
        guard let labels = labels.baseAddress else { return }
        let place = first + begin
        withUnsafeTemporaryAllocation(
          of: Double.self, capacity: max(1, Int(CK_CLUSTERED_ROWS) * d)
        ) { scratch in
          weights.withOptionalPointer { weights in
            guard let scratch = scratch.baseAddress else { return }
            ck_clustering().pointee.assign(
              rows.float64Pointer + place * d, weights.map { $0 + place }, end - begin, d,
              centres.float64Pointer, halves.float64Pointer, k, labels + place,
              sums.float64Pointer + begin / stretchLength * width, scratch)
          }
        }
      }
      // In the order of the stretches, independent of the number of threads.
      for (i, sum) in sums.sum(along: 0).doubles.enumerated() { total[i] += sum }
    }
  }
  return CentreSums(
    inertia: total[0], changes: Int(total[1]), sizes: Array(total[2..<2 + k]),
    sums: Array(total[(2 + k)...]))
}

extension [Double]? {
  /// Calls `body` with the elements, if there are any.
  fileprivate func withOptionalPointer(_ body: (UnsafePointer<Double>?) -> Void) {
    guard let elements = self else { return body(nil) }
    elements.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
