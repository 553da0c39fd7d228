extension Tensor {
  /// The rows (slices along the first axis) at the given indices, in that order.
  ///
  /// - Returns: Shape `[indices.count] + shape.dropFirst()`. The gradient of a row that is taken
  ///   several times is the sum over its copies.
  public func gatheredRows(at indices: [Int]) -> Tensor {
    let (rows, length) = rowSize("gatheredRows")
    checkRows(indices, below: rows, "gatheredRows")
    let byteCount = length * dtype.byteCount
    let value = Tensor.uninitialized(
      [indices.count] + shape.dropFirst(), dtype,
      reading: indices.count * shape.dropFirst().reduce(1, *)
    ) { result, _ in
      for (place, row) in indices.enumerated() {
        (result + place * byteCount).copyMemory(
          from: pointer(at: row * length), byteCount: byteCount)
      }
    }
    return value.tracked(from: self) { _, dy in dy.scatteredRows(to: indices, count: rows) }
  }

  /// A tensor of `count` rows where each of this tensor's rows is added to the row at its index:
  /// the adjoint of ``gatheredRows(at:)``.
  public func scatteredRows(to indices: [Int], count: Int) -> Tensor {
    let (rows, length) = rowSize("scatteredRows")
    precondition(
      rows == indices.count,
      "scatteredRows: expected an index for each of \(rows) rows, found \(indices.count)")
    checkRows(indices, below: count, "scatteredRows")
    let add = dtype.kernels.pointee.accumulate
    var value = Tensor.zeros([count] + shape.dropFirst(), dtype: dtype)
    value.change(reading: self.count) { result in
      for (place, row) in indices.enumerated() {
        add(pointer(at: place * length), result + row * length * dtype.byteCount, 0, length)
      }
    }
    return value.tracked(from: self) { _, dy in dy.gatheredRows(at: indices) }
  }

  private func rowSize(_ name: String) -> (rows: Int, length: Int) {
    guard let rows = shape.first else {
      preconditionFailure("\(name): expected one dimension or more, found a scalar")
    }
    return (rows, shape.dropFirst().reduce(1, *))
  }

  private func checkRows(_ indices: [Int], below count: Int, _ name: String) {
    for row in indices {
      precondition(
        row >= 0 && row < count, "\(name): expected rows in 0 ..< \(count), found \(row)")
    }
  }
}
