import Tensor

extension StateSpaceFit {
  /// The model of largest likelihood that L-BFGS finds from another: near the maximum in a few steps, where
  /// expectation–maximisation takes thousands.
  ///
  /// The gradient is that of the expected log joint density, which is the likelihood's own (Fisher's identity;
  /// Durbin and Koopman 2012, section 7.3.3): for a covariance Σ of n terms whose best update is S,
  /// ½ n Σ⁻¹ (S − Σ) Σ⁻¹.
  ///
  /// ```swift
  /// let near = try fit.fit(from: start, driver: .init(tolerance: 1e-6)).parameters
  /// let best = try fit.maximized(from: near)
  /// ```
  ///
  /// - Throws: ``StateSpaceError`` where the start has no likelihood.
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
      // Its value is the likelihood's, and its slope, too.
      let change =
        (gradients.states * covariance(point.sliced(0..<ofStates), d)).sum()
        + (gradients.observations * covariance(point.sliced(ofStates..<point.count), m)).sum()
      return stopGradient(change) - change
        - (bound(of: posterior, at: model).logEvidence ?? -.infinity)
    }
    return (model(search.point), search)
  }

  /// The logarithms of the diagonal of a root, and where covariances are full, what lies below it.
  private func noiseParameters(_ covariance: Tensor) -> Tensor {
    let d = covariance.shape[0]
    let floored = maximum(covariance.diagonal(), Tensor(1e-300, dtype: .float64))
    let root = (try? CholeskyFactor(of: covariance))?.lower ?? sqrt(floored).diagonalMatrix()
    let gaussian = GaussianApproximation(
      mean: .zeros([d], dtype: .float64), scale: isDiagonal ? sqrt(floored) : root)
    let all = family.parameters(of: gaussian)
    return all.sliced(d..<all.count)
  }

  /// The covariance that parameters stand for, differentiable in them.
  private func covariance(_ parameters: Tensor, _ d: Int) -> Tensor {
    let all = Tensor.concatenated([.zeros([d], dtype: .float64), parameters])
    return family.gaussian(all, dimensions: d).covariance
  }

  private var family: GaussianFamily { isDiagonal ? .meanField : .fullRank }

  /// The derivatives of the log-likelihood by both covariances.
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
