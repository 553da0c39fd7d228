import CKernels

extension Tensor {
  // MARK: Reshaping

  /// The same elements in another shape; one size may be −1 and is inferred.
  public func reshaped(to target: [Int]) -> Tensor {
    if target == shape { return self }
    var target = target
    if let open = target.firstIndex(of: -1) {
      let known = target.enumerated().filter { $0.offset != open }.map(\.element).elementCount ?? 0
      target[open] = known > 0 ? count / known : 0
    }
    precondition(
      target.elementCount == count,
      "reshaped: shape \(shape) has \(count) elements, \(target) does not")
    let own = shape
    return Tensor(storage, shape: target).tracked(
      from: TrackedInput(self) { _, dy in dy.reshaped(to: own) }, role: .view)
  }

  /// Merges all dimensions from `axis` on: `[batch, …]` to `[batch, features]` by default.
  public func flattened(from axis: Int = 1) -> Tensor {
    precondition(axis >= 0 && axis <= rank, "flattened: axis \(axis) is outside of shape \(shape)")
    return reshaped(to: Array(shape[..<axis]) + [shape[axis...].reduce(1, *)])
  }

  /// Inserts a dimension of size 1 before `axis`; −1 puts it last.
  public func expanded(at axis: Int) -> Tensor {
    let index = axis < 0 ? axis + rank + 1 : axis
    precondition(index >= 0 && index <= rank, "expanded: axis \(axis) is outside of shape \(shape)")
    var target = shape
    target.insert(1, at: index)
    return reshaped(to: target)
  }

  /// Removes the dimension at `axis`, whose size must be 1.
  public func squeezed(at axis: Int) -> Tensor {
    let index = self.axis(axis, "squeezed")
    precondition(shape[index] == 1, "squeezed: expected size 1 at axis \(axis) of shape \(shape)")
    return reshaped(to: Array(shape[..<index]) + Array(shape[(index + 1)...]))
  }

  // MARK: Reordering axes

  /// The matrix with rows and columns exchanged; for a higher rank, the last two axes are
  /// exchanged.
  public func transposed() -> Tensor {
    precondition(rank >= 2, "transposed: expected two dimensions or more, found shape \(shape)")
    var order = Array(shape.indices)
    order.swapAt(rank - 1, rank - 2)
    return permuted(to: order)
  }

  /// The axes in another order: axis `d` of the result is axis `order[d]` of this tensor.
  public func permuted(to order: [Int]) -> Tensor {
    precondition(
      order.sorted() == Array(shape.indices),
      "permuted: expected the axes of shape \(shape) in some order, found \(order)")
    let strides = Broadcast.strides(of: shape, in: shape)
    let value = rearranged(
      to: order.map { shape[$0] }, strides: order.map { strides[$0] }, offset: 0)
    var inverse = order
    for (d, source) in order.enumerated() { inverse[source] = d }
    return value.tracked(from: self) { [inverse] _, dy in dy.permuted(to: inverse) }
  }

  // MARK: Parts

