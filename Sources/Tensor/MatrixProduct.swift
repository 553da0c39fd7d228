extension Tensor {
  /// The matrix product, of matrices or of two stacks of matrices.
  ///
  /// `[m, k] · [k, n]` gives `[m, n]`; `[batch, m, k] · [batch, k, n]` gives `[batch, m, n]`.
  ///
  /// - Parameters:
  ///   - other: The right factor.
  ///   - transposeLeft: Whether this tensor is stored transposed, `[k, m]`.
  ///   - transposeRight: Whether `other` is stored transposed, `[n, k]`.
  public func matmul(
    _ other: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false
  ) -> Tensor {
    let (a, b) = (self, other)
    let size = ProductSize(a, b, transposeLeft, transposeRight, "matmul")
    let value = Tensor.uninitialized(
      size.shape, a.dtype, reading: a.count + b.count, arithmetic: size.arithmetic
    ) { result, _ in
      size.run(a.pointer, b.pointer, result, a.dtype)
    }
    // C = A·B: dA = dC·Bᵀ and dB = Aᵀ·dC, each brought to the way its factor is stored.
    return value.tracked(
      from: (
        a,
        { _, dy in
          transposeLeft
            ? b.matmul(dy, transposeLeft: transposeRight, transposeRight: true)
            : dy.matmul(b, transposeRight: !transposeRight)
        }
      ),
      (
        b,
        { _, dy in
          transposeRight
            ? dy.matmul(a, transposeLeft: true, transposeRight: transposeLeft)
            : a.matmul(dy, transposeLeft: !transposeLeft)
        }
      ))
  }
}

