import Tensor

/// A state space model whose states can be drawn and whose observations have a density, which is
/// all that a particle filter needs.
public protocol ParticleModel {
  /// Draws `count` states of the first step, float64 `[count, d]`.
  func first(_ count: Int, using random: Random) -> Tensor
  /// Draws the states of step `step`, counted from 1, given those before it, `[n, d]`.
  func next(_ states: Tensor, step: Int, using random: Random) -> Tensor
  /// log p(y | z) of an observation `[m]` at step `step`, counted from 0, for states `[n, d]`:
  /// float64 `[n]`.
  func logLikelihood(of observation: Tensor, at states: Tensor, step: Int) -> Tensor
}

/// The bootstrap particle filter: it draws states from the model's own transition, weights them by
/// the likelihood of the observation, and resamples them (Gordon, Salmond and Smith 1993).
///
/// ```swift
/// let filter = ParticleFilter(particles: 2_000)
/// let estimates = try filter.filtered(y, by: model, using: random)   // y [steps, m]
/// estimates.means
/// ```
public struct ParticleFilter: Sendable {
  /// The number of particles.
  public var particles: Int
  /// The fraction of the particles below which the effective size triggers resampling.
  public var threshold: Double

  /// Creates a filter.
  public init(particles: Int = 1_000, threshold: Double = 0.5) {
    precondition(
      particles > 1 && (0...1).contains(threshold),
      "ParticleFilter: expected at least 2 particles and a threshold in [0, 1], found"
        + " \(particles) and \(threshold)")
    (self.particles, self.threshold) = (particles, threshold)
  }

  /// The estimates of a filter.
  public struct Estimates: Sendable {
    /// The mean of the state given the observations up to each step, float64 `[steps, d]`.
    public let means: Tensor
    /// The standard deviations of the state, `[steps, d]`.
    public let deviations: Tensor
    /// The estimate of log p(y), in nats; the estimate of p(y) itself is unbiased.
    public let logLikelihood: Double
    /// The effective number of particles after each observation, 1 / Σ w².
    public let effectiveSizes: [Double]
    /// The particles of the last step, `[particles, d]`, and their weights, `[particles]`.
    public let last: (states: Tensor, weights: Tensor)
  }

  /// Filters observations.
  ///
  /// - Parameters:
  ///   - y: `[steps, m]`; a step whose values are all NaN counts as not observed.
  ///   - model: The model.
  ///   - random: The stream of random numbers.
  /// - Throws: ``SamplerError/notADensity(value:point:)`` if a likelihood is NaN or +∞;
  ///   ``ParticleError/noLikelihood(step:)`` if no particle explains an observation.
  public func filtered(
    _ y: Tensor, by model: some ParticleModel, using random: Random
  ) throws -> Estimates {
    precondition(
      y.rank == 2 && y.shape[0] > 0,
      "ParticleFilter: expected observations [steps, m] with at least one step, found \(y.shape)")
    let uniform = Tensor(filledWith: -logOf(Double(particles)), [particles], dtype: .float64)
    var (states, logWeights) = (model.first(particles, using: random), uniform)
    var (logLikelihood, sizes) = (0.0, [Double]())
    var (means, deviations) = ([Tensor](), [Tensor]())
    for step in 0..<y.shape[0] {
      if step > 0 {
        if (sizes.last ?? 0) < threshold * Double(particles) {
          states = states.gatheredRows(at: systematic(exp(logWeights), using: random))
          logWeights = uniform
        }
        states = model.next(states, step: step, using: random)
      }
      let observation = y.sliced(step..<step + 1).squeezed(at: 0)
      if !isNaN(observation).all() {
        let joint =
          logWeights + (try likelihood(of: observation, states, step, model))
        let total = joint.logSumExp(along: 0).scalar
        guard total > -.infinity else { throw ParticleError.noLikelihood(step: step) }
        logLikelihood += total
        logWeights = joint - total
      }
      let weights = exp(logWeights).expanded(at: 1)
      let mean = (weights * states).sum(along: 0)
      means.append(mean)
      deviations.append(sqrt((weights * square(states - mean)).sum(along: 0)))
      sizes.append(1 / weights.sumOfSquares)
    }
    return Estimates(
      means: .stacked(means), deviations: .stacked(deviations), logLikelihood: logLikelihood,
      effectiveSizes: sizes, last: (states, exp(logWeights)))
  }

  private func likelihood(
    of observation: Tensor, _ states: Tensor, _ step: Int, _ model: some ParticleModel
  ) throws -> Tensor {
    let result = model.logLikelihood(of: observation, at: states, step: step)
    precondition(
      result.shape == [particles],
      "ParticleFilter: expected log-likelihoods [\(particles)] of states \(states.shape), found"
        + " \(result.shape)")
    for (row, value) in result.doubles.enumerated() where value.isNaN || value == .infinity {
      throw SamplerError.notADensity(
        value: value, point: states.sliced(row..<row + 1).doubles)
    }
    return result.converted(to: .float64)
  }

  /// Systematic resampling: a single uniform number shifts evenly spaced levels (Kitagawa 1996).
  private func systematic(_ weights: Tensor, using random: Random) -> [Int] {
    let ends = weights.cumulativeSum(along: 0)
    let (values, offset) = (ends.doubles, random.uniform())
    let scale = values[particles - 1] / Double(particles)
    var place = 0
    return (0..<particles).map { index in
      let level = scale * (Double(index) + offset)
      while place < particles - 1 && values[place] <= level { place += 1 }
      return place
    }
  }
}

/// The reason why a particle filter failed.
public enum ParticleError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No particle gives the observation a likelihood above 0.
  case noLikelihood(step: Int)

  /// What was expected and what was found.
  public var description: String {
    switch self {
    case .noLikelihood(let step):
      "expected a particle that explains the observation in step \(step), found none: there are"
        + " too few particles, or the model does not fit the data"
    }
  }
}
