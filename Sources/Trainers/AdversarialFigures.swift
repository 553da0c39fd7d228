extension AdversarialTraining {
  /// The metrics of one step; means over the discriminator's updates.
  public struct Figures: Equatable, Sendable {
    /// The names of the minimax game's figures as columns of a table, in the order of ``values``.
    public static let names = [
      "d_loss", "g_loss", "d_real", "d_fake", "d_gradient_norm", "g_gradient_norm",
    ]

    /// The names of a critic's figures.
    ///
    /// Only differences of a critic's values are meaningful: adding a constant to all of them
    /// changes nothing.
    public static let wassersteinNames = [
      "d_loss", "g_loss", "d_gradient_norm", "g_gradient_norm", "wasserstein_distance",
    ]

    /// The discriminator's loss before its update, in nats for the minimax game.
    public let discriminatorLoss: Double
    /// The generator's loss before its update, in nats for the minimax game.
    public let generatorLoss: Double
    /// The mean of D(x), a probability; for a critic, the mean of its values.
    public let realProbability: Double
    /// The mean of D(G(z)), a probability, before the discriminator's update; for a critic, the
    /// mean of its values.
    public let fakeProbability: Double
    /// The Euclidean norm of the gradient of the discriminator's loss with respect to its
    /// parameters.
    public let discriminatorGradientNorm: Double
    /// The Euclidean norm of the gradient of the generator's loss with respect to its parameters.
    public let generatorGradientNorm: Double
    /// E[c(x)] − E[c(G(z))], a critic's estimate of the Wasserstein distance before its update.
    ///
    /// It is in the units of the samples, or in a multiple of them if weights are clipped. Nil in
    /// the minimax game.
    public var wassersteinDistance: Double?

    /// The figures as numbers, in the order of ``names`` or ``wassersteinNames``.
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
