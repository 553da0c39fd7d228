import Images

/// Points in the plane, coloured by class: the two-dimensional codes of labelled images.
///
/// Along each axis the points stand in their order and evenly, not at their values: codes of images
/// crowd about one place with some far out, and to scale most of them would be one spot. Every point
/// is a square of two pixels a side, drawn in the order given, on white; at the right edge stand the
/// classes' digits in their colours.
///
/// ```swift
/// let plot = ScatterPlot(codes, classes: labels)
/// try folder.write(plot.image, to: ScatterPlot.fileName)   // codes.ppm and codes.png
/// ```
public struct ScatterPlot: Equatable, Sendable {
  /// The width in pixels.
  public let width: Int

  /// The height in pixels.
  public let height: Int

  /// Red, green and blue of each pixel, row by row.
  public private(set) var pixels: [UInt8]

  /// The name, without its ending, under which a run's plot is written.
  public static let fileName = "codes"

  private static let side = 600
  private static let pointSize = 2
  private static let margin = 10
  /// How many pixels a side a dot of a legend's digit has.
  private static let legendScale = 4

  /// Draws a plot of 600×600 pixels with a legend to its right.
  ///
  /// - Parameters:
  ///   - points: Horizontal and vertical coordinates in turn, `[classes.count, 2]`; points that are
  ///     not finite are left out.
  ///   - classes: The class of each point, from 0 to 9.
  public init(_ points: [Float], classes: [Int]) {
    precondition(
      points.count == 2 * classes.count,
      "ScatterPlot: expected two coordinates for each of \(classes.count) classes, found "
        + "\(points.count)")
    (width, height) = (Self.side + 3 * Self.legendScale + Self.margin, Self.side)
    pixels = [UInt8](repeating: 255, count: 3 * width * height)

    let finite = classes.indices.filter { points[2 * $0].isFinite && points[2 * $0 + 1].isFinite }
    let length = Self.side - 2 * Self.margin - Self.pointSize
    let horizontal = places(inOrderOf: finite.map { points[2 * $0] }, length: length)
    let vertical = places(inOrderOf: finite.map { points[2 * $0 + 1] }, length: length)
    for (index, (x, y)) in zip(finite, zip(horizontal, vertical)) {
      fill(
        Self.margin + x, Self.margin + length - y, Self.pointSize,
        with: Self.color(of: classes[index]))
    }
    let rowHeight = (Self.side - 2 * Self.margin) / 10
    for label in 0..<10 { drawDigit(label, left: Self.side, top: Self.margin + label * rowHeight) }
  }

  /// The plot as a picture.
  public var image: Image { Image(height: height, width: width, channels: 3, pixels: pixels) }

  /// A square of one colour.
  private mutating func fill(_ left: Int, _ top: Int, _ size: Int, with color: [UInt8]) {
    for y in top..<top + size {
      for x in left..<left + size {
        for channel in 0..<3 { pixels[3 * (y * width + x) + channel] = color[channel] }
      }
    }
  }

  private mutating func drawDigit(_ digit: Int, left: Int, top: Int) {
    let scale = Self.legendScale
    for (y, row) in digitShapes[digit].enumerated() {
      for (x, dot) in row.enumerated() where dot == "#" {
        fill(left + scale * x, top + scale * y, scale, with: Self.color(of: digit))
      }
    }
  }

  private static func color(of label: Int) -> [UInt8] {
    precondition(
      colors.indices.contains(label), "ScatterPlot: expected a class from 0 to 9, found \(label)")
    return colors[label]
  }

  /// Ten colours that differ in hue and in lightness, all dark enough on white.
  private static let colors: [[UInt8]] = [
    [40, 40, 40], [0, 110, 200], [240, 140, 0], [0, 150, 100], [215, 40, 40],
    [130, 70, 190], [130, 85, 60], [235, 110, 190], [150, 165, 0], [60, 190, 225],
  ]
}

/// A pixel for each value, from 0 for the smallest to the length for the largest, evenly by rank;
/// equal values share the middle of their ranks.
private func places(inOrderOf values: [Float], length: Int) -> [Int] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var places = [Int](repeating: 0, count: values.count)
  var first = 0
  while first < order.count {
    let equal = order[first...].prefix { values[$0] == values[order[first]] }
    let rank = Double(first) + Double(equal.count - 1) / 2
    let share = order.count > 1 ? rank / Double(order.count - 1) : 0.5
    for index in equal { places[index] = Int((share * Double(length)).rounded()) }
    first += equal.count
  }
  return places
}

/// The digits on a grid of three by five dots.
private let digitShapes: [[String]] = [
  ["###", "# #", "# #", "# #", "###"],
  ["  #", "  #", "  #", "  #", "  #"],
  ["###", "  #", "###", "#  ", "###"],
  ["###", "  #", "###", "  #", "###"],
  ["# #", "# #", "###", "  #", "  #"],
  ["###", "#  ", "###", "  #", "###"],
  ["###", "#  ", "###", "# #", "###"],
  ["###", "  #", "  #", "  #", "  #"],
  ["###", "# #", "###", "# #", "###"],
  ["###", "# #", "###", "  #", "###"],
]
