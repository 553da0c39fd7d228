/// A bar for each of some numbers, from 0 to its height.
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
  ///   - heights: The height of each bar; those that are not finite are left out.
  ///   - places: Where they stand; at 0, 1, 2 and so on, as categories do, if it is nil.
  ///   - label: The name in the legend, if it is to have one.
  ///   - offset: How far they stand to the right of their places, for several beside one another.
  ///   - width: How wide they are, in the units of the horizontal axis.
  ///   - color: The colour; the next of the figure's if it is nil.
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

  /// What a figure has to know of the bars.
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

  /// Draws the bars, each with its height for a pointer.
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
