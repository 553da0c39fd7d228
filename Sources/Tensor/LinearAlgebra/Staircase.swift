import CKernels

/// The shape of a mask `[rows, columns]` whose columns begin with ones and end with zeros, such as
/// one between units that are sorted by degree (Germain and others 2015, equations 12 and 13).
///
/// It is cut into strips of neighbouring columns. Below a strip's tallest column there is nothing
/// to multiply, so that a product with a triangular mask takes about half of the operations.
package struct Staircase: Sendable {
  /// Neighbouring columns.
  struct Strip {
    let columns: Range<Int>
    /// The first rows, where all of the columns have ones.
    let full: Int
    /// The rows beyond which none of the columns has ones; 1 or more.
    let height: Int
  }

  let rows: Int
  let columns: Int
  let strips: [Strip]
  /// The rows between the heights of strips, with the runs of columns that reach that far.
  let steps: [(rows: Range<Int>, runs: [Range<Int>])]

  /// The columns of a strip, and what heights are rounded up to.
  private static let unit = 64

  /// Finds the shape of a mask of zeros and ones, or nil if its columns are not of this kind, or if
  /// less than a quarter of the operations would be saved.
  package init?(of mask: Tensor) {
    precondition(mask.rank == 2, "Staircase: expected a matrix, found shape \(mask.shape)")
    (rows, columns) = (mask.shape[0], mask.shape[1])
    guard rows > 0 && columns > 0 else { return nil }
    // The last row with a one, counted from 1, is the number of ones if they come first.
    let places = Tensor.range(1..<rows + 1, dtype: mask.dtype).expanded(at: 1)
    let heights = (mask * places).max(along: 0).doubles.map { Int($0) }
    guard heights == mask.sum(along: 0).doubles.map({ Int($0) }) else { return nil }
    let (rows, unit) = (rows, Self.unit)
    strips = stride(from: 0, to: columns, by: unit).map { begin in
      let columns = begin..<min(begin + unit, heights.count)
      let own = heights[columns]
      let tallest = (max(1, own.max() ?? 1) + unit - 1) / unit * unit
      return Strip(columns: columns, full: own.min() ?? 0, height: min(rows, tallest))
    }
    let left = strips.reduce(0) { $0 + $1.columns.count * $1.height }
    guard 4 * left <= 3 * rows * columns else { return nil }
    let ends = Set(strips.map(\.height) + [0, rows]).sorted()
    let all = strips
    steps = zip(ends, ends.dropFirst()).map { begin, end in
      var runs: [Range<Int>] = []
      for strip in all where strip.height >= end {
        if let last = runs.last, last.upperBound == strip.columns.lowerBound {
          runs[runs.count - 1] = last.lowerBound..<strip.columns.upperBound
        } else {
          runs.append(strip.columns)
        }
      }
      return (begin..<end, runs)
    }
  }

  /// The additions and multiplications of a product with this many rows on the other side.
  private func arithmetic(_ count: Int) -> Int {
    2 * count * strips.reduce(0) { $0 + $1.columns.count * $1.height }
  }
}

/// x·(W ∘ M) + b and a rectifier, for a mask M of this shape: `[batch, inputs]` to
/// `[batch, outputs]`.
///
/// W, `[inputs, outputs]`, has no effect and no gradient where M is 0.
package func affine(
  _ x: Tensor, _ weight: Tensor, _ bias: Tensor, mask: Tensor, _ staircase: Staircase,
  rectifier: Rectifier
) -> Tensor {
  let (rows, columns) = (staircase.rows, staircase.columns)
  precondition(
    x.rank == 2 && x.shape[1] == rows && weight.shape == [rows, columns]
      && mask.shape == weight.shape && bias.shape == [columns]
      && [weight, mask, bias].allSatisfy { $0.dtype == x.dtype },
    "affine: expected an input [batch, \(rows)], a weight and a mask [\(rows), \(columns)] and a bias"
      + " [\(columns)] of one type, found \(x.dtype)\(x.shape), \(weight.dtype)\(weight.shape),"
      + " \(mask.dtype)\(mask.shape) and \(bias.dtype)\(bias.shape)")
  let connections = staircase.masked(weight, by: mask)
  let value = staircase.product(x, connections, bias, rectifier)
  let columnSums = ColumnSums(for: bias)
  return value.tracked(
    from: [
      TrackedInput(
        x,
        direct: { dy, destination in
          destination.receive { staircase.leftGradient(dy, connections, $0) }
        },
        pullback: { _, dy in dy.matmul(weight * mask, transposeRight: true) }),
      TrackedInput(
        weight,
        direct: { dy, destination in
          let sums = columnSums.begin(of: dy)
          return destination.receive(staircase.rightGradient(dy, x, mask, columnSums: sums))
        },
        pullback: { _, dy in x.matmul(dy, transposeLeft: true) * mask }),
      columnSums.edge(of: bias),
    ], rectifiedBy: rectifier)
}

// MARK: - The loops

