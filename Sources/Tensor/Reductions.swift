import CKernels

extension Tensor {
  // MARK: Sum and mean

  /// The sum of all elements, a scalar.
  public func sum() -> Tensor { sum(along: Array(shape.indices)) }

  /// The sum along one axis; a negative axis counts from the end.
  public func sum(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    sum(along: [axis], keepingDimensions: keepingDimensions)
  }

  /// The sum along several axes.
  public func sum(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    total(along: axes, keepingDimensions, "sum") { _ in 1 }
  }

  /// The sum along axes times a factor that depends on how many elements it has.
  private func total(
    along axes: [Int], _ keepingDimensions: Bool, _ name: String, factor: (Int) -> Double
  ) -> Tensor {
    let kept = reduced(.sum, along: axes, name)
    let (own, keptShape) = (shape, kept.shape)
    let factor = factor(kept.count)
    let shape = keepingDimensions ? keptShape : squeezedShape(along: axes, name)
    return Tensor((kept * factor).storage, shape: shape)
      .tracked(from: self) { _, dy in (dy * factor).reshaped(to: keptShape).broadcast(to: own) }
  }

  /// The mean of all elements, a scalar.
  public func mean() -> Tensor { mean(along: Array(shape.indices)) }

  /// The mean along one axis; a negative axis counts from the end.
  public func mean(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    mean(along: [axis], keepingDimensions: keepingDimensions)
  }

  /// The mean along several axes.
  public func mean(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    total(along: axes, keepingDimensions, "mean") { Double($0) / Double(count) }
  }

  /// The variance of all elements, a scalar; see ``variance(along:keepingDimensions:correction:)``.
  public func variance(correction: Int = 0) -> Tensor {
    variance(along: Array(shape.indices), correction: correction)
  }

  /// The variance along one axis.
  public func variance(
    along axis: Int, keepingDimensions: Bool = false, correction: Int = 0
  ) -> Tensor {
    variance(along: [axis], keepingDimensions: keepingDimensions, correction: correction)
  }

  /// The variance along several axes: squared deviations from the mean over n − `correction`.
  ///
  /// A correction of 0 gives the distribution's own variance, 1 the unbiased estimate of it.
  public func variance(
    along axes: [Int], keepingDimensions: Bool = false, correction: Int = 0
  ) -> Tensor {
    let deviation = self - mean(along: axes, keepingDimensions: true)
    let total = square(deviation).sum(along: axes, keepingDimensions: keepingDimensions)
    let n = Double(count) / Double(Swift.max(1, total.count))
    return total / (n - Double(correction))
  }

  // MARK: Extremes

  /// The largest element, a scalar.
  public func max() -> Tensor { max(along: Array(shape.indices)) }

  /// The largest element along one axis; a negative axis counts from the end.
  public func max(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    max(along: [axis], keepingDimensions: keepingDimensions)
  }

  /// The largest element along several axes; equal ones share the gradient.
  public func max(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    extreme(.max, along: axes, keepingDimensions, "max")
  }

  /// The smallest element, a scalar.
  public func min() -> Tensor { min(along: Array(shape.indices)) }

  /// The smallest element along one axis; a negative axis counts from the end.
  public func min(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    min(along: [axis], keepingDimensions: keepingDimensions)
  }

  /// The smallest element along several axes; equal ones share the gradient.
  public func min(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    extreme(.min, along: axes, keepingDimensions, "min")
  }

  private func extreme(
    _ operation: CKReduction, along axes: [Int], _ keepingDimensions: Bool, _ name: String
  ) -> Tensor {
    let x = self
    let kept = reduced(operation, along: axes, name)
    let shape = keepingDimensions ? kept.shape : squeezedShape(along: axes, name)
    return kept.reshaped(to: shape).tracked(from: self) { _, dy in
      let isExtreme = x .== kept
      let share = isExtreme / isExtreme.sum(along: axes, keepingDimensions: true)
      return share * dy.reshaped(to: kept.shape)
    }
  }

  /// The indices of the largest elements along one axis, row-major over the other axes; the first
  /// of equal ones.
  public func argmax(along axis: Int = -1) -> [Int] {
    // The loop returns an index as an element, and a float holds no odd one above 2²⁴.
    let isLong = shape[self.axis(axis, "argmax")] > 1 << 24
    let source = isLong ? converted(to: .float64) : self
    return source.reduced(.argmax, along: [axis], "argmax").doubles.map { Int($0) }
  }

  // MARK: The loop

  /// The shape without the given axes.
  private func squeezedShape(along axes: [Int], _ name: String) -> [Int] {
    let isDropped = axisFlags(axes, name)
    return zip(shape, isDropped).compactMap { $1 ? nil : $0 }
  }

  /// Whether each axis is among those given, which may be counted from the end.
  private func axisFlags(_ axes: [Int], _ name: String) -> [Bool] {
    var flags = [Bool](repeating: false, count: rank)
    for axis in axes {
      let index = self.axis(axis, name)
      precondition(!flags[index], "\(name): expected distinct axes, found \(axes)")
      flags[index] = true
    }
    return flags
  }

  /// The index of an axis that may be counted from the end.
  func axis(_ axis: Int, _ name: String) -> Int {
    let index = axis < 0 ? axis + rank : axis
    precondition(
      shape.indices.contains(index), "\(name): axis \(axis) is outside of shape \(shape)")
    return index
  }

  /// Reduces along axes, keeping them with size 1; no gradient.
  private func reduced(_ operation: CKReduction, along axes: [Int], _ name: String) -> Tensor {
    let isReduced = axisFlags(axes, name)
    precondition(
      operation == .sum || !zip(shape, isReduced).contains { $0 == 0 && $1 },
      "\(name): no elements along \(axes) in \(shape)")
    var result = untracked
    // Adjacent axes go in one pass, the last ones first, while the data is largest.
    var end = rank
    while end > 0 {
      guard isReduced[end - 1] else {
        end -= 1
        continue
      }
      var begin = end - 1
      while begin > 0 && isReduced[begin - 1] { begin -= 1 }
      let outer = result.shape[..<begin].reduce(1, *)
      let middle = result.shape[begin..<end].reduce(1, *)
      let inner = result.shape[end...].reduce(1, *)
      var shape = result.shape
      for d in begin..<end { shape[d] = 1 }
      result = result.reduced(operation, outer, middle, inner, shape: shape, function: name)
      end = begin
    }
    return result
  }

  /// The most elements that are added up one after the other.
  ///
  /// Columns are, without lanes or wider partial sums, so that a long run of them would lose digits: a
  /// hundred thousand of 0.1 come out wrong by a thousandth.
  private static func longestSum(inner: Int) -> Int { inner > 1 ? 1_024 : 2 * elementwiseGrain }

  /// Of so many rows are the blocks into which a long reduction over rows of `inner` elements is cut.
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
      return Tensor.uninitialized(shape, dtype, function, reading: self.count) { result, _ in
        let step = Swift.max(1, elementwiseGrain / Swift.max(1, count * inner))
        parallel(over: outer, step: step) {
          reduce(operation, pointer, result, count, inner, $0, $1, 0, inner)
        }
      }
    }
    // A long reduction goes in blocks, then over the blocks' results.
    let blocks = (count + blockLength - 1) / blockLength
    let partial = Tensor.uninitialized(
      [outer, blocks, inner], dtype, function, reading: self.count
    ) { result, _ in
      parallel(count: outer * blocks) { index in
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
