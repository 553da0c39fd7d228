import CKernels

// Sorting, top-k and quantiles share one order: −0 and 0 are equal, and NaN is larger than every
// number, so that it comes last in ascending order, as in NumPy. Elements are moved unchanged,
// including denormal float32 numbers.

extension Tensor {
  /// The elements in order along one axis; equal elements keep their order.
  ///
  /// NaN is larger than every number: last, or first if descending. It takes O(n log n) time, on
  /// all threads. The gradient goes to the original position of each element.
  ///
  /// - Parameters:
  ///   - axis: The axis; a negative one counts from the end.
  ///   - isDescending: Whether the largest come first.
  public func sorted(along axis: Int = -1, descending isDescending: Bool = false) -> Tensor {
    let axis = self.axis(axis, "sorted")
    if isBeingRecorded {
      return gatheredElements(
        at: argsorted(along: axis, descending: isDescending), along: axis)
    }
    return untracked.movedToTheEnd(axis).rowsSorted(isDescending).movedBackFromTheEnd(axis)
  }

  /// The indices along one axis that sort its elements, row-major in the tensor's shape; equal
  /// elements keep their order.
  ///
  /// NaN is larger than every number: last, or first if descending. Use the indices with
  /// ``gatheredElements(at:along:)``.
  ///
  /// - Parameters:
  ///   - axis: The axis; a negative one counts from the end.
  ///   - isDescending: Whether the largest come first.
  public func argsorted(along axis: Int = -1, descending isDescending: Bool = false) -> [Int] {
    let axis = self.axis(axis, "argsorted")
    let rows = untracked.movedToTheEnd(axis)
    return Self.movedBack(rows.rowsArgsorted(isDescending), shape[axis], Slices(self, along: axis))
  }

  /// The largest elements along one axis, largest first, and their indices; the first of equal
  /// ones.
  ///
  /// NaN is larger than every number, as for `max(along:)` and `argmax(along:)`.
  ///
  /// ```swift
  /// Tensor([3, 1, 4, 1, 5]).topK(2)   // values [5, 4], indices [4, 2]
  /// ```
  ///
  /// - Parameters:
  ///   - k: The number of elements, from 0 to the axis's size.
  ///   - axis: The axis; a negative one counts from the end.
  ///   - isLargest: False for the smallest, smallest first, with NaN only if nothing else is left.
  /// - Returns: The elements, of the tensor's shape with `k` at the axis, with their gradient, and
  ///   the indices along the axis, row-major in that shape.
  public func topK(
    _ k: Int, along axis: Int = -1, largest isLargest: Bool = true
  ) -> (values: Tensor, indices: [Int]) {
    let axis = self.axis(axis, "topK")
    precondition(
      k >= 0 && k <= shape[axis],
      "topK: expected a number from 0 to \(shape[axis]) for axis \(axis) of shape \(shape), found"
        + " \(k)")
    let rows = untracked.movedToTheEnd(axis)
    let places = Self.movedBack(rows.rowsSelected(k, isLargest), k, Slices(self, along: axis))
    var target = shape
    target[axis] = k
    if target.contains(0) { return (Tensor.zeros(target, dtype: dtype), []) }
    return (gatheredElements(at: places, along: axis), places)
  }

  // MARK: Rows

  /// The number of rows, and the length of each.
  private var rowShape: (rows: Int, length: Int) {
    let length = shape[rank - 1]
    return (length == 0 ? 0 : count / length, length)
  }

  /// Each row sorted.
  private func rowsSorted(_ isDescending: Bool) -> Tensor {
    switch dtype {
    case .float32: rowsSorted(by: UInt32.self, isDescending)
    case .float64: rowsSorted(by: UInt64.self, isDescending)
    }
  }

