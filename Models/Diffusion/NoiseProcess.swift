import DifferentialEquations
import Glibc
import Settings
import Tensor

/// A stochastic process that turns data into noise, dx = f(t) x dt + g(t) dW, from the start of its
/// ``interval``, the data, to t = 1 (Song et al., "Score-based generative modeling through
/// stochastic differential equations", 2021, section 3).
///
/// Given x₀, the state is N(α(t) x₀, σ(t)² I). With the score s = ∇ log p_t of its distribution,
/// the process can be reversed, with noise or without.
public enum NoiseProcess: Sendable, Equatable {
  /// α = 1, and σ grows geometrically from the minimum to the maximum: the levels of Song and Ermon
  /// 2019, and the equation that is their limit for many levels (Song et al. 2021, equations 9 and
  /// 30).
  case varianceExploding(minimum: Double, maximum: Double)
  /// α² = exp(−∫β) and σ² = 1 − α² with β from 0.1 to 20 (Song et al. 2021, equations 11 and 33).
  case variancePreserving
  /// No noise: the score is that of the data themselves.
  case none

  /// The kinds of process.
  public enum Kind: String, Choice {
    /// ``NoiseProcess/varianceExploding(minimum:maximum:)``.
    case varianceExploding = "variance-exploding"
    /// ``NoiseProcess/variancePreserving``.
    case variancePreserving = "variance-preserving"
    /// ``NoiseProcess/none``.
    case none
  }

  /// The start and the end of the way from noise to data.
  ///
  /// The variance-preserving process has no noise at t = 0, and so no finite target for a score;
  /// its way ends slightly before.
  public var interval: (start: Double, end: Double) {
    self == .variancePreserving ? (1, 1e-3) : (1, 0)
  }

  /// The standard deviation of the initial noise of sampling, N(0, deviation² I).
  public var priorDeviation: Double {
    if case .varianceExploding(_, let maximum) = self { maximum } else { 1 }
  }

  /// α(t).
  public func signal(at time: Double) -> Double {
    self == .variancePreserving ? exp(-0.5 * Self.accumulated(time)) : 1
  }

  /// σ(t); 1 without noise, as the unit of Langevin steps.
  public func deviation(at time: Double) -> Double {
    switch self {
    case .varianceExploding(let minimum, let maximum): minimum * pow(maximum / minimum, time)
    case .variancePreserving: (-expm1(-Self.accumulated(time))).squareRoot()
    case .none: 1
    }
  }

  /// f(t).
  public func drift(at time: Double) -> Double {
    self == .variancePreserving ? -0.5 * Self.rate(time) : 0
  }

  /// g(t).
  public func diffusion(at time: Double) -> Double {
    switch self {
    case .varianceExploding(let minimum, let maximum):
      deviation(at: time) * (2 * log(maximum / minimum)).squareRoot()
    case .variancePreserving: Self.rate(time).squareRoot()
    case .none: 0
    }
  }

  /// β(t) and its integral from 0.
  private static func rate(_ time: Double) -> Double { 0.1 + 19.9 * time }
  private static func accumulated(_ time: Double) -> Double { time * (0.1 + 9.95 * time) }
}

// MARK: - The reverse process

extension NoiseProcess {
  /// dx = (f x − g² s) dt + g dW, backwards from t = 1 (Anderson 1982; Song and others 2021,
  /// equation 6).
  public func reversed(with score: @escaping VectorField) -> StochasticEquation {
    StochasticEquation(
      drift: { time, state in
        let g = diffusion(at: time)
        return drift(at: time) * state - (g * g) * score(time, state)
      }, diffusion: { diffusion(at: $0) })
  }

  /// dx/dt = f x − ½ g² s, which has the same distributions at all times (Song and others 2021, equation
  /// 13).
  public func probabilityFlow(with score: @escaping VectorField) -> ProbabilityFlow {
    let field: VectorField = { time, state in
      let g = diffusion(at: time)
      return drift(at: time) * state - (0.5 * g * g) * score(time, state)
    }
    return ProbabilityFlow(field, over: interval, deviation: priorDeviation)
  }

  /// The mean of x₀ given a state, (x + σ² s) / α (Robbins 1956; Efron 2011, "Tweedie's formula").
  public func denoised(_ state: Tensor, at time: Double, with score: VectorField) -> Tensor {
    let sigma = deviation(at: time)
    return (state + (sigma * sigma) * score(time, state)) / signal(at: time)
  }

  /// `count` evenly spaced times from the noise to the data, including both ends.
  public func times(_ count: Int) -> [Double] {
    let (start, end) = interval
    return (0..<count).map { start + (end - start) * Double($0) / Double(max(1, count - 1)) }
  }

  /// `count` times from the noise to the data at which σ decreases geometrically, including both
  /// ends; a single one is the data's.
  public func levels(_ count: Int) -> [Double] {
    guard count > 1 else { return [interval.end] }
    guard self == .variancePreserving else { return times(count) }
    let (most, least) = (deviation(at: interval.start), deviation(at: interval.end))
    return (0..<count).map { index in
      let sigma = most * pow(least / most, Double(index) / Double(count - 1))
      // ∫β from 0 to t, solved for t.
      let sum = -log1p(-sigma * sigma)
      return (-0.1 + (0.01 + 39.8 * sum).squareRoot()) / 19.9
    }
  }
}
