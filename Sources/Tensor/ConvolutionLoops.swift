import CKernels

/// The arithmetic of a convolution and of its two adjoints: panels of gathered patches, each a
/// product on one thread, shared among the threads.
///
/// A panel stays in the second-level cache from its gathering to its product. How the work is cut
/// depends on the sizes alone, so the number of threads changes no bit.
struct ConvolutionLoops {
  private let sizes: ConvolutionSizes
  private let dtype: DType
  private let width: Int
  /// What the results below zero are multiplied by, but for those of the kernel's gradient.
  private let slope: Double

  init(_ sizes: ConvolutionSizes, _ dtype: DType, slope: Double = 1) {
    self.sizes = sizes
    self.dtype = dtype
    self.slope = slope
    width = dtype.byteCount
  }

  /// y = x ∗ w + bias.
  func convolve(
    _ x: UnsafeMutableRawPointer, _ weight: UnsafeMutableRawPointer,
    _ bias: UnsafeMutableRawPointer?, to y: UnsafeMutableRawPointer
  ) {
    let (grid, outputs) = (forwardGrid(taps(of: forwardTaps)), sizes.outputs)
    let kernel = RightFactor(weight, n: outputs, k: grid.windowCount, dtype: dtype)
    forEachPanel(of: x, grid) { panel, _, range in
      kernel.multiply(
        panel, rows: range.count, bias: bias, to: y + range.lowerBound * outputs * width,
        slope: slope)
    }
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
    let (vertical, horizontal) = (sizes.vertical, sizes.horizontal)
    for row in 0..<min(vertical.stride, vertical.input) {
      for column in 0..<min(horizontal.stride, horizontal.input) {
        let taps = pairs(vertical.taps(ofPhase: row), horizontal.taps(ofPhase: column))
        let grid = WindowGrid(
          height: vertical.output, width: horizontal.output, channels: sizes.outputs,
          rows: vertical.count(ofPhase: row), columns: horizontal.count(ofPhase: column), step: 1,
          taps: self.taps(of: taps))
        let places = WindowGrid(
          height: vertical.input, width: horizontal.input, channels: sizes.inputs, rows: grid.rows,
          columns: grid.columns, step: vertical.stride, taps: [(row, column)])
        let part = Storage(count: grid.windowCount * sizes.inputs, dtype: dtype)
        let block = sizes.outputs * sizes.inputs * width
        for (place, tap) in taps.enumerated() {
          let index = tap.row.index * horizontal.kernel + tap.column.index
          (part.pointer + place * block).copyMemory(
            from: turned + index * block, byteCount: block)
        }
        convolveBack(y, grid, part, bias, to: x, places)
      }
    }
  }

  /// One phase: the windows `grid` of `y` times a part of the kernel, to the pixels `places`.
  private func convolveBack(
    _ y: UnsafeMutableRawPointer, _ grid: WindowGrid, _ part: Storage,
    _ bias: UnsafeMutableRawPointer?, to x: UnsafeMutableRawPointer, _ places: WindowGrid
  ) {
    let channels = sizes.inputs
    let kernel = RightFactor(part.pointer, n: channels, k: grid.windowCount, dtype: dtype)
    let place = dtype.kernels.pointee.place_pixels
    places.withPointer { places in
      forEachPanel(of: y, grid) { panel, room, range in
        if sizes.vertical.stride == 1 {
          kernel.multiply(
            panel, rows: range.count, bias: bias, to: x + range.lowerBound * channels * width,
            slope: slope)
        } else {
          kernel.multiply(panel, rows: range.count, bias: bias, to: room, slope: slope)
          place(room, x, places, range.lowerBound, range.upperBound)
        }
      }
    }
  }

