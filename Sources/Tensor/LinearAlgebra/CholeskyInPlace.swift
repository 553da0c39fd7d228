import CKernels

// For kernel matrices so large that one takes most of a program's memory: the factor overwrites the
// matrix, and the inverse is computed tile by tile, without being stored.

extension CholeskyFactor {
  /// Replaces a float64 matrix `[n, n]` by its factor, in its own memory if no other tensor shares it.
  ///
  /// Like ``init(of:jitter:)`` without a jitter, but nothing is recorded for gradients.
  ///
  /// - Throws: ``LinearAlgebraError/notPositiveDefinite(operation:minor:index:)``;
  ///   ``LinearAlgebraError/notFinite(operation:index:)``.
  package init(replacing matrix: inout Tensor) throws {
    let name = "CholeskyFactor"
    let stack = MatrixStack(square: matrix, name)
    precondition(
      matrix.rank == 2 && matrix.dtype == .float64,
      "\(name)(replacing:): expected float64[n, n], found \(matrix.dtype)\(matrix.shape)")
    if let failure = CholeskyBlocks(stack).factorInPlace(&matrix) {
      // Elements that are not finite spread only to later rows, so the first bad pivot shows which
      // error it was.
      let isFinite = matrix.diagonal().sliced(0..<failure).isFinite
      throw isFinite
        ? LinearAlgebraError.notPositiveDefinite(operation: name, minor: failure, index: [])
        : LinearAlgebraError.notFinite(operation: name, index: [])
    }
    self.init(factor: matrix)
  }

  /// Calls `body` with each tile of the lower triangle of A⁻¹, including those on the diagonal, in
  /// parallel.
  ///
  /// It takes ⅔ n³ operations and the memory of one matrix. A tile is row-major, without gaps; tile
  /// rows and columns begin at multiples of ``inverseTileEdge``, so that they are the same or disjoint.
  /// Tiles on the diagonal are whole.
  ///
  /// - Parameter body: Receives the tile's number, counted from 0, its rows, its columns and its
  ///   elements.
  package func forEachInverseTile(
    _ body: (
      _ number: Int, _ rows: Range<Int>, _ columns: Range<Int>, _ tile: UnsafeMutablePointer<Double>
    ) -> Void
  ) {
    let lower = factor.untracked
    precondition(lower.rank == 2, "forEachInverseTile: expected one matrix, found \(lower.shape)")
    let n = lower.shape[0]
    let blocks = CholeskyBlocks(MatrixStack(lower, "forEachInverseTile"))
    let inverse = blocks.inverseOfLower(lower)
    let w = inverse.float64Pointer
    let tiles = LowerTiles(0..<n, edge: Self.inverseTileEdge)
    parallel(count: tiles.count) { number in
      let (rows, columns) = tiles[number]
      let tile = Tensor.uninitialized([rows.count, columns.count], .float64)
      blocks.square((rows, columns), w, to: tile.float64Pointer, rowLength: columns.count)
      body(number, rows, columns, tile.float64Pointer)
    }
  }

  /// The edge of the tiles of ``forEachInverseTile(_:)``.
  package static let inverseTileEdge = 128
}

extension CholeskyBlocks {
  /// Replaces a matrix by its lower factor, zeros above the diagonal; returns the order of the first
  /// leading minor that is not positive, if there is one.
  fileprivate func factorInPlace(_ a: inout Tensor) -> Int? {
    if n == 0 { return nil }
    var minor = 0
    a.change("cholesky", reading: 0, arithmetic: n * n * n / 3) { memory in
      let a = memory.assumingMemoryBound(to: Double.self)
      minor = factorShared(a)
      if minor == 0 { clearAboveDiagonal(of: a) }
    }
    return minor == 0 ? nil : minor
  }

  private func clearAboveDiagonal(of a: UnsafeMutablePointer<Double>) {
    parallel(over: n, step: max(1, elementwiseGrain / n), of: .float64) { begin, end in
      for row in begin..<end { (a + row * (n + 1) + 1).update(repeating: 0, count: n - row - 1) }
    }
  }

  /// L⁻¹ of one matrix.
  fileprivate func inverseOfLower(_ lower: Tensor) -> Tensor {
    let w = Tensor.zeros(lower.shape, dtype: .float64)
    let (l, inverted) = (lower.float64Pointer, w.float64Pointer)
    parallel(count: (n + Self.block - 1) / Self.block) { invert(strip: $0, l, inverted) }
    return w
  }
}
