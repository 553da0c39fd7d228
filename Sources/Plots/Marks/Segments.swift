/// Straight lines between pairs of points: a transport plan, residuals, intervals.
///
/// Segments without a label take the colour of the preceding mark.
///
/// ```swift
/// Segments(from: (sourceX, sourceY), to: (targetX, targetY), weights: plan)
/// Segments(from: (x, lower), to: (x, upper), label: "95 % intervals")
/// ```
public struct Segments: Mark {
  let start: (x: [Double], y: [Double])
  let end: (x: [Double], y: [Double])
  private let weights: [Double]?
  private let label: String
  private let color: Color?
  private let width: Double
  private let opacity: Double

  /// Creates segments.
  ///
  /// - Parameters:
  ///   - start: The coordinates of the start points.
  ///   - end: The coordinates of the end points, equally many.
  ///   - weights: The opacity of each, relative to the greatest weight; segments of weight 0 are
  ///     omitted.
  ///   - label: The name in the legend; without one there is no entry.
  ///   - color: The colour.
  ///   - width: In pixels.
  ///   - opacity: From 0 to 1; with weights, the opacity of the greatest.
  public init(
    from start: (x: [Double], y: [Double]), to end: (x: [Double], y: [Double]),
    weights: [Double]? = nil, label: String = "", color: Color? = nil, width: Double = 1.5,
    opacity: Double = 1
  ) {
    checkCounts(
      "Segments",
      [
        "start x": start.x.count, "start y": start.y.count, "end x": end.x.count,
        "end y": end.y.count, "weights": weights?.count ?? start.x.count,
      ])
    self.start = start
    self.end = end
    self.weights = weights
    self.label = label
    self.color = color
    self.width = width
    self.opacity = opacity
  }

  /// The extent, legend entries and description of the segments.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    outline.x = Interval(start.x).union(Interval(end.x))
    outline.y = Interval(start.y).union(Interval(end.y))
    outline.color = color
    outline.colorCount = label.isEmpty ? 0 : 1
    outline.legend = [
      LegendEntry(label: label, key: .line(dash: nil, width: width, hasDots: false))
    ]
    outline.words = words(label, words(start.x.count, "segment"))
    return outline
  }

  /// Draws the segments, those of similar weight as one path.
  public func draw(on canvas: inout Canvas) {
    var paths = [String](repeating: "", count: Self.levelCount)
    let greatest = weights.map { Interval($0).high } ?? 1
    for index in start.x.indices {
      let share = weights.map { $0[index] / greatest } ?? 1
      guard share > 0, share.isFinite,
        let first = canvas.place(start.x[index], start.y[index]),
        let last = canvas.place(end.x[index], end.y[index])
      else { continue }
      let level = min(Self.levelCount, Int((share * Double(Self.levelCount)).rounded(.up)))
      paths[level - 1] += "M\(first.text)L\(last.text)"
    }
    for (level, path) in paths.enumerated() {
      canvas.stroke(
        path, width: width, opacity: opacity * Double(level + 1) / Double(Self.levelCount),
        label: label)
    }
  }

  private static let levelCount = 16
}
