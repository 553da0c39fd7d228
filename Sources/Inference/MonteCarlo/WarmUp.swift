import Tensor

/// The kind of covariance that a sampler estimates in warm-up, to scale its steps by.
public enum MetricKind: Sendable {
  /// None: the metric is not adapted.
  case fixed
  /// A variance for each coordinate.
  case diagonal
  /// A full covariance, for correlated targets of up to a few hundred coordinates.
  case dense
}

/// A sampler whose step size and metric are tuned in warm-up.
protocol TunedSampler: Sampler {
  var stepSize: Double { get set }
  var metric: Metric { get set }
  var learnt: MetricKind { get }
  /// The target acceptance rate.
  var targetAcceptance: Double { get }

  /// The step size to start the search from, at this state and with this metric.
  func reasonableStepSize(at state: State, using random: Random) throws -> Double
}

extension TunedSampler {
  /// Runs steps that tune the step size throughout, and the metric in windows that double in
  /// length; each window starts a new estimate (Carpenter and others 2017, Stan; Hoffman and Gelman
  /// 2014).
  ///
  /// All chains contribute to the same estimates.
  func tuned(
    _ state: State, steps: Int, using random: Random
  ) throws -> (sampler: Self, state: State) {
    guard steps > 0 else { return (self, state) }
    var (sampler, state) = (self, state)
    let windows = WarmUpWindows(steps: steps)
    func search(_ sampler: Self, _ state: State) throws -> DualAveraging {
      DualAveraging(
        stepSize: try sampler.reasonableStepSize(at: state, using: random),
        target: sampler.targetAcceptance)
    }
    var averaging = try search(sampler, state)
    var estimate = RunningCovariance(dimensions: state.positions.shape[1], learnt)
    for step in 0..<steps {
      sampler.stepSize = averaging.stepSize
      let result = try sampler.step(state, using: random)
      state = result.state
      averaging.update(acceptance: mean(result.info.acceptance[...]))
      guard learnt != .fixed, windows.learning.contains(step) else { continue }
      estimate.add(state.positions.doubles)
      if windows.ends.contains(step), let metric = try estimate.metric() {
        sampler.metric = metric
        sampler.stepSize = averaging.averagedStepSize
        estimate = RunningCovariance(dimensions: state.positions.shape[1], learnt)
        averaging = try search(sampler, state)
      }
    }
    sampler.stepSize = averaging.averagedStepSize
    return (sampler, state)
  }
}

/// The steps of a warm-up that estimate a metric: not the first, which find the bulk of the target,
/// nor the last, which find the step size for the metric.
struct WarmUpWindows {
  /// The steps whose positions enter the estimates.
  let learning: Range<Int>
  /// The last step of each window.
  let ends: Set<Int>

  init(steps: Int) {
    guard steps >= 20 else {
      (learning, ends) = (0..<0, [])
      return
    }
    var (first, last, length) = (75, 50, 25)
    if first + last + length > steps {
      (first, last) = (steps * 15 / 100, steps / 10)
      length = steps - first - last
    }
    learning = first..<steps - last
    var (ends, begin) = (Set<Int>(), first)
    while begin < learning.upperBound {
      // A window after which one of twice its length would not fit takes all remaining steps.
      let isLast = begin + 3 * length > learning.upperBound
      let end = isLast ? learning.upperBound : begin + length
      ends.insert(end - 1)
      (begin, length) = (end, 2 * length)
    }
    self.ends = ends
  }
}

/// The running mean and covariance of positions, updated with a step of all chains at a time
/// (Welford 1962).
struct RunningCovariance {
  private let d: Int
  private let kind: MetricKind
  private var count = 0.0
  private var mean: [Double]
  private var squares: [Double]

  init(dimensions: Int, _ kind: MetricKind) {
    (d, self.kind) = (dimensions, kind)
    mean = [Double](repeating: 0, count: d)
    squares = [Double](repeating: 0, count: kind == .dense ? d * d : d)
  }

  mutating func add(_ positions: [Double]) {
    for begin in stride(from: 0, to: positions.count, by: d) {
      count += 1
      let before = (0..<d).map { positions[begin + $0] - mean[$0] }
      for i in 0..<d { mean[i] += before[i] / count }
      for i in 0..<d {
        let after = positions[begin + i] - mean[i]
        if kind == .dense {
          for j in 0..<d { squares[i * d + j] += after * before[j] }
        } else {
          squares[i] += after * before[i]
        }
      }
    }
  }

  /// The covariance, shrunk towards a small multiple of the identity as in Stan; `nil` if there
  /// were too few positions or they did not move.
  func metric() throws -> Metric? {
    guard count >= 3, kind != .fixed else { return nil }
    let (kept, added) = (count / (count + 5), 1e-3 * 5 / (count + 5))
    let covariance = squares.map { kept * $0 / (count - 1) }
    guard covariance.allSatisfy(\.isFinite) else { return nil }
    if kind == .diagonal { return .diagonal(covariance.map { $0 + added }) }
    let full = Tensor(covariance, shape: [d, d], dtype: .float64)
    return try .dense(
      covariance: 0.5 * (full + full.transposed()) + added * .identity(d, dtype: .float64))
  }
}
