import Tensor

/// The estimator of an evidence lower bound's gradient from draws.
public enum GradientEstimator: Sendable {
  /// The score function, ∇ log q(x) (log p(x) − log q(x)) (Ranganath, Gerrish and Blei 2014,
  /// equation 3): for any density, without its gradient.
  case scoreFunction
  /// The score function with a control variate a ∇ log q, whose variance-minimising a is estimated
  /// for each parameter from the same draws (their equation 8).
  case controlledScoreFunction
  /// The gradient of log p(μ + L z) along the parameters (Kingma and Welling 2014).
  case reparameterization
}

extension GaussianApproximation {
  /// Estimates the evidence lower bound's gradient with respect to the means and log-deviations of
  /// a mean-field Gaussian, once per draw.
  ///
  /// The mean of the results estimates the gradient, and their variance compares the estimators.
  ///
  /// - Parameters:
  ///   - logDensity: From `[n, d]` to `[n]`, float64.
  ///   - estimator: The estimator of the gradient.
  ///   - draws: The number of draws, 2 or more.
  ///   - localTerms: For the score function, log-densities `[n, d]`: for each coordinate, the sum
  ///     of all terms of log p that contain it. The other terms have mean 0 in its gradient and are
  ///     left out, which is a Rao–Blackwell step (Ranganath, Gerrish and Blei 2014, section 3.1).
  ///   - random: The stream of random numbers.
  /// - Returns: `[draws, 2 d]`, with the means first.
  public func boundGradients(
    of logDensity: LogDensity, by estimator: GradientEstimator, draws: Int,
    localTerms: LogDensity? = nil, using random: Random
  ) throws -> Tensor {
    precondition(
      family == .meanField && draws > 1,
      "boundGradients: expected a mean-field Gaussian and at least 2 draws, found"
        + " \(family.rawValue) and \(draws)")
    let z = random.normal([draws, mean.count], dtype: .float64)
    let points = stopGradient(self.points(z))
    if estimator == .reparameterization {
      let slopes = try gradient(at: points) { try logDensity($0).sum() }
      return .concatenated([slopes, slopes * z * scale + 1], along: 1)
    }
    // ∂ log q / ∂μ = z / σ and ∂ log q / ∂ log σ = z² − 1.
    let scores = Tensor.concatenated([z / scale, square(z) - 1], along: 1)
    let own = -0.5 * square(z) - log(scale) - 0.5 * logTwoPi
    let gains: Tensor
    if let localTerms {
      let local = try localTerms(points) - own
      gains = .concatenated([local, local], along: 1)
    } else {
      gains = (try logDensity(points) - own.sum(along: 1)).expanded(at: 1)
    }
    let products = scores * gains
    guard estimator == .controlledScoreFunction else { return products }
    let centred = products - products.mean(along: 0)
    let covariance = (centred * (scores - scores.mean(along: 0))).mean(along: 0)
    return products - covariance / scores.variance(along: 0) * scores
  }
}
