/// The Cholesky factor of a symmetric positive definite matrix, A = L·Lᵀ, or of each of a stack.
///
/// It is a value. `lower`, `solve`, `whitened`, `logDeterminant` and `inverse` propagate gradients
/// of any order to the matrix.
///
/// ```swift
/// let a = Tensor([[4, 2], [2, 3]], dtype: .float64)
/// let factor = try CholeskyFactor(of: a)
/// factor.lower.doubles                                        // [2, 0, 1, √2]
/// factor.solve(Tensor([8, 7], dtype: .float64)).doubles       // [1.25, 1.5]
/// factor.logDeterminant.scalar                                // log 8
/// ```
///
/// Everything is computed in float64, even for float32 matrices, on all threads, and the bytes do
/// not depend on the number of threads.
public struct CholeskyFactor: Sendable {
  /// The number added to the diagonal to make the matrix positive definite; 0 unless requested and
  /// needed.
  public let jitter: Double

  let factor: Tensor
  private let dtype: DType

  /// Factors a matrix `[n, n]` or a stack `[…, n, n]`.
  ///
  /// Only the lower triangle is read, and the upper is assumed to mirror it; a gradient is with
  /// respect to the symmetric matrix, half on each side of the diagonal. It takes n³ / 3
  /// operations.
  ///
  /// - Parameters:
  ///   - matrix: A symmetric matrix, or a stack of them.
  ///   - jitter: The range of numbers that may be added to the diagonals, in units of the elements,
  ///     where rounding leaves a matrix not positive definite, such as a kernel matrix of close
  ///     points: first the lower bound, then ten times as much at each attempt, up to the upper
  ///     bound. All matrices of a stack get the same jitter. Gradients treat it as a constant. If
  ///     nil, nothing is added.
  /// - Throws: ``LinearAlgebraError/notPositiveDefinite(operation:minor:index:)`` with the order of the
  ///   first leading minor that is not positive, of the first such matrix, at the largest jitter;
  ///   ``LinearAlgebraError/notFinite(operation:index:)``.
  public init(of matrix: Tensor, jitter: ClosedRange<Double>? = nil) throws {
    let name = "CholeskyFactor"
    let stack = MatrixStack(square: matrix, name)
    precondition(
      jitter.map { $0.lowerBound > 0 && $0.upperBound < .infinity } ?? true,
      "\(name): expected a jitter above 0 and finite, found \(jitter.map { "\($0)" } ?? "")")
    let a = matrix.converted(to: .float64)
    dtype = matrix.dtype
    var (added, next) = (0.0, jitter?.lowerBound ?? .infinity)
    while true {
      let shifted = added == 0 ? a : a + added * Tensor.identity(stack.rows, dtype: .float64)
      let (lower, failure) = CholeskyBlocks(stack).factor(shifted)
      guard let failure else {
        factor = lower.tracked(from: a, operation: "cholesky", pullback: Self.pullback)
        self.jitter = added
        return
      }
      if let index = stack.firstNotFinite(in: a.lowerTriangle()) {
        throw LinearAlgebraError.notFinite(operation: name, index: index)
      }
      guard let jitter, next <= jitter.upperBound else {
        throw LinearAlgebraError.notPositiveDefinite(
          operation: name, minor: failure.minor, index: stack.index(of: failure.matrix))
      }
      (added, next) = (next, 10 * next)
    }
  }

  /// Wraps a known factor: a lower triangular L, `[…, n, n]`, with a positive diagonal.
  ///
  /// Elements above its diagonal are not read. Gradients go to L.
  public init(lower: Tensor) {
    _ = MatrixStack(square: lower, "CholeskyFactor(lower:)")
    (dtype, jitter) = (lower.dtype, 0)
    factor = lower.converted(to: .float64).lowerTriangle()
  }

  /// Wraps a float64 factor unchanged, with zeros above its diagonal.
  init(factor: Tensor) { (self.factor, dtype, jitter) = (factor, .float64, 0) }

  /// Ā = ½ L⁻ᵀ (Φ + Φᵀ) L⁻¹, where Φ is the lower triangle of LᵀL̄ with half its diagonal (Murray 2016,
  /// "Differentiation of the Cholesky decomposition", equation 8).
  private static func pullback(_ lower: Tensor, _ dLower: Tensor) -> Tensor {
    let inner = product(lower, dLower.lowerTriangle(), transposeLeft: true)
    let phi = 0.5 * (inner.lowerTriangle() + inner.lowerTriangle(diagonal: -1))
    let left = TriangularSolve.lowerTransposed(lower, phi)
    return symmetricPart(TriangularSolve.lowerTransposed(lower, left.transposed()))
  }

  /// L, `[…, n, n]`, with zeros above its diagonal.
  public var lower: Tensor { factor.converted(to: dtype) }

  /// The solution X of A·X = B, by two triangular solves.
  ///
  /// - Parameter b: `[n]` or `[n, m]`; leading axes as in
  ///   ``Tensor/solveTriangular(_:_:transposed:unitDiagonal:)``.
  /// - Returns: X, of `b`'s shape.
  public func solve(_ b: Tensor) -> Tensor {
    let sides = sides(b, "CholeskyFactor.solve")
    let whitened = TriangularSolve.lower(factor, sides.matrices)
    return sides.restored(TriangularSolve.lowerTransposed(factor, whitened))
  }

  /// L⁻¹·b, which whitens a vector of covariance A.
  ///
  /// |L⁻¹b|² is bᵀA⁻¹b, the quadratic form in the exponent of a normal density.
  ///
  /// - Parameter b: As for ``solve(_:)``.
  /// - Returns: A tensor of `b`'s shape.
  public func whitened(_ b: Tensor) -> Tensor {
    let sides = sides(b, "CholeskyFactor.whitened")
    return sides.restored(TriangularSolve.lower(factor, sides.matrices))
  }

  /// log det A = 2 Σ log Lᵢᵢ, `[…]`; 0 for an empty matrix.
  public var logDeterminant: Tensor {
    (2 * log(factor.diagonal()).sum(along: -1)).converted(to: dtype)
  }

  /// The inverse A⁻¹, `[…, n, n]`, symmetric to the last bit.
  ///
  /// To multiply by the inverse, ``solve(_:)`` is faster and loses fewer digits. It takes ⅔ n³
  /// operations.
  public func inverse() -> Tensor {
    let lower = factor
    // A⁻¹ = S: Ā = −S S̄ S, symmetric, and L̄ is the lower triangle of 2 Ā L.
    let value = CholeskyBlocks(MatrixStack(lower, "inverse")).inverse(ofLower: lower)
    return value.tracked(from: lower) { s, ds in
      let inner = product(product(s, ds + ds.transposed()), s)
      return -product(inner, lower).lowerTriangle()
    }.converted(to: dtype)
  }

  private func sides(_ b: Tensor, _ name: String) -> RightHandSide {
    let stack = MatrixStack(factor, name)
    return RightHandSide(b, for: stack, dtype, size: stack.rows, name)
  }
}
