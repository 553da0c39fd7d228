import Foundation

/// The values of a field as colours of cells, with a colour bar.
///
/// Each cell is centred on the point of its value. Values that are not finite leave holes. Colours
/// are quantised to 64 levels and runs of equal colour are drawn as one piece: a smooth field of
/// 100×100 values takes about 40 KB.
///
/// ```swift
/// HeatMap(density, label: "density")
/// HeatMap(Field(matrix: plan, columns: 20), colors: .opacity)
/// ```
public struct HeatMap: Mark {
  private let field: Field
  private let scale: ColorScale
  private let color: Color?
  private let hasColorBar: Bool

  /// Creates a heat map.
  ///
  /// - Parameters:
  ///   - field: The values.
  ///   - label: The label of the values, above the colour bar.
  ///   - colors: The colours from the lowest to the highest value.
  ///   - range: The values of the first and the last colour; nil takes the lowest and the highest
  ///     value.
  ///   - color: The colour of `.opacity`.
  ///   - hasColorBar: Whether there is a colour bar.
  public init(
    _ field: Field, label: String = "", colors: ColorMap = .viridis,
    range: ClosedRange<Double>? = nil, color: Color? = nil, hasColorBar: Bool = true
  ) {
    self.field = field
    self.color = color
    self.hasColorBar = hasColorBar
    scale = ColorScale(colors, field.values, range: range, label: label)
  }

  /// The extent, legend entries and description of the heat map.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    outline.x = Interval(Field.borders(field.x))
    outline.y = Interval(Field.borders(field.y))
    (outline.isTightX, outline.isTightY) = (true, true)
    outline.color = color
    if case .opacity = scale.map { outline.colorCount = 1 } else { outline.colorCount = 0 }
    outline.colorBar = hasColorBar ? scale : nil
    outline.words = words(
      scale.label,
      "heat map of \(field.y.count) by \(field.x.count) values from \(words(scale.low)) to "
        + words(scale.high))
    return outline
  }

  /// Draws the cells.
  public func draw(on canvas: inout Canvas) {
    let x = Field.borders(field.x).map(canvas.x.positionOrStart)
    let y = Field.borders(field.y).map(canvas.y.positionOrStart)
    guard let left = x.first, let right = x.last, let top = y.first, let bottom = y.last else {
      return
    }
    let (columns, rows) = (field.x.count, field.y.count)
    if isEven(x), isEven(y) {
      // In units of cells, a run of a row is a horizontal line one unit wide.
      let scales = ((right - left) / Double(columns), (bottom - top) / Double(rows))
      let shift = Point(x: left, y: top + scales.1 / 2)
      let paths = paths { row, first, end in "M\(first) \(row)h\(end - first)" }
      canvas.group(
        """
        transform="translate(\(shift.text)) scale(\(pixels(scales.0, decimals: 6)) \
        \(pixels(scales.1, decimals: 6)))" shape-rendering="crispEdges"
        """
      ) { draw(paths, paint: "stroke", on: &$0) }
    } else {
      let paths = paths { row, first, end in
        "M\(pixels(x[first])) \(pixels(y[row]))H\(pixels(x[end]))V\(pixels(y[row + 1]))"
          + "H\(pixels(x[first]))z"
      }
      canvas.group("shape-rendering=\"crispEdges\"") { draw(paths, paint: "fill", on: &$0) }
    }
  }

  /// Whether places are the same distance apart.
  private func isEven(_ places: [Double]) -> Bool {
    let step = (places[places.count - 1] - places[0]) / Double(places.count - 1)
    return zip(places, places.dropFirst()).allSatisfy { abs($1 - $0 - step) < 1e-3 }
      && abs(step) > 1e-3
  }

  /// For each colour, the path of its runs.
  private func paths(_ piece: (_ row: Int, _ first: Int, _ end: Int) -> String) -> [String] {
    var paths = [String](repeating: "", count: ColorMap.levelCount)
    let columns = field.x.count
    for row in field.y.indices {
      var first = 0
      while first < columns {
        let level = scale.level(field.values[row * columns + first])
        var end = first + 1
        while end < columns, scale.level(field.values[row * columns + end]) == level { end += 1 }
        if let level { paths[level] += piece(row, first, end) }
        first = end
      }
    }
    return paths
  }

  private func draw(_ paths: [String], paint: String, on canvas: inout Canvas) {
    for (level, path) in paths.enumerated() where !path.isEmpty {
      let attributes = scale.attributes(ofLevel: level, color: canvas.color, paint: paint)
      canvas.add("<path \(attributes) d=\"\(path)\"/>")
    }
  }
}
