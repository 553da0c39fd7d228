import Tensor

/// The Kalman filter with a diffuse start; its covariances are in either form.
///
/// The state is a + A δ, with the diffuse part δ of the first state. The filter carries the columns
/// of A along with a, and the innovations, which are linear in δ, give its least-squares estimate
/// (de Jong 1991, "The diffuse Kalman filter").
struct KalmanFilter {
  /// The estimate of δ from the observations so far: its mean `[q, 1]` and a root of its
  /// covariance.
  struct DiffusePart {
    var mean: SmallMatrix
    var root: SmallMatrix
  }

  /// a, followed by A, `[d, 1 + q]`, before and after the observation of each step.
  private(set) var predicted, filtered: MatrixSeries
  /// The spreads of the covariances of both, `[d, d]`.
  private(set) var predictedSpreads, filteredSpreads: MatrixSeries
  /// The estimate of δ from the observations up to each step, once they determine it.
  private(set) var diffuse: [DiffusePart?] = []
  /// The sum of the log-densities of the innovations, without −½ log 2π for each.
  private(set) var logDensity = 0.0
  /// The number of observed numbers.
  private(set) var count = 0
  /// The recursion of the covariances.
  private(set) var recursion: any CovarianceRecursion

  private let model: ObservationModel
  private let f: SmallMatrix
  private let diffuseCount: Int
  /// Σ Uᵀ(u, U) over the whitened innovations u + U δ.
  private var information: SmallMatrix
  private var evidence = InnovationEvidence()
  // Workspace of the steps.
  private var state, spread: SmallMatrix
  private var innovationRoot = SmallMatrix(0, 0)
  private var gain = SmallMatrix(0, 0)
  private var white = SmallMatrix(0, 0)
  private var product = SmallMatrix(0, 0)

  init(
    _ space: LinearGaussianStateSpace, _ y: Tensor, form: CovarianceForm = .squareRoot
  ) throws {
    let (d, columns, steps) = (space.stateSize, 1 + space.diffuse.count, y.shape[0])
    f = SmallMatrix(space.transition)
    recursion = form.recursion(
      transition: f, stateCovariance: SmallMatrix(space.stateCovariance))
    model = ObservationModel(space, recursion)
    diffuseCount = space.diffuse.count
    information = SmallMatrix(diffuseCount, columns)
    state = SmallMatrix(d, columns)
    state.set(SmallMatrix(space.firstMean), at: 0, 0)
    for (column, place) in space.diffuse.enumerated() { state[place, 1 + column] = 1 }
    spread = recursion.spread(of: SmallMatrix(space.firstCovariance))
    (predicted, filtered) = (MatrixSeries(steps, d, columns), MatrixSeries(steps, d, columns))
    (predictedSpreads, filteredSpreads) = (MatrixSeries(steps, d, d), MatrixSeries(steps, d, d))
    diffuse.reserveCapacity(steps)
    let values = SmallMatrix(y.converted(to: .float64))
    for step in 0..<steps {
      if step > 0 { predict() }
      predicted.store(state, at: step)
      predictedSpreads.store(spread, at: step)
      try update(values, step)
      filtered.store(state, at: step)
      filteredSpreads.store(spread, at: step)
      diffuse.append(diffusePart())
    }
    logDensity = evidence.logDensity
  }

  private mutating func predict() {
    product.setProduct(f, state)
    swap(&product, &state)
    recursion.predict(&spread)
  }

  private mutating func update(_ values: SmallMatrix, _ step: Int) throws {
    guard let part = model.part(observedIn: values, step) else { return }
    let (h, r) = (part.h, part.r)
    recursion.update(&spread, h, r, innovationRoot: &innovationRoot, gain: &gain)
    // The innovation (y, 0) − H (a, A), which is then whitened.
    product.setProduct(h, state)
    white.clear(h.rows, state.columns)
    for i in 0..<h.rows { white[i, 0] = values[step, part.rows?[i] ?? i] }
    white.subtract(product)
    guard innovationRoot.solveLower(&white) else {
      throw StateSpaceError.certainObservation(step: step)
    }
    product.setProduct(gain, white)
    state.add(product)
    evidence.add(white, innovationRoot)
    count += h.rows
    if diffuseCount > 0 {
      let directions = white.block(0..<h.rows, 1..<1 + diffuseCount)
      information = information + directions.transposed * white
    }
  }

