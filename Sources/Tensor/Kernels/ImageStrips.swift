import CKernels

/// A stack of images `[batch, height, width, channels]` cut into strips for the windows on them.
///
/// A strip contains the pixels seen by the windows of some images, or by some rows of windows of
/// one image. It is copied with zeros around it, so that every window has its elements at the same
/// distances from its first pixel; if no window crosses an edge, it is read in place. It is small
/// enough to stay in the second-level cache while it is multiplied.
///
/// How the images are cut depends on the sizes alone, so the number of threads does not affect
/// results.
struct ImageStrips {
  /// A strip in memory.
  struct Strip {
    /// The address that the windows' offsets are relative to.
    let pointer: UnsafeMutableRawPointer
    let images: Range<Int>
    /// The rows of windows, in each of the images.
    let rows: Range<Int>
  }

  /// The number of strips.
  let count: Int

  private let images: UnsafeMutableRawPointer
  private let shape: [Int]
  private let dtype: DType
  /// The rows of windows in an image, and the number of pixels from one window to the next.
  private let rows: Int
  private let step: Int
  private let imagesPerStrip: Int
  private let rowsPerStrip: Int
  /// The pixels that a window sees, relative to its position.
  private let vertical: ClosedRange<Int>
  private let horizontal: ClosedRange<Int>
  /// The number of pixels of a row that all windows together see.
  private let columns: Int
  private let isPadded: Bool

  /// Cuts images for the windows of one or several grids with the same step.
  init(_ images: UnsafeMutableRawPointer, shape: [Int], dtype: DType, _ grids: [WindowGrid]) {
    self.images = images
    self.shape = shape
    self.dtype = dtype
    step = grids.first?.step ?? 1
    rows = grids.map(\.rows).max() ?? 0
    let across = grids.map(\.columns).max() ?? 0
    func reach(_ offsets: [Int]) -> ClosedRange<Int> { (offsets.min() ?? 0)...(offsets.max() ?? 0) }
    vertical = reach(grids.flatMap(\.taps).map(\.row))
    horizontal = reach(grids.flatMap(\.taps).map(\.column))
    columns = (across - 1) * step + horizontal.count
    isPadded =
      vertical.lowerBound < 0 || (rows - 1) * step + vertical.upperBound >= shape[1]
      || horizontal.lowerBound < 0 || horizontal.lowerBound + columns > shape[2]

    // About four hundred windows per strip, so that the kernel is not fetched too often; and a
    // number of strips that threads can share evenly.
    let batch = shape[0]
    let wanted = max(4, (batch * rows * across / 392 + 3) / 4 * 4)
    imagesPerStrip = max(1, (batch + wanted - 1) / wanted)
    let parts = min(rows, (wanted + batch - 1) / max(1, batch))
    rowsPerStrip = imagesPerStrip > 1 ? rows : (rows + parts - 1) / max(1, parts)
    count =
      (batch + imagesPerStrip - 1) / imagesPerStrip
      * ((rows + rowsPerStrip - 1) / max(1, rowsPerStrip))
  }

  // MARK: Windows

  /// The positions of a strip's windows, image by image and row by row.
  func places(of grid: WindowGrid) -> [Int] {
    let channels = shape[3]
    return places(
      of: grid, image: imageLength * channels, row: step * rowLength * channels,
      column: step * channels)
  }

  /// The positions of values that belong to a strip's windows in another stack of images, with
  /// these distances in elements between images, rows and columns of windows.
  func places(of grid: WindowGrid, image: Int, row: Int, column: Int) -> [Int] {
    let rows = min(rowsPerStrip, grid.rows)
    var places: [Int] = []
    places.reserveCapacity(imagesPerStrip * rows * grid.columns)
    for n in 0..<imagesPerStrip {
      for i in 0..<rows {
        let first = n * image + i * row
        for j in 0..<grid.columns { places.append(first + j * column) }
      }
    }
    return places
  }

  /// The positions of a window's elements, relative to its own.
  func elements(of grid: WindowGrid) -> WindowElements {
    WindowElements(
      taps: grid.taps.map {
        ($0.row - vertical.lowerBound, $0.column - horizontal.lowerBound)
      }, rowLength: rowLength, channels: shape[3])
  }

  /// The number of windows of the grid in a strip: the first ones of `places(of:)`.
  func count(of grid: WindowGrid, in strip: Strip) -> Int {
    strip.images.count * max(0, min(strip.rows.upperBound, grid.rows) - strip.rows.lowerBound)
      * grid.columns
  }

  // MARK: Strips

  /// Calls `body` with every strip, shared among the threads.
  func forEach(_ body: (Strip) -> Void) {
    parallel(count: count, of: dtype) { withStrip($0, body) }
  }

  /// Calls `body` with the strip of this index.
  func withStrip(_ index: Int, _ body: (Strip) -> Void) {
    let parts = (rows + rowsPerStrip - 1) / rowsPerStrip
    let (image, row) = (index / parts * imagesPerStrip, index % parts * rowsPerStrip)
    let imageRange = image..<min(shape[0], image + imagesPerStrip)
    let rowRange = row..<min(rows, row + rowsPerStrip)
    let first = row * step + vertical.lowerBound
    let width = shape[3] * dtype.byteCount
    let source = images + image * shape[1] * shape[2] * width
    guard isPadded else {
      let start = source + (first * shape[2] + horizontal.lowerBound) * width
      return body(Strip(pointer: start, images: imageRange, rows: rowRange))
    }
    let copy = Storage(count: imageRange.count * imageLength * shape[3], dtype: dtype)
    dtype.kernels.pointee.crop(
      source, copy.pointer, imageRange.count, shape[1], shape[2], shape[3], first, pixelRows,
      horizontal.lowerBound, columns)
    body(Strip(pointer: copy.pointer, images: imageRange, rows: rowRange))
  }

  private var rowLength: Int { isPadded ? columns : shape[2] }
  private var imageLength: Int { isPadded ? pixelRows * columns : shape[1] * shape[2] }
  /// The number of pixel rows that the windows of a strip see.
  private var pixelRows: Int { (rowsPerStrip - 1) * step + vertical.count }
}