/// x·W + b, in one pass: `[batch, inputs] · [inputs, outputs] + [outputs]`.
public func affine(_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor {
  affine(x, weight, bias, slope: 1)
}

/// x·W + b with what is below zero multiplied by `slope`, in one pass: ``affine(_:_:_:)`` and a
/// rectifier, leaky above 0.
package func affine(_ x: Tensor, _ weight: Tensor, _ bias: Tensor, slope: Double) -> Tensor {
  let size = ProductSize(x, weight, false, false, "affine")
  precondition(
    bias.shape == [size.n] && size.batch == nil && bias.dtype == x.dtype,
    "affine: expected a bias of shape [\(size.n)] for weight \(weight.shape), found"
      + " \(bias.dtype)\(bias.shape)")
  let value = Tensor.uninitialized(
    [size.m, size.n], x.dtype, reading: x.count + weight.count, arithmetic: size.arithmetic
  ) { result, _ in
    size.run(x.pointer, weight.pointer, result, x.dtype, bias: bias.pointer, slope: slope)
  }
  return value.tracked(
    from: [
      (x, { _, dy in dy.matmul(weight, transposeRight: true) }),
      (weight, { _, dy in x.matmul(dy, transposeLeft: true) }),
      (bias, { _, dy in dy.sum(along: 0) }),
    ], rectifiedBy: slope)
}

/// The sizes of one matrix product or of a stack of them, and how the work is split.
private struct ProductSize {
  let batch: Int?
  let m: Int
  let n: Int
  let k: Int
  let transposeLeft: Bool
  let transposeRight: Bool

  init(_ a: Tensor, _ b: Tensor, _ transposeLeft: Bool, _ transposeRight: Bool, _ name: String) {
    let rank = a.rank
    precondition(
      a.dtype == b.dtype && rank == b.rank && (rank == 2 || rank == 3),
      "\(name): expected two matrices or two stacks of one element type, found"
        + " \(a.dtype)\(a.shape) and \(b.dtype)\(b.shape)")
    let (left, right) = (a.shape.suffix(2), b.shape.suffix(2))
    batch = rank == 3 ? a.shape[0] : nil
    m = transposeLeft ? left[left.endIndex - 1] : left[left.startIndex]
    k = transposeLeft ? left[left.startIndex] : left[left.endIndex - 1]
    n = transposeRight ? right[right.startIndex] : right[right.endIndex - 1]
    let inner = transposeRight ? right[right.endIndex - 1] : right[right.startIndex]
    precondition(
      k == inner && (rank == 2 || a.shape[0] == b.shape[0]),
      "\(name): shapes \(a.shape)\(transposeLeft ? "ᵀ" : "") and"
        + " \(b.shape)\(transposeRight ? "ᵀ" : "") do not multiply")
    self.transposeLeft = transposeLeft
    self.transposeRight = transposeRight
  }

  /// How many multiplications and additions there are.
  var arithmetic: Int { 2 * (batch ?? 1) * m * n * k }

  var shape: [Int] { (batch.map { [$0] } ?? []) + [m, n] }

  /// Computes the product, plus a row `bias` in each row of the result if there is one; what is
  /// below zero then is multiplied by `slope`.
  func run(
    _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer, _ c: UnsafeMutableRawPointer,
    _ dtype: DType, bias: UnsafeMutableRawPointer? = nil, slope: Double = 1
  ) {
    if m == 0 || n == 0 || batch == 0 { return }
    let width = dtype.byteCount
    if let batch {
      parallel(count: batch) { i in
        block(
          a + i * m * k * width, b + i * k * n * width, c + i * m * n * width, dtype, bias, slope,
          rows: 0..<m, columns: 0..<n)
      }
      return
    }
    // One single-threaded product a piece, cut along the longer side of the result: faster than
    // the library's own threads, and the same bits whatever the number of threads.
    let side = max(m, n)
    let unit = m > n ? Self.rowUnit : Self.columnUnit
    let units = (side + unit - 1) / unit
    let pieces = min(units, Self.pieceCount(work: 2 * m * n * k))
    if m <= n && pieces > 1 && units % pieces == 1 {
      // The one unit that is left over is shared by cutting its rows: of 400 columns one of two
      // threads would have 208.
      let wholeColumns = units / pieces * unit
      parallel(count: 2 * pieces) { piece in
        if piece < pieces {
          let columns = piece * wholeColumns..<(piece + 1) * wholeColumns
          block(a, b, c, dtype, bias, slope, rows: 0..<m, columns: columns)
        } else {
          let rows = m * (piece - pieces) / pieces..<m * (piece - pieces + 1) / pieces
          block(a, b, c, dtype, bias, slope, rows: rows, columns: pieces * wholeColumns..<n)
        }
      }
      return
    }
    parallel(count: pieces) { piece in
      let begin = units * piece / pieces * unit
      let range = begin..<min(side, units * (piece + 1) / pieces * unit)
      if m > n {
        block(a, b, c, dtype, bias, slope, rows: range, columns: 0..<n)
      } else {
        block(a, b, c, dtype, bias, slope, rows: 0..<m, columns: range)
      }
    }
  }

  /// Pieces of the rows begin at a multiple of this.
  private static let rowUnit = 4
  /// Pieces of the columns begin at a multiple of this, the width of the widest vector.
  private static let columnUnit = 16

  /// How many pieces a product of so many floating-point operations is cut into.
  private static func pieceCount(work: Int) -> Int {
    work < 400_000 ? 1 : max(2, min(16, work / 128_000_000))
  }

  /// One product on the calling thread, for a block of the result.
  private func block(
    _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer, _ c: UnsafeMutableRawPointer,
    _ dtype: DType, _ bias: UnsafeMutableRawPointer?, _ slope: Double, rows: Range<Int>,
    columns: Range<Int>
  ) {
    let width = dtype.byteCount
    MatrixBlock(
      a: a + rows.lowerBound * (transposeLeft ? 1 : k) * width,
      b: b + columns.lowerBound * (transposeRight ? k : 1) * width,
      bias: bias.map { $0 + columns.lowerBound * width },
      c: c + (rows.lowerBound * n + columns.lowerBound) * width, m: rows.count, n: columns.count,
      k: k, transposeLeft: transposeLeft, transposeRight: transposeRight,
      rowLengths: (transposeLeft ? m : k, transposeRight ? k : n, n), dtype: dtype, slope: slope
    ).multiply(work: 2 * m * n * k)
  }
}
