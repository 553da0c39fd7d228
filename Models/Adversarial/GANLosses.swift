import Tensor

// MARK: - The minimax game

extension GAN {
  /// −V = −E[log D(x)] − E[log(1 − D(G(z)))], in nats.
  ///
  /// With logits l, −log D = softplus(−l) and −log(1 − D) = softplus(l), stable for logits of any
  /// size. With label smoothing s, real samples have the target 1 − s instead of 1: (1 − s)
  /// softplus(−l) + s softplus(l). Smoothing is one-sided: generated samples keep the target 0
  /// (Salimans et al. 2016, section 3.4).
  ///
  /// - Parameters:
  ///   - real: The logits of real samples, `[batch, 1]`.
  ///   - fake: The logits of generated samples, `[batch, 1]`.
  ///   - labelSmoothing: s, in [0, 1).
  /// - Returns: A scalar; 2 log 2 if the discriminator cannot distinguish the samples.
  public static func discriminatorLoss(
    real: Tensor, fake: Tensor, labelSmoothing: Double = 0
  ) -> Tensor {
    let realTerm = softplus(-real).mean()
    let fakeTerm = softplus(fake).mean()
    if labelSmoothing == 0 { return realTerm + fakeTerm }
    // Both terms are positive; the equivalent softplus(−l) + s l would lose digits to cancellation.
    return (1 - labelSmoothing) * realTerm + labelSmoothing * softplus(real).mean() + fakeTerm
  }

  /// The generator's loss, in nats.
  ///
  /// - Parameters:
  ///   - fake: The logits of generated samples, `[batch, 1]`.
  ///   - kind: The form of the loss; both have the same fixed point.
  /// - Returns: A scalar; log 2 and −log 2 if the discriminator cannot distinguish the samples.
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
  /// E[c(G(z))] − E[c(x)], the loss of a critic (Arjovsky, Chintala and Bottou 2017, algorithm 1).
  ///
  /// Its negative, for the best 1-Lipschitz critic, is the Wasserstein distance of the two
  /// distributions (equation 2); clipped weights give a multiple of it.
  ///
  /// - Parameters:
  ///   - real: The critic's values of real samples, `[batch, 1]`.
  ///   - fake: Its values of generated samples, `[batch, 1]`.
  /// - Returns: A scalar.
  public static func criticLoss(real: Tensor, fake: Tensor) -> Tensor { fake.mean() - real.mean() }

  /// E[(‖∇c(u)‖₂ − 1)²] at points on the lines between real and generated samples (Gulrajani et
  /// al., "Improved training of Wasserstein GANs", 2017, equation 3, without λ).
  ///
  /// Each example has its own weight ε, uniform in [0, 1): u = ε x + (1 − ε) G(z).
  ///
  /// - Parameters:
  ///   - critic: Maps samples, `[batch] + sampleShape`, to `[batch, 1]`; no example's value may
  ///     depend on the others, as it would with batch norm.
  ///   - real: Real samples, `[batch] + sampleShape`.
  ///   - fake: The same number of generated samples.
  ///   - random: Draws the weights.
  /// - Returns: A scalar, differentiable in the critic's parameters.
  public static func gradientPenalty(
    of critic: (Tensor) -> Tensor, between real: Tensor, and fake: Tensor, using random: Random
  ) -> Tensor {
    precondition(
      real.shape == fake.shape,
      "gradientPenalty: expected as many generated samples as real, found shapes \(fake.shape) and"
        + " \(real.shape)")
    let weights = random.uniform(
      [real.shape[0]] + real.shape.dropFirst().map { _ in 1 }, dtype: real.dtype)
    return gradientPenalty(of: critic, at: weights * real + (1 - weights) * fake)
  }

  /// The mean of (‖∇c(u)‖₂ − 1)² over points u, `[batch] + sampleShape`; the norm is over all axes
  /// but the batch's.
  ///
  /// A small constant is added to the squared norm: the root has no derivative at a gradient of 0;
  /// with the constant, the penalty's derivative there is 0.
  public static func gradientPenalty(of critic: (Tensor) -> Tensor, at points: Tensor) -> Tensor {
    let slopes = gradient(at: points) { critic($0).sum() }
    let norms = sqrt(square(slopes).flattened().sum(along: 1) + 1e-12)
    return square(norms - 1).mean()
  }

  /// −E[c(G(z))], the loss of the generator against a critic.
  ///
  /// - Parameter fake: The critic's values of generated samples, `[batch, 1]`.
  /// - Returns: A scalar.
  public static func wassersteinGeneratorLoss(fake: Tensor) -> Tensor { -fake.mean() }
}
