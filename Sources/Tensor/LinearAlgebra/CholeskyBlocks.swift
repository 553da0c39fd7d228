import CKernels

/// The Cholesky factor of float64 matrices and the inverse computed from it, blocked so that most
/// work is in matrix products.
///
/// The blocks depend only on the size, so the bytes are the same on any number of threads.
struct CholeskyBlocks {
  /// The sizes of the matrices.
  let stack: MatrixStack
  var n: Int { stack.rows }
  private let factors = DType.factors

  /// The smallest order at which the threads share one matrix.
  private static let leastShared = 256
  /// The number of columns eliminated at once.
  static let block = 128
  /// The edge of a tile of the trailing matrix.
  private static let tile = 256
  /// The number of rows that a thread solves for at once.
  private static let rows = 64

  init(_ stack: MatrixStack) { self.stack = stack }

  // MARK: The factor

  /// The lower factors of the lower triangles of `a`, and the first matrix whose leading minor, of the
  /// given order, is not positive.
  func factor(_ a: Tensor) -> (lower: Tensor, failure: (matrix: Int, minor: Int)?) {
    var minors = [Int](repeating: 0, count: stack.count)
    let arithmetic = stack.count * n * n * n / 3
    if n <= CK_SMALL_MATRIX {
      let lower = Tensor.uninitialized(
        a.shape, .float64, "cholesky", reading: a.count, arithmetic: arithmetic
      ) { result, _ in factorSmall(a.float64Pointer, result, &minors) }
      return (lower, failure(minors))
    }
    let lower = a.untracked.lowerTriangle()
    let pointer = lower.float64Pointer
    Profile.noting("cholesky", arithmetic: arithmetic, bytes: 16 * lower.count) {
      if n < Self.leastShared {
        minors.withUnsafeMutableBufferPointer { minors in
          nonisolated(unsafe) let minors = minors
          parallel(count: stack.count) { matrix in
            withFactorScratch(n, columns: n) {
              minors[matrix] = factors.cholesky(pointer + matrix * n * n, n, n, $0)
            }
          }
        }
      } else {
        for matrix in minors.indices { minors[matrix] = factorShared(pointer + matrix * n * n) }
      }
    }
    return (failure(minors) == nil ? lower.lowerTriangle() : lower, failure(minors))
  }

  private func failure(_ minors: [Int]) -> (matrix: Int, minor: Int)? {
    minors.firstIndex { $0 != 0 }.map { ($0, minors[$0]) }
  }

  private func factorSmall(
    _ a: UnsafeMutablePointer<Double>, _ result: UnsafeMutableRawPointer, _ minors: inout [Int]
  ) {
    if n == 0 { return }
    // For the smallest matrices, reading and writing dominates.
    let step = (MatrixStack.grain(operations: max(500, n * n * n)) + 7) / 8 * 8
    minors.withUnsafeMutableBufferPointer { minors in
      guard let minors = minors.baseAddress else { return }
      parallel(over: stack.count, step: step, of: .float64) { begin, end in
        factors.cholesky_of_small(
          a, result.assumingMemoryBound(to: Double.self), n, minors, begin, end)
      }
    }
  }

  /// Factors one matrix in place, on all threads; returns the order of the first leading minor that
  /// is not positive, or 0.
  func factorShared(_ a: UnsafeMutablePointer<Double>) -> Int {
    for begin in stride(from: 0, to: n, by: Self.block) {
      let end = min(begin + Self.block, n)
      let (width, corner) = (end - begin, a + begin * (n + 1))
      var minor = 0
      withFactorScratch(width, columns: width) { minor = factors.cholesky(corner, n, width, $0) }
      if minor != 0 { return begin + minor }
      parallel(over: n - end, step: Self.rows, of: .float64) { first, last in
        withFactorScratch(width) {
          factors.solve_right(
            corner, n, a + (end + first) * n + begin, n, width, last - first, $0)
        }
      }
      subtractProducts(of: begin..<end, a)
    }
    return 0
  }

  /// Subtracts the products of these columns from the trailing matrix to the right of and below
  /// them.
  private func subtractProducts(of columns: Range<Int>, _ a: UnsafeMutablePointer<Double>) {
    let (k, product) = (columns.count, DType.float64.product)
    let tiles = LowerTiles(columns.upperBound..<n, edge: Self.tile)
    parallel(count: tiles.count) { number in
      let (rows, across) = tiles[number]
      let left = a + rows.lowerBound * n + columns.lowerBound
      let right = a + across.lowerBound * n + columns.lowerBound
      let c = a + rows.lowerBound * n + across.lowerBound
      withFactorScratch(0, columns: across.count) { scratch in
        if rows == across {
          factors.subtract_square(left, n, c, n, rows.count, k, scratch)
        } else {
          product.subtract(
            left, n, 1, right, 1, n, c, n, rows.count, across.count, k, scratch)
        }
      }
    }
  }

