/// The area between two curves: a credible interval about a mean, or a density above 0.
///
/// A band without a label takes the colour of the preceding mark, usually its line.
///
/// ```swift
/// Line(x, mean, label: "posterior mean")
/// Band(x, lower: mean - 2 * deviation, upper: mean + 2 * deviation)
/// ```
public struct Band: Mark {
  private let x: [Double]
  private let lower: [Double]
  private let upper: [Double]
  private let label: String
  private let color: Color?
  private let opacity: Double

  /// Creates a band.
  ///
  /// - Parameters:
  ///   - x: The horizontal coordinates.
  ///   - lower: The lower curve, a value for each; the band is broken at values that are not
  ///     finite.
  ///   - upper: The upper curve.
  ///   - label: The name in the legend; without one there is no entry.
  ///   - color: The colour.
  ///   - opacity: From 0 to 1.
  public init(
    _ x: [Double], lower: [Double], upper: [Double], label: String = "", color: Color? = nil,
    opacity: Double = 0.22
  ) {
    checkCounts("Band", ["x": x.count, "lower": lower.count, "upper": upper.count])
    self.x = x
    self.lower = lower
    self.upper = upper
    self.label = label
    self.color = color
    self.opacity = opacity
  }

  /// The extent, legend entries and description of the band.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    outline.x = Interval(x)
    outline.y = Interval(lower).union(Interval(upper))
    outline.isTightX = true
    outline.color = color
    outline.colorCount = label.isEmpty ? 0 : 1
    outline.legend = [LegendEntry(label: label, key: .area(opacity: max(0.3, opacity)))]
    outline.words = words(label, "band over \(words(x.count, "point"))")
    return outline
  }

  /// Draws the band.
  public func draw(on canvas: inout Canvas) {
    let places = x.indices.map { index -> (lower: Point, upper: Point)? in
      guard upper[index].isFinite, lower[index].isFinite,
        let top = canvas.place(x[index], upper[index])
      else { return nil }
      // A band down to 0 ends at the lower end of a logarithmic axis.
      return (Point(x: top.x, y: canvas.y.positionOrStart(lower[index])), top)
    }
    var pieces = ""
    var piece: [(lower: Point, upper: Point)] = []
    func close() {
      if piece.count > 1 {
        pieces += path(
          through: piece.map(\.upper) + piece.reversed().map(\.lower), isClosed: true)
      }
      piece = []
    }
    for place in places {
      if let place { piece.append(place) } else { close() }
    }
    close()
    canvas.fill(pieces, opacity: opacity, label: label)
  }
}
