import Tensor

/// The terms of a diffusion's variational bound on −log p(x₀), in nats (Ho, Jain and Abbeel 2020,
/// equation 5).
///
/// L_T is the divergence of q(x_T|x₀) from N(0, I), L_{t−1} that of q(x_{t−1}|x_t, x₀) from the model's
/// p(x_{t−1}|x_t), and L₀ is −log p(x₀|x₁).
public struct VariationalBound: Sendable {
  /// L_T of each example, `[batch]`.
  public let prior: Tensor
  /// L₁ to L_{T−1} of each example, with step t at index t − 2: `[T − 1, batch]`.
  public let steps: Tensor
  /// L₀ of each example, `[batch]`.
  public let reconstruction: Tensor

  /// The bound of each example, in nats: `[batch]`.
  public var total: Tensor { prior + steps.sum(along: 0) + reconstruction }

  /// The bound in bits per dimension: `[batch]`.
  public func bitsPerDimension(of count: Int) -> Tensor {
    total / (Double(count) * 0.693_147_180_559_945_3)
  }

  /// Estimates the bound's terms, each from one draw of x_t.
  ///
  /// - Parameters:
  ///   - data: x₀, `[batch, features]`.
  ///   - schedule: The schedule.
  ///   - variance: The variance of the model's steps; that of the first step is β₁, as β̃₁ is 0.
  ///   - isByte: Whether x₀ are bytes scaled to [−1, 1]: then p(x₀|x₁) is the probability of the
  ///     byte (equation 13), otherwise a density.
  ///   - random: Draws the noise.
  ///   - denoiser: The model's estimate of x₀.
  public static func estimate(
    of data: Tensor, _ schedule: NoiseSchedule, variance: DiffusionSampler.Variance = .beta,
    isByte: Bool, using random: Random, _ denoiser: DiffusionSampler.Denoiser
  ) -> VariationalBound {
    let last = schedule[schedule.steps]
    let share = last.signal * last.signal
    let spread = last.noise * last.noise
    let prior =
      0.5 * (share * square(data) + (spread - 1 - log(Tensor(spread, dtype: data.dtype))))
    var terms: [Tensor] = []
    var reconstruction = Tensor.zeros([data.shape[0]], dtype: data.dtype)
    for step in 1...schedule.steps {
      let (level, earlier) = (schedule[step], schedule[step - 1])
      let noise = random.normal(data.shape, dtype: data.dtype)
      let state = level.signal * data + level.noise * noise
      let estimate = denoiser(state, level)
      let posterior = level.posterior(at: earlier)
      if step == 1 {
        // The mean of p(x₀|x₁) is the estimate itself.
        let deviation = posterior.stepVariance.squareRoot()
        reconstruction = -logLikelihood(of: data, mean: estimate, deviation, isByte).sum(along: 1)
      } else {
        let model = variance == .beta ? posterior.stepVariance : posterior.variance
        let off = (posterior.data * posterior.data / model) * square(data - estimate)
        let ratio = posterior.variance / model
        let rest = ratio - 1 - log(Tensor(ratio, dtype: .float64)).scalar
        terms.append(0.5 * (off + rest).sum(along: 1))
      }
    }
    let batch = data.shape[0]
    return VariationalBound(
      prior: prior.sum(along: 1),
      steps: terms.isEmpty ? .zeros([0, batch], dtype: data.dtype) : .stacked(terms),
      reconstruction: reconstruction)
  }

  /// The log-density of a Gaussian, or the logarithm of its mass between the midpoints to the
  /// neighbouring bytes; the first and the last byte include the tails.
  private static func logLikelihood(
    of data: Tensor, mean: Tensor, _ deviation: Double, _ isByte: Bool
  ) -> Tensor {
    if !isByte {
      let logScale = log(Tensor(deviation, dtype: .float64)).scalar + 0.918_938_533_204_672_7
      return -0.5 * square((data - mean) / deviation) - logScale
    }
    let half = 1.0 / 255
    let upper = normalCumulative((data + half - mean) / deviation)
    let lower = normalCumulative((data - half - mean) / deviation)
    let (zero, one) = (Tensor(0, dtype: data.dtype), Tensor(1, dtype: data.dtype))
    let mass =
      select(data .> 1 - half, one, upper) - select(data .< half - 1, zero, lower)
    // Far in the tails, not even the logarithm keeps any digits.
    return log(maximum(mass, Tensor(1e-12, dtype: data.dtype)))
  }
}