  /// Writes the covariance of a filtered state, without the contribution of the diffuse part.
  mutating func writeFilteredCovariance(of step: Int, to covariance: inout SmallMatrix) {
    recursion.writeCovariance(of: filteredSpreads[step], to: &covariance)
  }

  private func diffusePart() -> DiffusePart? {
    if diffuseCount == 0 { return DiffusePart(mean: SmallMatrix(0, 1), root: SmallMatrix(0, 0)) }
    let size = diffuseCount
    let lower = information.block(0..<size, 1..<1 + size).root
    var identity = SmallMatrix(size, size)
    for i in 0..<size { identity[i, i] = 1 }
    guard let half = lower.solvedLower(identity),
      let white = lower.solvedLower(information.block(0..<size, 0..<1))
    else { return nil }
    return DiffusePart(mean: -1 * lower.solvedTransposed(white), root: half.transposed)
  }

  /// log p(y), without −½ log 2π for each number.
  ///
  /// With a diffuse start, it is the density of the numbers except for those needed to determine δ.
  func logLikelihood() throws -> Double {
    if diffuseCount == 0 { return logDensity }
    let size = diffuseCount
    let lower = information.block(0..<size, 1..<1 + size).root
    guard let white = lower.solvedLower(information.block(0..<size, 0..<1)) else {
      throw StateSpaceError.undetermined
    }
    let logarithms = log(lower.tensor.diagonal()).doubles
    var result = logDensity
    for i in 0..<size { result += 0.5 * white[i, 0] * white[i, 0] - logarithms[i] }
    return result
  }
}

/// H and R, for complete observations and for those with missing numbers.
private struct ObservationModel {
  /// The observed part of a step.
  struct Part {
    let h: SmallMatrix
    /// The spread of R.
    let r: SmallMatrix
    /// The observed numbers, or nil for all.
    let rows: [Int]?
  }

  private let whole: Part
  private let covariance: SmallMatrix
  private let recursion: any CovarianceRecursion

  init(_ space: LinearGaussianStateSpace, _ recursion: any CovarianceRecursion) {
    covariance = SmallMatrix(space.observationCovariance)
    whole = Part(
      h: SmallMatrix(space.observation), r: recursion.spread(of: covariance), rows: nil)
    self.recursion = recursion
  }

  /// The part for the numbers of a row that are not NaN; nil if none is missing.
  func part(observedIn values: SmallMatrix, _ row: Int) -> Part? {
    var missing = 0
    for column in 0..<values.columns where values[row, column].isNaN { missing += 1 }
    if missing == 0 { return whole }
    if missing == values.columns { return nil }
    let rows = (0..<values.columns).filter { !values[row, $0].isNaN }
    let own = covariance.gathered(rows).transposed.gathered(rows)
    return Part(h: whole.h.gathered(rows), r: recursion.spread(of: own), rows: rows)
  }
}

/// The log-density of the innovations; its logarithms are taken together at the end.
private struct InnovationEvidence {
  private var pivots: [Double] = []
  private var steps: [(count: Int, squares: Double)] = []

  mutating func add(_ white: SmallMatrix, _ root: SmallMatrix) {
    var squares = 0.0
    for i in 0..<root.rows {
      pivots.append(root[i, i])
      squares += white[i, 0] * white[i, 0]
    }
    steps.append((root.rows, squares))
  }

  /// The log-density without −½ log 2π for each number.
  var logDensity: Double {
    let logarithms = log(Tensor(pivots, dtype: .float64)).doubles
    var (result, place) = (0.0, 0)
    for step in steps {
      let determinant = logarithms[place..<place + step.count].reduce(0, +)
      result -= determinant + 0.5 * step.squares
      place += step.count
    }
    return result
  }
}

extension SmallMatrix {
  /// The state a + A δ, from the columns (a, A), the covariance P and the estimate of δ.
  func resolved(
    covariance: SmallMatrix, _ diffuse: KalmanFilter.DiffusePart
  ) -> (mean: SmallMatrix, covariance: SmallMatrix) {
    let own = block(0..<rows, 0..<1)
    if columns == 1 { return (own, covariance) }
    let directions = block(0..<rows, 1..<columns)
    return (own + directions * diffuse.mean, covariance + (directions * diffuse.root).square)
  }
}
