import Mistakes
import Tensor
import Testing

private let square = Tensor.identity(3, dtype: .float64)
private func right(_ shape: [Int]) -> Tensor { Tensor.zeros(shape, dtype: .float64) }

/// Mistakes in shapes, and the messages with which the program stops.
private let rows: [(message: String, mistake: @Sendable () throws -> Void)] = [
  (
    "CholeskyFactor: expected a matrix [n, n] or a stack […, n, n], found float64[2, 3]",
    { _ = try CholeskyFactor(of: right([2, 3])) }
  ),
  (
    "CholeskyFactor: expected a matrix [n, n] or a stack […, n, n], found float32[3]",
    { _ = try CholeskyFactor(of: .zeros([3])) }
  ),
  (
    "CholeskyFactor: expected a jitter above 0 and finite, found 0.0...1.0",
    { _ = try CholeskyFactor(of: square, jitter: 0...1) }
  ),
  (
    "CholeskyFactor.solve: expected right-hand sides float64[3] or [3, m] for a matrix of shape"
      + " [3, 3], found float64[4, 2]",
    { _ = try CholeskyFactor(of: square).solve(right([4, 2])) }
  ),
  (
    "CholeskyFactor.whitened: expected right-hand sides float64[3] or [3, m] for a matrix of shape"
      + " [3, 3], found float32[3]",
    { _ = try CholeskyFactor(of: square).whitened(.zeros([3])) }
  ),
  (
    "solve: expected right-hand sides float64[2, 3] or [2, 3, m] for a matrix of shape [2, 3, 3],"
      + " found float64[3, 3]",
    { _ = try Tensor.stacked([square, square]).solve(right([3, 3])) }
  ),
  (
    "solveTriangular: expected right-hand sides float64[2, 3] or [2, 3, m] for a matrix of shape"
      + " [2, 3, 3], found float64[4, 3, 1]",
    { _ = try Tensor.stacked([square, square]).solveTriangular(right([4, 3, 1]), .lower) }
  ),
  (
    "solveTriangular: expected a matrix [n, n] or a stack […, n, n], found float64[2, 3]",
    { _ = try right([2, 3]).solveTriangular(right([2]), .lower) }
  ),
  (
    "determinant: expected a matrix [n, n] or a stack […, n, n], found float64[2, 3]",
    { _ = try right([2, 3]).determinant() }
  ),
  (
    "inverse: expected a matrix [n, n] or a stack […, n, n], found float64[2, 3]",
    { _ = try right([2, 3]).inverse() }
  ),
  (
    "leastSquares: expected right-hand sides float64[4] or [4, m] for a matrix of shape [4, 2],"
      + " found float64[2]",
    { _ = try right([4, 2]).leastSquares(right([2])) }
  ),
  (
    "QRFactor: expected a matrix [m, n] or a stack […, m, n], found float64[4]",
    { _ = try QRFactor(of: right([4])) }
  ),
  (
    "SingularValueDecomposition: expected a matrix [m, n] or a stack […, m, n], found float64[]",
    { _ = try SingularValueDecomposition(of: right([])) }
  ),
  (
    "pseudoInverse: expected a tolerance of 0 or more, found -1.0",
    { _ = try square.pseudoInverse(tolerance: -1) }
  ),
  (
    "positiveSquareRoot: expected a matrix [n, n] or a stack […, n, n], found float64[2, 3]",
    { _ = try right([2, 3]).positiveSquareRoot() }
  ),
  (
    "trace: expected a matrix [n, n] or a stack […, n, n], found float64[2, 3]",
    { _ = right([2, 3]).trace() }
  ),
  (
    "diagonal: expected a matrix [m, n] or a stack […, m, n], found float64[2]",
    { _ = right([2]).diagonal() }
  ),
  (
    "lowerTriangle: expected a matrix [m, n] or a stack […, m, n], found float64[2]",
    { _ = right([2]).lowerTriangle() }
  ),
  (
    "diagonalMatrix: expected one dimension or more, found a scalar",
    { _ = right([]).diagonalMatrix() }
  ),
]

@Suite struct LinearAlgebraStopTests {
  @Test func mistakesStopWithAMessage() async throws {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      makeMistakes(rows.count) {
        try rows[$0].mistake()
      }
    }
    let texts = texts(ofMistakes: try #require(result).standardErrorContent)
    try #require(texts.count == rows.count)
    for (row, text) in zip(rows, texts) { #expect(text.contains(row.message), "\(text)") }
  }
}
