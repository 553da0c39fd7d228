import Tensor

/// Maps vectors of n (n + 1)/2 numbers to symmetric positive definite matrices L Lᵀ.
///
/// The vector holds the lower triangle of L row by row, with the logarithms of its diagonal
/// (Pinheiro and Bates 1996, "log-Cholesky"). The determinant refers to the matrix's lower
/// triangle.
public struct CholeskyCovarianceMap: Bijector, Sendable {
  /// The number n of rows.
  public let size: Int
  private let places: [Int]

  /// Creates a map to matrices `[size, size]`.
  public init(size: Int) {
    precondition(
      size > 0, "CholeskyCovarianceMap: expected a size of 1 or more, found \(size)")
    self.size = size
    places = (0..<size).flatMap { row in (0...row).map { row * size + $0 } }
  }

  /// 1: vectors are mapped.
  public var inputRank: Int { 1 }
  /// 2: they become matrices.
  public var outputRank: Int { 2 }
  /// `[…, size, size]`.
  public func outputShape(of shape: [Int]) -> [Int] { shape.dropLast() + [size, size] }

  /// L Lᵀ, `[…, n, n]`.
  public func forward(_ x: Tensor) -> Tensor {
    let lower = factor(x)
    return lower.matmul(lower, transposeRight: true)
  }

  /// The logarithm of the factor, `[…, n (n + 1)/2]`; NaN for a matrix that is not positive definite.
  public func inverse(_ y: Tensor) -> Tensor {
    let (lower, isDefinite) = positiveDefiniteFactor(y)
    let logarithms = log(lower.diagonal()).diagonalMatrix()
    let parts = lower.lowerTriangle(diagonal: -1) + logarithms
    let leading = Array(y.shape.dropLast(2))
    let vector = parts.reshaped(to: leading + [size * size]).gathered(at: places, along: -1)
    return select(isDefinite.expanded(at: -1), vector, Tensor(Double.nan, dtype: y.dtype))
  }

  /// n log 2 + Σ (n + 1 − i) log Lᵢᵢ for i from 0.
  public func forwardLogDeterminant(_ x: Tensor) -> Tensor {
    let diagonal = x.gathered(at: (0..<size).map { $0 * ($0 + 3) / 2 }, along: -1)
    let powers = Double(size + 1) - Tensor.range(0..<size, dtype: x.dtype)
    return (diagonal * powers).sum(along: -1) + Double(size) * log2
  }

  /// 1 where the matrix is symmetric and positive definite.
  public func isInImage(_ y: Tensor) -> Tensor? { positiveDefiniteFactor(y).isDefinite }

  private func factor(_ x: Tensor) -> Tensor {
    precondition(
      x.shape.last == places.count,
      "CholeskyCovarianceMap: expected vectors of \(places.count), found \(x.shape)")
    let leading = Array(x.shape.dropLast())
    let lower = x.scattered(to: places, count: size * size, along: -1)
      .reshaped(to: leading + [size, size])
    return lower.lowerTriangle(diagonal: -1) + exp(lower.diagonal()).diagonalMatrix()
  }
}

/// The Cholesky factors of those matrices in a stack `[…, n, n]` that are symmetric and positive
/// definite, and identities for the others; and 1 for the former, 0 for the latter, `[…]`.
func positiveDefiniteFactor(_ matrices: Tensor) -> (lower: Tensor, isDefinite: Tensor) {
  let constant = stopGradient(matrices)
  let leading = Array(matrices.shape.dropLast(2))
  let size = matrices.shape[matrices.rank - 1]
  let scale = abs(constant).max(along: [-2, -1])
  let tolerance = constant.dtype == .float32 ? 1e-5 : 1e-10
  let asymmetry = abs(constant - constant.transposed()).max(along: [-2, -1])
  var flags = (asymmetry .<= tolerance * scale).doubles
  let identity = Tensor.identity(size, dtype: matrices.dtype)
  while true {
    let mask = Tensor(flags, shape: leading, dtype: matrices.dtype)
    let safe = select(mask.expanded(at: -1).expanded(at: -1), matrices, identity)
    do {
      return (try CholeskyFactor(of: safe).lower, mask)
    } catch LinearAlgebraError.notPositiveDefinite(_, _, let index),
      LinearAlgebraError.notFinite(_, let index)
    {
      flags[zip(index, leading).reduce(0) { $0 * $1.1 + $1.0 }] = 0
    } catch {
      // The factorisation throws nothing else; no matrix is then known to be definite.
      return (identity.broadcast(to: matrices.shape), mask * 0)
    }
  }
}
