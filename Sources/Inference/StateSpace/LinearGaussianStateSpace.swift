import Tensor

/// A linear-Gaussian state space model.
///
/// zₜ₊₁ = F zₜ + wₜ with wₜ ~ N(0, Q), and yₜ = H zₜ + vₜ with vₜ ~ N(0, R). The first state is z₁
/// ~ N(m, P); some of its coordinates may be diffuse, that is, of infinite variance (de Jong 1991).
///
/// ```swift
/// let model = LinearGaussianStateSpace.localLevel(observationVariance: 15_099, levelVariance: 1_469.1)
/// let smoothed = try model.smoothed(y)          // y [steps, 1], NaN where nothing was observed
/// smoothed.logLikelihood
/// ```
public struct LinearGaussianStateSpace: Sendable {
  /// F, float64 `[d, d]`.
  public let transition: Tensor
  /// Q, float64 `[d, d]`.
  public let stateCovariance: Tensor
  /// H, float64 `[m, d]`.
  public let observation: Tensor
  /// R, float64 `[m, m]`.
  public let observationCovariance: Tensor
  /// The mean of z₁, float64 `[d]`; 0 for diffuse coordinates.
  public let firstMean: Tensor
  /// The covariance of z₁, float64 `[d, d]`; 0 for diffuse coordinates.
  public let firstCovariance: Tensor
  /// The coordinates of z₁ that are diffuse.
  public let diffuse: [Int]

  /// Creates a model.
  ///
  /// - Parameters:
  ///   - transition: F, `[d, d]`.
  ///   - stateCovariance: Q, `[d, d]`, symmetric and positive semidefinite.
  ///   - observation: H, `[m, d]`.
  ///   - observationCovariance: R, `[m, m]`, symmetric and positive semidefinite.
  ///   - firstMean: The mean of z₁, `[d]`; 0 by default.
  ///   - firstCovariance: The covariance of z₁, `[d, d]`; without it, all coordinates are diffuse.
  ///   - diffuse: The diffuse coordinates; their entries in the mean and the covariance are
  ///     ignored.
  public init(
    transition: Tensor, stateCovariance: Tensor, observation: Tensor,
    observationCovariance: Tensor, firstMean: Tensor? = nil, firstCovariance: Tensor? = nil,
    diffuse: [Int]? = nil
  ) {
    let (d, m) = (transition.shape[0], observation.shape[0])
    precondition(
      transition.shape == [d, d] && stateCovariance.shape == [d, d] && observation.shape == [m, d]
        && observationCovariance.shape == [m, m],
      "LinearGaussianStateSpace: expected F [d, d], Q [d, d], H [m, d] and R [m, m], found"
        + " \(transition.shape), \(stateCovariance.shape), \(observation.shape) and"
        + " \(observationCovariance.shape)")
    precondition(
      firstMean.map { $0.shape == [d] } ?? true
        && firstCovariance.map { $0.shape == [d, d] } ?? true,
      "LinearGaussianStateSpace: expected a first mean [\(d)] and covariance [\(d), \(d)], found"
        + " \(firstMean?.shape ?? []) and \(firstCovariance?.shape ?? [])")
    self.transition = transition.converted(to: .float64)
    self.stateCovariance = stateCovariance.converted(to: .float64)
    self.observation = observation.converted(to: .float64)
    self.observationCovariance = observationCovariance.converted(to: .float64)
    let diffuse = diffuse ?? (firstCovariance == nil ? Array(0..<d) : [])
    precondition(
      diffuse.allSatisfy { (0..<d).contains($0) } && Set(diffuse).count == diffuse.count,
      "LinearGaussianStateSpace: expected diffuse coordinates below \(d), each once, found \(diffuse)"
    )
    self.diffuse = diffuse
    let proper = Tensor((0..<d).map { diffuse.contains($0) ? 0 : 1 }, dtype: .float64)
    let zero = Tensor.zeros([d, d], dtype: .float64)
    self.firstMean =
      proper * (firstMean?.converted(to: .float64) ?? Tensor.zeros([d], dtype: .float64))
    self.firstCovariance =
      (firstCovariance?.converted(to: .float64) ?? zero) * proper * proper.expanded(at: 1)
  }

