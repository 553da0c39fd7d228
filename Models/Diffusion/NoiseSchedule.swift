import Settings
import Tensor

/// The share of the data that remains after each step of a diffusion: q(x_t | x₀) = N(√ᾱ_t x₀, (1 −
/// ᾱ_t) I) for t from 0, where nothing is lost, to T (Ho, Jain and Abbeel 2020, equation 4).
public struct NoiseSchedule: Sendable {
  /// The two families of schedules.
  public enum Kind: String, Choice {
    /// β increases linearly from 10⁻⁴ to 0.02 over a thousand steps (Ho, Jain and Abbeel 2020), and
    /// is scaled inversely to the number of steps.
    case linear
    /// ᾱ follows the square of a cosine (Nichol and Dhariwal 2021, equations 16 and 17).
    case cosine
  }

  /// β_t, the share of the variance that step t replaces, for t from 1 to T at index t − 1.
  public let beta: [Double]
  /// ᾱ_t = Πₛ (1 − β_s), for t from 0 to T.
  public let signalShare: [Double]

  /// T.
  public var steps: Int { beta.count }

  /// Creates a schedule from these β, each in (0, 1).
  public init(beta: [Double]) {
    precondition(
      !beta.isEmpty && beta.allSatisfy { $0 > 0 && $0 < 1 },
      "NoiseSchedule: expected shares of noise in (0, 1), found \(beta)")
    self.beta = beta
    signalShare = beta.reduce(into: [1]) { shares, beta in
      shares.append((shares.last ?? 1) * (1 - beta))
    }
  }

  /// Creates a schedule of T steps; no β is above 0.999.
  public init(_ kind: Kind, steps: Int) {
    precondition(steps > 0, "NoiseSchedule: expected one step or more, found \(steps)")
    let count = Double(steps)
    switch kind {
    case .linear:
      let (first, last) = (0.1 / count, 20 / count)
      let slope = (last - first) / max(1, count - 1)
      self.init(beta: (0..<steps).map { min(0.999, last - Double(steps - 1 - $0) * slope) })
    case .cosine:
      let levels = (0...steps).map { step in
        let angle = (Double(step) / count + 0.008) / 1.008 * 0.5 * Double.pi
        return square(cos(Tensor(angle, dtype: .float64))).scalar
      }
      self.init(beta: zip(levels, levels.dropFirst()).map { min(0.999, 1 - $1 / $0) })
    }
  }

  /// The level of noise after step t, from 0 to T; the network's time is (t − 1) / T.
  public subscript(step: Int) -> NoiseLevel {
    let share = signalShare[step]
    return NoiseLevel(
      time: Double(max(0, step - 1)) / Double(steps), signal: share.squareRoot(),
      noise: (1 - share).squareRoot())
  }

  /// The levels that a sampler goes through: `count` levels from T down to 1, as evenly spaced as
  /// steps allow, then 0.
  public func levels(count: Int) -> [NoiseLevel] {
    precondition(
      count > 0 && count <= steps,
      "NoiseSchedule: expected 1 to \(steps) steps of sampling, found \(count)")
    let spacing = count > 1 ? Double(steps - 1) / Double(count - 1) : 0
    return (0..<count).map { self[Int((Double(steps) - Double($0) * spacing).rounded())] }
      + [self[0]]
  }
}

/// A level of noise: a state is α x₀ + σ ε, with ε from N(0, I).
public struct NoiseLevel: Sendable, Equatable {
  /// The network's time input for it, in 0 ..< 1.
  public let time: Double
  /// α.
  public let signal: Double
  /// σ.
  public let noise: Double

  /// Creates a level from these numbers.
  public init(time: Double, signal: Double, noise: Double) {
    (self.time, self.signal, self.noise) = (time, signal, noise)
  }

  /// The distribution of the state at a less noisy level given x₀ and the state at this one: its
  /// mean is data · x₀ + state · x; for Markov steps, equations 6 and 7 of Ho, Jain and Abbeel
  /// 2020.
  ///
  /// - Returns: The mean's two factors, the posterior's variance β̃, and the variance β of the step
  ///   between the levels.
  public func posterior(
    at earlier: NoiseLevel
  ) -> (data: Double, state: Double, variance: Double, stepVariance: Double) {
    let kept = signal / earlier.signal
    // 1 − kept², accurate for small steps: σ² − kept² σ′².
    let lost = noise * noise - kept * kept * earlier.noise * earlier.noise
    let total = noise * noise
    let (before, after) = (
      earlier.signal * lost / total, kept * earlier.noise * earlier.noise / total
    )
    return (before, after, earlier.noise * earlier.noise / total * lost, lost)
  }
}
