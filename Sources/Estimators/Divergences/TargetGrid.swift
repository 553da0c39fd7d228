import Tensor

/// A density on the line at the points of a quadrature rule.
struct TargetGrid {
  private let interval: ClosedRange<Double>
  /// float64 `[n]`, ascending.
  private let nodes: Tensor
  private let weights: Tensor
  /// log p at the nodes, normalised over them.
  private let logTarget: Tensor

  /// - Throws: ``EstimationError/unboundedLikelihood(operation:reason:)`` if p has no mass.
  init(_ logDensity: (Tensor) -> Tensor, _ interval: ClosedRange<Double>) throws {
    self.interval = interval
    let (panels, order) = (64, 12)
    let rule = GaussianQuadrature.legendre(order, over: 0...1)
    let width = (interval.upperBound - interval.lowerBound) / Double(panels)
    let starts = interval.lowerBound + width * Tensor.range(0..<panels, dtype: .float64)
    nodes = (starts.expanded(at: 1) + width * rule.nodes).flattened(from: 0)
    weights = (width * rule.weights).tiled([panels])
    let values = logDensity(nodes)
    precondition(
      values.shape == nodes.shape && values.dtype == .float64,
      "DivergenceFit: expected log-densities of float64\(nodes.shape), found"
        + " \(values.dtype)\(values.shape)")
    let logMass = (values + log(weights)).logSumExp(along: 0).scalar
    guard logMass.isFinite else {
      throw EstimationError.unboundedLikelihood(
        operation: "divergence fit", reason: "the given density has no finite mass on \(interval)")
    }
    logTarget = stopGradient(values) - logMass
  }

  // MARK: The mixture as a parameter vector

  private func parts(_ u: Tensor, _ k: Int) -> (means: Tensor, logScales: Tensor, logits: Tensor) {
    (u.sliced(0..<k), u.sliced(k..<2 * k), u.sliced(2 * k..<3 * k))
  }

  func logDensity(of u: Tensor, _ k: Int) -> Tensor {
    let (means, logScales, logits) = parts(u, k)
    return mixtureLogDensity(nodes, logSoftmax(logits), means, logScales)
  }

  func mixture(_ u: Tensor, _ k: Int) -> GaussianMixture1D {
    let (means, logScales, logits) = parts(u, k)
    let order = means.argsorted()
    func sorted(_ x: Tensor) -> [Double] { x.gatheredRows(at: order).doubles }
    return GaussianMixture1D(
      weights: sorted(softmax(logits)), means: sorted(means), deviations: sorted(exp(logScales)))
  }

  /// Whether the grid contains the mass of the mixture and its nodes are dense enough to resolve
  /// it.
  func holds(_ u: Tensor, _ k: Int) -> Bool {
    let mass = (exp(logDensity(of: u, k)) * weights).sum().scalar
    return Swift.abs(mass - 1) < 1e-6
  }

  // MARK: Divergences

  /// The divergence in nats, a scalar; gradients flow to `logs`, which is log q at the nodes.
  func divergence(_ criterion: FitCriterion, to logs: Tensor) -> Tensor {
    switch criterion {
    case .forward: return relative(logTarget, logs)
    case .reverse: return relative(logs, logTarget)
    case .jensenShannon:
      let both = Tensor.stacked([logTarget, logs]).logSumExp(along: 0)
      let middle = both - 0.6931471805599453
      return 0.5 * (relative(logTarget, middle) + relative(logs, middle))
    }
  }

  /// Σ w (p (log p − log q) − p + q): the divergence for densities of mass 1, and at least 0 for
  /// others too, so that a fit gains nothing by leaving the grid.
  private func relative(_ logP: Tensor, _ logQ: Tensor) -> Tensor {
    let p = exp(logP)
    // A node where p is 0 contributes no logarithm.
    let isPresent = stopGradient(logP) .> -700
    let zero = Tensor(0, dtype: .float64)
    let gap = select(isPresent, logP - logQ, zero)
    return (weights * (p * gap - p + exp(logQ))).sum()
  }

  // MARK: Starts

  /// Means at quantiles of p, evenly spaced for the first start and random for the others; the
  /// deviations are a fraction of p's.
  func start(components k: Int, index: Int, using random: Random) -> Tensor {
    let mass = exp(logTarget) * weights
    let mean = (mass * nodes).sum().scalar
    let deviation = (mass * square(nodes - mean)).sum().scalar.squareRoot()
    let cumulative = mass.cumulativeSum()
    let levels =
      index == 0
      ? (0..<k).map { (Double($0) + 0.5) / Double(k) } : (0..<k).map { _ in random.uniform() }
    let places = cumulative.searchSorted(Tensor(levels, dtype: .float64))
    let points = nodes.doubles
    let means = places.map { points[Swift.min($0, points.count - 1)] }
    let share = index == 0 ? 1 / Double(k) : 0.2 + 0.6 * random.uniform()
    let logScale = log(Swift.max(share * deviation, 1e-6))
    return Tensor(
      means + Array(repeating: logScale, count: k) + Array(repeating: 0, count: k),
      dtype: .float64)
  }
}