  private func rowsSorted<Key: SortedKey>(by _: Key.Type, _ isDescending: Bool) -> Tensor {
    let (rows, length) = rowShape
    // Whether each stretch of a row contains −0: separate flags, as threads set them concurrently.
    let stretch = RowSort<Key>.leastBlock
    let stretches = length / stretch + 1
    var zeros = [Bool](repeating: false, count: rows * stretches)
    return Tensor.uninitialized(shape, dtype, "sorted", reading: count) { result, _ in
      zeros.withUnsafeMutableBufferPointer { zeros in
        RowSort<Key>(rows: rows, length: length).run(
          fill: { row, range, keys in
            let numbers = pointer(at: row * length)
            if Key.writeKeys(of: numbers, range, to: keys, isDescending) {
              zeros[row * stretches + range.lowerBound / stretch] = true
            }
          },
          use: { row, range, keys, _ in
            let sorted = result + row * length * dtype.byteCount
            Key.writeNumbers(of: keys, to: sorted, range, isDescending)
          })
      }
      for row in 0..<rows where zeros[row * stretches..<(row + 1) * stretches].contains(true) {
        dtype.copyZeros(
          of: pointer(at: row * length), to: result + row * length * dtype.byteCount, length)
      }
    }
  }

  /// The indices that sort each row.
  private func rowsArgsorted(_ isDescending: Bool) -> [Int] {
    let (rows, length) = rowShape
    let placed = PlacedNumbers(
      dtype, length: length, descending: isDescending, "argsorted")
    return places(count, "argsorted") { result in
      RowSort<UInt64>(rows: rows, length: length, lowestBit: placed.placeBits).run(
        fill: { row, range, items in placed.write(pointer(at: row * length), range, to: items) },
        use: { row, range, items, room in
          placed.writePlaces(
            items, room: room, count: range.count, of: pointer(at: row * length),
            to: result + row * length + range.lowerBound)
        })
    }
  }

  /// The indices of the first elements of each row in order.
  private func rowsSelected(_ k: Int, _ isLargest: Bool) -> [Int] {
    let (rows, length) = rowShape
    // A small heap costs one comparison for most elements; a large one costs more than sorting.
    if 16 * k > length {
      let places = rowsArgsorted(isLargest)
      return (0..<rows).flatMap { places[$0 * length..<$0 * length + k] }
    }
    let placed = PlacedNumbers(dtype, length: 1 << 32, descending: isLargest, "topK")
    let itemBytes = MemoryLayout<CKPlacedKey>.size
    return places(rows * k, "topK") { result in
      parallel(count: rows) { row in
        let memory = BufferPool.shared.take(byteCount: length * itemBytes)
        defer { BufferPool.shared.giveBack(memory, byteCount: length * itemBytes) }
        let (numbers, found) = (pointer(at: row * length), result + row * k)
        switch dtype {
        case .float32:
          let items = memory.assumingMemoryBound(to: UInt64.self)
          placed.write(numbers, 0..<length, to: items)
          ck_select_64(items, length, k)
          placed.writePlaces(items, room: items, count: k, of: numbers, to: found)
        case .float64:
          let items = memory.assumingMemoryBound(to: CKPlacedKey.self)
          ck_placed_keys(
            numbers.assumingMemoryBound(to: Double.self), items, length, isLargest)
          ck_select_placed(items, length, k)
          for i in 0..<k { found[i] = Int(items[i].place) }
        }
      }
    }
  }

  /// This many indices, which `body` writes.
  private func places(
    _ count: Int, _ name: String, _ body: (UnsafeMutablePointer<Int>) -> Void
  ) -> [Int] {
    if count == 0 { return [] }
    return [Int](unsafeUninitializedCapacity: count) { buffer, written in
      written = count
      guard let start = buffer.baseAddress else { return }
      Profile.noting(name, bytes: self.count * dtype.byteCount + count * 8) { body(start) }
    }
  }

  /// Indices of rows, `[outer, inner, count]`, rearranged to `[outer, count, inner]`.
  private static func movedBack(_ places: [Int], _ count: Int, _ slices: Slices) -> [Int] {
    if slices.inner == 1 || places.isEmpty { return places }
    return [Int](unsafeUninitializedCapacity: places.count) { moved, written in
      written = places.count
      var place = 0
      for outer in 0..<slices.outer {
        for inner in 0..<slices.inner {
          for index in 0..<count {
            moved[(outer * count + index) * slices.inner + inner] = places[place]
            place += 1
          }
        }
      }
    }
  }
}
