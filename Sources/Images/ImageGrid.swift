import Tensor

/// Images, grey or in colour, arranged in a grid as bytes, for a run's samples and reconstructions.
///
/// A value v becomes the byte round(255 v), with v clamped to 0…1 and NaN drawn as 0. Contrast is
/// not stretched to the darkest and brightest values, which would make a grey network's output look
/// sharp. Empty cells in the last row and the separators are mid-grey.
///
/// ```swift
/// let grid = ImageGrid(means, imageHeight: 28, imageWidth: 28, columns: 10)
/// try folder.write(grid, to: "samples/epoch-001")   // samples/epoch-001.pgm and .png
/// ```
public struct ImageGrid: Equatable, Sendable {
  /// The width in pixels.
  public let width: Int

  /// The height in pixels.
  public let height: Int

  /// The number of values per pixel: 1 for grey, 3 for red, green and blue.
  public let channels: Int

  /// The values, row by row, 0 black and 255 white: `[height, width, channels]`.
  public let pixels: [UInt8]

  /// Arranges images row by row, in the given number of columns or as many as there are images.
  ///
  /// - Parameters:
  ///   - values: Pixels from 0 to 1, row-major, `[count, imageHeight, imageWidth, channels]`.
  ///   - imageHeight: The height of one image in pixels.
  ///   - imageWidth: The width of one image in pixels.
  ///   - channels: 1 for grey images, 3 for red, green and blue.
  ///   - columns: The number of images in a row.
  ///   - separator: The width in pixels of the lines between images.
  public init(
    _ values: [Float], imageHeight: Int, imageWidth: Int, channels: Int = 1, columns: Int,
    separator: Int = 2
  ) {
    let cells = Cells(
      values, height: imageHeight, width: imageWidth, channels: channels, columns: columns,
      separator: separator)
    self.init(cells) { column in column * (imageWidth + separator) }
  }

  /// Arranges images row by row, in the given number of columns or as many as there are images.
  ///
  /// - Parameters:
  ///   - images: Pixels from 0 to 1, `[count, height, width, channels]`.
  ///   - columns: The number of images in a row.
  ///   - separator: The width in pixels of the lines between images.
  public init(_ images: Tensor, columns: Int, separator: Int = 2) {
    precondition(
      images.rank == 4,
      "ImageGrid: expected images of shape [count, height, width, channels], found \(images.shape)")
    self.init(
      images.scalars, imageHeight: images.shape[1], imageWidth: images.shape[2],
      channels: images.shape[3], columns: columns, separator: separator)
  }

  /// Arranges images of a group directly side by side, such as an original and its reconstruction,
  /// with wider lines between groups.
  ///
  /// - Parameters:
  ///   - members: The first image of every group, the second one of every group, and so on: pixels
  ///     from 0 to 1, row-major, each `[count, imageHeight, imageWidth, channels]`.
  ///   - imageHeight: The height of one image in pixels.
  ///   - imageWidth: The width of one image in pixels.
  ///   - channels: 1 for grey or 3 for red, green, blue.
  ///   - columns: The number of groups in a row.
  ///   - separator: The width in pixels of the lines inside a group; between groups it is three
  ///     times as wide.
  public static func grouped(
    _ members: [[Float]], imageHeight: Int, imageWidth: Int, channels: Int = 1, columns: Int,
    separator: Int = 2
  ) -> ImageGrid {
    precondition(
      !members.isEmpty && members.allSatisfy { $0.count == members[0].count },
      "ImageGrid.grouped: expected as many values of each image of a group, found "
        + "\(members.map(\.count))")
    let size = imageHeight * imageWidth * channels
    let values = stride(from: 0, to: members[0].count, by: size).flatMap { start in
      members.flatMap { $0[start..<start + size] }
    }
    let cells = Cells(
      values, height: imageHeight, width: imageWidth, channels: channels,
      columns: members.count * columns, separator: separator)
    return ImageGrid(cells) { column in
      column * (imageWidth + separator) + column / members.count * 2 * separator
    }
  }

  /// The grid as a picture.
  public var image: Image {
    Image(height: height, width: width, channels: channels, pixels: pixels)
  }

  private static let midGrey: UInt8 = 128

  /// Draws the cells, each column at the pixel offset that the closure returns.
  private init(_ cells: Cells, columnOffset: (Int) -> Int) {
    channels = cells.channels
    width = columnOffset(cells.columns - 1) + cells.width
    height = cells.rows * (cells.height + cells.separator) - cells.separator
    var pixels = [UInt8](repeating: Self.midGrey, count: width * height * channels)
    for image in 0..<cells.count {
      let (row, column) = image.quotientAndRemainder(dividingBy: cells.columns)
      for y in 0..<cells.height {
        let length = cells.width * channels
        let source = (image * cells.height + y) * length
        let target =
          ((row * (cells.height + cells.separator) + y) * width + columnOffset(column)) * channels
        for x in 0..<length {
          pixels[target + x] = Self.byte(cells.values[source + x])
        }
      }
    }
    self.pixels = pixels
  }

  private static func byte(_ value: Float) -> UInt8 {
    guard value > 0 else { return 0 }  // also NaN
    return UInt8((min(value, 1) * 255).rounded())
  }
}

/// Images of one size, with the rows and columns that they fill.
private struct Cells {
  let values: [Float]
  let height, width, channels: Int
  let count, columns, rows: Int
  let separator: Int

  init(
    _ values: [Float], height: Int, width: Int, channels: Int, columns: Int, separator: Int
  ) {
    precondition(
      channels == 1 || channels == 3, "ImageGrid: expected 1 or 3 channels, found \(channels)")
    let size = height * width * channels
    precondition(
      size > 0 && !values.isEmpty && values.count.isMultiple(of: size),
      "ImageGrid: \(values.count) values are no whole number of \(height)×\(width) images"
        + (channels == 1 ? "" : " with \(channels) channels"))
    precondition(columns > 0, "ImageGrid: \(columns) columns")
    self.values = values
    self.height = height
    self.width = width
    self.channels = channels
    self.separator = separator
    count = values.count / size
    self.columns = min(columns, count)
    rows = (count + self.columns - 1) / self.columns
  }
}
