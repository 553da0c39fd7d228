import CKernels

/// The mean μ and the sum of squared deviations from it along some axes, at least in double
/// precision.
///
/// The mean of equal elements is exactly their value, with no deviation from it; neither a mean far
/// from zero nor an outlier costs accuracy.
struct Moments {
  /// The number of elements for each mean.
  let count: Double
  /// The means, float64, with a size of 1 along the axes.
  let mean: Tensor
  /// The rounding errors of the means.
  private let meanRest: Tensor?
  /// Σ (x − μ)², of the same shape; meaningless if it was not requested.
  let squares: Tensor

  /// The moments of `x`, with no gradient.
  init(of x: Tensor, along axes: [Int], squares wantsSquares: Bool, _ name: String) {
    let isSingle = x.dtype == .float32
    let whole = BlockMoments(of: x, along: axes, squares: wantsSquares && isSingle, name)
    count = whole.count
    if isSingle {
      (mean, meanRest, squares) = (whole.mean, nil, whole.squares)
      return
    }
    // No type is wider than double precision: use the moments of the residuals.
    let near = whole.mean
    let left = BlockMoments(of: x.untracked - near, along: axes, squares: wantsSquares, name)
    let isNear = near - near .== Tensor(0, dtype: .float64)
    let rest = near.isFinite ? left.mean : select(isNear, left.mean, .zeros([], dtype: .float64))
    mean = near + rest
    meanRest = near.isFinite ? rest - (mean - near) : nil
    squares = left.squares
  }

  /// The moments of several parts of the elements, merged in order (Chan, Golub and LeVeque 1983).
  private init(merging parts: [[Double]], as other: Moments) {
    var sum = parts[0]
    let means = other.mean.count
    for part in parts.dropFirst() {
      let (n, m) = (sum[0], part[0])
      for mean in 1...means {
        let distance = part[mean] - sum[mean]
        sum[mean] += distance * m / (n + m)
        sum[means + mean] += part[means + mean] + distance * distance * n * m / (n + m)
      }
      sum[0] = n + m
    }
    count = sum[0]
    mean = Tensor(Array(sum[1...means]), shape: other.mean.shape, dtype: .float64)
    squares = Tensor(Array(sum[(means + 1)...]), shape: other.mean.shape, dtype: .float64)
    meanRest = nil
  }

  /// The moments over all parts of a batch, of which this has one part's, if there are several.
  func ofWholeBatch() -> Moments {
    guard let gather = BatchPart.current?.gather else { return self }
    return Moments(merging: gather([count] + mean.doubles + squares.doubles), as: self)
  }

  /// The mean rounded to this type, and its rounding error.
  func mean(of dtype: DType, _ name: String) -> (near: Tensor, rest: Tensor) {
    let near = mean.rounded(to: dtype, name)
    let rest = meanRest ?? (mean - near.rounded(to: .float64, name))
    return (near, rest.rounded(to: dtype, name))
  }
}

/// Moments of blocks of elements, each computed in two passes, then merged (Chan, Golub and LeVeque
/// 1983).
private struct BlockMoments {
  let count: Double
  let mean: Tensor
  /// A copy of the means if the squares were not requested.
  let squares: Tensor

  init(of x: Tensor, along axes: [Int], squares wantsSquares: Bool, _ name: String) {
    let runs = x.axisRuns(along: axes, name)
    guard let first = runs.first else {
      count = 1
      mean = x.rounded(to: .float64, name)
      squares = wantsSquares ? .zeros(x.shape, dtype: .float64) : mean
      return
    }
    var moments = BlockMoments(of: x, first, wantsSquares, name)
    for run in runs.dropFirst() { moments = BlockMoments(of: moments, run, wantsSquares, name) }
    self = moments
  }

  /// The moments along one run of axes.
  private init(of x: Tensor, _ run: Tensor.AxisRun, _ wantsSquares: Bool, _ name: String) {
    count = Double(run.count)
    let squares = wantsSquares ? Storage(count: run.outer * run.inner, dtype: .float64) : nil
    mean = Tensor.uninitialized(run.shape, .float64, name, reading: x.count) { means, _ in
      MomentLoops(x, run).run(
        means.assumingMemoryBound(to: Double.self),
        squares?.pointer.assumingMemoryBound(to: Double.self))
    }
    self.squares = squares.map { Tensor($0, shape: run.shape) } ?? mean
  }

  /// The moments of the combined parts: from the deviations of the parts' means and those within
  /// the parts.
  private init(
    of parts: BlockMoments, _ run: Tensor.AxisRun, _ wantsSquares: Bool, _ name: String
  ) {
    let between = BlockMoments(of: parts.mean, run, wantsSquares, name)
    count = parts.count * between.count
    mean = between.mean
    guard wantsSquares else {
      squares = mean
      return
    }
    let inside = BlockMoments(of: parts.squares, run, false, name).mean
    squares = inside * Double(run.count) + between.squares * parts.count
  }
}

/// The loops over blocks of [outer, count, inner].
private struct MomentLoops {
  private let x: Tensor
  private let axes: Tensor.AxisRun
  private let length: Int
  private let blocks: Int