extension Staircase {
  /// W ∘ M where M can have ones; elsewhere the elements are undefined.
  fileprivate func masked(_ weight: Tensor, by mask: Tensor) -> Tensor {
    let (dtype, width, zip) = (
      weight.dtype, weight.dtype.byteCount, weight.dtype.kernels.pointee.zip
    )
    return Tensor.uninitialized([rows, columns], dtype, "*", reading: 2 * weight.count) {
      result, _ in
      parallel(count: steps.count, of: dtype) { step in
        for row in steps[step].rows {
          for run in steps[step].runs {
            var (length, stride) = (run.count, 1)
            let offset = (row * columns + run.lowerBound) * width
            zip(
              .multiply, 0, weight.pointer + offset, mask.pointer + offset, result + offset, 1,
              &length, &stride, &stride, 0, 1)
          }
        }
      }
    }
  }

  /// x·C + b, rectified.
  fileprivate func product(
    _ x: Tensor, _ connections: Tensor, _ bias: Tensor, _ rectifier: Rectifier
  ) -> Tensor {
    let (m, dtype) = (x.shape[0], x.dtype)
    return Tensor.uninitialized(
      [m, columns], dtype, "affine", reading: x.count + connections.count,
      arithmetic: arithmetic(m)
    ) { result, _ in
      parallel(count: m == 0 ? 0 : strips.count, of: dtype) {
        let (strip, offset) = (strips[$0], strips[$0].columns.lowerBound * dtype.byteCount)
        MatrixBlock(
          a: x.pointer, b: connections.pointer + offset, bias: bias.pointer + offset,
          c: result + offset, m: m, n: strip.columns.count, k: strip.height,
          rowLengths: (rows, columns, columns), dtype: dtype, rectifier: rectifier.forward
        ).multiply(work: arithmetic(m))
      }
    }
  }

  /// dy·Cᵀ, gone back through a rectifier.
  fileprivate func leftGradient(
    _ dy: Tensor, _ connections: Tensor, _ rectifier: CKRectifier
  ) -> Tensor {
    let (m, dtype, width) = (dy.shape[0], dy.dtype, dy.dtype.byteCount)
    return Tensor.uninitialized(
      [m, rows], dtype, "matmul", reading: dy.count + connections.count, arithmetic: arithmetic(m)
    ) { result, _ in
      parallel(count: m == 0 ? 0 : steps.count, of: dtype) {
        let (place, runs) = (steps[$0].rows, steps[$0].runs)
        let c = result + place.lowerBound * width
        if runs.isEmpty { clear(c, rows: m, columns: place.count, rowLength: rows, dtype) }
        for (number, run) in runs.enumerated() {
          let isLast = number == runs.count - 1
          MatrixBlock(
            a: dy.pointer + run.lowerBound * width,
            b: connections.pointer + (place.lowerBound * columns + run.lowerBound) * width, c: c,
            m: m, n: place.count, k: run.count, transposeRight: true,
            rowLengths: (columns, columns, rows), dtype: dtype, accumulates: number > 0,
            rectifier: isLast ? rectifier.advanced(by: place.lowerBound * width) : .none
          ).multiply(work: arithmetic(m))
        }
      }
    }
  }

  /// (xᵀ·dy) ∘ M, and the sums of dy's columns.
  fileprivate func rightGradient(
    _ dy: Tensor, _ x: Tensor, _ mask: Tensor, columnSums: Tensor?
  ) -> Tensor {
    let (m, dtype, width) = (x.shape[0], x.dtype, x.dtype.byteCount)
    return Tensor.uninitialized(
      [rows, columns], dtype, "matmul", reading: x.count + dy.count, arithmetic: arithmetic(m)
    ) { result, _ in
      parallel(count: strips.count, of: dtype) {
        let (strip, offset) = (strips[$0], strips[$0].columns.lowerBound * width)
        let c = result + offset
        let sums = CKColumnSums(
          sums: columnSums.map { $0.pointer + offset },
          block: Tensor.sumBlockLength(inner: columns))
        MatrixBlock(
          a: x.pointer, b: dy.pointer + offset, c: c, m: strip.height, n: strip.columns.count, k: m,
          transposeLeft: true, rowLengths: (rows, columns, columns), dtype: dtype, columnSums: sums
        ).multiply(work: arithmetic(m))
        let masked = Storage(count: strip.columns.count, dtype: dtype)  // not in place
        for row in strip.full..<strip.height {
          var (length, stride) = (strip.columns.count, 1)
          let start = row * columns * width
          dtype.kernels.pointee.zip(
            .multiply, 0, c + start, mask.pointer + offset + start, masked.pointer, 1, &length,
            &stride, &stride, 0, 1)
          (c + start).copyMemory(from: masked.pointer, byteCount: length * width)
        }
        clear(
          c + strip.height * columns * width, rows: rows - strip.height,
          columns: strip.columns.count, rowLength: columns, dtype)
      }
    }
  }

  /// Writes zeros to a part of a matrix.
  private func clear(
    _ start: UnsafeMutableRawPointer, rows: Int, columns: Int, rowLength: Int, _ dtype: DType
  ) {
    for row in 0..<rows {
      (start + row * rowLength * dtype.byteCount).initializeMemory(
        as: UInt8.self, repeating: 0, count: columns * dtype.byteCount)
    }
  }
}
