/// A text at a place in the plot.
///
/// ```swift
/// Annotation("mode", x: 0, y: density(0), anchor: .middle)
/// ```
public struct Annotation: Mark {
  /// The part of a text that is put at its place.
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
  ///   - anchor: The part of the text that is put there.
  ///   - offset: A shift in pixels, to the right and upwards.
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

  /// The extent, legend entries and description of the text.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    outline.x = Interval([x])
    outline.y = Interval([y])
    outline.color = color
    outline.colorCount = 0
    outline.words = "“\(content)” at \(words(x)), \(words(y))"
    return outline
  }

  /// Draws the text with a halo in the background colour.
  public func draw(on canvas: inout Canvas) {
    guard let place = canvas.placeInside(x, y), !content.isEmpty else { return }
    let (left, base) = (inside(place.x + offset.x, canvas), place.y - offset.y)
    let end = anchor == .start ? "" : anchor.rawValue
    // The halo is a copy below: stroke and fill of one element would have one colour.
    canvas.group("stroke=\"currentColor\" stroke-width=\"3\" stroke-linejoin=\"round\"") {
      $0.add(text(content, x: left, y: base, color: .paper, anchor: end))
    }
    canvas.add(text(content, x: left, y: base, color: canvas.color, anchor: end))
  }

  /// The horizontal place, moved so that the text stays inside the plot.
  private func inside(_ place: Double, _ canvas: Canvas) -> Double {
    let width = textWidth(content)
    let before = anchor == .start ? 0 : anchor == .middle ? width / 2 : width
    let (left, right) = (
      min(canvas.x.start, canvas.x.end), max(canvas.x.start, canvas.x.end)
    )
    return max(left + before, min(right + before - width, place))
  }
}
