/// A text element.
///
/// - Parameters:
///   - anchor: The part of the text that is at this position: the start, `middle` or `end`.
///   - name: An additional class.
///   - rotation: A clockwise rotation about the position, in degrees.
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
