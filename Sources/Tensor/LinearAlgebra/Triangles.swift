// Parts of matrices [..., m, n]: taking a part is linear, and its pullback is the adjoint.

extension Tensor {
  /// The lower triangle of matrices `[…, m, n]`, with zeros above it.
  ///
  /// - Parameter diagonal: The last diagonal to keep: 0 for the main diagonal, −1 for the one below
  ///   it.
  public func lowerTriangle(diagonal: Int = 0) -> Tensor {
    let kept = withColumns(of: #function) { row, columns in
      0..<Swift.min(Swift.max(row + diagonal + 1, 0), columns)
    }
    return kept.tracked(from: self) { _, dy in dy.lowerTriangle(diagonal: diagonal) }
  }

  /// The upper triangle of matrices `[…, m, n]`, with zeros below it.
  ///
  /// - Parameter diagonal: The first diagonal to keep: 0 for the main diagonal, 1 for the one above
  ///   it.
  public func upperTriangle(diagonal: Int = 0) -> Tensor {
    let kept = withColumns(of: #function) { row, columns in
      Swift.min(Swift.max(row + diagonal, 0), columns)..<columns
    }
    return kept.tracked(from: self) { _, dy in dy.upperTriangle(diagonal: diagonal) }
  }

  /// The main diagonal of matrices `[…, m, n]`, `[…, min(m, n)]`.
  public func diagonal() -> Tensor {
    let stack = MatrixStack(self, "diagonal")
    let length = Swift.min(stack.rows, stack.columns)
    let strides = Broadcast.strides(
      of: stack.leading + [stack.size], in: stack.leading + [stack.size])
    let value = rearranged(
      to: stack.leading + [length], strides: strides.dropLast() + [stack.columns + 1], offset: 0)
    let (rows, columns) = (stack.rows, stack.columns)
    return value.tracked(from: self) { _, dy in
      dy.diagonalMatrix().padded(before: 0, after: rows - length, along: -2)
        .padded(before: 0, after: columns - length, along: -1)
    }
  }

  /// Square matrices `[…, n, n]` with the elements of `[…, n]` on their diagonals and zeros elsewhere.
  public func diagonalMatrix() -> Tensor {
    precondition(rank >= 1, "diagonalMatrix: expected one dimension or more, found a scalar")
    let n = shape[rank - 1]
    // n rows of n + 1 elements, the first column being the diagonal, without the end of the last
    // row.
    let leading = Array(shape.dropLast())
    let rows = expanded(at: -1).padded(before: 0, after: n, along: -1)
    let elements = rows.reshaped(to: leading + [n * (n + 1)])
    return n == 0
      ? reshaped(to: leading + [0, 0])
      : elements.sliced(0..<n * n, along: -1).reshaped(to: leading + [n, n])
  }

  /// The sum of the diagonal of square matrices `[…, n, n]`, `[…]`.
  public func trace() -> Tensor {
    _ = MatrixStack(square: self, "trace")
    return diagonal().sum(along: -1)
  }

  /// The elements in the columns that `body` returns for a row and the number of columns; zeros
  /// elsewhere.
  private func withColumns(of function: String, _ body: (Int, Int) -> Range<Int>) -> Tensor {
    let stack = MatrixStack(self, String(function.prefix { $0 != "(" }))
    let (rows, columns, width) = (stack.rows, stack.columns, dtype.byteCount)
    return Tensor.uninitialized(shape, dtype, function, reading: count) { result, count in
      if count == 0 { return }
      let step = Swift.max(1, elementwiseGrain / columns)
      parallel(over: stack.count * rows, step: step, of: .float64) { begin, end in
        for row in begin..<end {
          let kept = body(row % rows, columns)
          let (from, to) = (pointer + row * columns * width, result + row * columns * width)
          // The number zero has all bits zero.
          (to).initializeMemory(as: UInt8.self, repeating: 0, count: kept.lowerBound * width)
          (to + kept.lowerBound * width).copyMemory(
            from: from + kept.lowerBound * width, byteCount: kept.count * width)
          (to + kept.upperBound * width).initializeMemory(
            as: UInt8.self, repeating: 0, count: (columns - kept.upperBound) * width)
        }
      }
    }
  }
}
