/// What a mark draws on: the plane between a figure's axes.
public struct Canvas {
  /// The scale of horizontal places.
  let x: Scale
  /// The scale of vertical places.
  let y: Scale
  /// The mark's colour.
  var color = Color.series(0)
  /// The pattern of a line that has none of its own.
  var dash = Dash.solid
  /// The elements so far.
  private(set) var content = ""

  init(x: Scale, y: Scale) {
    self.x = x
    self.y = y
  }

  /// Where a point of the plane stands in the drawing; nil if it has no place.
  func place(_ horizontal: Double, _ vertical: Double) -> Point? {
    guard let x = x.position(horizontal), let y = y.position(vertical) else { return nil }
    return Point(x: x, y: y)
  }

  /// The same for a point that is inside the plane.
  func placeInside(_ horizontal: Double, _ vertical: Double) -> Point? {
    guard x.contains(horizontal), y.contains(vertical) else { return nil }
    return place(horizontal, vertical)
  }

  /// Adds an element as it is.
  mutating func add(_ element: String) {
    content += element
    content += "\n"
  }

  /// Puts what is drawn by a closure into a group with attributes, and a text that a pointer shows.
  mutating func group(_ attributes: String, label: String = "", _ body: (inout Canvas) -> Void) {
    content += "<g \(attributes)>"
    if !label.isEmpty { content += "<title>\(escaped(label))</title>" }
    content += "\n"
    body(&self)
    content += "</g>\n"
  }

  /// Draws along a path.
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

  /// Fills what a path encloses; of what it encloses twice, nothing.
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

/// A place in the drawing, in pixels from its upper left corner.
struct Point: Equatable {
  var x: Double
  var y: Double

  /// The place with a comma.
  var text: String { "\(pixels(x)),\(pixels(y))" }
}

/// The pattern of a line.
public enum Dash: CaseIterable, Sendable {
  /// One piece.
  case solid
  /// Long pieces.
  case dashed
  /// Short pieces.
  case dotted
  /// Long and short pieces in turn.
  case dashDotted

  /// The lengths of the pieces and of the gaps between them, in pixels.
  var pattern: String {
    switch self {
    case .solid: ""
    case .dashed: "7 4"
    case .dotted: "2 3"
    case .dashDotted: "9 3 2 3"
    }
  }
}
