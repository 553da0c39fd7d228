import Settings
import Tensor

/// Samplers that go from noise to data with a network that estimates x₀ from a noisy state.
public enum DiffusionSampler: String, Choice {
  /// Draws from the model's posterior of each step (Ho, Jain and Abbeel 2020, algorithm 2).
  case ancestral
  /// The deterministic sampler of Song, Meng and Ermon 2021 (equation 12), or a random one for η
  /// above 0.
  case ddim
  /// The second-order solver of Lu et al. 2022 (DPM-Solver++(2M), algorithm 2).
  case dpm = "dpm-solver++"

  /// The variance of the steps of ancestral sampling (Ho, Jain and Abbeel 2020, section 3.2).
  public enum Variance: String, Choice {
    /// β, optimal if the data are N(0, I).
    case beta
    /// β̃, optimal if the data are a single point.
    case posterior
  }

  /// A network's estimate of x₀ from states at a level.
  public typealias Denoiser = (_ state: Tensor, _ level: NoiseLevel) -> Tensor

  /// Moves states at the first level to the last one.
  ///
  /// - Parameters:
  ///   - state: Noise at the first level, `[batch, …]`.
  ///   - levels: From much noise to little; the last may have no noise.
  ///   - variance: The variance for ancestral sampling.
  ///   - eta: η of DDIM: 0 for no noise, 1 for the posterior's variance.
  ///   - random: Draws the noise of random steps.
  ///   - afterEach: Receives the level and the states after each step.
  ///   - denoiser: The network's estimate of x₀.
  public func sample(
    from state: Tensor, _ levels: [NoiseLevel], variance: Variance = .beta, eta: Double = 0,
    using random: Random,
    afterEach: (_ level: NoiseLevel, _ state: Tensor) -> Void = { _, _ in },
    _ denoiser: Denoiser
  ) -> Tensor {
    precondition(
      levels.count > 1 && eta >= 0 && eta <= 1,
      "DiffusionSampler: expected two levels or more and an η in 0 ... 1, found \(levels.count) and"
        + " \(eta)")
    var state = state
    var before: (data: Tensor, logRatio: Double)?
    for (level, next) in zip(levels, levels.dropFirst()) {
      let data = denoiser(state, level)
      switch self {
      case .ancestral:
        state = Self.posteriorStep(state, data, level, next, variance, using: random)
      case .ddim: state = Self.implicitStep(state, data, level, next, eta, using: random)
      case .dpm:
        state = Self.multistep(state, data, level, next, before)
        before = (data, level.logRatio)
      }
      afterEach(next, state)
    }
    return state
  }

  /// A draw from the posterior of the next state (Ho, Jain and Abbeel 2020, equations 6 and 7); the
  /// last state, without noise, is its mean.
  private static func posteriorStep(
    _ state: Tensor, _ data: Tensor, _ level: NoiseLevel, _ next: NoiseLevel, _ variance: Variance,
    using random: Random
  ) -> Tensor {
    let posterior = level.posterior(at: next)
    let mean = posterior.data * data + posterior.state * state
    if next.noise == 0 { return mean }
    let chosen = variance == .beta ? posterior.stepVariance : posterior.variance
    return mean + chosen.squareRoot() * random.normal(state.shape, dtype: state.dtype)
  }

  /// α′ x₀ + √(σ′² − s²) ε + s z with s² = η² β̃ (Song, Meng and Ermon 2021, equations 12 and 16).
  private static func implicitStep(
    _ state: Tensor, _ data: Tensor, _ level: NoiseLevel, _ next: NoiseLevel, _ eta: Double,
    using random: Random
  ) -> Tensor {
    let noise = (state - level.signal * data) / level.noise
    let variance = eta * eta * level.posterior(at: next).variance
    let kept = max(0, next.noise * next.noise - variance).squareRoot()
    let mean = next.signal * data + kept * noise
    if variance == 0 { return mean }
    return mean + variance.squareRoot() * random.normal(state.shape, dtype: state.dtype)
  }

  /// (σ′/σ) x − α′ (e^−h − 1) D, with D from the current and the previous x₀, and h the change of
  /// log(α/σ); the first step is of first order, and so is the last one if it ends without noise.
  private static func multistep(
    _ state: Tensor, _ data: Tensor, _ level: NoiseLevel, _ next: NoiseLevel,
    _ before: (data: Tensor, logRatio: Double)?
  ) -> Tensor {
    // α′ (1 − e^−h) = α′ − α σ′/σ.
    let ratio = next.noise / level.noise
    let weight = next.signal - level.signal * ratio
    guard let before, next.noise > 0 else { return ratio * state + weight * data }
    let r = (level.logRatio - before.logRatio) / (next.logRatio - level.logRatio)
    let estimate = (1 + 0.5 / r) * data - (0.5 / r) * before.data
    return ratio * state + weight * estimate
  }
}

extension NoiseLevel {
  /// log(α/σ), half the logarithm of the signal-to-noise ratio.
  var logRatio: Double {
    (log(Tensor(signal, dtype: .float64)) - log(Tensor(noise, dtype: .float64))).scalar
  }
}
