/// Bars from 0 to their heights.
///
/// ```swift
/// Figure(x: .categories(["EM", "MCMC"]), y: .linear("time", unit: "s")) {
///   Bars([1.2, 30], label: "first", offset: -0.2, width: 0.4)
///   Bars([0.9, 22], label: "second", offset: 0.2, width: 0.4)
/// }
/// ```
public struct Bars: Mark {
  private let places: [Double]
  private let heights: [Double]
  private let width: Double
  private let label: String
  private let color: Color?

  /// Creates bars.
  ///
  /// - Parameters:
  ///   - heights: The height of each bar; bars whose height is not finite are omitted.
  ///   - places: Their horizontal coordinates; nil places them at 0, 1, 2, …, as categories are.
  ///   - label: The name in the legend; without one there is no entry.
  ///   - offset: A shift to the right, for groups of bars side by side.
  ///   - width: The width, in units of the horizontal axis.
  ///   - color: The colour; nil takes the next one of the palette.
  public init(
    _ heights: [Double], at places: [Double]? = nil, label: String = "", offset: Double = 0,
    width: Double = 0.7, color: Color? = nil
  ) {
    checkCounts("Bars", ["heights": heights.count, "places": places?.count ?? heights.count])
    self.heights = heights
    self.places = (places ?? heights.indices.map(Double.init)).map { $0 + offset }
    self.width = width
    self.label = label
    self.color = color
  }

  /// The extent, legend entries and description of the bars.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    outline.x = Interval(places.flatMap { [$0 - width / 2, $0 + width / 2] })
    outline.y = Interval([0] + heights)
    outline.color = color
    outline.legend = [LegendEntry(label: label, key: .area(opacity: 0.85))]
    let values = heights.prefix(20).map { words($0) }.joined(separator: ", ")
    outline.words = words(label, "\(words(heights.count, "bar")), \(values)")
    return outline
  }

  /// Draws the bars, each with its height as a tooltip.
  public func draw(on canvas: inout Canvas) {
    canvas.group("\(canvas.color.attribute) fill=\"currentColor\" fill-opacity=\"0.85\"") {
      canvas in
      for (x, height) in zip(places, heights) {
        guard height.isFinite, let left = canvas.x.position(x - width / 2),
          let right = canvas.x.position(x + width / 2)
        else { continue }
        let (base, top) = (canvas.y.positionOrStart(0), canvas.y.positionOrStart(height))
        let box = Rectangle(
          x: min(left, right), y: min(base, top), width: abs(right - left),
          height: abs(base - top))
        canvas.add(
          "<rect \(box.attributes)><title>\(escaped(words(label, words(height))))</title></rect>")
      }
    }
  }
}
