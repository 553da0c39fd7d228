import COpenBLAS

extension Tensor {
  /// The eigenvalues and eigenvectors of a symmetric matrix, A·V = V·diag(λ) (LAPACK's `dsyevd`).
  ///
  /// ```swift
  /// let (values, vectors) = Tensor([[2, 1], [1, 2]], dtype: .float64).symmetricEigendecomposition()
  /// values.doubles   // [1, 3]
  /// ```
  ///
  /// It has no gradient: a matrix that a gradient is being taken with respect to stops the program,
  /// because zeros would be silently wrong; `stopGradient` makes it a constant.
  ///
  /// - Returns: For a float64 matrix `[n, n]` the eigenvalues in ascending order, `[n]`, and as
  ///   columns of `[n, n]` the eigenvectors, in the same order, of length 1 and at right angles to
  ///   each other. A vector's sign is arbitrary. The cost grows with n³, on one core.
  public func symmetricEigendecomposition() -> (values: Tensor, vectors: Tensor) {
    let name = "symmetricEigendecomposition"
    precondition(
      rank == 2 && shape[0] == shape[1] && dtype == .float64,
      "\(name): expected a matrix of float64[n, n], found \(dtype)\(shape)")
    precondition(
      place.map { !$0.tape.isRecording } ?? true,
      "\(name): it has no gradient; expected a constant, as stopGradient gives, found a matrix that"
        + " a gradient is being taken with respect to")
    let n = shape[0]
    if n == 0 { return (Tensor.zeros([0], dtype: .float64), self) }
    precondition(isFinite, "\(name): expected finite elements")
    let (asymmetry, size) = (abs(self - transposed()).max().scalar, abs(self).max().scalar)
    precondition(
      asymmetry <= 1e-10 * size,
      "\(name): expected a symmetric matrix, found elements that differ by \(asymmetry) from those"
        + " across the diagonal")

    // LAPACK overwrites the matrix with its eigenvectors, one after another: as rows, for us.
    var rows = self
    let values = rows.withMutableMemory { matrix in
      Tensor.uninitialized([n], .float64, name, reading: count) { values, _ in
        let code = eigendecompose(
          matrix.assumingMemoryBound(to: Double.self), n,
          values.assumingMemoryBound(to: Double.self))
        precondition(code == 0, "\(name): LAPACK's dsyevd did not converge (code \(code))")
      }
    }
    return (values, rows.transposed())
  }
}

/// Replaces a symmetric matrix by its eigenvectors and writes the eigenvalues; returns LAPACK's code.
private func eigendecompose(
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
