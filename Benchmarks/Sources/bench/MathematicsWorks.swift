import Tensor

// Single operations, in double precision unless a name says otherwise: a step is one call.

extension Work {
  /// Linear algebra.
  static let linearAlgebra: [(name: String, prepare: @Sendable () -> Work)] = [
    ("product-2000", { product(2_000) }),
    ("cholesky-2000", { cholesky(2_000) }),
    ("cholesky-3000", { cholesky(3_000) }),
    ("cholesky-inverse-3000", { choleskyInverse(3_000) }),
    ("triangular-solve-2000", { triangularSolve(2_000) }),
    ("cholesky-4x4", { cholesky(4, batch: 10_000) }),
    ("cholesky-16x16", { cholesky(16, batch: 10_000) }),
    ("eigen-500", { eigen(500) }),
    ("svd-500x200", { singularValues(500, 200) }),
  ]

  /// Functions of a million numbers.
  static let functions: [(name: String, prepare: @Sendable () -> Work)] = [
    ("exp", { elementwise(normal(), exp) }),
    ("log", { elementwise(positive(), log) }),
    ("log-gamma", { elementwise(positive(), { logGamma($0) }) }),
    ("digamma", { elementwise(positive(), { digamma($0) }) }),
    ("erf", { elementwise(normal(), erf) }),
    ("sort-float32", { elementwise(normal(.float32), { $0.sorted() }) }),
    ("cumulative-sum", { elementwise(normal(), { $0.cumulativeSum(along: 0) }) }),
  ]

  private static func normal(_ dtype: DType = .float64) -> Tensor {
    Random(seed: 0).normal([1_000_000], dtype: dtype)
  }

  /// Numbers from 0.01 to 100, evenly spaced in the logarithm.
  private static func positive() -> Tensor {
    exp(Random(seed: 0).uniform([1_000_000], in: -4.6..<4.6, dtype: .float64))
  }

  private static func elementwise(
    _ x: Tensor, _ function: @escaping (Tensor) -> Tensor
  ) -> Work {
    Work(batchSize: 1) {
      _ = function(x)
      return 0
    }
  }

  private static func matrix(_ rows: Int, _ columns: Int) -> Tensor {
    Random(seed: 0).normal([rows, columns], dtype: .float64)
  }

  /// A positive definite matrix, or a batch of them.
  private static func positiveDefinite(_ size: Int, batch: Int? = nil) -> Tensor {
    let root = Random(seed: 0).normal((batch.map { [$0] } ?? []) + [size, size], dtype: .float64)
    let identity = Tensor.ones([size], dtype: .float64).diagonalMatrix()
    return root.matmul(root, transposeRight: true)
      + Double(size) * identity
  }

  private static func product(_ size: Int) -> Work {
    let (a, b) = (matrix(size, size), matrix(size, size))
    return Work(batchSize: 1) {
      _ = a.matmul(b)
      return 0
    }
  }

  private static func cholesky(_ size: Int, batch: Int? = nil) -> Work {
    let matrix = positiveDefinite(size, batch: batch)
    return Work(batchSize: 1) { factored(matrix) == nil ? .nan : 0 }
  }

  private static func factored(_ matrix: Tensor) -> CholeskyFactor? {
    try? CholeskyFactor(of: matrix)
  }

  private static func choleskyInverse(_ size: Int) -> Work {
    let matrix = positiveDefinite(size)
    return Work(batchSize: 1) { factored(matrix)?.inverse() == nil ? .nan : 0 }
  }

  private static func triangularSolve(_ size: Int) -> Work {
    let (factor, b) = (factored(positiveDefinite(size)), matrix(size, size))
    return Work(batchSize: 1) { factor?.whitened(b) == nil ? .nan : 0 }
  }

  private static func eigen(_ size: Int) -> Work {
    let matrix = positiveDefinite(size)
    return Work(batchSize: 1) {
      (try? SymmetricEigendecomposition(of: matrix).vectors) == nil ? .nan : 0
    }
  }

  private static func singularValues(_ rows: Int, _ columns: Int) -> Work {
    let matrix = matrix(rows, columns)
    return Work(batchSize: 1) {
      (try? SingularValueDecomposition(of: matrix).right) == nil ? .nan : 0
    }
  }
}
