import Tensor

/// Means of several figures over batches of unequal sizes, each batch weighted by its size.
public struct WeightedMean: Sendable {
  private var sums: [Double] = []
  private var weight = 0.0

  /// Creates an empty mean.
  public init() {}

  /// Adds the figures of a batch of `count` examples.
  public mutating func add(_ figures: [Double], count: Int) {
    if sums.isEmpty { sums = Array(repeating: 0, count: figures.count) }
    precondition(
      figures.count == sums.count,
      "WeightedMean: expected \(sums.count) figures, found \(figures.count)")
    for (index, figure) in figures.enumerated() { sums[index] += figure * Double(count) }
    weight += Double(count)
  }

  /// The means; empty before the first batch.
  public var values: [Double] { sums.map { $0 / weight } }
}
