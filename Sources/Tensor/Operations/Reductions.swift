import CKernels

// Along no axes, `[]`, a reduction treats each element separately, like NumPy's with `axis=()`:
// its sum, mean and extremes are the tensor, its variance is zero.

extension Tensor {
  // MARK: Sum

  /// The sum of all elements, a scalar.
  public func sum() -> Tensor {
    if rank == 0 { return sum(along: []) }
    let own = shape
    return untracked.reduced(.sum, 1, count, 1, shape: [], function: "sum")
      .tracked(from: self) { _, dy in dy.broadcast(to: own) }
  }

  /// The sum along one axis; a negative axis counts from the end.
  public func sum(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    let index = self.axis(axis, "sum")
    let own = shape
    var (outer, inner, keptShape) = (1, 1, shape)
    for d in 0..<index { outer *= shape[d] }
    for d in index + 1..<Swift.max(rank, index + 1) { inner *= shape[d] }
    keptShape[index] = 1
    var target = keptShape
    if !keepingDimensions { target.remove(at: index) }
    return untracked.reduced(.sum, outer, shape[index], inner, shape: target, function: "sum")
      .tracked(from: self) { [keptShape] _, dy in
        dy.reshaped(to: keptShape).broadcast(to: own)
      }
  }

  /// The sum along several axes; along none, the tensor itself.
  public func sum(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    let kept = reduced(.sum, along: axes, "sum")
    let (own, keptShape) = (shape, kept.shape)
    return kept.reshaped(to: reducedShape(along: axes, keepingDimensions, "sum"))
      .tracked(from: self) { _, dy in dy.reshaped(to: keptShape).broadcast(to: own) }
  }

  // MARK: Extremes

  /// The largest element, a scalar.
  public func max() -> Tensor { max(along: Array(shape.indices)) }

  /// The largest element along one axis; a negative axis counts from the end.
  public func max(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    max(along: [axis], keepingDimensions: keepingDimensions)
  }

  /// The largest element along several axes; along none, the tensor itself.
  ///
  /// Equal elements share the gradient. If an element is NaN, so is the result. There must be at
  /// least one element.
  public func max(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    extreme(.max, along: axes, keepingDimensions, "max")
  }

  /// The smallest element, a scalar.
  public func min() -> Tensor { min(along: Array(shape.indices)) }

  /// The smallest element along one axis; a negative axis counts from the end.
  public func min(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    min(along: [axis], keepingDimensions: keepingDimensions)
  }

  /// The smallest element along several axes; along none, the tensor itself.
  ///
  /// Equal elements share the gradient. If an element is NaN, so is the result. There must be at
  /// least one element.
  public func min(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    extreme(.min, along: axes, keepingDimensions, "min")
  }

  private func extreme(
    _ operation: CKReduction, along axes: [Int], _ keepingDimensions: Bool, _ name: String
  ) -> Tensor {
    let x = self
    let kept = reduced(operation, along: axes, name)
    let shape = reducedShape(along: axes, keepingDimensions, name)
    return kept.reshaped(to: shape).tracked(from: self) { _, dy in
      let isExtreme = x .== kept
      let share = isExtreme / isExtreme.sum(along: axes, keepingDimensions: true)
      return share * dy.reshaped(to: kept.shape)
    }
  }

  /// The indices of the largest elements along one axis, row-major over the other axes; the first
  /// of equal ones, and the first NaN if there is one, consistent with
  /// ``max(along:keepingDimensions:)-([Int],_)``.
  public func argmax(along axis: Int = -1) -> [Int] {
    // The loop returns an index as an element, and a float holds no odd integers above 2²⁴.
    let isLong = shape[self.axis(axis, "argmax")] > 1 << 24
    let source = isLong ? converted(to: .float64) : self
    return source.reduced(.argmax, along: [axis], "argmax").doubles.map { Int($0) }
  }

  /// The indices of the smallest elements along one axis, row-major over the other axes; the first
  /// of equal ones, and the first NaN if there is one, consistent with
  /// ``min(along:keepingDimensions:)-([Int],_)``.
  public func argmin(along axis: Int = -1) -> [Int] {
    // The same rule as for the largest, applied to the negated elements.
    let index = self.axis(axis, "argmin")
    precondition(
      shape[index] > 0, "argmin: expected elements along [\(axis)], found none in shape \(shape)")
    return (-untracked).argmax(along: index)
  }

  // MARK: The loop

  /// The shape without the given axes, or with a size of 1 there.
  func reducedShape(along axes: [Int], _ keepingDimensions: Bool, _ name: String) -> [Int] {
    let isReduced = axisFlags(axes, name)
    return zip(shape, isReduced).compactMap { $1 ? keepingDimensions ? 1 : nil : $0 }
  }

