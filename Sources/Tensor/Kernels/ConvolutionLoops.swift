import CKernels

/// The arithmetic of a convolution and its two adjoints: products of image windows, read in place,
/// with a matrix that is packed once; strips of images are shared among the threads.
struct ConvolutionLoops {
  private let sizes: ConvolutionSizes
  private let dtype: DType
  private let width: Int
  /// The fused activation, except for the kernel's gradient.
  private let rectifier: CKRectifier

  init(_ sizes: ConvolutionSizes, _ dtype: DType, _ rectifier: CKRectifier = .none) {
    self.sizes = sizes
    self.dtype = dtype
    self.rectifier = rectifier
    width = dtype.byteCount
  }

  /// The windows of the convolution on its images.
  private var windows: WindowGrid {
    WindowGrid(
      rows: sizes.vertical.output, columns: sizes.horizontal.output, step: sizes.vertical.stride,
      taps: sizes.vertical.taps, sizes.horizontal.taps)
  }

  /// y = x ∗ w + bias.
  func convolve(
    _ x: UnsafeMutableRawPointer, _ weight: UnsafeMutableRawPointer,
    _ bias: UnsafeMutableRawPointer?, to y: UnsafeMutableRawPointer
  ) {
    let (windows, outputs) = (windows, sizes.outputs)
    let strips = ImageStrips(x, shape: sizes.inputShape, dtype: dtype, [windows])
    let kernel = RightFactor(
      weight, n: outputs, k: sizes.patchLength, bias: bias, dtype: dtype)
    let (places, elements) = (strips.places(of: windows), strips.elements(of: windows))
    let rows = (0..<places.count).map { $0 * outputs }
    strips.forEach { strip in
      let start = firstWindow(of: strip) * outputs * width
      kernel.multiply(
        strip.pointer, windows: places, elements: elements, to: y + start, rows: rows,
        count: strips.count(of: windows, in: strip), rectifier: rectifier.advanced(by: start))
    }
  }

  /// The index of a strip's first window among those of all images.
  private func firstWindow(of strip: ImageStrips.Strip) -> Int {
    (strip.images.lowerBound * sizes.vertical.output + strip.rows.lowerBound)
      * sizes.horizontal.output
  }

  /// The adjoint in the images, plus bias: x[…, p, q, :] collects the contributions of its
  /// elements.
  ///
  /// Pixels whose positions have the same remainder modulo the stride, a phase, see the same taps
  /// of the kernel; so each phase is a separate convolution with a part of the kernel and stride 1,
  /// without the zeros that spreading `y` would insert.
  ///
  /// - Parameter turned: The kernel as `[height, width, outputs, inputs]`.
  func convolveBack(
    _ y: UnsafeMutableRawPointer, turned: UnsafeMutableRawPointer,
    _ bias: UnsafeMutableRawPointer?, to x: UnsafeMutableRawPointer
  ) {
    let (stride, channels) = (sizes.vertical.stride, sizes.inputs)
    let row = sizes.horizontal.input * channels
    let image = sizes.vertical.input * row
    let grids = phases.map(\.windows)
    let strips = ImageStrips(y, shape: sizes.outputShape, dtype: dtype, grids)
    let parts = phases.map { phase in
      let (windows, length) = (phase.windows, phase.taps.count * sizes.outputs)
      let kernel = withKernel(turned, phase.taps) {
        RightFactor($0, n: channels, k: length, bias: bias, dtype: dtype)
      }
      let pixels = strips.places(
        of: windows, image: image, row: stride * row, column: stride * channels)
      return (
        windows: windows, kernel: kernel, places: strips.places(of: windows),
        elements: strips.elements(of: windows), pixels: pixels,
        start: phase.row * row + phase.column * channels
      )
    }
    strips.forEach { strip in
      let first = strip.images.lowerBound * image + strip.rows.lowerBound * stride * row
      for part in parts {
        let start = (first + part.start) * width
        part.kernel.multiply(
          strip.pointer, windows: part.places, elements: part.elements, to: x + start,
          rows: part.pixels, count: strips.count(of: part.windows, in: strip),
          rectifier: rectifier.advanced(by: start))
      }
    }
  }

