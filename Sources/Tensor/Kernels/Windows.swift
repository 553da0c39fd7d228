import CKernels

/// How a window slides over one axis of an image.
///
/// Its elements lie `dilation` apart, it moves by `stride`, over an axis with `padding` zeros added
/// at both ends. It fits
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

  /// How many elements of the axis the window reaches over.
  var extent: Int { dilation * (kernel - 1) + 1 }

  /// How many times the window fits; 0 or less where it does not.
  var output: Int {
    let room = input + 2 * padding - extent
    return room < 0 ? 0 : room / stride + 1
  }

  /// The taps of a forward window: element `index` of the kernel at this offset.
  var taps: [Tap] { (0..<kernel).map { Tap(index: $0, offset: $0 * dilation - padding) } }

  /// For the adjoint, the positions `phase`, `phase + stride`, …: the elements of the kernel that
  /// reach them and from where, by rising offset.
  ///
  /// Position p = phase + stride · j gets element i from window (p + padding − dilation · i) /
  /// stride, where that is a whole number.
  func taps(ofPhase phase: Int) -> [Tap] {
    (0..<kernel).reversed().compactMap { index in
      let distance = phase + padding - dilation * index
      guard distance % stride == 0 else { return nil }
      return Tap(index: index, offset: distance / stride)
    }
  }

  /// How many positions `phase`, `phase + stride`, … the axis has.
  func count(ofPhase phase: Int) -> Int { max(0, (input - phase + stride - 1) / stride) }
}

/// An element of a kernel and where it looks, relative to the window's place.
struct Tap {
  let index: Int
  let offset: Int
}

/// The places of windows on a stack of images, and what each sees there.
struct WindowGrid {
  /// How many windows an image has, down and across.
  let rows: Int
  let columns: Int
  /// How many pixels lie between the places of two windows.
  let step: Int
  /// Each tap's row and column, relative to the window's place.
  let taps: [(row: Int, column: Int)]

  /// The windows with these taps down and across, all pairs of them.
  init(rows: Int, columns: Int, step: Int, taps vertical: [Tap], _ horizontal: [Tap]) {
    self.rows = rows
    self.columns = columns
    self.step = step
    taps = vertical.flatMap { row in horizontal.map { (row.offset, $0.offset) } }
  }
}

/// Where the elements of a window are, relative to its first pixel.
struct WindowElements {
  /// The offset of each element.
  let offsets: [Int]
  /// The offsets of the first elements of runs, of `runLength` elements side by side.
  let runs: [Int]
  let runLength: Int

  /// The elements of pixels at `taps`, of images with so many channels and pixels in a row.
  init(taps: [(row: Int, column: Int)], rowLength: Int, channels: Int) {
    let pixels = taps.map { ($0.row * rowLength + $0.column) * channels }
    var offsets: [Int] = []
    offsets.reserveCapacity(pixels.count * channels)
    for pixel in pixels { offsets.append(contentsOf: pixel..<pixel + channels) }
    self.offsets = offsets
    // Taps side by side make a run, if that makes all runs equally long.
    let starts = taps.indices.filter { $0 == 0 || pixels[$0] != pixels[$0 - 1] + channels }
    let length = starts.isEmpty ? 0 : taps.count / starts.count
    let isEven = starts == Array(stride(from: 0, to: taps.count, by: max(1, length)))
    runs = (isEven ? starts : Array(taps.indices)).map { pixels[$0] }
    runLength = (isEven ? length : 1) * channels
  }
}