  init(_ x: Tensor, _ axes: Tensor.AxisRun) {
    (self.x, self.axes) = (x, axes)
    // Two passes over a block read it from the cache; many rows are parallel anyway.
    let length =
      axes.inner == 1 ? 2 * elementwiseGrain : Swift.max(64, elementwiseGrain / max(1, axes.inner))
    let isWorthBlocks = axes.count > length && (axes.inner > 1 || axes.outer < 8)
    self.length = isWorthBlocks ? length : axes.count
    blocks = isWorthBlocks ? (axes.count + length - 1) / length : 1
  }

  /// Writes the moments, `[outer, inner]`.
  func run(_ means: UnsafeMutablePointer<Double>, _ squares: UnsafeMutablePointer<Double>?) {
    if blocks == 1 { return runBlocks(means, squares) }
    let (inner, size) = (axes.inner, axes.outer * blocks * axes.inner)
    let partial = Storage(count: 2 * size, dtype: .float64)
    let partialMeans = partial.pointer.assumingMemoryBound(to: Double.self)
    let partialSquares = squares.map { _ in partialMeans + size }
    runBlocks(partialMeans, partialSquares)
    for outer in 0..<axes.outer {
      let start = outer * blocks * inner
      ck_merge_moments(
        partialMeans + start, partialSquares.map { $0 + start }, blocks, inner, length,
        axes.count - (blocks - 1) * length)
      (means + outer * inner).update(from: partialMeans + start, count: inner)
      if let squares, let partialSquares {
        (squares + outer * inner).update(from: partialSquares + start, count: inner)
      }
    }
  }

  /// Writes the moments of each block, `[outer, blocks, inner]`.
  private func runBlocks(
    _ means: UnsafeMutablePointer<Double>, _ squares: UnsafeMutablePointer<Double>?
  ) {
    let (kernel, inner) = (x.dtype.kernels.pointee.moments, axes.inner)
    let step = max(1, elementwiseGrain / max(1, length * inner))
    parallel(over: axes.outer * blocks, step: step, of: x.dtype) { begin, end in
      for index in begin..<end {
        let (outer, block) = index.quotientAndRemainder(dividingBy: blocks)
        let row = outer * axes.count + block * length
        kernel(
          x.pointer(at: row * inner), min(length, axes.count - block * length), inner,
          means + index * inner, squares.map { $0 + index * inner })
      }
    }
  }
}

extension Tensor {
  // MARK: Mean

  /// The mean of all elements, a scalar.
  public func mean() -> Tensor { mean(along: Array(shape.indices)) }

  /// The mean along one axis; a negative axis counts from the end.
  public func mean(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    mean(along: [axis], keepingDimensions: keepingDimensions)
  }

  /// The mean along several axes; along none, the tensor itself.
  ///
  /// It is added up at least in double precision, and the mean of equal elements is exactly their
  /// value. The mean of no elements is NaN.
  public func mean(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    let moments = Moments(of: self, along: axes, squares: false, "mean")
    let (own, keptShape, dtype) = (shape, moments.mean.shape, dtype)
    return moments.mean.rounded(to: dtype, "mean")
      .reshaped(to: reducedShape(along: axes, keepingDimensions, "mean"))
      .tracked(from: self) { _, dy in
        // Empty tensors get no gradient, which also avoids 1 / 0.
        if own.contains(0) { return .zeros(own, dtype: dtype) }
        return (dy * (1 / moments.count)).reshaped(to: keptShape).broadcast(to: own)
      }
  }

  // MARK: Variance

  /// The variance of all elements, a scalar; see ``variance(along:keepingDimensions:correction:)-([Int],_,_)``.
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
  /// A correction of 0 gives the distribution's own variance, 1 its unbiased estimate; if n −
  /// `correction` is 0, the result is a division by 0, as in NumPy. It is added up in double
  /// precision from the deviations themselves: the variance of equal elements is exactly 0.
  public func variance(
    along axes: [Int], keepingDimensions: Bool = false, correction: Int = 0
  ) -> Tensor {
    let x = self
    let moments = Moments(of: x, along: axes, squares: true, "variance")
    let freedom = Swift.max(0, moments.count - Double(correction))
    let keptShape = moments.mean.shape
    return (moments.squares / freedom).rounded(to: dtype, "variance")
      .reshaped(to: reducedShape(along: axes, keepingDimensions, "variance"))
      .tracked(from: x) { _, dy in
        if x.shape.contains(0) { return .zeros(x.shape, dtype: x.dtype) }
        return (2 / freedom * dy).reshaped(to: keptShape) * x.centered(along: axes)
      }
  }

  /// x − μ along axes: differences of elements that are close together are fully accurate.
  func centered(along axes: [Int]) -> Tensor {
    let moments = Moments(of: self, along: axes, squares: false, "centered")
    let (near, rest) = moments.mean(of: dtype, "centered")
    return (untracked - near - rest).tracked(from: self) { _, dy in dy.centered(along: axes) }
  }

  /// The elements converted to another type within an operation: no gradient.
  func rounded(to target: DType, _ name: String) -> Tensor {
    if target == dtype { return untracked }
    let count = count
    return Tensor.uninitialized(shape, target, name, reading: count) { result, _ in
      if target == .float32 {
        ck_convert_to_float(
          pointer.assumingMemoryBound(to: Double.self),
          result.assumingMemoryBound(to: Float.self), 0, count)
      } else {
        ck_convert_to_double(
          pointer.assumingMemoryBound(to: Float.self),
          result.assumingMemoryBound(to: Double.self), 0, count)
      }
    }
  }
}
