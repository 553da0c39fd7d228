import Tensor

extension HierarchicalMixture.Prior {
  /// A draw by ancestral sampling, one level after the other.
  public struct Draw: Sendable {
    /// π, `[K]`.
    public let weights: Tensor
    /// μ, `[K, D]`.
    public let means: Tensor
    /// z for each point.
    public let components: [Int]
    /// x, `[N, D]`.
    public let points: Tensor
  }

  /// Draws π ~ Dirichlet(α), μₖ ~ N(m₀, Σ₀), zₙ ~ π and xₙ ~ N(μ of zₙ, Σ), in this order.
  public func sample(_ count: Int, components k: Int, using random: Random) -> Draw {
    precondition(
      count >= 0 && k > 0,
      "HierarchicalMixture.Prior.sample: expected 0 or more points and a component, found"
        + " \(count) and \(k)")
    let d = mean.count
    let weights = random.dirichlet(
      concentration: Tensor(filledWith: concentration, [k], dtype: .float64))
    let means =
      mean + random.normal([k, d], dtype: .float64).matmul(factor.lower, transposeRight: true)
    let components = random.categorical([count], logits: log(weights)).doubles.map { Int($0) }
    let noise = random.normal([count, d], dtype: .float64)
      .matmul(noiseFactor.lower, transposeRight: true)
    return Draw(
      weights: weights, means: means, components: components,
      points: means.gatheredRows(at: components) + noise)
  }

  /// log p(π, μ), normalised, in nats.
  ///
  /// - Parameters:
  ///   - weights: π, `[…, K]`.
  ///   - means: μ, `[…, K, D]`.
  /// - Returns: `[…]`, with gradients.
  public func logDensity(weights: Tensor, means: Tensor) -> Tensor {
    let (k, d) = (weights.shape[weights.rank - 1], mean.count)
    let count = means.count / d
    let white = factor.whitened((means - mean).reshaped(to: [count, d]).transposed())
    let squares = square(white).sum(along: 0).reshaped(to: weights.shape)
    let constant = 0.5 * (Double(d) * logTwoPi + factor.logDeterminant)
    let total = Tensor(Double(k) * concentration, dtype: .float64)
    let one = Tensor(concentration, dtype: .float64)
    let dirichlet =
      (concentration - 1) * log(weights).sum(along: -1) + logGamma(total)
      - Double(k) * logGamma(one)
    return dirichlet - (0.5 * squares + constant).sum(along: -1)
  }

  /// log p(x, z | π, μ) = Σₙ log π(zₙ) + log N(xₙ; μ of zₙ, Σ), in nats; together with
  /// ``logDensity(weights:means:)`` it gives the joint density.
  public func logLikelihood(
    of points: Tensor, components: [Int], weights: Tensor, means: Tensor
  ) -> Tensor {
    let terms = logJoint(of: points, weights: weights, means: means)
    let chosen = Tensor.oneHot(components, count: weights.count, dtype: .float64)
    return (chosen * terms).sum()
  }

  /// log π(k) N(xₙ; μₖ, Σ), from π `[…, K]` and μ `[…, K, D]` to `[…, N, K]`, with gradients.
  public func logJoint(of points: Tensor, weights: Tensor, means: Tensor) -> Tensor {
    let (n, d) = (points.shape[0], mean.count)
    let x = noiseFactor.whitened(points.transposed()).transposed()
    let flat = means.reshaped(to: [means.count / d, d])
    let m = noiseFactor.whitened(flat.transposed()).transposed().reshaped(to: means.shape)
    // […, 1, K, D] combined with [N, 1, D].
    let differences = m.expanded(at: m.rank - 2) - x.reshaped(to: [n, 1, d])
    let constant = 0.5 * (Double(d) * logTwoPi + noiseFactor.logDeterminant)
    return log(weights).expanded(at: weights.rank - 1)
      - 0.5 * square(differences).sum(along: -1) - constant
  }
}
