import Settings

/// How a transport plan is computed.
public enum TransportMethod: String, Choice {
  /// The network simplex.
  case exact
  /// Entropic regularisation, by Sinkhorn's algorithm.
  case sinkhorn
}

/// The settings of `pushforward transport`.
public struct TransportSettings: SettingGroup {
  /// The table of the source.
  @Setting(
    "table of the source points (.csv, .npy)", placeholder: "FILE", absence: "none"
  )
  public var from: String? = nil
  /// The table of the target.
  @Setting("table of the target points", placeholder: "FILE", absence: "none")
  public var to: String? = nil
  /// The measures whose barycenter is computed.
  @Setting(
    "compute the barycenter of these tables or images", placeholder: "FILE,...", absence: "none")
  public var barycenter: NameList? = nil
  /// The columns that are coordinates.
  @Setting("columns that are coordinates", absence: "all") public var columns: NameList? = nil
  /// The column with the points' weights.
  @Setting("column with the points' weights", placeholder: "NAME", absence: "all equal, of sum 1")
  public var weights: String? = nil
  /// Whether weights are divided by their sum.
  @Setting("divide the weights of each measure by their sum") public var normalize = false
  /// How a plan is computed.
  @Setting("exact plan, or Sinkhorn's entropic one") public var method = TransportMethod.exact
  /// The exponent of the cost.
  @Setting("exponent p of the cost |x - y|^p, from 1 on", in: .atLeast(1)) public var power = 2.0
  /// The strength of the entropic regularisation.
  @Setting(
    "strength of the regularisation, in units of the cost", in: .above(0),
    absence: "a twentieth of the mean cost; 2 squared pixels for images")
  public var epsilon: Double? = nil
  /// The largest error of the marginals.
  @Setting(
    "sinkhorn, barycenter: largest error of a marginal, as a fraction of the mass", in: .above(0),
    absence: "1e-9; 1e-6 for a barycenter")
  public var tolerance: Double? = nil
  /// The most sweeps.
  @Setting("sinkhorn, barycenter: most sweeps", in: 1...10_000_000) public var sweeps = 10_000
  /// Whether the plan's marginals are made exact.
  @Setting("sinkhorn: change the plan so that its marginals are exact") public var round = false
  /// Whether the blur of a barycenter is removed.
  @Setting("barycenter of images: remove the entropic blur") public var debias = false
  /// Shares of the measures in a barycenter.
  @Setting("barycenter: whole-number shares of the measures", in: 0...1_000_000, absence: "equal")
  public var shares: [Int]? = nil

  /// The defaults.
  public init() {}
}