  /// The phases of the images: the first pixel of each, the indices of its kernel taps, and the
  /// corresponding windows on `y`.
  private var phases: [(row: Int, column: Int, taps: [Int], windows: WindowGrid)] {
    let (vertical, horizontal) = (sizes.vertical, sizes.horizontal)
    return (0..<min(vertical.stride, vertical.input)).flatMap { row in
      (0..<min(horizontal.stride, horizontal.input)).map { column in
        let (rowTaps, columnTaps) = (vertical.taps(ofPhase: row), horizontal.taps(ofPhase: column))
        let numbers = rowTaps.flatMap { row in
          columnTaps.map { row.index * horizontal.kernel + $0.index }
        }
        let windows = WindowGrid(
          rows: vertical.count(ofPhase: row), columns: horizontal.count(ofPhase: column), step: 1,
          taps: rowTaps, columnTaps)
        return (row, column, numbers, windows)
      }
    }
  }

  /// Calls `body` with the elements of the kernel `turned` at these taps, in sequence.
  private func withKernel<Result>(
    _ turned: UnsafeMutableRawPointer, _ taps: [Int],
    _ body: (UnsafeMutableRawPointer) -> Result
  ) -> Result {
    let block = sizes.outputs * sizes.inputs
    let part = Storage(count: taps.count * block, dtype: dtype)
    for (place, tap) in taps.enumerated() {
      (part.pointer + place * block * width).copyMemory(
        from: turned + tap * block * width, byteCount: block * width)
    }
    return withExtendedLifetime(part) { body(part.pointer) }
  }

  /// The adjoint in the kernel: w[k, l, :, :] = Σ windowᵀ · y over all windows.
  ///
  /// There must be at least one window. The work is split in two ways: into groups of the kernel's
  /// rows, which are parts of the result, and into ranges of strips, whose results are added up in
  /// order. The former requires packing `y` again, the latter adding kernels, so a large kernel is
  /// split by rows, a small one by strips.
  func kernelGradient(
    of x: UnsafeMutableRawPointer, _ y: UnsafeMutableRawPointer,
    to weight: UnsafeMutableRawPointer
  ) {
    let (windows, length) = (windows, sizes.patchLength)
    let count = length * sizes.outputs
    let strips = ImageStrips(x, shape: sizes.inputShape, dtype: dtype, [windows])
    let ranges = max(1, min(strips.count, 16, 2_000_000 / max(1, count)))
    let groups = max(1, min(length, 8 / ranges))
    let (places, elements) = (strips.places(of: windows), strips.elements(of: windows))
    let partial = Storage(count: (ranges - 1) * count, dtype: dtype)
    parallel(count: ranges * groups, of: dtype) { piece in
      let (range, group) = (piece / groups, piece % groups)
      sumStrips(
        strips, strips.count * range / ranges..<strips.count * (range + 1) / ranges, windows,
        places,
        elements.offsets, length * group / groups..<length * (group + 1) / groups, y,
        to: range == 0 ? weight : partial.pointer + (range - 1) * count * width)
    }
    let add = dtype.kernels.pointee.accumulate
    parallel(over: count, grain: elementwiseGrain, of: dtype) { begin, end in
      for range in 0..<ranges - 1 {
        add(partial.pointer + range * count * width, weight, begin, end)
      }
    }
  }

  /// Σ windowᵀ · y over the windows of at least one strip, for some rows of the kernel, on the
  /// calling thread.
  private func sumStrips(
    _ strips: ImageStrips, _ range: Range<Int>, _ windows: WindowGrid, _ places: [Int],
    _ offsets: [Int], _ rows: Range<Int>, _ y: UnsafeMutableRawPointer,
    to weight: UnsafeMutableRawPointer
  ) {
    let (product, outputs) = (dtype.product, sizes.outputs)
    // Rows as wide as a tile need no packing.
    let isArranged = product.packed_count(1, 1) == outputs
    let room = Storage(
      count: isArranged ? 0 : product.packed_count(outputs, places.count), dtype: dtype)
    let (rowOffsets, rowPlaces) = (Array(offsets[rows]), rows.map { $0 * outputs })
    for index in range {
      strips.withStrip(index) { strip in
        let count = strips.count(of: windows, in: strip)
        let source = y + firstWindow(of: strip) * outputs * width
        if !isArranged {
          for block in 0..<product.block_count(count) {
            product.pack(source, outputs, 1, outputs, count, block, room.pointer)
          }
        }
        product.multiply_packed(
          strip.pointer, rowOffsets, places, isArranged ? source : room.pointer, nil, weight,
          rowPlaces, rows.count,
          outputs, count, index > range.lowerBound, .none)
      }
    }
  }
}
