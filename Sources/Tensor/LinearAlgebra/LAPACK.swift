import COpenBLAS

/// LAPACK's routines for one float64 matrix.
///
/// It has columns where the package has rows, so each works on the transposed of what it is given.
enum LAPACK {
  /// Runs a routine twice: to ask for the room that it wants, then with it.
  ///
  /// - Returns: The routine's code.
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

  /// Replaces a symmetric matrix by its eigenvectors, as rows, and writes the eigenvalues.
  static func eigendecompose(
    _ matrix: UnsafeMutablePointer<Double>, _ size: Int, _ values: UnsafeMutablePointer<Double>
  ) -> Int {
    // The lengths of the scratch memory are those that the routine's description asks for.
    var n = blasint(size)
    var (length, integerLength) = (blasint(1 + 6 * size + 2 * size * size), blasint(3 + 5 * size))
    var scratch = [Double](repeating: 0, count: Int(length))
    var integers = [blasint](repeating: 0, count: Int(integerLength))
    var code: blasint = 0
    BLAS.withLibrary {
      dsyevd_(
        "V", "L", &n, matrix, &n, values, &scratch, &length, &integers, &integerLength, &code, 1, 1)
    }
    return Int(code)
  }

  /// The thin Q of a matrix whose columns are the rows `[columns, rows]` at `a`, in their place; the
  /// rows of R's transposed, `[k, k]` or `[columns, k]`, to `r`, k the smaller size.
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

  /// The thin singular value decomposition of a matrix `[rows, columns]`, whose memory is used up: U
  /// `[rows, k]`, the values `[k]` and Vᵀ `[k, columns]`.
  static func decompose(
    _ a: UnsafeMutablePointer<Double>, rows: Int, columns: Int, u: UnsafeMutablePointer<Double>,
    values: UnsafeMutablePointer<Double>, vTransposed: UnsafeMutablePointer<Double>
  ) -> Int {
    // For LAPACK it is V S Uᵀ.
    var (m, n, k) = (blasint(columns), blasint(rows), blasint(min(rows, columns)))
    var integers = [blasint](repeating: 0, count: 8 * Int(k))
    return withWorkspace {
      dgesdd_("S", &m, &n, a, &m, values, vTransposed, &m, u, &k, $0, $1, &integers, $2, 1)
    }
  }
}
