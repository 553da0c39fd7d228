import Tensor

/// The smoother of Rauch, Tung and Striebel (1965) on roots of covariances.
///
/// With the gain G = P Fᵀ (P⁻)⁻¹ of a filtered covariance P and the next predicted one P⁻, a smoothed
/// covariance is (1 − G F) P (1 − G F)ᵀ + G Q Gᵀ + G P′ Gᵀ, with the next smoothed P′: a sum of squares,
/// of which a triangularisation finds the root. The columns of the diffuse directions are smoothed as the
/// means are, and meet the final estimate of δ at the end.
struct KalmanSmoother {
  /// Means `[d, 1]` and covariances `[d, d]`.
  let states: [(mean: SmallMatrix, covariance: SmallMatrix)]
  /// Cov[zₜ, zₜ₊₁ | y], for each step but the last.
  let crossCovariances: [SmallMatrix]

  init(_ model: LinearGaussianStateSpace, _ filter: KalmanFilter) throws {
    let (f, qRoot) = (
      SmallMatrix(model.transition), SmallMatrix(model.stateCovariance).root
    )
    let steps = filter.steps
    guard let last = steps.last, let diffuse = last.diffuse else {
      throw StateSpaceError.undetermined
    }
    var (state, root) = (last.filtered, last.filteredRoot)
    var found = [state.resolved(root: root, diffuse: diffuse)]
    var cross: [SmallMatrix] = []
    for t in stride(from: steps.count - 2, through: 0, by: -1) {
      let (step, next) = (steps[t], steps[t + 1])
      let gain = try Self.gain(f, step.filteredRoot, next.predictedRoot)
      let smoothed = step.filtered + gain * (state - next.predicted)
      var covariance = gain * root.square
      if smoothed.columns > 1 {
        let (own, following) = (
          smoothed.block(0..<state.rows, 1..<state.columns) * diffuse.root,
          state.block(0..<state.rows, 1..<state.columns) * diffuse.root
        )
        covariance = covariance + own * following.transposed
      }
      cross.append(covariance)
      let kept = step.filteredRoot - gain * (f * step.filteredRoot)
      root = SmallMatrix.beside([kept, gain * qRoot, gain * root]).triangularized
      state = smoothed
      found.append(state.resolved(root: root, diffuse: diffuse))
    }
    states = found.reversed()
    crossCovariances = cross.reversed()
  }

  /// P Fᵀ (P⁻)⁻¹ for roots of both; by the pseudo-inverse where the predicted state has no variance in
  /// some direction.
  private static func gain(
    _ f: SmallMatrix, _ root: SmallMatrix, _ predictedRoot: SmallMatrix
  ) throws -> SmallMatrix {
    let cross = f * root.square
    if let white = predictedRoot.solvedLower(cross) {
      return predictedRoot.solvedTransposed(white).transposed
    }
    let inverse = SmallMatrix(try predictedRoot.tensor.pseudoInverse(tolerance: 1e-10))
    return (inverse.transposed * (inverse * cross)).transposed
  }
}
