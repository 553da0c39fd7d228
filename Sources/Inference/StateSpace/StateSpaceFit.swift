import Tensor

/// Expectation–maximisation for the covariances of a linear-Gaussian state space model (Shumway and
/// Stoffer 1982); F, H and the first state stay fixed.
///
/// ```swift
/// let fit = try StateSpaceFit(y).fit(from: start)
/// fit.parameters.observationCovariance
/// ```
public struct StateSpaceFit: LatentVariableModel {
  /// The moments of the states given all observations.
  public struct Posterior {
    fileprivate let smoother: KalmanSmoother
    fileprivate let logLikelihood: Double
  }

  private let y: Tensor
  let isDiagonal: Bool

  /// Creates the fit for a series of observations.
  ///
  /// - Parameters:
  ///   - y: `[steps, m]`, at least two steps; NaN stands for a missing value. Unless the
  ///     covariances are diagonal, either all or none of a step's values are missing.
  ///   - isDiagonal: Whether to keep both covariances diagonal.
  public init(_ y: Tensor, isDiagonal: Bool = false) {
    precondition(
      y.rank == 2 && y.shape[0] > 1,
      "StateSpaceFit: expected observations [steps, m] with at least two steps, found \(y.shape)")
    let missing = isNaN(y).sum(along: 1).doubles
    precondition(
      isDiagonal || missing.allSatisfy { $0 == 0 || $0 == Double(y.shape[1]) },
      "StateSpaceFit: expected steps with all values or none, unless the covariances are diagonal")
    self.y = stopGradient(y).converted(to: .float64)
    self.isDiagonal = isDiagonal
  }

  /// Finds a model of large likelihood, starting from a given one.
  ///
  /// - Throws: ``StateSpaceError``.
  public func fit(
    from start: LinearGaussianStateSpace, driver: ExpectationMaximization = .init()
  ) throws -> ExpectationMaximization.Fit<StateSpaceFit> {
    try driver.fit(self, from: start)
  }

  /// The smoothed states.
  public func posterior(
    at model: LinearGaussianStateSpace, from previous: Posterior?
  ) throws -> Posterior {
    let filter = try KalmanFilter(model, model.checked(y))
    let counted = Double(filter.count - model.diffuse.count)
    return Posterior(
      smoother: try KalmanSmoother(model, filter, wantsCrossCovariances: true),
      logLikelihood: try filter.logLikelihood() - 0.5 * counted * logTwoPi)
  }

  /// The log-likelihood.
  public func bound(
    of posterior: Posterior, at model: LinearGaussianStateSpace
  ) -> EvidenceBound {
    EvidenceBound(logEvidence: posterior.logLikelihood)
  }

  /// Q = Σ E[w wᵀ] / (steps − 1) and R = Σ E[v vᵀ] over the observed steps, divided by their number.
  public func parameters(
    maximizing posterior: Posterior, from model: LinearGaussianStateSpace
  ) -> LinearGaussianStateSpace {
    let states = posterior.smoother
    let f = SmallMatrix(model.transition)
    var stateNoise = SmallMatrix(f.rows, f.rows)
    for t in 0..<stepCount - 1 {
      let cross = f * states.crossCovariances[t]
      let step = states.means[t + 1] - f * states.means[t]
      stateNoise = stateNoise + step.square + states.covariances[t + 1]
      stateNoise = stateNoise - cross - cross.transposed + f * states.covariances[t] * f.transposed
    }
    return model.replacing(
      stateCovariance: restricted((1 / Double(stepCount - 1)) * stateNoise),
      observationCovariance: restricted(observationNoise(states, model)))
  }

  /// The number of steps.
  var stepCount: Int { y.shape[0] }

  /// The number of observations of each coordinate, `[m]`.
  var observedCounts: Tensor { (1 - isNaN(y)).sum(along: 0) }

  private func observationNoise(
    _ states: KalmanSmoother, _ model: LinearGaussianStateSpace
  ) -> SmallMatrix {
    let (h, values) = (SmallMatrix(model.observation), SmallMatrix(y))
    var (noise, counts) = (SmallMatrix(h.rows, h.rows), SmallMatrix(h.rows, h.rows))
    for t in 0..<stepCount {
      let residual = values.gathered([t]).transposed - h * states.means[t]
      let moments = residual.square + h * states.covariances[t] * h.transposed
      for i in 0..<h.rows {
        for j in 0..<h.rows where !moments[i, j].isNaN {
          noise[i, j] += moments[i, j]
          counts[i, j] += 1
        }
      }
    }
    let old = SmallMatrix(model.observationCovariance)
    for i in 0..<h.rows {
      for j in 0..<h.rows {
        noise[i, j] = counts[i, j] > 0 ? noise[i, j] / counts[i, j] : old[i, j]
      }
    }
    return noise
  }

  private func restricted(_ covariance: SmallMatrix) -> Tensor {
    let whole = covariance.tensor
    return isDiagonal ? whole.diagonal().diagonalMatrix() : 0.5 * (whole + whole.transposed())
  }
}
