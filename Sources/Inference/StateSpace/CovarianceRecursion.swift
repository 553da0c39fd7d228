/// The form in which the Kalman filter and smoother carry the covariances of states from step to
/// step.
///
/// Both forms compute the same quantities and accept the same data, including missing numbers and
/// diffuse coordinates.
public enum CovarianceForm: String, Sendable, CaseIterable {
  /// Triangular roots, updated by orthogonal transformations: a covariance stays positive
  /// semidefinite and keeps about as many digits as the data determine.
  case squareRoot
  /// The covariances themselves, updated by the textbook's differences: faster.
  ///
  /// If an observation or a wide first covariance reduces a variance by a factor c at once, the
  /// result has a relative error of about c · 10⁻¹⁶. From about c = 10¹⁰ on, for instance with
  /// nearly certain observations or a first variance that stands for "unknown", use `squareRoot`
  /// and diffuse coordinates.
  case covariance
}

/// The recursion of covariances in one of the two forms.
///
/// The stored representation of a covariance is called its spread: a root, or the covariance
/// itself.
protocol CovarianceRecursion: Sendable {
  /// Creates the recursion of states with the transition F and the covariance Q.
  init(transition: SmallMatrix, stateCovariance: SmallMatrix)

  /// The spread of a covariance.
  func spread(of covariance: SmallMatrix) -> SmallMatrix

  /// Replaces the spread of P by that of F P Fᵀ + Q.
  mutating func predict(_ spread: inout SmallMatrix)

  /// Conditions a spread on an observation with the matrix H and the spread of R.
  ///
  /// - Parameters:
  ///   - innovationRoot: Receives C with C Cᵀ = H P Hᵀ + R.
  ///   - gain: Receives P Hᵀ C⁻ᵀ, the factor of the whitened innovation.
  mutating func update(
    _ spread: inout SmallMatrix, _ h: SmallMatrix, _ r: SmallMatrix,
    innovationRoot: inout SmallMatrix, gain: inout SmallMatrix)

  /// Replaces the spread of the next step's smoothed state by that of this step's.
  ///
  /// - Parameters:
  ///   - next: The spread of the next smoothed state; afterwards that of this step's.
  ///   - filtered: The spread of this step's filtered state.
  ///   - predicted: The spread of the next predicted state.
  ///   - gain: P Fᵀ (P⁻)⁻¹ with the covariances of both.
  mutating func smooth(
    _ next: inout SmallMatrix, filtered: SmallMatrix, predicted: SmallMatrix, gain: SmallMatrix)

  /// Writes the covariance that belongs to a spread.
  mutating func writeCovariance(of spread: SmallMatrix, to covariance: inout SmallMatrix)

  /// Writes a root of the covariance that belongs to a spread.
  func writeRoot(of spread: SmallMatrix, to root: inout SmallMatrix)
}

extension CovarianceForm {
  /// The recursion in this form.
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
