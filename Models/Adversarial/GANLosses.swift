import Tensor

// MARK: - The minimax game

extension GAN {
  /// −V = −E[log D(x)] − E[log(1 − D(G(z)))], in nats.
  ///
  /// With logits l: −log D = softplus(−l) and −log(1 − D) = softplus(l), stable for logits of any
  /// size. Label smoothing s takes 1 − s in place of 1 as the probability that a real sample is
  /// real: (1 − s) softplus(−l) + s softplus(l). It is one-sided: that a generated one is not stays
  /// certain (Salimans et al. 2016, section 3.4).
  ///
  /// - Parameters:
  ///   - real: The logits of real samples, `[batch, 1]`.
  ///   - fake: The logits of samples that the generator made, `[batch, 1]`.
  ///   - labelSmoothing: s, in [0, 1).
  /// - Returns: A scalar; 2 log 2 where the discriminator knows nothing.
  public static func discriminatorLoss(
    real: Tensor, fake: Tensor, labelSmoothing: Double = 0
  ) -> Tensor {
    let realTerm = softplus(-real).mean()
    let fakeTerm = softplus(fake).mean()
    if labelSmoothing == 0 { return realTerm + fakeTerm }
    // Both parts are positive; in softplus(−l) + s l, which is the same, digits would cancel.
    return (1 - labelSmoothing) * realTerm + labelSmoothing * softplus(real).mean() + fakeTerm
  }

  /// The generator's loss, in nats.
  ///
  /// - Parameters:
  ///   - fake: The logits of samples that the generator made, `[batch, 1]`.
  ///   - kind: Which one; the two have the same fixed point.
  /// - Returns: A scalar; log 2 and −log 2 where the discriminator knows nothing.
  public static func generatorLoss(
    fake: Tensor, _ kind: GeneratorLoss = .nonSaturating
  ) -> Tensor {
    switch kind {
    case .nonSaturating: softplus(-fake).mean()
    case .saturating: -softplus(fake).mean()
    }
  }
}

// MARK: - The Wasserstein distance

extension GAN {
  /// E[c(G(z))] − E[c(x)], what a critic descends (Arjovsky, Chintala and Bottou 2017, algorithm 1).
  ///
  /// Its negative, at the best critic of those that change by at most 1 on a way of length 1, is the
  /// Wasserstein distance of the two distributions (equation 2); clipped weights give a multiple of it.
  ///
  /// - Parameters:
  ///   - real: The critic's values of real samples, `[batch, 1]`.
  ///   - fake: Its values of samples that the generator made, `[batch, 1]`.
  /// - Returns: A scalar.
  public static func criticLoss(real: Tensor, fake: Tensor) -> Tensor { fake.mean() - real.mean() }

  /// E[(‖∇c(u)‖₂ − 1)²] at points on the lines between real and made samples (Gulrajani et al.,
  /// "Improved training of Wasserstein GANs", 2017, equation 3, without λ).
  ///
  /// Each example has one weight ε of its own, u = ε x + (1 − ε) G(z), uniform in [0, 1).
  ///
  /// - Parameters:
  ///   - critic: From samples, `[batch] + sampleShape`, to `[batch, 1]`; no example's value depends on
  ///     the others, as with batch norm it would.
  ///   - real: Real samples, `[batch] + sampleShape`.
  ///   - fake: As many samples that the generator made.
  ///   - random: Draws the weights.
  /// - Returns: A scalar, differentiable in the critic's parameters.
  public static func gradientPenalty(
    of critic: (Tensor) -> Tensor, between real: Tensor, and fake: Tensor, using random: Random
  ) -> Tensor {
    precondition(
      real.shape == fake.shape,
      "gradientPenalty: expected as many made samples as real ones, found shapes \(fake.shape) and"
        + " \(real.shape)")
    let weights = random.uniform(
      [real.shape[0]] + real.shape.dropFirst().map { _ in 1 }, dtype: real.dtype)
    return gradientPenalty(of: critic, at: weights * real + (1 - weights) * fake)
  }

  /// The mean of (‖∇c(u)‖₂ − 1)² over points u, `[batch] + sampleShape`, the norm over all axes but the
  /// batch's.
  ///
  /// A little is added to the squared norm: at a gradient of 0 the root has no derivative, and that of
  /// the penalty is 0 then.
  public static func gradientPenalty(of critic: (Tensor) -> Tensor, at points: Tensor) -> Tensor {
    let slopes = gradient(at: points) { critic($0).sum() }
    let norms = sqrt(square(slopes).flattened().sum(along: 1) + 1e-12)
    return square(norms - 1).mean()
  }

  /// −E[c(G(z))], what the generator descends against a critic.
  ///
  /// - Parameter fake: The critic's values of samples that the generator made, `[batch, 1]`.
  /// - Returns: A scalar.
  public static func wassersteinGeneratorLoss(fake: Tensor) -> Tensor { -fake.mean() }
}
