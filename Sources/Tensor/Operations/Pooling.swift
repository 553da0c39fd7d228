import CKernels

/// The largest element of each window and channel.
///
/// - Parameters:
///   - x: Images, `[batch, height, width, channels]`.
///   - size: The side of the square window.
///   - stride: The step of the window; by default its side.
/// - Returns: `[batch, (height − size) / stride + 1, (width − size) / stride + 1, channels]`,
///   rounded down. The gradient goes to the first of equal elements.
public func maxPool2D(_ x: Tensor, size: Int, stride: Int? = nil) -> Tensor {
  let pool = Pool(of: x, size: size, stride: stride ?? size, "maxPool2D")
  let kernel = x.dtype.kernels.pointee.window_max
  let taps = Tensor(
    Storage(count: pool.pooledShape.elementCount(for: "maxPool2D"), dtype: x.dtype),
    shape: pool.pooledShape)
  let value = Tensor.uninitialized(pool.pooledShape, x.dtype, reading: x.count) { result, _ in
    pool.forEachRange(of: x.dtype) { kernel(x.pointer, result, taps.pointer, $0, $1, $2) }
  }
  return value.tracked(from: x) { _, dy in dy.addedToSelected(taps, pool) }
}

/// The mean of each window and channel.
///
/// - Parameters:
///   - x: Images, `[batch, height, width, channels]`.
///   - size: The side of the square window.
///   - stride: The step of the window; by default its side.
/// - Returns: `[batch, (height − size) / stride + 1, (width − size) / stride + 1, channels]`,
///   rounded down.
public func averagePool2D(_ x: Tensor, size: Int, stride: Int? = nil) -> Tensor {
  x.summed(Pool(of: x, size: size, stride: stride ?? size, "averagePool2D")) / Double(size * size)
}

/// Repeats each pixel in a square of `factor` × `factor`: nearest-neighbour upsampling.
///
/// `[batch, height, width, channels]` gives `[batch, factor · height, factor · width, channels]`.
public func upsample2D(_ x: Tensor, factor: Int) -> Tensor {
  precondition(factor > 0, "upsample2D: expected a factor of 1 or more, found \(factor)")
  precondition(
    x.rank == 4,
    "upsample2D: expected images of shape [batch, height, width, channels], found \(x.shape)")
  let shape = [x.shape[0], x.shape[1] * factor, x.shape[2] * factor, x.shape[3]]
  return x.spread(Pool(shape: shape, size: factor, stride: factor))
}

/// Square windows that lie entirely inside the images.
private struct Pool {
  let shape: [Int]
  private let size: Int
  private let stride: Int
  private let rows: Int
  private let columns: Int

  var pooledShape: [Int] { [shape[0], rows, columns, shape[3]] }

  /// Whether the windows partition the image.
  var isPartition: Bool { stride == size && rows * size == shape[1] && columns * size == shape[2] }

  init(of x: Tensor, size: Int, stride: Int, _ name: String) {
    precondition(
      size > 0 && stride > 0,
      "\(name): expected a size and a stride of 1 or more, found \(size) and \(stride)")
    precondition(
      x.rank == 4 && x.shape[1] >= size && x.shape[2] >= size,
      "\(name): expected images [batch, height, width, channels] of at least \(size) × \(size)"
        + " pixels, found shape \(x.shape)")
    self.init(shape: x.shape, size: size, stride: stride)
  }

  init(shape: [Int], size: Int, stride: Int) {
    self.shape = shape
    self.size = size
    self.stride = stride
    func count(_ input: Int) -> Int {
      SlidingWindow(input: input, kernel: size, stride: stride, padding: 0, dilation: 1).output
    }
    rows = count(shape[1])
    columns = count(shape[2])
  }

  /// Calls `body` with the windows and ranges of their indices, in parallel.
  ///
  /// Each range covers whole images, because overlapping windows add to the same pixels.
  func forEachRange(of dtype: DType, _ body: (UnsafePointer<CKWindows>, Int, Int) -> Void) {
    let tapRows = (0..<size).flatMap { row in (0..<size).map { _ in row } }
    let tapColumns = (0..<size).flatMap { _ in Array(0..<size) }
    let images = max(1, elementwiseGrain / max(1, rows * columns * size * size * shape[3]))
    tapRows.withUnsafeBufferPointer { tapRows in
      tapColumns.withUnsafeBufferPointer { tapColumns in
        guard let firstRow = tapRows.baseAddress, let firstColumn = tapColumns.baseAddress else {
          return
        }
        var windows = CKWindows(
          height: shape[1], width: shape[2], channels: shape[3], rows: rows, columns: columns,
          step: stride, tap_count: size * size, tap_rows: firstRow, tap_columns: firstColumn)
        withUnsafePointer(to: &windows) { windows in
          parallel(over: shape[0], step: images, of: dtype) {
            body(windows, $0 * rows * columns, $1 * rows * columns)
          }
        }
      }
    }
  }
}

extension Tensor {
  /// The element of each window of images at the given tap.
  fileprivate func selected(_ taps: Tensor, _ pool: Pool) -> Tensor {
    let kernel = dtype.kernels.pointee.window_select
    let value = Tensor.uninitialized(pool.pooledShape, dtype, reading: count) { result, _ in
      pool.forEachRange(of: dtype) { kernel(pointer, taps.pointer, result, $0, $1, $2) }
    }
    return value.tracked(from: self) { _, dy in dy.addedToSelected(taps, pool) }
  }

  /// The adjoint of ``selected(_:_:)``: images with these elements at the given taps.
  fileprivate func addedToSelected(_ taps: Tensor, _ pool: Pool) -> Tensor {
    let kernel = dtype.kernels.pointee.window_add_selected
    var value = Tensor.zeros(pool.shape, dtype: dtype)
    value.change(reading: 2 * count) { result in
      pool.forEachRange(of: dtype) { kernel(pointer, taps.pointer, result, $0, $1, $2) }
    }
    return value.tracked(from: self) { _, dy in dy.selected(taps, pool) }
  }

  /// The sum over each window, of images.
  fileprivate func summed(_ pool: Pool) -> Tensor {
    let kernel = dtype.kernels.pointee.window_sum
    let value = Tensor.uninitialized(pool.pooledShape, dtype, reading: count) { result, _ in
      pool.forEachRange(of: dtype) { kernel(pointer, result, $0, $1, $2) }
    }
    return value.tracked(from: self) { _, dy in dy.spread(pool) }
  }

  /// The adjoint of ``summed(_:)``: images with each of these elements in all pixels of its window.
  fileprivate func spread(_ pool: Pool) -> Tensor {
    let kernel = dtype.kernels.pointee.window_spread
    // Adding −0 changes nothing, not even a −0.
    var value = Tensor(filledWith: pool.isPartition ? -0.0 : 0, pool.shape, dtype: dtype)
    value.change(reading: count) { result in
      pool.forEachRange(of: dtype) { kernel(pointer, result, $0, $1, $2) }
    }
    return value.tracked(from: self) { _, dy in dy.summed(pool) }
  }
}
