import Tensor

extension StateSpaceFit {
  /// Finds a model of maximum likelihood by L-BFGS, starting from a given one: near the maximum it
  /// takes a few steps, where expectation–maximisation takes thousands.
  ///
  /// The gradient of the likelihood equals that of the expected joint log-density (Fisher's
  /// identity; Durbin and Koopman 2012, section 7.3.3): ½ n Σ⁻¹ (S − Σ) Σ⁻¹ for a covariance Σ of n
  /// terms with the optimal update S.
  ///
  /// ```swift
  /// let near = try fit.fit(from: start, driver: .init(tolerance: 1e-6)).parameters
  /// let best = try fit.maximized(from: near)
  /// ```
  ///
  /// - Throws: ``StateSpaceError`` if the likelihood of the start cannot be computed.
  public func maximized(
    from start: LinearGaussianStateSpace, by minimizer: LBFGS = LBFGS(gradientTolerance: 1e-7)
  ) throws -> (model: LinearGaussianStateSpace, search: Minimum) {
    _ = try posterior(at: start, from: nil)
    let (d, m) = (start.stateSize, start.observationSize)
    let first = Tensor.concatenated([
      noiseParameters(start.stateCovariance), noiseParameters(start.observationCovariance),
    ])
    let ofStates = noiseParameters(start.stateCovariance).count
    func model(_ point: Tensor) -> LinearGaussianStateSpace {
      let point = stopGradient(point)
      return start.replacing(
        stateCovariance: covariance(point.sliced(0..<ofStates), d),
        observationCovariance: covariance(point.sliced(ofStates..<point.count), m))
    }
    let search = minimizer.minimum(from: first) { point in
      let model = model(point)
      guard let posterior = try? posterior(at: model, from: nil),
        let gradients = try? covarianceGradients(posterior, model)
      else { return point.sum() * 0 + Double.infinity }
      // Its value and its slope are those of the likelihood.
      let change =
        (gradients.states * covariance(point.sliced(0..<ofStates), d)).sum()
        + (gradients.observations * covariance(point.sliced(ofStates..<point.count), m)).sum()
      return stopGradient(change) - change
        - (bound(of: posterior, at: model).logEvidence ?? -.infinity)
    }
    return (model(search.point), search)
  }

  /// The logarithms of a root's diagonal, followed by the elements below it if the covariances are
  /// full.
  private func noiseParameters(_ covariance: Tensor) -> Tensor {
    let d = covariance.shape[0]
    let floored = maximum(covariance.diagonal(), Tensor(1e-300, dtype: .float64))
    let root = (try? CholeskyFactor(of: covariance))?.lower ?? sqrt(floored).diagonalMatrix()
    let gaussian = GaussianApproximation(
      mean: .zeros([d], dtype: .float64), scale: isDiagonal ? sqrt(floored) : root)
    let all = family.parameters(of: gaussian)
    return all.sliced(d..<all.count)
  }

  /// The covariance that belongs to the parameters, differentiable in them.
  private func covariance(_ parameters: Tensor, _ d: Int) -> Tensor {
    let all = Tensor.concatenated([.zeros([d], dtype: .float64), parameters])
    return family.gaussian(all, dimensions: d).covariance
  }

  private var family: GaussianFamily { isDiagonal ? .meanField : .fullRank }

  /// The derivatives of the log-likelihood with respect to both covariances.
  private func covarianceGradients(
    _ posterior: Posterior, _ model: LinearGaussianStateSpace
  ) throws -> (states: Tensor, observations: Tensor) {
    let best = parameters(maximizing: posterior, from: model)
    func gradient(_ covariance: Tensor, _ best: Tensor, _ counts: Tensor) throws -> Tensor {
      let factor = try CholeskyFactor(of: covariance)
      let half = factor.solve(best - covariance)
      return 0.5 * counts * factor.solve(half.transposed())
    }
    let steps = Tensor(Double(stepCount - 1), dtype: .float64)
    return (
      try gradient(model.stateCovariance, best.stateCovariance, steps),
      try gradient(
        model.observationCovariance, best.observationCovariance, observedCounts.expanded(at: 1))
    )
  }
}
