import Tensor

/// Estimates weights and covariances from the moments of the components' points.
struct CovarianceEstimate {
  let kind: CovarianceKind
  let prior: GaussianMixturePrior?
  /// The lower bound of the variance in every direction.
  let floor: Double?
  /// The variances of the features over all data, `[d]`, by which a collapsed component is
  /// recognised.
  let variances: Tensor

  /// The mixture that maximises the bound.
  ///
  /// - Parameters:
  ///   - counts: Nₖ, `[k]`.
  ///   - means: `[k, d]`.
  ///   - scatters: Nₖ Sₖ, about the means, `[k, d, d]`.
  ///   - iteration: The number of the sweep, for messages.
  func mixture(
    counts: Tensor, means: Tensor, scatters: Tensor, iteration: Int
  ) throws -> GaussianMixture {
    let surplus = (prior?.concentration ?? 1) - 1
    let total = counts.sum().scalar
    let shares = (counts + surplus) / (total + surplus * Double(counts.count))
    let weights = shares.doubles
    if let component = weights.firstIndex(where: { !($0 > 1e-12) }) {
      throw MixtureError.vanished(component: component, iteration: iteration)
    }
    let covariances = floored(restricted(scatters, counts: counts, total: total))
    do {
      let mixture = try GaussianMixture(
        weights: shares, means: means, covariances: covariances, kind: kind)
      if floor == nil && prior == nil { try expectRegular(mixture, weights, iteration) }
      return mixture
    } catch let error as LinearAlgebraError {
      throw collapse(error, weights, iteration)
    }
  }

  /// The given covariances after the restrictions, for the start of a fit.
  func admissible(_ covariances: Tensor, weights: Tensor) -> Tensor {
    floored(covariances.restricted(to: kind, weights: weights / weights.sum()))
  }

  /// The most probable covariances of this kind, `[k, d, d]`.
  private func restricted(_ scatters: Tensor, counts: Tensor, total: Double) -> Tensor {
    let (k, d) = (scatters.shape[0], scatters.shape[1])
    let scale = prior?.scale ?? Tensor.zeros([d, d], dtype: .float64)
    let extra = prior?.covarianceCount ?? 0
    if kind == .tied {
      return ((scatters.sum(along: 0) + scale) / (total + extra)).expanded(at: 0)
        .broadcast(to: [k, d, d])
    }
    let full = (scatters + scale) / (counts + extra).reshaped(to: [k, 1, 1])
    return full.restricted(to: kind, weights: counts / total)
  }

  /// The covariances that maximise the bound among those without a variance below the floor: the
  /// eigenvalues below the floor are raised to it.
  private func floored(_ covariances: Tensor) -> Tensor {
    guard let floor else { return covariances }
    let least = Tensor(floor, dtype: .float64)
    if kind == .diagonal || kind == .spherical {
      return maximum(covariances.diagonal(), least).diagonalMatrix()
    }
    guard let eigen = try? SymmetricEigendecomposition(of: covariances),
      eigen.values.min().scalar < floor
    else { return covariances }
    let vectors = eigen.vectors
    let scaled = vectors * maximum(eigen.values, least).expanded(at: 1)
    let clipped = scaled.matmul(vectors, transposeRight: true)
    return 0.5 * (clipped + clipped.transposed())
  }

  /// Throws if a component has no extent in some direction, to rounding: if a pivot of its factor
  /// is below 1e-12 of its own variance or of that of all points.
  private func expectRegular(
    _ mixture: GaussianMixture, _ weights: [Double], _ iteration: Int
  ) throws {
    let pivots = square(mixture.factors.diagonal())
    let least = 1e-12 * maximum(mixture.covariances.diagonal(), variances)
    if let place = (pivots .<= least).doubles.firstIndex(of: 1) {
      let component = place / mixture.dimension
      throw MixtureError.collapsed(
        component: component, iteration: iteration, weight: weights[component])
    }
  }

  private func collapse(
    _ error: LinearAlgebraError, _ weights: [Double], _ iteration: Int
  ) -> any Error {
    switch error {
    case .notPositiveDefinite(_, _, let index), .notFinite(_, let index):
      let component = index.first ?? 0
      return MixtureError.collapsed(
        component: component, iteration: iteration, weight: weights[component])
    default: return error
    }
  }
}

extension Tensor {
  /// Restricts covariances `[k, d, d]` to a kind, given the components' weights `[k]`.
  func restricted(to kind: CovarianceKind, weights: Tensor) -> Tensor {
    let (k, d) = (shape[0], shape[1])
    switch kind {
    case .full: return self
    case .tied:
      return (weights.reshaped(to: [k, 1, 1]) * self).sum(along: 0, keepingDimensions: true)
        .broadcast(to: shape)
    case .diagonal: return diagonal().diagonalMatrix()
    case .spherical:
      return diagonal().mean(along: 1, keepingDimensions: true).broadcast(to: [k, d])
        .diagonalMatrix()
    }
  }
}
