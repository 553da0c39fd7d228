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

/// The windows on a stack of images `[batch, height, width, channels]`.
struct WindowGrid {
  let height: Int
  let width: Int
  let channels: Int
  /// How many windows an image has, down and across.
  let rows: Int
  let columns: Int
  /// How many pixels lie between the places of two windows.
  let step: Int
  /// Each tap's row and column, relative to the window's place.
  let taps: [(row: Int, column: Int)]

  /// The number of elements in a window.
  var windowCount: Int { taps.count * channels }

  /// Calls `body` with the grid as the loops want it.
  func withPointer(_ body: (UnsafePointer<CKWindows>) -> Void) {
    // One more than there are, so that there is a first one.
    let (tapRows, tapColumns) = (taps.map(\.row) + [0], taps.map(\.column) + [0])
    let runs = runLengths + [0]
    tapRows.withUnsafeBufferPointer { tapRows in
      tapColumns.withUnsafeBufferPointer { tapColumns in
        runs.withUnsafeBufferPointer { runs in
          guard let rows = tapRows.baseAddress, let columns = tapColumns.baseAddress,
            let lengths = runs.baseAddress
          else { return }
          var windows = CKWindows(
            height: height, width: width, channels: channels, rows: self.rows,
            columns: self.columns, step: step, tap_count: taps.count, tap_rows: rows,
            tap_columns: columns, run_count: runs.count - 1, run_lengths: lengths)
          body(&windows)
        }
      }
    }
  }

  /// How many taps lie side by side in a row of the image, one run of them after the other.
  private var runLengths: [Int] {
    var lengths: [Int] = []
    for (index, tap) in taps.enumerated() {
      if index > 0, taps[index - 1] == (tap.row, tap.column - 1) {
        lengths[lengths.count - 1] += 1
      } else {
        lengths.append(1)
      }
    }
    return lengths
  }
}
