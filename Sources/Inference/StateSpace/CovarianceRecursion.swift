/// How Kalman's filter and smoother carry the covariances of states from step to step.
///
/// Both forms have the same exact answer, and take the same data: missing numbers, diffuse coordinates.
public enum CovarianceForm: String, Sendable, CaseIterable {
  /// As triangular roots, by orthogonal transformations: a covariance stays positive semidefinite, and keeps
  /// about as many digits as the data determine.
  case squareRoot
  /// As themselves, by the textbook's differences of covariances: faster.
  ///
  /// Where an observation or a wide first covariance makes a variance smaller by a factor c at once, the
  /// result has a relative error of about c · 10⁻¹⁶; from c = 10¹⁰ or so on, such as for nearly certain
  /// observations or a first variance that stands for "unknown", take `squareRoot`, and diffuse coordinates.
  case covariance
}

/// The recursion of covariances in one of the forms.
///
/// What it keeps of a covariance is called its spread: a root, or the covariance itself.
protocol CovarianceRecursion: Sendable {
  /// The recursion of states with this transition F and covariance Q.
  init(transition: SmallMatrix, stateCovariance: SmallMatrix)

  /// The spread of a covariance.
  func spread(of covariance: SmallMatrix) -> SmallMatrix

  /// Makes the spread of F P Fᵀ + Q of that of P.
  mutating func predict(_ spread: inout SmallMatrix)

  /// Conditions a spread on an observation with H and the spread of R.
  ///
  /// - Parameters:
  ///   - innovationRoot: Becomes C with C Cᵀ = H P Hᵀ + R.
  ///   - gain: Becomes P Hᵀ C⁻ᵀ, which the whitened innovation is multiplied by.
  mutating func update(
    _ spread: inout SmallMatrix, _ h: SmallMatrix, _ r: SmallMatrix,
    innovationRoot: inout SmallMatrix, gain: inout SmallMatrix)

  /// Makes the spread of a step's smoothed state of that of the next step's.
  ///
  /// - Parameters:
  ///   - next: The spread of the next smoothed state, then of this step's.
  ///   - filtered: The spread of this step's filtered state.
  ///   - predicted: The spread of the next predicted state.
  ///   - gain: P Fᵀ (P⁻)⁻¹ with the covariances of both.
  mutating func smooth(
    _ next: inout SmallMatrix, filtered: SmallMatrix, predicted: SmallMatrix, gain: SmallMatrix)

  /// Writes the covariance that a spread stands for.
  mutating func writeCovariance(of spread: SmallMatrix, to covariance: inout SmallMatrix)

  /// Writes a root of the covariance that a spread stands for.
  func writeRoot(of spread: SmallMatrix, to root: inout SmallMatrix)
}

extension CovarianceForm {
  /// The form's recursion.
  func recursion(
    transition: SmallMatrix, stateCovariance: SmallMatrix
  ) -> any CovarianceRecursion {
    switch self {
    case .squareRoot:
      SquareRootRecursion(transition: transition, stateCovariance: stateCovariance)
    case .covariance:
      PlainCovarianceRecursion(transition: transition, stateCovariance: stateCovariance)
    }
  }
}