  // MARK: The inverse

  /// (L Lᵀ)⁻¹ = WᵀW with W = L⁻¹.
  func inverse(ofLower lower: Tensor) -> Tensor {
    let w = Tensor.zeros(lower.shape, dtype: .float64)
    let result = Tensor.uninitialized(lower.shape, .float64)
    let (l, strips) = (lower.float64Pointer, (n + Self.block - 1) / Self.block)
    let (inverted, squared) = (w.float64Pointer, result.float64Pointer)
    let arithmetic = stack.count * n * n * n * 2 / 3
    if lower.count == 0 { return result }
    Profile.noting("inverse", arithmetic: arithmetic, bytes: 32 * lower.count) {
      let tiles = LowerTiles(0..<n, edge: Self.tile)
      parallel(over: stack.count * strips, step: grain(strips), of: .float64) { begin, end in
        for task in begin..<end {
          let (matrix, strip) = task.quotientAndRemainder(dividingBy: strips)
          invert(strip: strip, l + matrix * n * n, inverted + matrix * n * n)
        }
      }
      parallel(over: stack.count * tiles.count, step: grain(tiles.count), of: .float64) {
        for task in $0..<$1 {
          let (matrix, tile) = task.quotientAndRemainder(dividingBy: tiles.count)
          square(tiles[tile], inverted + matrix * n * n, squared + matrix * n * n)
        }
      }
    }
    return result
  }

  private func grain(_ parts: Int) -> Int {
    parts > 1 ? 1 : MatrixStack.grain(operations: n * n * n)
  }

  /// Writes some columns of L⁻¹ over zeros, by solving for the identity's columns from the diagonal
  /// down.
  func invert(
    strip: Int, _ l: UnsafeMutablePointer<Double>, _ w: UnsafeMutablePointer<Double>
  ) {
    let begin = strip * Self.block
    let width = min(Self.block, n - begin)
    for i in begin..<begin + width { w[i * (n + 1)] = 1 }
    withFactorScratch(n, columns: width) {
      factors.solve(
        l + begin * (n + 1), n, 1, true, false, w + begin * (n + 1), n, n - begin, width, $0)
    }
  }

  /// Writes a tile of WᵀW and its mirror image across the diagonal.
  private func square(
    _ tile: (rows: Range<Int>, columns: Range<Int>), _ w: UnsafeMutablePointer<Double>,
    _ result: UnsafeMutablePointer<Double>
  ) {
    let (i, j) = (tile.rows.lowerBound, tile.columns.lowerBound)
    let (rows, columns) = (tile.rows.count, tile.columns.count)
    square(tile, w, to: result + i * n + j, rowLength: n)
    if i != j { factors.transpose(result + i * n + j, n, rows, columns, result + j * n + i, n) }
  }

  /// Writes a tile of WᵀW whose rows are `rowLength` elements apart.
  func square(
    _ tile: (rows: Range<Int>, columns: Range<Int>), _ w: UnsafeMutablePointer<Double>,
    to result: UnsafeMutablePointer<Double>, rowLength: Int
  ) {
    let (i, j, columns) = (tile.rows.lowerBound, tile.columns.lowerBound, tile.columns.count)
    // Above its diagonal W is zero.
    let from = w + i * n
    withFactorScratch(0, columns: columns) {
      DType.float64.product.multiply(
        from + i, 1, n, from + j, n, 1, nil, result, rowLength, tile.rows.count, columns, n - i,
        false, .none, CKColumnSums(), $0)
    }
  }
}

/// Square tiles of the lower triangle of a range of rows and columns, including those on the
/// diagonal.
struct LowerTiles {
  private let range: Range<Int>
  private let edge: Int
  private let rows: Int

  init(_ range: Range<Int>, edge: Int) {
    (self.range, self.edge) = (range, edge)
    rows = (range.count + edge - 1) / edge
  }

  /// The number of tiles.
  var count: Int { rows * (rows + 1) / 2 }

  /// The rows and columns of a tile; tiles are numbered row by row.
  subscript(number: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    var (row, column) = (0, number)
    while column > row {
      row += 1
      column -= row
    }
    return (part(row), part(column))
  }

  private func part(_ number: Int) -> Range<Int> {
    let begin = range.lowerBound + number * edge
    return begin..<min(range.upperBound, begin + edge)
  }
}
