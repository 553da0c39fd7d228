import Tensor

/// Points in the plane, drawn from a seed.
///
/// ```swift
/// let data = PointData(.moons)
/// data.train.count     // 20000
/// ```
///
/// Point *i* of a seed is the same in a set of any size, at any number of threads.
public struct PointData: SplitDataset {
  /// The points to train on.
  public let train: Points
  /// The points to test with, from a stream of their own.
  public let test: Points
  /// The distribution that they are drawn from.
  public let distribution: PlaneDistribution

  /// How many points there are by default, to train on and as many to test with.
  public static let defaultCount = 20_000

  /// Draws so many points, each at least one.
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
