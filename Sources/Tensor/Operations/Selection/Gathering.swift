extension Tensor {
  /// The rows (slices along the first axis) at the given indices, in that order.
  ///
  /// - Returns: Shape `[indices.count] + shape.dropFirst()`. The gradient of a row that is taken
  ///   several times is the sum over its copies.
  public func gatheredRows(at indices: [Int]) -> Tensor {
    checkHasRows("gatheredRows")
    return gathered(at: indices, along: 0, "gatheredRows", "rows")
  }

  /// A tensor of `count` rows where each of this tensor's rows is added to the row at its index:
  /// the adjoint of ``gatheredRows(at:)``.
  public func scatteredRows(to indices: [Int], count: Int) -> Tensor {
    checkHasRows("scatteredRows")
    return scattered(to: indices, count: count, along: 0, "scatteredRows", "row", "rows")
  }

  /// The slices at the given indices along one axis, in that order, like NumPy's `take`.
  ///
  /// - Parameters:
  ///   - indices: Indices from 0 to the axis's size − 1; others stop the program.
  ///   - axis: The axis; a negative one counts from the end.
  /// - Returns: The tensor's shape with `indices.count` at the axis. The gradient of a slice that is
  ///   taken several times is the sum over its copies.
  public func gathered(at indices: [Int], along axis: Int) -> Tensor {
    gathered(at: indices, along: self.axis(axis, "gathered"), "gathered", "indices")
  }

  /// A tensor with `count` slices along one axis, where each of this tensor's slices is added to the one
  /// at its index: the adjoint of ``gathered(at:along:)``.
  ///
  /// For a single axis this is a weighted histogram, like NumPy's `bincount`. Slices are added in
  /// order.
  ///
  /// - Parameters:
  ///   - indices: One for each slice, from 0 to `count` − 1; others stop the program.
  ///   - count: The size of the result's axis.
  ///   - axis: The axis; a negative one counts from the end.
  public func scattered(to indices: [Int], count: Int, along axis: Int) -> Tensor {
    scattered(
      to: indices, count: count, along: self.axis(axis, "scattered"), "scattered", "slice",
      "indices")
  }

  private func gathered(at indices: [Int], along axis: Int, _ name: String, _ what: String)
    -> Tensor
  {
    let length = shape[axis]
    checkIndices(indices, below: length, name, what)
    var target = shape
    target[axis] = indices.count
    let slices = Slices(self, along: axis)
    let byteCount = slices.inner * dtype.byteCount
    let value = Tensor.uninitialized(
      target, dtype, name, reading: target.elementCount(for: name)
    ) { result, count in
      if count == 0 { return }
      // Elements are copied unchanged, including denormal ones.
      let step = Swift.max(1, elementwiseGrain / slices.inner)
      indices.withUnsafeBufferPointer { indices in
        parallel(over: slices.outer * indices.count, step: step, of: .float64) { begin, end in
          var (outer, index) = begin.quotientAndRemainder(dividingBy: indices.count)
          for place in begin..<end {
            let source = pointer(at: (outer * length + indices[index]) * slices.inner)
            copySlice(from: source, to: result + place * byteCount, byteCount)
            index += 1
            if index == indices.count { (outer, index) = (outer + 1, 0) }
          }
        }
      }
    }
    return value.tracked(from: self, operation: name) { _, dy in
      dy.scattered(to: indices, count: length, along: axis)
    }
  }

  private func scattered(
    to indices: [Int], count: Int, along axis: Int, _ name: String, _ slice: String, _ what: String
  ) -> Tensor {
    precondition(
      shape[axis] == indices.count,
      "\(name): expected an index for each of \(shape[axis]) \(slice)s, found \(indices.count)")
    checkIndices(indices, below: count, name, what)
    var target = shape
    target[axis] = count
    let slices = Slices(self, along: axis)
    let add = dtype.kernels.pointee.accumulate
    var value = Tensor.zeros(target, dtype: dtype)
    value.change(name, reading: self.count) { result in
      if self.count == 0 { return }
      parallel(count: slices.outer, of: dtype) { outer in
        for (place, index) in indices.enumerated() {
          add(
            pointer(at: (outer * indices.count + place) * slices.inner),
            result + (outer * count + index) * slices.inner * dtype.byteCount, 0, slices.inner)
        }
      }
    }
    return value.tracked(from: self, operation: name) { _, dy in
      dy.gathered(at: indices, along: axis)
    }
  }

  private func checkHasRows(_ name: String) {
    precondition(rank > 0, "\(name): expected one dimension or more, found a scalar")
  }

  /// Stops the program at an index outside `0 ..< count`.
  func checkIndices(_ indices: [Int], below count: Int, _ name: String, _ what: String) {
    for index in indices {
      precondition(
        index >= 0 && index < count, "\(name): expected \(what) in 0 ..< \(count), found \(index)")
    }
  }
}

/// An axis between those before it and those after it: `[outer, count, inner]`.
struct Slices {
  let outer: Int
  let count: Int
  let inner: Int

  init(_ x: Tensor, along axis: Int) {
    outer = x.shape[..<axis].reduce(1, *)
    count = x.shape[axis]
    inner = x.shape[(axis + 1)...].reduce(1, *)
  }
}

/// Copies the bytes of a slice, fastest if it is a single element.
@inline(__always)
private func copySlice(
  from source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, _ byteCount: Int
) {
  switch byteCount {
  case 4: target.storeBytes(of: source.load(as: UInt32.self), as: UInt32.self)
  case 8:
    // Two float32 elements, aligned to only four bytes.
    target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
  default: target.copyMemory(from: source, byteCount: byteCount)
  }
}