  /// The model with other covariances.
  func replacing(
    stateCovariance: Tensor, observationCovariance: Tensor
  ) -> LinearGaussianStateSpace {
    LinearGaussianStateSpace(
      transition: transition, stateCovariance: stateCovariance, observation: observation,
      observationCovariance: observationCovariance, firstMean: firstMean,
      firstCovariance: firstCovariance, diffuse: diffuse)
  }

  /// A model of a level that follows a random walk and is observed with noise; it starts diffuse.
  public static func localLevel(
    observationVariance: Double, levelVariance: Double
  ) -> LinearGaussianStateSpace {
    let one = Tensor([[1]], dtype: .float64)
    return LinearGaussianStateSpace(
      transition: one, stateCovariance: levelVariance * one, observation: one,
      observationCovariance: observationVariance * one)
  }

  /// A model of a level with a slope, both of which follow random walks, observed with noise; they
  /// start diffuse.
  public static func localLinearTrend(
    observationVariance: Double, levelVariance: Double, slopeVariance: Double
  ) -> LinearGaussianStateSpace {
    LinearGaussianStateSpace(
      transition: Tensor([[1, 1], [0, 1]], dtype: .float64),
      stateCovariance: Tensor([levelVariance, slopeVariance], dtype: .float64).diagonalMatrix(),
      observation: Tensor([[1, 0]], dtype: .float64),
      observationCovariance: Tensor([[observationVariance]], dtype: .float64))
  }

  /// d, the number of coordinates of a state.
  public var stateSize: Int { transition.shape[0] }
  /// m, the number of coordinates of an observation.
  public var observationSize: Int { observation.shape[0] }

  /// Draws states `[steps, d]` and observations `[steps, m]`; diffuse coordinates start at 0.
  public func sample(
    _ steps: Int, using random: Random
  ) -> (states: Tensor, observations: Tensor) {
    let (f, h) = (SmallMatrix(transition), SmallMatrix(observation))
    let (q, r) = (SmallMatrix(stateCovariance).root, SmallMatrix(observationCovariance).root)
    let stateNoise = random.normal([steps, stateSize], dtype: .float64)
    let observationNoise = random.normal([steps, observationSize], dtype: .float64)
    let noise = SmallMatrix(stateNoise)
    let other = SmallMatrix(observationNoise)
    var (states, observations) = ([Double](), [Double]())
    var state = SmallMatrix(firstMean)
    for step in 0..<steps {
      let own = noise.gathered([step]).transposed
      let spread = step == 0 ? SmallMatrix(firstCovariance).root : q
      state = (step == 0 ? state : f * state) + spread * own
      states += state.elements
      observations += (h * state + r * other.gathered([step]).transposed).elements
    }
    return (
      Tensor(states, shape: [steps, stateSize], dtype: .float64),
      Tensor(observations, shape: [steps, observationSize], dtype: .float64)
    )
  }
}

/// The reason why a state space model cannot use the data.
public enum StateSpaceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There are no steps.
  case empty
  /// An observation is infinite.
  case infinite(step: Int, column: Int)
  /// The model makes an observation certain: its covariance is singular.
  case certainObservation(step: Int)
  /// The observations do not determine the diffuse part of the first state.
  case undetermined

  /// A description of the error.
  public var description: String {
    switch self {
    case .empty: "expected at least one step, found none"
    case .infinite(let step, let column):
      "expected finite observations, or NaN where one is missing, found an infinite one in"
        + " step \(step), column \(column)"
    case .certainObservation(let step):
      "the covariance of the observation in step \(step) is singular: give it a noise variance"
    case .undetermined: "the observations do not determine the diffuse part of the first state"
    }
  }
}
