extension Tensor {
  /// The elements at separate indices for each position along one axis, like NumPy's
  /// `take_along_axis`: y[…, k, …] = x[…, indices[…, k, …], …].
  ///
  /// - indices: One for each element of the result, row-major in its shape, for example from
  ///     ``argsorted(along:descending:)``; from 0 to the axis's size − 1.
  ///   - axis: The axis; a negative one counts from the end.
  /// - Returns: The tensor's shape, with the number of indices per position as the axis's size. The
  ///   gradient of an element that is taken several times is the sum over its copies.
  public func gatheredElements(at indices: [Int], along axis: Int) -> Tensor {
    let (name, axis) = ("gatheredElements", self.axis(axis, "gatheredElements"))
    let slices = Slices(self, along: axis)
    let lines = slices.outer * slices.inner
    precondition(
      lines == 0 ? indices.isEmpty : indices.count % lines == 0,
      "\(name): expected a multiple of \(lines) indices for axis \(axis) of shape \(shape), found"
        + " \(indices.count)")
    checkIndices(indices, below: slices.count, name, "indices")
    var target = shape
    target[axis] = lines == 0 ? 0 : indices.count / lines
    let taken = target[axis]
    let value = Tensor.uninitialized(target, dtype, reading: indices.count) { result, count in
      let (x, y) = (pointer, result)
      func copy<Word>(_: Word.Type) {
        let (x, y) = (x.assumingMemoryBound(to: Word.self), y.assumingMemoryBound(to: Word.self))
        slices.forEachElement(of: taken, at: indices, isSplit: true) { y[$0] = x[$1] }
      }
      dtype == .float32 ? copy(UInt32.self) : copy(UInt64.self)
    }
    return value.tracked(from: self) { _, dy in
      dy.scatteredElements(to: indices, count: slices.count, along: axis)
    }
  }

  /// A tensor of size `count` along one axis, where each of this tensor's elements is added to the one at
  /// its index: y[…, indices[…, k, …], …] += x[…, k, …].
  ///
  /// The adjoint of ``gatheredElements(at:along:)``. Elements are added in their order.
  ///
  /// - Parameters:
  ///   - indices: One for each element, row-major in the tensor's shape, from 0 to `count` − 1.
  ///   - count: The size of the result's axis.
  ///   - axis: The axis; a negative one counts from the end.
  public func scatteredElements(to indices: [Int], count: Int, along axis: Int) -> Tensor {
    let (name, axis) = ("scatteredElements", self.axis(axis, "scatteredElements"))
    precondition(
      indices.count == self.count,
      "\(name): expected an index for each of \(self.count) elements of shape \(shape), found"
        + " \(indices.count)")
    checkIndices(indices, below: count, name, "indices")
    var target = shape
    target[axis] = count
    var value = Tensor.zeros(target, dtype: dtype)
    let (slices, taken) = (Slices(value, along: axis), shape[axis])
    value.change(reading: self.count) { result in
      func add<Scalar: BinaryFloatingPoint>(_: Scalar.Type) {
        let x = pointer.assumingMemoryBound(to: Scalar.self)
        let y = result.assumingMemoryBound(to: Scalar.self)
        slices.forEachElement(of: taken, at: indices, isSplit: false) { y[$1] += x[$0] }
      }
      dtype == .float32 ? add(Float.self) : add(Double.self)
    }
    return value.tracked(from: self) { _, dy in dy.gatheredElements(at: indices, along: axis) }
  }
}

extension Slices {
  /// Calls `body` with the position of each element of `taken` along the axis, and the position
  /// that its index refers to, in parallel.
  ///
  /// - Parameter isSplit: Whether elements along the axis may also be shared among threads, because
  ///   none is written twice.
  @inline(__always)
  fileprivate func forEachElement(
    of taken: Int, at indices: [Int], isSplit: Bool,
    _ body: (_ place: Int, _ indexed: Int) -> Void
  ) {
    if indices.isEmpty { return }
    let rows = isSplit ? 1 : taken
    indices.withUnsafeBufferPointer { indices in
      parallel(
        over: outer * taken / rows, step: Swift.max(1, elementwiseGrain / (rows * inner)),
        of: .float64
      ) {
        for row in $0 * rows..<$1 * rows {
          let begin = row / taken * count
          for column in 0..<inner {
            let place = row * inner + column
            body(place, (begin + indices[place]) * inner + column)
          }
        }
      }
    }
  }
}