  /// The adjoint in the kernel: w[k, l, :, :] = Σ patchᵀ · y over all patches.
  ///
  /// There is one patch at least. The work is cut both ways: into groups of taps, which write to parts of the result, and into
  /// ranges of patches, whose results are added up in order. The former costs packing `y` again,
  /// the latter an addition of kernels, so a large kernel is cut by taps, a small one by patches.
  func multiplyPatches(
    of x: UnsafeMutableRawPointer, _ y: UnsafeMutableRawPointer,
    to weight: UnsafeMutableRawPointer
  ) {
    let (taps, outputs) = (taps(of: forwardTaps), sizes.outputs)
    let patches = sizes.batch * sizes.vertical.output * sizes.horizontal.output
    let count = sizes.patchLength * outputs
    let pieces = max(1, min(16, patches * count / 2_000_000))
    let ranges = max(1, min(pieces, patches / 512, 2_000_000 / max(1, count)))
    let groups = max(1, min(taps.count, (pieces + ranges - 1) / ranges))
    let partial = Storage(count: (ranges - 1) * count, dtype: dtype)
    parallel(count: ranges * groups) { piece in
      let (range, group) = (piece / groups, piece % groups)
      let first = taps.count * group / groups
      let grid = forwardGrid(Array(taps[first..<taps.count * (group + 1) / groups]))
      let target = range == 0 ? weight : partial.pointer + (range - 1) * count * width
      sumPanels(
        of: x, y, grid, patches * range / ranges..<patches * (range + 1) / ranges,
        to: target + first * sizes.inputs * outputs * width)
    }
    let add = dtype.kernels.pointee.accumulate
    parallel(over: count, grain: elementwiseGrain) { begin, end in
      for range in 0..<ranges - 1 {
        add(partial.pointer + range * count * width, weight, begin, end)
      }
    }
  }

  /// Σ patchᵀ · y over a range of patches, one at least, panel by panel, on the calling thread.
  private func sumPanels(
    of x: UnsafeMutableRawPointer, _ y: UnsafeMutableRawPointer, _ grid: WindowGrid,
    _ patches: Range<Int>, to result: UnsafeMutableRawPointer
  ) {
    let (length, outputs) = (grid.windowCount, sizes.outputs)
    // As deep as a block of the product's inner dimension.
    let rows = 256
    let panel = Storage(count: min(rows, patches.count) * length, dtype: dtype)
    let gather = dtype.kernels.pointee.gather_windows
    grid.withPointer { windows in
      for first in stride(from: patches.lowerBound, to: patches.upperBound, by: rows) {
        let end = min(first + rows, patches.upperBound)
        gather(x, panel.pointer, windows, first, end)
        MatrixBlock(
          a: panel.pointer, b: y + first * outputs * width, c: result, m: length, n: outputs,
          k: end - first, transposeLeft: true, rowLengths: (length, outputs, outputs),
          dtype: dtype, accumulates: first > patches.lowerBound
        ).multiply(work: 0)
      }
    }
  }

  // MARK: Patches

  private typealias TapPair = (row: Tap, column: Tap)

  private func pairs(_ rows: [Tap], _ columns: [Tap]) -> [TapPair] {
    rows.flatMap { row in columns.map { (row, $0) } }
  }

  private func taps(of pairs: [TapPair]) -> [(row: Int, column: Int)] {
    pairs.map { ($0.row.offset, $0.column.offset) }
  }

  private var forwardTaps: [TapPair] { pairs(sizes.vertical.taps, sizes.horizontal.taps) }

  /// The windows of the convolution on its images.
  private func forwardGrid(_ taps: [(row: Int, column: Int)]) -> WindowGrid {
    WindowGrid(
      height: sizes.vertical.input, width: sizes.horizontal.input, channels: sizes.inputs,
      rows: sizes.vertical.output, columns: sizes.horizontal.output, step: sizes.vertical.stride,
      taps: taps)
  }

  /// Gathers the windows of all images in panels and calls `body` with each panel, room for a
  /// result of as many rows, and the panel's range of windows.
  private func forEachPanel(
    of images: UnsafeMutableRawPointer, _ grid: WindowGrid,
    _ body: (UnsafeMutableRawPointer, UnsafeMutableRawPointer, Range<Int>) -> Void
  ) {
    let length = grid.windowCount
    // A quarter of a megabyte, in whole tiles of the products' loops.
    let rows = max(1, min(24, 1560 / max(1, length))) * 42
    let gather = dtype.kernels.pointee.gather_windows
    let channels = max(sizes.inputs, sizes.outputs)
    grid.withPointer { windows in
      parallel(over: sizes.batch * grid.rows * grid.columns, step: rows) { begin, end in
        let room = Storage(count: (end - begin) * (length + channels), dtype: dtype)
        gather(images, room.pointer, windows, begin, end)
        body(room.pointer, room.pointer + (end - begin) * length * width, begin..<end)
      }
    }
  }
}
