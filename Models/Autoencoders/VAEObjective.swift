import Distributions
import NN
import Tensor

extension VAE.Configuration {
  /// Checks the settings of the loss against each other.
  func checkObjective() throws(UnsuitableSetting) {
    guard importanceWeighted == true else { return }
    let expectation = "with --importance-weighted, whose bound has no divergence of its own"
    if beta != 1 { throw UnsuitableSetting("beta", beta, "expected 1 \(expectation)") }
    if let betaWarmUp {
      throw UnsuitableSetting("beta-warm-up", betaWarmUp, "expected none \(expectation)")
    }
    if let freeBits {
      throw UnsuitableSetting("free-bits", freeBits, "expected none \(expectation)")
    }
  }
}

// MARK: - The loss

extension VAE {
  /// The negative lower bound on log p(x), and the two terms of the evidence lower bound.
  public var metrics: [Metric] {
    ["loss", "reconstruction", "KL"].map {
      Metric($0, unit: "nats per \(dataShape.element.exampleNoun.singular)")
    }
  }

  /// Sets the fraction of β, which grows linearly over the warm-up epochs (Sønderby and others
  /// 2016).
  public func prepare(forStep step: Int, stepsPerEpoch: Int) {
    guard let epochs = configuration.betaWarmUp else { return }
    warmth = min(1, Double(step) / (epochs * Double(stepsPerEpoch)))
  }

  /// The negative evidence lower bound (Kingma and Welling 2014, equations 3 and 7), or the negative
  /// importance-weighted bound.
  ///
  /// The divergence is in closed form, weighted by β (Higgins, Matthey, Pal and others 2017); the
  /// reconstruction term uses samples of the code, only one in inference mode. Warm-up and free
  /// bits apply only in training: in inference mode the loss is the bound with β itself.
  public func loss(of batch: Batch, using random: Random) -> Loss {
    if configuration.importanceWeighted == true {
      return importanceWeightedLoss(of: batch, using: random)
    }
    let (x, labels) = (batch.images, batch.labels)
    let posterior = posterior(of: x, labels: labels)
    let isTraining = mode == .training
    let count = isTraining ? configuration.samplesPerImage : 1
    let logDensities = (0..<count).map { _ in
      likelihood(given: posterior.sample(using: random), labels: labels).logDensity(of: x)
    }
    let logDensity = logDensities.dropFirst().reduce(logDensities[0], +) / Double(count)
    let reconstruction = -logDensity.mean()
    let divergence = posterior.klDivergence(to: prior(dtype: x.dtype)).mean()
    let weight = isTraining ? warmth * configuration.beta : configuration.beta
    let cost =
      isTraining
      ? configuration.freeBits.map { VAE.cost(of: posterior, free: $0) } ?? divergence : divergence
    return Loss(
      weight * cost + reconstruction,
      others: [stopGradient(reconstruction).scalar, stopGradient(divergence).scalar])
  }

  /// Σⱼ max(λ, mean of KL(q(zⱼ|x) ‖ p(zⱼ))) over the dimensions j of the codes of a batch: no
  /// dimension is pressed below λ nats (Kingma, Salimans, Jozefowicz, Chen, Sutskever and Welling
  /// 2016, equation 15).
  static func cost(of posterior: DiagonalGaussian, free nats: Double) -> Tensor {
    let shape = posterior.mean.shape
    let column = [posterior.mean.count, 1]
    let dimensions = DiagonalGaussian(
      mean: posterior.mean.reshaped(to: column),
      logVariance: posterior.logVariance.reshaped(to: column))
    let divergences = dimensions.klDivergence(to: .standard([1, 1], dtype: posterior.dtype))
      .reshaped(to: shape).mean(along: 0)
    return maximum(divergences, Tensor(nats, dtype: posterior.dtype)).sum()
  }
}

// MARK: - Importance weights

extension VAE {
  /// −log 1/K Σₖ p(x, zₖ) / q(zₖ|x), averaged over the batch, with K codes for each image (Burda,
  /// Grosse and Salakhutdinov, "Importance weighted autoencoders", 2016, equation 8), in inference
  /// mode as well.
  ///
  /// The gradient propagates through the codes. The decoder receives all K · batch codes at once.
  private func importanceWeightedLoss(of batch: Batch, using random: Random) -> Loss {
    let (x, count) = (batch.images, configuration.samplesPerImage)
    let rows = x.shape[0]
    let posterior = posterior(of: x, labels: batch.labels)
    let z = posterior.sample([count], using: random)
    let copies = x.expanded(at: 0).broadcast(to: [count] + x.shape)
      .reshaped(to: [count * rows, x.shape[1]])
    let labels = conditionalClasses == 0 ? [] : (0..<count).flatMap { _ in batch.labels }
    let logDensity = likelihood(given: z.reshaped(to: [count * rows, latentSize]), labels: labels)
      .logDensity(of: copies).reshaped(to: [count, rows])
    let logRatio = prior(dtype: x.dtype).logDensity(of: z) - posterior.logDensity(of: z)
    let bound = (logDensity + logRatio).logSumExp(along: 0) - log(Tensor(count, dtype: x.dtype))
    let known = DiagonalGaussian(
      mean: stopGradient(posterior.mean), logVariance: stopGradient(posterior.logVariance))
    return Loss(
      -bound.mean(),
      others: [
        -stopGradient(logDensity).mean().scalar,
        known.klDivergence(to: prior(dtype: x.dtype)).mean().scalar,
      ])
  }

  /// The importance-weighted estimate of log p(x), log 1/K Σₖ p(x|zₖ) p(zₖ) / q(zₖ|x), with zₖ drawn
  /// from q(z|x) (Burda, Grosse and Salakhutdinov 2016, equation 8).
  ///
  /// Its expectation is the evidence lower bound for K = 1 and increases to log p(x) with K.
  public func logLikelihood(
    of x: Tensor, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    try logLikelihood(
      of: Batch(values: x), sampleCount: sampleCount, using: random, afterEach: afterEach)
  }

  /// The same estimate for a batch; a conditional model uses the examples' classes.
  public func logLikelihood(
    of batch: Batch, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    let (x, labels) = (batch.images, batch.labels)
    precondition(
      sampleCount > 0,
      "VAE.logLikelihood: expected one importance sample or more, found \(sampleCount)")
    let (posterior, prior) = (posterior(of: x, labels: labels), prior)
    let logWeights = try (0..<sampleCount).map { _ in
      let z = posterior.sample(using: random)
      let logWeight =
        likelihood(given: z, labels: labels).logDensity(of: x) + prior.logDensity(of: z)
        - posterior.logDensity(of: z)
      try afterEach()
      return logWeight
    }
    return Tensor.stacked(logWeights).logSumExp(along: 0) - log(Tensor(sampleCount, dtype: x.dtype))
  }
}
