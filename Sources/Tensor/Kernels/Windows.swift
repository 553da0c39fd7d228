import CKernels

/// How a window slides over one axis of an image.
///
/// Its elements are `dilation` apart, and it moves by `stride`, over an axis with `padding` zeros
/// added at both ends. It fits
///
///     output = ⌊(input + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1
///
/// times (Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016,
/// relationship 15).
struct SlidingWindow {
  let input: Int
  let kernel: Int
  let stride: Int
  let padding: Int
  let dilation: Int

  /// The number of elements that the window spans.
  var extent: Int { dilation * (kernel - 1) + 1 }

  /// The number of positions of the window; 0 or less if it does not fit.
  var output: Int {
    let room = input + 2 * padding - extent
    return room < 0 ? 0 : room / stride + 1
  }

  /// The taps of a forward window: element `index` of the kernel at this offset.
  var taps: [Tap] { (0..<kernel).map { Tap(index: $0, offset: $0 * dilation - padding) } }

  /// For the adjoint at the positions `phase`, `phase + stride`, …: the kernel elements that reach
  /// them and their source windows, by increasing offset.
  ///
  /// Position p = phase + stride · j receives element i from window (p + padding − dilation · i) /
  /// stride, if that is a whole number.
  func taps(ofPhase phase: Int) -> [Tap] {
    (0..<kernel).reversed().compactMap { index in
      let distance = phase + padding - dilation * index
      guard distance % stride == 0 else { return nil }
      return Tap(index: index, offset: distance / stride)
    }
  }

  /// The number of positions `phase`, `phase + stride`, … on the axis.
  func count(ofPhase phase: Int) -> Int { max(0, (input - phase + stride - 1) / stride) }
}

/// An element of a kernel and its offset relative to the window's position.
struct Tap {
  let index: Int
  let offset: Int
}

/// The positions of windows on a stack of images, and the pixels each sees.
struct WindowGrid {
  /// The numbers of windows in an image, down and across.
  let rows: Int
  let columns: Int
  /// The distance in pixels between the positions of two windows.
  let step: Int
  /// Each tap's row and column, relative to the window's position.
  let taps: [(row: Int, column: Int)]

  /// The windows with all pairs of these taps down and across.
  init(rows: Int, columns: Int, step: Int, taps vertical: [Tap], _ horizontal: [Tap]) {
    self.rows = rows
    self.columns = columns
    self.step = step
    taps = vertical.flatMap { row in horizontal.map { (row.offset, $0.offset) } }
  }
}

/// The positions of a window's elements, relative to its first pixel.
struct WindowElements {
  /// The offset of each element.
  let offsets: [Int]
  /// The offsets of the first elements of runs, each of `runLength` adjacent elements.
  let runs: [Int]
  let runLength: Int

  /// The elements of pixels at `taps`, in images with this many channels and pixels per row.
  init(taps: [(row: Int, column: Int)], rowLength: Int, channels: Int) {
    let pixels = taps.map { ($0.row * rowLength + $0.column) * channels }
    var offsets: [Int] = []
    offsets.reserveCapacity(pixels.count * channels)
    for pixel in pixels { offsets.append(contentsOf: pixel..<pixel + channels) }
    self.offsets = offsets
    // Adjacent taps form a run, if that makes all runs equally long.
    let starts = taps.indices.filter { $0 == 0 || pixels[$0] != pixels[$0 - 1] + channels }
    let length = starts.isEmpty ? 0 : taps.count / starts.count
    let isEven = starts == Array(stride(from: 0, to: taps.count, by: max(1, length)))
    runs = (isEven ? starts : Array(taps.indices)).map { pixels[$0] }
    runLength = (isEven ? length : 1) * channels
  }
}
