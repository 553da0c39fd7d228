import Testing

@testable import Tensor

/// One operation of linear algebra, and where its gradients are tested.
struct LinearAlgebraRow: Sendable, CustomTestStringConvertible {
  let name: String
  /// The shapes of its arguments, random normal numbers.
  let shapes: [[Int]]
  let function: @Sendable ([Tensor]) throws -> Tensor
  var testDescription: String { name }

  init(
    _ name: String, _ shapes: [[Int]], _ function: @escaping @Sendable ([Tensor]) throws -> Tensor
  ) {
    (self.name, self.shapes, self.function) = (name, shapes, function)
  }
}

/// A positive definite matrix made from any matrix, with eigenvalues of 1 or more.
func positiveDefinite(_ x: Tensor) -> Tensor {
  product(x, x, transposeRight: true) + Tensor.identity(x.shape[x.rank - 1], dtype: x.dtype)
}

/// A matrix with a large diagonal made from any matrix, far from singular.
private func regular(_ x: Tensor) -> Tensor {
  x + 4 * Tensor.identity(x.shape[x.rank - 1], dtype: x.dtype)
}

let linearAlgebraRows: [LinearAlgebraRow] = [
  .init("lowerTriangle", [[2, 3, 4]]) { $0[0].lowerTriangle() * $0[0] },
  .init("lowerTriangle -1", [[4, 3]]) { $0[0].lowerTriangle(diagonal: -1) * $0[0] },
  .init("upperTriangle", [[2, 3, 4]]) { $0[0].upperTriangle() * $0[0] },
  .init("upperTriangle 1", [[4, 3]]) { $0[0].upperTriangle(diagonal: 1) * $0[0] },
  .init("diagonal", [[2, 3, 4]]) { square($0[0].diagonal()) },
  .init("diagonal, high", [[4, 3]]) { square($0[0].diagonal()) },
  .init("diagonalMatrix", [[2, 3]]) { square($0[0].diagonalMatrix()) },
  .init("trace", [[2, 3, 3]]) { square($0[0].trace()) },
  .init("triangular, lower", [[3, 3], [3, 2]]) {
    try regular($0[0]).solveTriangular($0[1], .lower)
  },
  .init("triangular, upper", [[2, 3, 3], [2, 3, 2]]) {
    try regular($0[0]).solveTriangular($0[1], .upper)
  },
  .init("triangular, transposed", [[3, 3], [3]]) {
    try regular($0[0]).solveTriangular($0[1], .lower, transposed: true)
  },
  .init("triangular, unit", [[3, 3], [2, 3, 2]]) {
    try $0[0].solveTriangular($0[1], .upper, transposed: true, unitDiagonal: true)
  },
  .init("cholesky", [[4, 4]]) { try CholeskyFactor(of: positiveDefinite($0[0])).lower },
  .init("cholesky, a stack", [[2, 1, 3, 3]]) {
    try CholeskyFactor(of: positiveDefinite($0[0])).lower
  },
  .init("cholesky solve", [[3, 3], [3, 2]]) {
    try CholeskyFactor(of: positiveDefinite($0[0])).solve($0[1])
  },
  .init("cholesky whitened", [[2, 3, 3], [2, 3]]) {
    try CholeskyFactor(of: positiveDefinite($0[0])).whitened($0[1])
  },
  .init("cholesky logDeterminant", [[2, 3, 3]]) {
    try CholeskyFactor(of: positiveDefinite($0[0])).logDeterminant
  },
  .init("cholesky inverse", [[2, 3, 3]]) {
    try CholeskyFactor(of: positiveDefinite($0[0])).inverse()
  },
  .init("solve", [[3, 3], [3, 2]]) { try regular($0[0]).solve($0[1]) },
  .init("solve, a stack", [[2, 3, 3], [2, 3]]) { try regular($0[0]).solve($0[1]) },
  .init("solve, one matrix for many", [[3, 3], [2, 3, 2]]) { try regular($0[0]).solve($0[1]) },
  .init("solve, transposed", [[3, 3], [3]]) {
    try LUFactor(of: $0[0]).solve($0[1], transposed: true)
  },
  .init("inverse", [[2, 3, 3]]) { try regular($0[0]).inverse() },
  .init("determinant", [[2, 4, 4]]) { try $0[0].determinant() },
  .init("logDeterminant", [[2, 3, 3]]) { try $0[0].signAndLogDeterminant().logDeterminant },
  .init("qr, orthogonal", [[4, 3]]) { try QRFactor(of: $0[0]).orthogonal },
  .init("qr, upper", [[4, 3]]) { try QRFactor(of: $0[0]).upper },
  .init("qr, square", [[2, 3, 3]]) {
    let factor = try QRFactor(of: $0[0])
    return square(factor.orthogonal) + 2 * factor.upper
  },
  .init("qr, wide", [[2, 2, 4]]) {
    let factor = try QRFactor(of: $0[0])
    return product(factor.orthogonal, sin(factor.upper))
  },
  .init("least squares", [[5, 3], [5, 2]]) { try $0[0].leastSquares($0[1]) },
  .init("least squares, wide", [[2, 3, 5], [2, 3]]) { try $0[0].leastSquares($0[1]) },
  .init("eigenvalues", [[2, 4, 4]]) {
    try SymmetricEigendecomposition(of: symmetricPart($0[0])).values
  },
  .init("eigenvectors", [[4, 4]]) {
    square(try SymmetricEigendecomposition(of: symmetricPart($0[0])).vectors)
  },
  .init("eigenvectors of equal eigenvalues", [[4, 2]]) {
    // 1 + x xᵀ has the eigenvalue 1 twice; the projection onto the span of the other eigenvectors
    // does not depend on the choice of vectors.
    let matrix = product($0[0], $0[0], transposeRight: true) + .identity(4, dtype: .float64)
    let vectors = try SymmetricEigendecomposition(of: matrix).vectors.sliced(2..<4, along: -1)
    return product(vectors, vectors, transposeRight: true)
  },
  .init("singular values", [[2, 3, 4]]) { try SingularValueDecomposition(of: $0[0]).values },
  .init("singular vectors, high", [[4, 3]]) {
    let s = try SingularValueDecomposition(of: $0[0])
    return Tensor.concatenated([square(s.left), square(s.right)])
  },
  .init("singular vectors, wide", [[3, 4]]) {
    let s = try SingularValueDecomposition(of: $0[0])
    return Tensor.concatenated([square(s.left), square(s.right)])
  },
  .init("singular vectors together", [[2, 3, 3]]) {
    let s = try SingularValueDecomposition(of: $0[0])
    return product(s.left * s.values.expanded(at: -2), s.right, transposeRight: true)
      + product(s.left, s.right, transposeRight: true)
  },
  .init("pseudoInverse, high", [[2, 4, 3]]) { try $0[0].pseudoInverse() },
  .init("pseudoInverse, wide", [[3, 4]]) { try $0[0].pseudoInverse() },
  .init("pseudoInverse of lower rank", [[4, 2], [2, 3]]) {
    try product($0[0], $0[1]).pseudoInverse(tolerance: 1e-10)
  },
  .init("positiveSquareRoot", [[2, 3, 3]]) { try positiveDefinite($0[0]).positiveSquareRoot() },
  .init("positiveSquareRoot, equal eigenvalues", [[4, 1]]) {
    try (product($0[0], $0[0], transposeRight: true) + .identity(4, dtype: .float64))
      .positiveSquareRoot()
  },
  .init("cholesky of lower", [[3, 3], [3]]) { CholeskyFactor(lower: regular($0[0])).solve($0[1]) },
]

@Suite struct LinearAlgebraGradientTests {
  @Test(arguments: linearAlgebraRows)
  func gradients(_ row: LinearAlgebraRow) throws {
    let random = Random(seed: 31)
    let point = row.shapes.map { random.normal($0, dtype: .float64) }
    _ = try row.function(point)
    let check = checkGradient(of: { x in (try? row.function(x)) ?? x[0] * .nan }, at: point)
    #expect(check.passes(), "\(row.name): \(check)")
  }
}
