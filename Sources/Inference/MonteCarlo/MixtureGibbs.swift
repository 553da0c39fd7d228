import Tensor

extension Gibbs {
  /// The Gibbs sampler of a hierarchical mixture of Gaussians with π ~ Dirichlet(α), μₖ ~ N(m₀,
  /// Σ₀), zₙ ~ π and xₙ ~ N(μ of zₙ, Σ), whose mean-field posterior is ``HierarchicalMixture``.
  ///
  /// A sweep draws z given μ and π, then π given z, then μ given z (Diebolt and Robert 1994). A
  /// position holds the K means, one component after the other, followed by the K weights: K · D +
  /// K coordinates. Components may swap places along a chain: sort them before you average their
  /// draws.
  ///
  /// - Parameters:
  ///   - data: Float64 `[N, D]`, finite.
  ///   - k: The number K of components.
  ///   - prior: The prior of the weights and means.
  public static func hierarchicalMixture(
    of data: Tensor, components k: Int, prior: HierarchicalMixture.Prior
  ) -> Gibbs {
    let d = prior.mean.count
    precondition(
      data.rank == 2 && data.shape[1] == d && data.count > 0 && data.isFinite && k > 0,
      "Gibbs.hierarchicalMixture: expected finite data [N, \(d)] and at least one component, found"
        + " \(data.shape) and \(k)")
    return Gibbs(
      dimensions: k * d + k,
      blocks: [
        { positions, random in
          let chains = (0..<positions.shape[0]).map { chain in
            let row = positions.sliced(chain..<chain + 1).squeezed(at: 0)
            return MixtureSweep(data: data, components: k, prior: prior, random: random)
              .next(row)
          }
          return .stacked(chains)
        }
      ])
  }
}

/// A sweep of one chain.
private struct MixtureSweep {
  let data: Tensor
  let components: Int
  let prior: HierarchicalMixture.Prior
  let random: Random

  func next(_ position: Tensor) -> Tensor {
    let (k, d) = (components, prior.mean.count)
    let means = position.sliced(0..<k * d).reshaped(to: [k, d])
    let white = prior.noiseFactor
    let x = white.whitened(data.transposed()).transposed()
    let m = white.whitened(means.transposed()).transposed()
    let distances = square(x.expanded(at: 1) - m).sum(along: 2)
    let logits = log(position.sliced(k * d..<k * d + k)) - 0.5 * distances
    let assigned = random.categorical(logits: logits).doubles.map { Int($0) }
    let one = Tensor.oneHot(assigned, count: k, dtype: .float64)
    let counts = one.sum(along: 0)
    let weights = random.dirichlet(concentration: prior.concentration + counts)
    return .concatenated([drawnMeans(one, counts).reshaped(to: [k * d]), weights])
  }

  /// μₖ ~ N(Sₖ (Σ₀⁻¹ m₀ + Σ⁻¹ Σₙ xₙ), Sₖ) with Sₖ⁻¹ = Σ₀⁻¹ + Nₖ Σ⁻¹, over the points of each component.
  private func drawnMeans(_ one: Tensor, _ counts: Tensor) -> Tensor {
    let (k, d) = (components, prior.mean.count)
    let noisePrecision = prior.noiseFactor.inverse()
    let precisions = prior.factor.inverse() + counts.reshaped(to: [k, 1, 1]) * noisePrecision
    let sums = one.matmul(data, transposeLeft: true)
    let pulls =
      prior.factor.solve(prior.mean) + prior.noiseFactor.solve(sums.transposed()).transposed()
    guard let factor = try? CholeskyFactor(of: precisions),
      let root = try? CholeskyFactor(of: factor.inverse()).lower
    else {
      preconditionFailure("Gibbs.hierarchicalMixture: expected positive definite covariances")
    }
    let noise = random.normal([k, d, 1], dtype: .float64)
    return (factor.solve(pulls.reshaped(to: [k, d, 1])) + root.matmul(noise)).reshaped(to: [k, d])
  }
}
