import Tensor

/// Grey images laid out in a grid, as bytes, for a run's samples and reconstructions.
///
/// A value v becomes the byte round(255 v), with v held to 0…1 (and what is not a number drawn as
/// 0). Nothing is stretched to the darkest and brightest value found, which would make a grey
/// network's output look sharp. Cells left over in the last row, and the separators, are mid-grey.
///
/// ```swift
/// let grid = ImageGrid(means, imageHeight: 28, imageWidth: 28, columns: 10)
/// try folder.write(grid.pgm, to: "samples/epoch-001.pgm")
/// ```
public struct ImageGrid: Equatable, Sendable {
  /// The width in pixels.
  public let width: Int

  /// The height in pixels.
  public let height: Int

  /// The grey values, row by row, 0 black and 255 white.
  public let pixels: [UInt8]

  /// Lays images out row by row, in the given number of columns or as many as there are images.
  ///
  /// - Parameters:
  ///   - values: Pixels from 0 to 1, row-major, `[count, imageHeight, imageWidth]`.
  ///   - imageHeight: The height of one image in pixels.
  ///   - imageWidth: The width of one image in pixels.
  ///   - columns: The number of images in a row.
  ///   - separator: The width in pixels of the lines between images.
  public init(
    _ values: [Float], imageHeight: Int, imageWidth: Int, columns: Int, separator: Int = 2
  ) {
    let cells = Cells(
      values, height: imageHeight, width: imageWidth, columns: columns, separator: separator)
    self.init(cells) { column in column * (imageWidth + separator) }
  }

  /// Lays images that belong together directly side by side, as an original and its reconstruction,
  /// groups set apart by a wider line.
  ///
  /// - Parameters:
  ///   - members: The first image of every group, the second one of every group, and so on: pixels
  ///     from 0 to 1, row-major, each `[count, imageHeight, imageWidth]`.
  ///   - imageHeight: The height of one image in pixels.
  ///   - imageWidth: The width of one image in pixels.
  ///   - columns: The number of groups in a row.
  ///   - separator: The width in pixels of the lines inside a group; between groups it is three
  ///     times as wide.
  public static func grouped(
    _ members: [[Float]], imageHeight: Int, imageWidth: Int, columns: Int, separator: Int = 2
  ) -> ImageGrid {
    precondition(
      !members.isEmpty && members.allSatisfy { $0.count == members[0].count },
      "ImageGrid.grouped: expected as many values of each image of a group, found "
        + "\(members.map(\.count))")
    let size = imageHeight * imageWidth
    let values = stride(from: 0, to: members[0].count, by: size).flatMap { start in
      members.flatMap { $0[start..<start + size] }
    }
    let cells = Cells(
      values, height: imageHeight, width: imageWidth, columns: members.count * columns,
      separator: separator)
    return ImageGrid(cells) { column in
      column * (imageWidth + separator) + column / members.count * 2 * separator
    }
  }

  /// The grid as a binary PGM file (Netpbm's P5, 8 bits).
  public var pgm: [UInt8] {
    Array("P5\n\(width) \(height)\n255\n".utf8) + pixels
  }

  private static let midGrey: UInt8 = 128

  /// Draws the cells, each column at the offset in pixels that the closure gives.
  private init(_ cells: Cells, columnOffset: (Int) -> Int) {
    width = columnOffset(cells.columns - 1) + cells.width
    height = cells.rows * (cells.height + cells.separator) - cells.separator
    var pixels = [UInt8](repeating: Self.midGrey, count: width * height)
    for image in 0..<cells.count {
      let (row, column) = image.quotientAndRemainder(dividingBy: cells.columns)
      for y in 0..<cells.height {
        let source = (image * cells.height + y) * cells.width
        let target =
          (row * (cells.height + cells.separator) + y) * width + columnOffset(column)
        for x in 0..<cells.width {
          pixels[target + x] = Self.byte(cells.values[source + x])
        }
      }
    }
    self.pixels = pixels
  }

  private static func byte(_ value: Float) -> UInt8 {
    guard value > 0 else { return 0 }  // also what is not a number
    return UInt8((min(value, 1) * 255).rounded())
  }
}

/// Images of one size and the rows and columns that they fill.
private struct Cells {
  let values: [Float]
  let height, width: Int
  let count, columns, rows: Int
  let separator: Int

  init(_ values: [Float], height: Int, width: Int, columns: Int, separator: Int) {
    let size = height * width
    precondition(
      size > 0 && !values.isEmpty && values.count.isMultiple(of: size),
      "ImageGrid: \(values.count) values are no whole number of \(height)×\(width) images")
    precondition(columns > 0, "ImageGrid: \(columns) columns")
    self.values = values
    self.height = height
    self.width = width
    self.separator = separator
    count = values.count / size
    self.columns = min(columns, count)
    rows = (count + self.columns - 1) / self.columns
  }
}
