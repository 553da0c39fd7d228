extension AdversarialTraining {
  /// What tells how the game stands; of the discriminator's steps the means.
  public struct Figures: Equatable, Sendable {
    /// The names of the minimax game's figures as columns of a table, in the order of ``values``.
    public static let names = [
      "d_loss", "g_loss", "d_real", "d_fake", "d_gradient_norm", "g_gradient_norm",
    ]

    /// The names of a critic's figures.
    ///
    /// Only the difference of its values means something: what is added
    /// to all of them changes nothing.
    public static let wassersteinNames = [
      "d_loss", "g_loss", "d_gradient_norm", "g_gradient_norm", "wasserstein_distance",
    ]

    /// The discriminator's loss, in the minimax game in nats, before its step.
    public let discriminatorLoss: Double
    /// The generator's loss, in the minimax game in nats, before its step.
    public let generatorLoss: Double
    /// The mean of D(x), a probability; of a critic the mean of its values.
    public let realProbability: Double
    /// The mean of D(G(z)), a probability, before the discriminator's step; of a critic the mean of its
    /// values.
    public let fakeProbability: Double
    /// The Euclidean norm of the gradient of the discriminator's loss in all its parameters.
    public let discriminatorGradientNorm: Double
    /// The Euclidean norm of the gradient of the generator's loss in all its parameters.
    public let generatorGradientNorm: Double
    /// E[c(x)] − E[c(G(z))], a critic's estimate of the Wasserstein distance before its step.
    ///
    /// It is in the units of the samples; with clipped weights of a multiple of it. Nil in the minimax game.
    public var wassersteinDistance: Double?

    /// The figures as numbers, in the order of ``names``, or of ``wassersteinNames``.
    public var values: [Double] {
      if let wassersteinDistance {
        return [
          discriminatorLoss, generatorLoss, discriminatorGradientNorm, generatorGradientNorm,
          wassersteinDistance,
        ]
      }
      return [
        discriminatorLoss, generatorLoss, realProbability, fakeProbability,
        discriminatorGradientNorm, generatorGradientNorm,
      ]
    }
  }
}
