import Glibc
import Tensor

/// The Metropolis algorithm with Gaussian steps, x′ = x + s L z (Metropolis, Rosenbluth, Rosenbluth, Teller and
/// Teller 1953).
///
/// The warm-up finds the scale s that gives the target acceptance and, by default, a covariance
/// L·Lᵀ (Haario, Saksman and Tamminen 2001, by windows). The algorithm needs no gradient, and takes
/// roughly d steps for an effective draw.
public struct RandomWalkMetropolis: Sampler, TunedSampler {
  /// The state of the chains.
  public struct State: ChainState {
    /// The position of each chain, `[chains, d]`.
    public let positions: Tensor
    /// The log-density at each position, `[chains]`.
    public var logDensities: Tensor? { Tensor(values, dtype: .float64) }
    fileprivate let values: [Double]
  }

  /// The scale s of the steps.
  public var stepSize: Double
  /// The covariance of a step, up to the factor s².
  public var metric: Metric
  let learnt: MetricKind
  let targetAcceptance: Double
  private let density: CheckedDensity

  /// Creates a sampler.
  ///
  /// - Parameters:
  ///   - dimensions: The number d of coordinates.
  ///   - stepSize: The scale of a step, by default 2.38 / √d, which is optimal for a Gaussian with
  ///     a known covariance (Roberts, Gelman and Gilks 1997).
  ///   - metric: The covariance of a step, up to the square of its scale.
  ///   - learning: The covariance that the warm-up learns.
  ///   - targetAcceptance: The fraction of accepted proposals to which the warm-up tunes the scale,
  ///     by default 0.44 in one dimension and 0.234 in more.
  ///   - logDensity: The log-density, from `[n, d]` to `[n]`, up to a constant.
  public init(
    dimensions: Int, stepSize: Double? = nil, metric: Metric = .unit,
    learning: MetricKind = .dense, targetAcceptance: Double? = nil,
    logDensity: @escaping LogDensity
  ) {
    let stepSize = stepSize ?? 2.38 / Double(dimensions).squareRoot()
    let target = targetAcceptance ?? (dimensions == 1 ? 0.44 : 0.234)
    precondition(
      dimensions > 0 && stepSize > 0 && target > 0 && target < 1,
      "RandomWalkMetropolis: expected a dimension, a step size above 0 and a target in (0, 1), found"
        + " \(dimensions), \(stepSize) and \(target)")
    density = CheckedDensity(logDensity: logDensity, dimensions: dimensions)
    (self.stepSize, self.metric, learnt, self.targetAcceptance) =
      (stepSize, metric, learning, target)
  }

  /// The chains at their starts.
  public func start(at positions: Tensor) throws -> State {
    let points = try CheckedDensity.checkStart(positions, "RandomWalkMetropolis")
    let values = try density.values(at: points)
    try density.checkSupport(values, points)
    return State(positions: stopGradient(positions), values: values)
  }

  /// Proposes a step for each chain and accepts it with probability min(1, p(x′) / p(x)).
  public func step(
    _ state: State, using random: Random
  ) throws -> (state: State, info: StepInfo) {
    let d = density.dimensions
    let steps = metric.coloured(random.normal(state.positions.shape, dtype: .float64).doubles, d)
    var points = state.positions.doubles
    var proposals = points
    for place in proposals.indices { proposals[place] += stepSize * steps[place] }
    let proposed = try density.values(at: proposals)
    var (values, acceptance) = (state.values, [Double](repeating: 0, count: state.values.count))
    for chain in values.indices {
      let ratio = proposed[chain] - values[chain]
      acceptance[chain] = exp(min(0, ratio))
      guard log(random.uniform()) < ratio else { continue }
      values[chain] = proposed[chain]
      for place in chain * d..<(chain + 1) * d { points[place] = proposals[place] }
    }
    return (
      State(
        positions: Tensor(points, shape: state.positions.shape, dtype: .float64), values: values),
      StepInfo(acceptance: acceptance, evaluations: values.count)
    )
  }

  /// Tunes the scale and the covariance.
  public func warmedUp(
    _ state: State, steps: Int, using random: Random
  ) throws -> (sampler: RandomWalkMetropolis, state: State) {
    try tuned(state, steps: steps, using: random)
  }

  func reasonableStepSize(at state: State, using random: Random) -> Double {
    2.38 / Double(density.dimensions).squareRoot()
  }
}
