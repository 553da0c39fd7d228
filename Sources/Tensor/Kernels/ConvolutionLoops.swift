import CKernels

/// The arithmetic of a convolution and of its two adjoints: products of windows on images, read
/// where they lie, with a matrix that is arranged once; strips of images shared among the threads.
struct ConvolutionLoops {
  private let sizes: ConvolutionSizes
  private let dtype: DType
  private let width: Int
  /// What follows, but for the kernel's gradient.
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

  /// The number of a strip's first window among those of all images.
  private func firstWindow(of strip: ImageStrips.Strip) -> Int {
    (strip.images.lowerBound * sizes.vertical.output + strip.rows.lowerBound)
      * sizes.horizontal.output
  }

  /// The adjoint in the images, plus bias: x[…, p, q, :] gathers what each of its elements gave.
  ///
  /// The pixels whose place leaves the same remainder by the stride, a phase, get the same taps of
  /// the kernel; so each phase is a convolution of its own with a part of the kernel and stride 1,
  /// without the zeros that spreading `y` would put in between.
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

  /// The phases of the images: the first pixel of each, the taps of the kernel that it gets, by
  /// their number, and the windows on `y` that these are.
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

  /// Calls `body` with the elements of the kernel `turned` at these taps, one after the other.
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
  /// There is one window at least. The work is cut both ways: into groups of the kernel's rows,
  /// which are parts of the result, and into ranges of strips, whose results are added up in
  /// order. The former costs arranging `y` again, the latter an addition of kernels, so a large
  /// kernel is cut by rows, a small one by strips.
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

  /// Σ windowᵀ · y over the windows of some strips, one at least, for some rows of the kernel, on
  /// the calling thread.
  private func sumStrips(
    _ strips: ImageStrips, _ range: Range<Int>, _ windows: WindowGrid, _ places: [Int],
    _ offsets: [Int], _ rows: Range<Int>, _ y: UnsafeMutableRawPointer,
    to weight: UnsafeMutableRawPointer
  ) {
    let (product, outputs) = (dtype.product, sizes.outputs)
    // Rows as wide as a tile are arranged as they are.
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
