/// A text element.
///
/// - Parameters:
///   - anchor: Which part of the text stands at the place: its start, `middle` or `end`.
///   - name: A class that it has besides its colour's.
///   - rotation: An angle in degrees, clockwise, by which it is turned about its place.
func text(
  _ content: String, x: Double, y: Double, color: Color, anchor: String = "",
  class name: String = "", rotation: Double = 0
) -> String {
  var attributes =
    "\(color.attribute(class: name)) x=\"\(pixels(x))\" y=\"\(pixels(y))\""
  if !anchor.isEmpty { attributes += " text-anchor=\"\(anchor)\"" }
  if rotation != 0 {
    attributes += " transform=\"rotate(\(pixels(rotation)) \(pixels(x)) \(pixels(y)))\""
  }
  return "<text \(attributes)>\(escaped(content))</text>"
}
