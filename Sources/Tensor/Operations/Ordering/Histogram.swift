/// The numbers of values in several intervals.
public struct Histogram: Equatable, Sendable {
  /// The number of values in each interval.
  public let counts: [Int]
  /// The intervals' bounds, one more than there are intervals: each interval contains its lower
  /// bound, and the last one also its upper bound.
  public let edges: [Double]
}

extension Tensor {
  /// Counts the elements in intervals of equal width, like NumPy's `histogram`.
  ///
  /// Elements outside the range, and NaN if a range is given, are not counted. Without a range, the
  /// range of the elements is used, which must then be finite; it is extended by one half to each
  /// side if they are all equal, and is 0…1 if there are none.
  ///
  /// - Parameters:
  ///   - bins: The number of intervals, 1 or more.
  ///   - range: The range from the first lower bound to the last upper one, finite.
  public func histogram(bins: Int, in range: ClosedRange<Double>? = nil) -> Histogram {
    precondition(bins > 0, "histogram: expected one interval or more, found \(bins)")
    var (lower, upper) = (range?.lowerBound ?? 0, range?.upperBound ?? 1)
    if range == nil && count > 0 {
      precondition(isFinite, "histogram: expected finite elements or a range, found others")
      (lower, upper) = (untracked.min().scalar, untracked.max().scalar)
    }
    precondition(
      (upper - lower).isFinite, "histogram: expected a finite range, found \(lower)...\(upper)")
    if lower == upper { (lower, upper) = (lower - 0.5, upper + 0.5) }
    let width = (upper - lower) / Double(bins)
    let edges = (0...bins).map { $0 == bins ? upper : lower + Double($0) * width }
    let scale = Double(bins) / (upper - lower)
    return histogram(edges: edges) { number in
      guard number >= lower && number <= upper else { return nil }
      let index = Swift.min(Int((number - lower) * scale), bins - 1)
      // The product is rounded: a value at an edge belongs above it.
      if number < edges[index] { return index - 1 }
      return index + 1 < bins && number >= edges[index + 1] ? index + 1 : index
    }
  }

  /// Counts the elements in intervals with given bounds.
  ///
  /// Elements outside all intervals, and NaN, are not counted.
  ///
  /// - Parameter edges: The bounds, two or more in ascending order.
  public func histogram(edges: [Double]) -> Histogram {
    precondition(
      edges.count >= 2 && zip(edges, edges.dropFirst()).allSatisfy { $0 <= $1 },
      "histogram: expected two bounds or more in ascending order, found \(edges)")
    let last = edges.count - 1
    return histogram(edges: edges) { number in
      guard number >= edges[0] && number <= edges[last] else { return nil }
      var (low, high) = (0, last)
      while high - low > 1 {
        let middle = (low + high) / 2
        if number >= edges[middle] { low = middle } else { high = middle }
      }
      return low
    }
  }

  private func histogram(edges: [Double], _ index: (Double) -> Int?) -> Histogram {
    let (bins, length) = (edges.count - 1, Swift.max(4 * elementwiseGrain, (count + 63) / 64))
    let blocks = (count + length - 1) / length
    var partial = [Int](repeating: 0, count: blocks * bins)
    partial.withUnsafeMutableBufferPointer { partial in
      guard let counts = partial.baseAddress else { return }
      func add<Number: BinaryFloatingPoint>(_: Number.Type) {
        let numbers = pointer.assumingMemoryBound(to: Number.self)
        parallel(over: count, step: length, of: .float64) { begin, end in
          for place in begin..<end {
            if let bin = index(Double(numbers[place])) { counts[begin / length * bins + bin] += 1 }
          }
        }
      }
      dtype == .float32 ? add(Float.self) : add(Double.self)
    }
    let counts = (0..<bins).map { bin in
      stride(from: bin, to: partial.count, by: bins).reduce(0) { $0 + partial[$1] }
    }
    return Histogram(counts: counts, edges: edges)
  }
}

/// Counts how often each of the integers from 0 on occurs, like NumPy's `bincount`: [0, 2, 2] gives
/// [1, 0, 2].
///
/// For weighted counts use ``Tensor/scattered(to:count:along:)``, which has a gradient.
///
/// - Parameters:
///   - integers: Integers of 0 or more; others stop the program.
///   - minimumCount: The minimum number of elements in the result.
public func binCounts(_ integers: [Int], minimumCount: Int = 0) -> [Int] {
  precondition(
    minimumCount >= 0 && (integers.min() ?? 0) >= 0,
    "binCounts: expected integers of 0 or more, found \(Swift.min(minimumCount, integers.min() ?? 0))"
  )
  var counts = [Int](repeating: 0, count: Swift.max(minimumCount, (integers.max() ?? -1) + 1))
  for integer in integers { counts[integer] += 1 }
  return counts
}
