/// How many numbers lie in each of several intervals.
public struct Histogram: Equatable, Sendable {
  /// How many numbers lie in each interval.
  public let counts: [Int]
  /// The intervals' bounds, one more than there are intervals: each holds its lower bound, and the last one
  /// its upper bound too.
  public let edges: [Double]
}

extension Tensor {
  /// How many elements lie in each of some intervals of equal width, as NumPy's `histogram`.
  ///
  /// Elements outside of the range, and NaN where a range is given, are not counted. Without a range it is
  /// that of the elements, which have to be finite then; one half more to each side where they are all
  /// equal, and 0…1 where there are none.
  ///
  /// - Parameters:
  ///   - bins: How many intervals, 1 or more.
  ///   - range: From the first lower bound to the last upper one, finite.
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
      // The product is rounded: what lies at an edge belongs above it.
      if number < edges[index] { return index - 1 }
      return index + 1 < bins && number >= edges[index + 1] ? index + 1 : index
    }
  }

  /// How many elements lie in each of some intervals, whose bounds are given.
  ///
  /// Elements outside of all, and NaN, are not counted.
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

/// How often each of the integers from 0 on occurs, as NumPy's `bincount`: [0, 2, 2] gives [1, 0, 2].
///
/// With weights it is ``Tensor/scattered(to:count:along:)`` of these, which has a gradient.
///
/// - Parameters:
///   - integers: Of 0 or more; others stop the program.
///   - minimumCount: The result has this many elements at least.
public func binCounts(_ integers: [Int], minimumCount: Int = 0) -> [Int] {
  precondition(
    minimumCount >= 0 && (integers.min() ?? 0) >= 0,
    "binCounts: expected integers of 0 or more, found \(Swift.min(minimumCount, integers.min() ?? 0))"
  )
  var counts = [Int](repeating: 0, count: Swift.max(minimumCount, (integers.max() ?? -1) + 1))
  for integer in integers { counts[integer] += 1 }
  return counts
}
