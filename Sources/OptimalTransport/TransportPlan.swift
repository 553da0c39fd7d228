import Tensor

/// A transport plan with few entries, which says how much mass each source gives to each target.
public struct TransportPlan: Sendable {
  /// An entry: mass that moves from a source to a target.
  public struct Entry: Equatable, Sendable {
    /// The index of the source.
    public let row: Int
    /// The index of the target.
    public let column: Int
    /// The moved mass, above 0.
    public let mass: Double

    /// Creates an entry.
    public init(row: Int, column: Int, mass: Double) {
      (self.row, self.column, self.mass) = (row, column, mass)
    }
  }

  /// The entries, sorted by row and then by column.
  public let entries: [Entry]
  /// The number of sources.
  public let rowCount: Int
  /// The number of targets.
  public let columnCount: Int

  /// Creates a plan from its entries, in any order.
  public init(entries: [Entry], rowCount: Int, columnCount: Int) {
    self.entries = entries.sorted { ($0.row, $0.column) < ($1.row, $1.column) }
    (self.rowCount, self.columnCount) = (rowCount, columnCount)
  }

  /// The plan as a matrix, `[n, m]`, float64.
  public func dense() -> Tensor {
    var values = [Double](repeating: 0, count: rowCount * columnCount)
    for entry in entries { values[entry.row * columnCount + entry.column] += entry.mass }
    return Tensor(values, shape: [rowCount, columnCount], dtype: .float64)
  }

  /// The mass that leaves each source, `[n]`, float64.
  public var rowSums: Tensor { sums(rowCount, \.row) }

  /// The mass that arrives at each target, `[m]`, float64.
  public var columnSums: Tensor { sums(columnCount, \.column) }

  private func sums(_ count: Int, _ index: KeyPath<Entry, Int>) -> Tensor {
    var sums = [Double](repeating: 0, count: count)
    for entry in entries { sums[entry[keyPath: index]] += entry.mass }
    return Tensor(sums, shape: [count], dtype: .float64)
  }

  /// The mean destination of each source's mass, `[n, d]`: Σⱼ πᵢⱼ yⱼ / Σⱼ πᵢⱼ.
  ///
  /// For squared distances, this is the map closest to the plan (Ferradans, Papadakis, Peyré and
  /// Aujol 2014). A source without mass has no image; its row is NaN.
  ///
  /// - Parameter targets: The points y, `[m, d]`.
  public func barycentricMap(to targets: Tensor) -> Tensor {
    precondition(
      targets.rank == 2 && targets.shape[0] == columnCount,
      "barycentricMap: expected \(columnCount) targets [m, d], found \(targets.shape)")
    let (d, y) = (targets.shape[1], targets.doubles)
    var images = [Double](repeating: 0, count: rowCount * d)
    for entry in entries {
      for k in 0..<d { images[entry.row * d + k] += entry.mass * y[entry.column * d + k] }
    }
    let mapped = Tensor(images, shape: [rowCount, d], dtype: .float64)
    return (mapped / rowSums.expanded(at: 1)).converted(to: targets.dtype)
  }
}

/// The distances of a plan's marginals from the measures' weights, each a sum of absolute
/// differences.
public struct MarginalErrors: Equatable, Sendable {
  /// Σᵢ |Σⱼ πᵢⱼ − aᵢ|.
  public let source: Double
  /// Σⱼ |Σᵢ πᵢⱼ − bⱼ|.
  public let target: Double

  /// The larger of the two.
  public var largest: Double { max(source, target) }

  init(rowSums: Tensor, columnSums: Tensor, source: Tensor, target: Tensor) {
    self.source = abs(rowSums - source).sum().scalar
    self.target = abs(columnSums - target).sum().scalar
  }
}