  /// The part along one axis from `range.lowerBound` to before `range.upperBound`.
  public func sliced(_ range: Range<Int>, along axis: Int = 0) -> Tensor {
    let d = self.axis(axis, "sliced")
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[d],
      "sliced: range \(range) is outside of axis \(axis) of shape \(shape)")
    if range == 0..<shape[d] { return self }
    let strides = Broadcast.strides(of: shape, in: shape)
    var target = shape
    target[d] = range.count
    let stride = shape[(d + 1)...].reduce(1, *)
    let value = rearranged(to: target, strides: strides, offset: range.lowerBound * stride)
    let after = shape[d] - range.upperBound
    return value.tracked(from: self) { _, dy in
      dy.padded(before: range.lowerBound, after: after, along: d)
    }
  }

  /// The tensor padded with zeros before and after along one axis.
  public func padded(before: Int, after: Int, along axis: Int) -> Tensor {
    let d = self.axis(axis, "padded")
    precondition(
      before >= 0 && after >= 0, "padded: expected sizes of 0 or more, found \(before), \(after)")
    if before == 0 && after == 0 { return self }
    var target = shape
    target[d] += before + after
    var value = Tensor.zeros(target, dtype: dtype)
    value.withMutableMemory { memory in
      Profile.noting(#function, bytes: 2 * count * dtype.byteCount) {
        write(to: memory, target, along: d, at: before)
      }
    }
    let length = shape[d]
    return value.tracked(from: self) { _, dy in dy.sliced(before..<before + length, along: d) }
  }

  /// The tensor padded with zeros before and after along each axis.
  public func padded(_ sizes: [(before: Int, after: Int)]) -> Tensor {
    precondition(
      sizes.count == rank, "padded: expected \(rank) pairs for shape \(shape), found \(sizes.count)"
    )
    return zip(shape.indices, sizes).reduce(self) { x, pair in
      x.padded(before: pair.1.before, after: pair.1.after, along: pair.0)
    }
  }

  /// Pieces of the given lengths along one axis.
  public func split(into lengths: [Int], along axis: Int) -> [Tensor] {
    let d = self.axis(axis, "split")
    precondition(
      lengths.reduce(0, +) == shape[d],
      "split: lengths \(lengths) do not add up to axis \(axis) of shape \(shape)")
    var begin = 0
    return lengths.map { length in
      defer { begin += length }
      return sliced(begin..<begin + length, along: d)
    }
  }

  /// `count` pieces of equal length along one axis.
  public func split(count: Int, along axis: Int) -> [Tensor] {
    let d = self.axis(axis, "split")
    precondition(
      count > 0 && shape[d] % count == 0,
      "split: axis \(axis) of shape \(shape) does not split into \(count)")
    return split(into: Array(repeating: shape[d] / count, count: count), along: d)
  }

  /// The tensors joined along one axis.
  public static func concatenated(_ tensors: [Tensor], along axis: Int = 0) -> Tensor {
    guard let first = tensors.first else {
      preconditionFailure("concatenated: expected one tensor or more, found none")
    }
    let d = first.axis(axis, "concatenated")
    var target = first.shape
    target[d] = 0
    for tensor in tensors {
      var other = tensor.shape
      if other.indices.contains(d) { other[d] = first.shape[d] }
      precondition(
        other == first.shape && tensor.dtype == first.dtype,
        "concatenated along \(axis): \(tensor.dtype)\(tensor.shape) does not fit"
          + " \(first.dtype)\(first.shape)")
      target[d] += tensor.shape[d]
    }
    var begins: [Int] = []
    let count = target.elementCount(for: "concatenated")
    let value = uninitialized(target, first.dtype, reading: count) { result, _ in
      var begin = 0
      for tensor in tensors {
        begins.append(begin)
        tensor.write(to: result, target, along: d, at: begin)
        begin += tensor.shape[d]
      }
    }
    return value.tracked(
      from: zip(tensors, begins).map { tensor, begin in
        let range = begin..<begin + tensor.shape[d]
        return (tensor, { _, dy in dy.sliced(range, along: d) })
      })
  }

  /// The tensors, of one shape, along a new axis.
  public static func stacked(_ tensors: [Tensor], along axis: Int = 0) -> Tensor {
    precondition(
      tensors.allSatisfy { $0.shape == tensors[0].shape && $0.dtype == tensors[0].dtype },
      "stacked: expected tensors of one shape and type, found"
        + " \(tensors.map { "\($0.dtype)\($0.shape)" })")
    return concatenated(tensors.map { $0.expanded(at: axis) }, along: axis)
  }

  // MARK: Copies with strides

  /// A contiguous copy of the elements starting at `offset` with the given strides.
  func rearranged(to target: [Int], strides: [Int], offset: Int) -> Tensor {
    let gather = dtype.kernels.pointee.gather
    let loop = StridedLoop(target, strides)
    let count = target.elementCount(for: "broadcast")
    return Tensor.uninitialized(target, dtype, reading: count) { result, _ in
      loop.run { begin, end in
        gather(pointer(at: offset), result, loop.shape.count, loop.shape, loop.strides, begin, end)
      }
    }
  }

  /// The elements at the given strides, a part of the tensor such as a diagonal, each at most once.
  func picked(_ target: [Int], strides: [Int]) -> Tensor {
    let own = shape
    return rearranged(to: target, strides: strides, offset: 0)
      .tracked(from: self) { _, dy in dy.placed(into: own, strides: strides) }
  }

  /// The adjoint of ``picked(_:strides:)``: zeros of shape `target` with this tensor's elements at
  /// the given strides.
  private func placed(into target: [Int], strides: [Int]) -> Tensor {
    let (own, loop, scatter) = (shape, StridedLoop(shape, strides), dtype.kernels.pointee.scatter)
    var value = Tensor.zeros(target, dtype: dtype)
    value.change(reading: count) { memory in
      loop.run { begin, end in
        scatter(pointer, memory, loop.shape.count, loop.shape, loop.strides, begin, end)
      }
    }
    return value.tracked(from: self) { _, dy in dy.picked(own, strides: strides) }
  }

  /// Writes this tensor into the memory of one of shape `target`, starting at index `begin` of axis
  /// `d`.
  private func write(
    to memory: UnsafeMutableRawPointer, _ target: [Int], along d: Int, at begin: Int
  ) {
    let scatter = dtype.kernels.pointee.scatter
    let offset = begin * target[(d + 1)...].reduce(1, *) * dtype.byteCount
    let loop = StridedLoop(shape, Broadcast.strides(of: target, in: target))
    loop.run { begin, end in
      scatter(pointer, memory + offset, loop.shape.count, loop.shape, loop.strides, begin, end)
    }
  }
}

/// A loop over a contiguous and a strided side, in as few dimensions as possible.
private struct StridedLoop {
  private(set) var shape: [Int] = []
  private(set) var strides: [Int] = []

  init(_ fullShape: [Int], _ fullStrides: [Int]) {
    for (size, stride) in zip(fullShape, fullStrides) where size != 1 {
      if let last = shape.indices.last, strides[last] == stride * size {
        shape[last] *= size
        strides[last] = stride
      } else {
        shape.append(size)
        strides.append(stride)
      }
    }
    if shape.isEmpty { (shape, strides) = ([1], [1]) }
    precondition(
      shape.count <= Int(CK_MAX_RANK),
      "expected at most \(CK_MAX_RANK) dimensions, found \(fullShape)")
  }

  /// Calls `body` with ranges of rows: indices over all dimensions but the last.
  func run(_ body: (Int, Int) -> Void) {
    // There may be 2⁴⁷ empty rows.
    if shape.contains(0) { return }
    let rows = shape.dropLast().reduce(1, *)
    let length = max(1, shape[shape.count - 1])
    // Elements are copied unchanged, including denormal ones.
    parallel(over: rows, step: max(1, elementwiseGrain / length), of: .float64, body)
  }
}
