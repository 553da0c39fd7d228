import Tensor

/// The smoother of Rauch, Tung and Striebel (1965); its covariances are in the filter's form.
///
/// With the gain G = P Fᵀ (P⁻)⁻¹ of a filtered covariance P and the next predicted one P⁻, a
/// smoothed state is the filtered one plus G times the difference between the next smoothed state
/// and its prediction. The columns of the diffuse directions are smoothed like the means and are
/// combined with the final estimate of δ at the end.
struct KalmanSmoother {
  /// The smoothed means, `[d, 1]` for each step.
  private(set) var means: MatrixSeries
  /// The smoothed covariances, `[d, d]` for each step.
  private(set) var covariances: MatrixSeries
  /// Cov[zₜ, zₜ₊₁ | y] for each step but the last, if requested.
  private(set) var crossCovariances: MatrixSeries

  private let f: SmallMatrix
  private let diffuse: KalmanFilter.DiffusePart
  private var recursion: any CovarianceRecursion

  init(
    _ model: LinearGaussianStateSpace, _ filter: KalmanFilter, wantsCrossCovariances: Bool = false
  ) throws {
    guard let last = filter.diffuse.last, let diffuse = last else {
      throw StateSpaceError.undetermined
    }
    let (steps, d) = (filter.filtered.count, model.stateSize)
    (f, self.diffuse, recursion) = (SmallMatrix(model.transition), diffuse, filter.recursion)
    (means, covariances) = (MatrixSeries(steps, d, 1), MatrixSeries(steps, d, d))
    crossCovariances = MatrixSeries(wantsCrossCovariances ? steps - 1 : 0, d, d)
    var (state, spread) = (filter.filtered[steps - 1], filter.filteredSpreads[steps - 1])
    var covariance = SmallMatrix(d, d)
    recursion.writeCovariance(of: spread, to: &covariance)
    store(state, covariance, at: steps - 1)
    var (filtered, predicted) = (state, state)
    var (filteredSpread, predictedSpread) = (spread, spread)
    var (gain, product) = (SmallMatrix(d, d), SmallMatrix(d, d))
    for t in stride(from: steps - 2, through: 0, by: -1) {
      filter.filtered.load(t, into: &filtered)
      filter.filteredSpreads.load(t, into: &filteredSpread)
      filter.predicted.load(t + 1, into: &predicted)
      filter.predictedSpreads.load(t + 1, into: &predictedSpread)
      try writeGain(filteredSpread, predictedSpread, to: &gain)
      predicted.setDifference(state, predicted)
      product.setProduct(gain, predicted)
      filtered.add(product)
      if wantsCrossCovariances {
        crossCovariances.store(crossCovariance(filtered, state, gain, covariance), at: t)
      }
      recursion.smooth(
        &spread, filtered: filteredSpread, predicted: predictedSpread, gain: gain)
      swap(&state, &filtered)
      recursion.writeCovariance(of: spread, to: &covariance)
      store(state, covariance, at: t)
    }
  }

  private mutating func store(_ state: SmallMatrix, _ covariance: SmallMatrix, at step: Int) {
    if state.columns == 1 {
      means.store(state, at: step)
      covariances.store(covariance, at: step)
    } else {
      let resolved = state.resolved(covariance: covariance, diffuse)
      means.store(resolved.mean, at: step)
      covariances.store(resolved.covariance, at: step)
    }
  }

  /// G P′, plus the contribution of the diffuse part.
  private func crossCovariance(
    _ smoothed: SmallMatrix, _ next: SmallMatrix, _ gain: SmallMatrix, _ covariance: SmallMatrix
  ) -> SmallMatrix {
    let own = gain * covariance
    if smoothed.columns == 1 { return own }
    let (rows, directions) = (0..<smoothed.rows, 1..<smoothed.columns)
    let here = smoothed.block(rows, directions) * diffuse.root
    let there = next.block(rows, directions) * diffuse.root
    return own + here * there.transposed
  }

  /// P Fᵀ (P⁻)⁻¹ from the spreads of both; it uses the pseudo-inverse if the predicted state has no
  /// variance in some direction.
  private mutating func writeGain(
    _ filtered: SmallMatrix, _ predicted: SmallMatrix, to gain: inout SmallMatrix
  ) throws {
    recursion.writeCovariance(of: filtered, to: &covariance)
    recursion.writeRoot(of: predicted, to: &root)
    cross.setProduct(f, covariance)
    if root.solveLower(&cross) {
      root.solveTransposed(&cross)
      gain.setTransposed(cross)
    } else {
      let inverse = SmallMatrix(try root.tensor.pseudoInverse(tolerance: 1e-10))
      gain.setTransposed(inverse.transposed * (inverse * (f * covariance)))
    }
  }

  // Workspace of the gains.
  private var covariance = SmallMatrix(0, 0)
  private var root = SmallMatrix(0, 0)
  private var cross = SmallMatrix(0, 0)
}
