/// A text in the plane.
///
/// ```swift
/// Annotation("mode", x: 0, y: density(0), anchor: .middle)
/// ```
public struct Annotation: Mark {
  /// Which part of a text stands at its place.
  public enum Anchor: String, Sendable {
    /// The left end.
    case start
    /// The middle.
    case middle
    /// The right end.
    case end
  }

  private let content: String
  private let x: Double
  private let y: Double
  private let anchor: Anchor
  private let offset: (x: Double, y: Double)
  private let color: Color

  /// Creates a text.
  ///
  /// - Parameters:
  ///   - content: The text.
  ///   - x: The horizontal coordinate of its place.
  ///   - y: The vertical coordinate.
  ///   - anchor: Which part of the text stands there.
  ///   - offset: How far the text is moved, in pixels to the right and upwards.
  ///   - color: The colour.
  public init(
    _ content: String, x: Double, y: Double, anchor: Anchor = .start,
    offset: (x: Double, y: Double) = (0, 0), color: Color = .text
  ) {
    self.content = content
    self.x = x
    self.y = y
    self.anchor = anchor
    self.offset = offset
    self.color = color
  }

  /// What a figure has to know of the text.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    outline.x = Interval([x])
    outline.y = Interval([y])
    outline.color = color
    outline.colorCount = 0
    outline.words = "“\(content)” at \(words(x)), \(words(y))"
    return outline
  }

  /// Draws the text, with a seam in the colour of the ground.
  public func draw(on canvas: inout Canvas) {
    guard let place = canvas.placeInside(x, y), !content.isEmpty else { return }
    let (left, base) = (inside(place.x + offset.x, canvas), place.y - offset.y)
    let end = anchor == .start ? "" : anchor.rawValue
    // The seam is a copy below, as a stroke would be painted over the text's own colour.
    canvas.group("stroke=\"currentColor\" stroke-width=\"3\" stroke-linejoin=\"round\"") {
      $0.add(text(content, x: left, y: base, color: .paper, anchor: end))
    }
    canvas.add(text(content, x: left, y: base, color: canvas.color, anchor: end))
  }

  /// A horizontal place, moved so far that the text does not reach over the ends of the plane.
  private func inside(_ place: Double, _ canvas: Canvas) -> Double {
    let width = textWidth(content)
    let before = anchor == .start ? 0 : anchor == .middle ? width / 2 : width
    let (left, right) = (
      min(canvas.x.start, canvas.x.end), max(canvas.x.start, canvas.x.end)
    )
    return max(left + before, min(right + before - width, place))
  }
}
