/// The recursion on the covariances themselves (Kalman 1960; Rauch, Tung and Striebel 1965), kept
/// symmetric.
struct PlainCovarianceRecursion: CovarianceRecursion {
  private let f: SmallMatrix
  private let fTransposed: SmallMatrix
  private let q: SmallMatrix
  private var product = SmallMatrix(0, 0)
  private var other = SmallMatrix(0, 0)

  init(transition: SmallMatrix, stateCovariance: SmallMatrix) {
    (f, fTransposed, q) = (transition, transition.transposed, stateCovariance)
  }

  func spread(of covariance: SmallMatrix) -> SmallMatrix { covariance }

  /// F P Fᵀ + Q.
  mutating func predict(_ covariance: inout SmallMatrix) {
    product.setProduct(f, covariance)
    covariance.set(q)
    covariance.addProduct(product, fTransposed)
    covariance.symmetrize()
  }

  /// P − K Kᵀ with K = P Hᵀ C⁻ᵀ.
  mutating func update(
    _ covariance: inout SmallMatrix, _ h: SmallMatrix, _ r: SmallMatrix,
    innovationRoot: inout SmallMatrix, gain: inout SmallMatrix
  ) {
    product.setProduct(h, covariance)
    gain.setTransposed(h)
    other.set(r)
    other.addProduct(product, gain)
    innovationRoot.setRoot(of: other)
    gain.setTransposed(product)
    // A singular C is detected when the innovation is divided by it.
    guard innovationRoot.solveLower(&product) else { return }
    gain.setTransposed(product)
    covariance.addProduct(gain, product, times: -1)
  }

  /// P + G (P′ − P⁻) Gᵀ with the next smoothed P′ and predicted P⁻.
  mutating func smooth(
    _ next: inout SmallMatrix, filtered: SmallMatrix, predicted: SmallMatrix, gain: SmallMatrix
  ) {
    next.subtract(predicted)
    product.setProduct(gain, next)
    other.setTransposed(gain)
    next.set(filtered)
    next.addProduct(product, other)
    next.symmetrize()
  }

  func writeCovariance(of own: SmallMatrix, to covariance: inout SmallMatrix) {
    covariance.set(own)
  }

  func writeRoot(of covariance: SmallMatrix, to root: inout SmallMatrix) {
    root.setRoot(of: covariance)
  }
}
