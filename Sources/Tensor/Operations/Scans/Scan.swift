import CKernels

/// The traversal of a scan along one axis: over rows of `inner` elements, forwards or backwards.
struct Scan {
  let outer: Int
  let count: Int
  let inner: Int
  let isReversed: Bool

  /// Along an axis of a tensor, which may count from the end.
  init(_ x: Tensor, along axis: Int, reversed isReversed: Bool) {
    outer = x.shape[..<axis].reduce(1, *)
    count = x.shape[axis]
    inner = x.shape[(axis + 1)...].reduce(1, *)
    self.isReversed = isReversed
  }

  /// The distance from one row to the next, in elements.
  var step: Int { isReversed ? -inner : inner }

  /// The offset of the row `row` of the scan, for an outer index.
  func offset(_ outer: Int, row: Int = 0) -> Int {
    (outer * count + (isReversed ? count - 1 - row : row)) * inner
  }

  /// Calls `body` with the offset of the first row and a range of columns, in parallel.
  func run(of dtype: DType, _ body: (_ offset: Int, _ begin: Int, _ end: Int) -> Void) {
    if outer * count * inner == 0 { return }
    let (width, chunks) = (columnsPerTask, columnChunks)
    // Several short rows are processed at a time.
    let step = Swift.max(1, elementwiseGrain / (count * Swift.min(width, inner)))
    parallel(over: outer * chunks, step: step, of: dtype) { first, last in
      for index in first..<last {
        let (row, chunk) = index.quotientAndRemainder(dividingBy: chunks)
        body(offset(row), chunk * width, Swift.min(inner, (chunk + 1) * width))
      }
    }
  }

  /// The number of columns that a thread processes at a time: few if there would not be enough work
  /// for many threads.
  private var columnsPerTask: Int { outer < 8 ? 64 : Swift.max(inner, 1) }

  private var columnChunks: Int { (inner + columnsPerTask - 1) / columnsPerTask }

  // MARK: Sums in blocks

  /// The number of rows in a block of a long sum, or nil if it is done in one piece.
  private var blockLength: Int? {
    let length = Swift.max(64, 2 * elementwiseGrain / Swift.max(1, inner))
    return outer * columnChunks < 8 && count > 2 * length ? length : nil
  }

  /// Writes the sums up to each row; a long scan goes over its blocks twice, first for their sums.
  func writeSums(of x: Tensor, to y: UnsafeMutableRawPointer) {
    if x.count == 0 { return }
    let (kernel, dtype) = (x.dtype.kernels.pointee.scan_sum, x.dtype)
    guard let blockLength else {
      run(of: dtype) { offset, begin, end in
        var sums = [Double](repeating: 0, count: end - begin)
        let first = offset + begin
        kernel(
          x.pointer(at: first), y + first * dtype.byteCount, count, inner, step, &sums, 0,
          end - begin)
      }
      return
    }
    let blocks = (count + blockLength - 1) / blockLength
    let before = Tensor.zeros([outer, blocks, inner], dtype: .float64)
    func eachBlock(_ body: (_ offset: Int, _ rows: Int, UnsafeMutablePointer<Double>) -> Void) {
      parallel(count: outer * blocks, of: dtype) { index in
        let (row, block) = index.quotientAndRemainder(dividingBy: blocks)
        let begin = block * blockLength
        body(
          offset(row, row: begin), Swift.min(blockLength, count - begin),
          before.pointer(at: index * inner).assumingMemoryBound(to: Double.self))
      }
    }
    eachBlock { kernel(x.pointer(at: $0), nil, $1, inner, step, $2, 0, inner) }
    // Turns the sum of each block into the sum of those before it.
    for row in 0..<outer {
      for column in 0..<inner {
        let sums = before.pointer(at: row * blocks * inner + column)
          .assumingMemoryBound(to: Double.self)
        var sum = 0.0
        for block in 0..<blocks { (sums[block * inner], sum) = (sum, sum + sums[block * inner]) }
      }
    }
    eachBlock {
      kernel(x.pointer(at: $0), y + $0 * dtype.byteCount, $1, inner, step, $2, 0, inner)
    }
  }
}

extension Tensor {
  /// A scan's value along an axis and, on request, the index along the axis of each element it
  /// selected; without a gradient.
  func scanned(
    _ operation: CKScan, along axis: Int, reversed: Bool, placed isPlaced: Bool = false,
    _ name: String
  ) -> (values: Tensor, places: [Int]) {
    let (scan, kernel) = (Scan(self, along: axis, reversed: reversed), dtype.kernels.pointee.scan)
    var places = [Int64](repeating: 0, count: isPlaced ? count : 0)
    let values = places.withUnsafeMutableBufferPointer { places in
      let places = isPlaced ? places.baseAddress : nil
      return Tensor.uninitialized(shape, dtype, name, reading: count) { result, _ in
        scan.run(of: dtype) { offset, begin, end in
          kernel(
            operation, pointer(at: offset), result + offset * dtype.byteCount,
            places.map { $0 + offset }, scan.count, scan.inner, scan.step, begin, end)
        }
      }
    }
    return (values, places.map { Int($0) })
  }

  /// The elements shifted by one along an axis: `first` enters and the last one is dropped; in the
  /// other direction if reversed.
  func shifted(filling first: Double, along axis: Int, reversed: Bool) -> Tensor {
    let length = shape[axis]
    if length == 0 { return self }
    var edge = shape
    edge[axis] = 1
    let filling = Tensor(filledWith: first, edge, dtype: dtype)
    return Tensor.concatenated(
      reversed
        ? [sliced(1..<length, along: axis), filling]
        : [filling, sliced(0..<length - 1, along: axis)], along: axis)
  }
}
