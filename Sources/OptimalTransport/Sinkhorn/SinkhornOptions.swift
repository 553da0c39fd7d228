/// How Sinkhorn's algorithm runs.
public struct SinkhornOptions: Sendable {
  /// What a sweep changes.
  public enum Form: Sendable {
    /// Scalings of a stored kernel, which are absorbed into the potentials before they become large (Schmitzer
    /// 2019): two products of a matrix and a vector a sweep, and the n × m numbers of the kernel.
    case scalings
    /// Potentials, by sums in logarithms: an exponential for each pair and sweep, without a matrix where costs are
    /// distances.
    case logarithms
  }

  /// What a sweep changes.
  public var form = Form.scalings
  /// The largest sum of a marginal's absolute errors, as a part of the mass, with which it has converged.
  public var tolerance = 1e-9
  /// The most sweeps, those at larger ε included.
  public var sweepLimit = 10_000
  /// Whether ε comes down from the costs' size in steps (Kosowsky and Yuille 1994), which saves sweeps where ε
  /// is small.
  public var scalesEpsilon = true

  /// Creates the default options.
  public init() {}

  /// The default options with some changed.
  public static func with(_ change: (inout SinkhornOptions) -> Void) -> SinkhornOptions {
    var options = SinkhornOptions()
    change(&options)
    return options
  }
}