  /// Whether each axis is among those given, which may count from the end.
  private func axisFlags(_ axes: [Int], _ name: String) -> [Bool] {
    var flags = [Bool](repeating: false, count: rank)
    for axis in axes {
      let index = self.axis(axis, name)
      precondition(!flags[index], "\(name): expected distinct axes, found \(axes)")
      flags[index] = true
    }
    return flags
  }

  /// The index of an axis that may count from the end.
  func axis(_ axis: Int, _ name: String) -> Int {
    let index = axis < 0 ? axis + rank : axis
    precondition(
      shape.indices.contains(index), "\(name): axis \(axis) is outside of shape \(shape)")
    return index
  }

  /// Adjacent axes reduced in one pass: the middle one of [outer, count, inner].
  struct AxisRun {
    let outer: Int
    let count: Int
    let inner: Int
    /// The shape after the reduction.
    let shape: [Int]
  }

  /// The passes that reduce along axes, in sequence, keeping each axis with size 1.
  ///
  /// The last axes come first, while the data are largest.
  func axisRuns(along axes: [Int], _ name: String) -> [AxisRun] {
    let isReduced = axisFlags(axes, name)
    var (runs, shape, end) = ([AxisRun](), shape, rank)
    while end > 0 {
      guard isReduced[end - 1] else {
        end -= 1
        continue
      }
      var begin = end - 1
      while begin > 0 && isReduced[begin - 1] { begin -= 1 }
      let (outer, count) = (shape[..<begin].reduce(1, *), shape[begin..<end].reduce(1, *))
      let inner = shape[end...].reduce(1, *)
      for d in begin..<end { shape[d] = 1 }
      runs.append(AxisRun(outer: outer, count: count, inner: inner, shape: shape))
      end = begin
    }
    return runs
  }

  /// Reduces along axes, keeping them with size 1; no gradient.
  private func reduced(_ operation: CKReduction, along axes: [Int], _ name: String) -> Tensor {
    let runs = axisRuns(along: axes, name)
    precondition(
      operation == .sum || runs.allSatisfy { $0.count > 0 },
      "\(name): expected elements along \(axes), found none in shape \(shape)")
    return runs.reduce(untracked) { result, run in
      result.reduced(
        operation, run.outer, run.count, run.inner, shape: run.shape, function: name)
    }
  }

  /// The maximum number of elements that are added up sequentially.
  ///
  /// Columns are summed sequentially, without lanes or wider partial sums, so that a long run of
  /// them would lose digits: a sum of a hundred thousand elements of 0.1 would be wrong by a
  /// thousandth.
  private static func longestSum(inner: Int) -> Int { inner > 1 ? 1_024 : 2 * elementwiseGrain }

  /// The number of rows in each block of a long reduction over rows of `inner` elements.
  static func sumBlockLength(inner: Int) -> Int {
    Swift.max(
      64, Swift.min(longestSum(inner: inner), 2 * elementwiseGrain / Swift.max(1, inner)))
  }

  /// Reduces `[outer, count, inner]` to `[outer, inner]`, given the result's shape.
  private func reduced(
    _ operation: CKReduction, _ outer: Int, _ count: Int, _ inner: Int, shape: [Int],
    function: String
  ) -> Tensor {
    let reduce = dtype.kernels.pointee.reduce
    let blockLength = Self.sumBlockLength(inner: inner)
    let isLong = inner > 1 && count > Self.longestSum(inner: inner)
    let isWorthBlocks = outer < 8 || operation == .sum && isLong
    guard operation != .argmax && isWorthBlocks && count > blockLength else {
      return Tensor.uninitialized(shape, dtype, function, reading: self.count) { result, sums in
        if sums == 0 { return }  // There may be 2⁴⁷ empty rows.
        let step = Swift.max(1, elementwiseGrain / Swift.max(1, count * inner))
        parallel(over: outer, step: step, of: dtype) {
          reduce(operation, pointer, result, count, inner, $0, $1, 0, inner)
        }
      }
    }
    // A long reduction is done in blocks, then over the blocks' results.
    let blocks = (count + blockLength - 1) / blockLength
    let partial = Tensor.uninitialized(
      [outer, blocks, inner], dtype, function, reading: self.count
    ) { result, sums in
      if sums == 0 { return }
      parallel(count: outer * blocks, of: dtype) { index in
        let (row, block) = index.quotientAndRemainder(dividingBy: blocks)
        let begin = block * blockLength
        reduce(
          operation, pointer(at: (row * count + begin) * inner),
          result + index * inner * dtype.byteCount, Swift.min(blockLength, count - begin), inner, 0,
          1, 0, inner)
      }
    }
    return partial.reduced(operation, outer, blocks, inner, shape: shape, function: function)
  }
}
