import Tensor

/// Points in the plane, drawn from a seed.
///
/// ```swift
/// let data = PointData(.moons)
/// data.train.count     // 20000
/// ```
///
/// Point *i* of a seed is the same in a set of any size, with any number of threads.
public struct PointData: SplitDataset {
  /// The training points.
  public let train: Points
  /// The test points, from a separate stream.
  public let test: Points
  /// The distribution of the points.
  public let distribution: PlaneDistribution

  /// The default number of training points, and of test points.
  public static let defaultCount = 20_000

  /// Draws the given numbers of points, each at least one.
  public init(
    _ distribution: PlaneDistribution, count: Int = Self.defaultCount,
    testCount: Int = Self.defaultCount, seed: UInt64 = 0
  ) {
    precondition(
      count > 0 && testCount > 0,
      "PointData: expected counts of at least 1, found \(count) and \(testCount)")
    let random = Random(seed: seed)
    self.distribution = distribution
    train = Points(distribution, count: count, using: random.split())
    test = Points(distribution, count: testCount, using: random.split())
  }
}
