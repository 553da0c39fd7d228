import COpenBLAS

/// LAPACK's routines for one float64 matrix.
///
/// LAPACK is column-major and the package row-major, so each routine works on the transpose of its
/// argument.
enum LAPACK {
  /// Runs a routine twice: first to query the workspace size, then to compute.
  ///
  /// - Returns: The routine's return code.
  private static func withWorkspace(
    _ routine: (
      _ work: UnsafeMutablePointer<Double>, _ length: UnsafePointer<blasint>,
      _ code: UnsafeMutablePointer<blasint>
    ) -> Void
  ) -> Int {
    var (code, wanted, query) = (blasint(0), 0.0, blasint(-1))
    BLAS.withLibrary { routine(&wanted, &query, &code) }
    if code != 0 { return Int(code) }
    var length = blasint(max(1, wanted))
    var work = [Double](repeating: 0, count: Int(length))
    BLAS.withLibrary { routine(&work, &length, &code) }
    return Int(code)
  }

  /// Writes the eigenvectors of a symmetric matrix, as rows, and its eigenvalues; overwrites the
  /// matrix.
  ///
  /// Like LAPACK's `dsyevd`, by divide and conquer on a tridiagonal matrix, except that all threads
  /// transform that matrix's eigenvectors back.
  ///
  /// - Parameter largest: The largest modulus of an element.
  static func eigendecompose(
    _ matrix: UnsafeMutablePointer<Double>, _ size: Int, largest: Double,
    values: UnsafeMutablePointer<Double>, vectors: UnsafeMutablePointer<Double>
  ) -> Int {
    let scale = eigenScale(largest: largest)
    if scale != 1 { for i in 0..<size * size { matrix[i] *= scale } }
    var (n, code) = (blasint(size), blasint(0))
    var (beside, reflections) = (
      [Double](repeating: 0, count: size), [Double](repeating: 0, count: size)
    )
    _ = withWorkspace { dsytrd_("L", &n, matrix, &n, values, &beside, &reflections, $0, $1, $2, 1) }
    // The workspace lengths that the routine's documentation requires.
    var (length, integerLength) = (blasint(1 + 4 * size + size * size), blasint(3 + 5 * size))
    var scratch = [Double](repeating: 0, count: Int(length))
    var integers = [blasint](repeating: 0, count: Int(integerLength))
    BLAS.withLibrary {
      dstedc_(
        "I", &n, values, &beside, vectors, &n, &scratch, &length, &integers, &integerLength, &code,
        1)
    }
    if code != 0 { return Int(code) }
    turnBack(vectors, size, matrix, reflections)
    if scale != 1 { for i in 0..<size { values[i] /= scale } }
    return 0
  }

  /// The factor to scale a matrix by so that squares of its elements neither overflow nor
  /// underflow.
  private static func eigenScale(largest: Double) -> Double {
    let least = (Double.leastNormalMagnitude / Double.ulpOfOne).squareRoot()
    if largest > 0, largest < least { return least / largest }
    return largest > 1 / least ? 1 / least / largest : 1
  }

  /// Multiplies vectors, stored as rows, by the Q whose reflections `dsytrd_` left in the matrix.
  private static func turnBack(
    _ vectors: UnsafeMutablePointer<Double>, _ size: Int, _ matrix: UnsafeMutablePointer<Double>,
    _ reflections: [Double]
  ) {
    nonisolated(unsafe) let (vectors, matrix) = (vectors, matrix)
    parallel(over: size, step: 256, of: .float64) { begin, end in
      var (n, count, code) = (blasint(size), blasint(end - begin), blasint(0))
      // The workspace query omits the space for the triangular factors of its blocks of 64
      // reflections; with that little space the routine would not use blocks.
      var length = 64 * count + 64 * 65
      var work = [Double](repeating: 0, count: Int(length))
      BLAS.withLibrary {
        dormtr_(
          "L", "L", "N", &n, &count, matrix, &n, reflections, vectors + begin * size, &n, &work,
          &length, &code, 1, 1, 1)
      }
    }
  }

  /// Replaces the rows `[columns, rows]` at `a`, which are a matrix's columns, by its thin Q, and
  /// writes the rows of R's transpose, `[k, k]` or `[columns, k]`, to `r`; k is the smaller size.
  static func orthogonalise(
    _ a: UnsafeMutablePointer<Double>, rows: Int, columns: Int, _ r: UnsafeMutablePointer<Double>
  ) -> Int {
    var (m, n, k) = (blasint(rows), blasint(columns), blasint(min(rows, columns)))
    var reflections = [Double](repeating: 0, count: Int(k))
    let code = withWorkspace { dgeqrf_(&m, &n, a, &m, &reflections, $0, $1, $2) }
    if code != 0 { return code }
    for column in 0..<columns {
      for row in 0..<Int(k) {
        r[column * Int(k) + row] = row <= column ? a[column * rows + row] : 0
      }
    }
    return withWorkspace { dorgqr_(&m, &k, &k, a, &m, reflections, $0, $1, $2) }
  }

  /// The thin singular value decomposition of a matrix `[rows, columns]`, which is overwritten: U
  /// `[rows, k]`, the values `[k]` and Vᵀ `[k, columns]`.
  static func decompose(
    _ a: UnsafeMutablePointer<Double>, rows: Int, columns: Int, u: UnsafeMutablePointer<Double>,
    values: UnsafeMutablePointer<Double>, vTransposed: UnsafeMutablePointer<Double>
  ) -> Int {
    // To LAPACK the matrix is V S Uᵀ.
    var (m, n, k) = (blasint(columns), blasint(rows), blasint(min(rows, columns)))
    var integers = [blasint](repeating: 0, count: 8 * Int(k))
    return withWorkspace {
      dgesdd_("S", &m, &n, a, &m, values, vTransposed, &m, u, &k, $0, $1, &integers, $2, 1)
    }
  }
}
