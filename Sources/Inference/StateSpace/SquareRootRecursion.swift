/// The recursion on lower triangular roots of the covariances, which an orthogonal
/// triangularisation carries from step to step (Kailath, Sayed and Hassibi 2000, chapter 12).
struct SquareRootRecursion: CovarianceRecursion {
  private let f: SmallMatrix
  private let q: SmallMatrix
  private var product = SmallMatrix(0, 0)
  private var other = SmallMatrix(0, 0)
  private var array = SmallMatrix(0, 0)

  init(transition: SmallMatrix, stateCovariance: SmallMatrix) {
    (f, q) = (transition, stateCovariance.root)
  }

  func spread(of covariance: SmallMatrix) -> SmallMatrix { covariance.root }

  /// (F S, Q½) becomes (S′, 0).
  mutating func predict(_ root: inout SmallMatrix) {
    let d = f.rows
    product.setProduct(f, root)
    array.clear(d, 2 * d)
    array.set(product, at: 0, 0)
    array.set(q, at: 0, d)
    array.triangularize()
    root.setBlock(of: array, 0, 0)
  }

  /// (H S, R½; S, 0) becomes (C, 0; K, S′): C is a root of the innovation's covariance.
  mutating func update(
    _ root: inout SmallMatrix, _ h: SmallMatrix, _ r: SmallMatrix,
    innovationRoot: inout SmallMatrix, gain: inout SmallMatrix
  ) {
    let (d, m) = (f.rows, h.rows)
    product.setProduct(h, root)
    array.clear(m + d, d + m)
    array.set(product, at: 0, 0)
    array.set(r, at: 0, d)
    array.set(root, at: m, 0)
    array.triangularize()
    innovationRoot.clear(m, m)
    innovationRoot.setBlock(of: array, 0, 0)
    gain.clear(d, m)
    gain.setBlock(of: array, m, 0)
    root.setBlock(of: array, m, m)
  }

  /// (1 − G F) P (1 − G F)ᵀ + G Q Gᵀ + G P′ Gᵀ with the next smoothed P′: a sum of squares, whose
  /// root a triangularisation finds.
  mutating func smooth(
    _ next: inout SmallMatrix, filtered: SmallMatrix, predicted: SmallMatrix, gain: SmallMatrix
  ) {
    let d = f.rows
    array.clear(d, 3 * d)
    product.setProduct(f, filtered)
    other.setProduct(gain, product)
    product.setDifference(filtered, other)
    array.set(product, at: 0, 0)
    product.setProduct(gain, q)
    array.set(product, at: 0, d)
    product.setProduct(gain, next)
    array.set(product, at: 0, 2 * d)
    array.triangularize()
    next.setBlock(of: array, 0, 0)
  }

  mutating func writeCovariance(of root: SmallMatrix, to covariance: inout SmallMatrix) {
    product.setTransposed(root)
    covariance.setProduct(root, product)
  }

  func writeRoot(of own: SmallMatrix, to root: inout SmallMatrix) { root.set(own) }
}
