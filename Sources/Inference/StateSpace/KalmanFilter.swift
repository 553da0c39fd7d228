import Tensor

/// Kalman's filter in square-root form with a diffuse start.
///
/// Covariances are kept as lower triangular roots, which an orthogonal triangularisation carries from step
/// to step (Kailath, Sayed and Hassibi 2000, chapter 12). The state is a + A δ with the diffuse part δ of
/// the first state: the filter carries the columns of A along with a, and the innovations, linear in δ,
/// give its least squares (de Jong 1991, "The diffuse Kalman filter").
struct KalmanFilter {
  /// What is known of a state before and after its observation.
  struct Step {
    /// `[d, 1 + q]`: a, then A.
    var predicted: SmallMatrix
    var predictedRoot: SmallMatrix
    var filtered: SmallMatrix
    var filteredRoot: SmallMatrix
    /// What the observations so far say of δ: mean `[q, 1]` and a root of its covariance, once they do.
    var diffuse: (mean: SmallMatrix, root: SmallMatrix)?
  }

  private(set) var steps: [Step] = []
  /// The sum of log-densities of the innovations, without −½ log 2π of each.
  private(set) var logDensity = 0.0
  /// How many numbers were observed.
  private(set) var count = 0

  private let f: SmallMatrix
  private let q: SmallMatrix
  private let h: SmallMatrix
  private let r: SmallMatrix
  private let rCovariance: SmallMatrix
  private let diffuseCount: Int

  /// Σ Uᵀ(u, U) over the whitened innovations u + U δ.
  private var information: SmallMatrix

  init(_ model: LinearGaussianStateSpace, _ y: Tensor) throws {
    f = SmallMatrix(model.transition)
    q = SmallMatrix(model.stateCovariance).root
    h = SmallMatrix(model.observation)
    rCovariance = SmallMatrix(model.observationCovariance)
    r = rCovariance.root
    diffuseCount = model.diffuse.count
    information = SmallMatrix(diffuseCount, 1 + diffuseCount)
    var state = SmallMatrix(model.stateSize, 1 + diffuseCount)
    state.set(SmallMatrix(model.firstMean), at: 0, 0)
    for (column, place) in model.diffuse.enumerated() { state[place, 1 + column] = 1 }
    var root = SmallMatrix(model.firstCovariance).root
    let values = SmallMatrix(y.converted(to: .float64))
    steps.reserveCapacity(values.rows)
    for step in 0..<values.rows {
      if step > 0 { (state, root) = (f * state, Self.predictedRoot(f, root, q)) }
      let (predicted, predictedRoot) = (state, root)
      let observed = (0..<values.columns).filter { !values[step, $0].isNaN }
      if !observed.isEmpty {
        try update(&state, &root, values, step, observed)
      }
      steps.append(
        Step(
          predicted: predicted, predictedRoot: predictedRoot, filtered: state, filteredRoot: root,
          diffuse: diffuseEstimate()))
    }
  }

  /// A root of F S Sᵀ Fᵀ + Q.
  static func predictedRoot(
    _ f: SmallMatrix, _ root: SmallMatrix, _ q: SmallMatrix
  ) -> SmallMatrix {
    SmallMatrix.beside([f * root, q]).triangularized
  }

  private mutating func update(
    _ state: inout SmallMatrix, _ root: inout SmallMatrix, _ values: SmallMatrix, _ step: Int,
    _ observed: [Int]
  ) throws {
    let (m, d) = (observed.count, state.rows)
    let isWhole = m == h.rows
    let h = isWhole ? h : h.gathered(observed)
    let r =
      isWhole
      ? r : rCovariance.gathered(observed).transposed.gathered(observed).root
    // (H S, R½; S, 0) becomes (C, 0; K, S′): C is a root of the innovation's covariance.
    var array = SmallMatrix(m + d, d + m)
    array.set(h * root, at: 0, 0)
    array.set(r, at: 0, d)
    array.set(root, at: m, 0)
    let triangle = array.triangularized
    let innovationRoot = triangle.block(0..<m, 0..<m)
    var innovation = -1 * (h * state)
    for (i, column) in observed.enumerated() { innovation[i, 0] += values[step, column] }
    guard let white = innovationRoot.solvedLower(innovation) else {
      throw StateSpaceError.certainObservation(step: step)
    }
    state = state + triangle.block(m..<m + d, 0..<m) * white
    root = triangle.block(m..<m + d, m..<m + d)
    var (determinant, squares) = (0.0, 0.0)
    for i in 0..<m {
      determinant += logarithm(innovationRoot[i, i])
      squares += white[i, 0] * white[i, 0]
    }
    logDensity -= determinant + 0.5 * squares
    count += m
    if diffuseCount > 0 {
      information =
        information + white.block(0..<m, 1..<1 + diffuseCount).transposed * white
    }
  }

  private func diffuseEstimate() -> (mean: SmallMatrix, root: SmallMatrix)? {
    if diffuseCount == 0 { return (SmallMatrix(0, 1), SmallMatrix(0, 0)) }
    let size = diffuseCount
    let lower = information.block(0..<size, 1..<1 + size).root
    var identity = SmallMatrix(size, size)
    for i in 0..<size { identity[i, i] = 1 }
    guard let half = lower.solvedLower(identity),
      let white = lower.solvedLower(information.block(0..<size, 0..<1))
    else { return nil }
    return (-1 * lower.solvedTransposed(white), half.transposed)
  }

  /// log p(y), but for −½ log 2π of each number: with a diffuse start, the density of the numbers without
  /// those that it takes to determine δ.
  func logLikelihood() throws -> Double {
    if diffuseCount == 0 { return logDensity }
    let size = diffuseCount
    let lower = information.block(0..<size, 1..<1 + size).root
    guard let white = lower.solvedLower(information.block(0..<size, 0..<1)) else {
      throw StateSpaceError.undetermined
    }
    var result = logDensity
    for i in 0..<size { result += 0.5 * white[i, 0] * white[i, 0] - logarithm(lower[i, i]) }
    return result
  }

  private func logarithm(_ x: Double) -> Double { log(Tensor(x, dtype: .float64)).scalar }
}

extension SmallMatrix {
  /// The state a + A δ of columns (a, A), with what is known of δ: its mean and a root of its covariance.
  func resolved(
    root: SmallMatrix, diffuse: (mean: SmallMatrix, root: SmallMatrix)
  ) -> (mean: SmallMatrix, covariance: SmallMatrix) {
    let own = block(0..<rows, 0..<1)
    if columns == 1 { return (own, root.square) }
    let directions = block(0..<rows, 1..<columns)
    return (
      own + directions * diffuse.mean, root.square + (directions * diffuse.root).square
    )
  }
}
