/// The options of Sinkhorn's algorithm.
public struct SinkhornOptions: Sendable {
  /// The representation that the sweeps update.
  public enum Form: Sendable {
    /// Scalings of a stored kernel, which are absorbed into the potentials before they become large
    /// (Schmitzer 2019). A sweep takes two matrix-vector products, and the kernel takes n × m
    /// numbers of memory.
    case scalings
    /// Potentials, by sums in logarithms. A sweep takes an exponential for each pair, and costs
    /// that are distances need no matrix.
    case logarithms
  }

  /// The representation that the sweeps update.
  public var form = Form.scalings
  /// The tolerance: the largest sum of a marginal's absolute errors, as a fraction of the mass, at
  /// convergence.
  public var tolerance = 1e-9
  /// The largest number of sweeps, including those at larger ε.
  public var sweepLimit = 10_000
  /// Whether ε descends in steps from the size of the costs (Kosowsky and Yuille 1994), which saves
  /// sweeps if ε is small.
  public var scalesEpsilon = true

  /// Creates the default options.
  public init() {}

  /// The default options with some of them changed.
  public static func with(_ change: (inout SinkhornOptions) -> Void) -> SinkhornOptions {
    var options = SinkhornOptions()
    change(&options)
    return options
  }
}
