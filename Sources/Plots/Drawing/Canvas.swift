/// The plot area of a figure, on which marks are drawn.
public struct Canvas {
  /// The horizontal scale.
  let x: Scale
  /// The vertical scale.
  let y: Scale
  /// The mark's colour.
  var color = Color.series(0)
  /// The dash pattern of lines without an explicit one.
  var dash = Dash.solid
  /// The elements so far.
  private(set) var content = ""

  init(x: Scale, y: Scale) {
    self.x = x
    self.y = y
  }

  /// The position of a point in the drawing; nil if it has none.
  func place(_ horizontal: Double, _ vertical: Double) -> Point? {
    guard let x = x.position(horizontal), let y = y.position(vertical) else { return nil }
    return Point(x: x, y: y)
  }

  /// The position of a point; nil if it is outside the plot area.
  func placeInside(_ horizontal: Double, _ vertical: Double) -> Point? {
    guard x.contains(horizontal), y.contains(vertical) else { return nil }
    return place(horizontal, vertical)
  }

  /// Adds an element verbatim.
  mutating func add(_ element: String) {
    content += element
    content += "\n"
  }

  /// Groups what a closure draws, with attributes and a tooltip.
  mutating func group(_ attributes: String, label: String = "", _ body: (inout Canvas) -> Void) {
    content += "<g \(attributes)>"
    if !label.isEmpty { content += "<title>\(escaped(label))</title>" }
    content += "\n"
    body(&self)
    content += "</g>\n"
  }

  /// Strokes a path.
  mutating func stroke(
    _ path: String, color: Color? = nil, width: Double = 1.5, dash: Dash = .solid,
    opacity: Double = 1, label: String = ""
  ) {
    if path.isEmpty { return }
    var attributes = """
      \((color ?? self.color).attribute) d="\(path)" fill="none" stroke="currentColor" \
      stroke-width="\(pixels(width))" stroke-linejoin="round"
      """
    attributes +=
      dash.pattern.isEmpty ? " stroke-linecap=\"round\"" : " stroke-dasharray=\"\(dash.pattern)\""
    if opacity < 1 { attributes += " stroke-opacity=\"\(pixels(opacity))\"" }
    add(element("path", attributes, label: label))
  }

  /// Fills a path, by the even-odd rule.
  mutating func fill(
    _ path: String, color: Color? = nil, opacity: Double = 1, label: String = ""
  ) {
    if path.isEmpty { return }
    var attributes =
      "\((color ?? self.color).attribute) d=\"\(path)\" fill=\"currentColor\" fill-rule=\"evenodd\""
    if opacity < 1 { attributes += " fill-opacity=\"\(pixels(opacity))\"" }
    add(element("path", attributes, label: label))
  }

  private func element(_ name: String, _ attributes: String, label: String) -> String {
    label.isEmpty
      ? "<\(name) \(attributes)/>"
      : "<\(name) \(attributes)><title>\(escaped(label))</title></\(name)>"
  }
}
