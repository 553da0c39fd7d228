import Foundation

/// An image, stretched over a rectangle of the plot.
///
/// ```swift
/// Picture(png: grid.image.png, x: 0...10, y: 0...10, description: "samples")
/// ```
public struct Picture: Mark {
  private let bytes: [UInt8]
  private let x: ClosedRange<Double>
  private let y: ClosedRange<Double>
  private let description: String
  private let isSmooth: Bool

  /// Creates an image.
  ///
  /// - Parameters:
  ///   - png: The image in PNG.
  ///   - x: The left and the right edge.
  ///   - y: The lower and the upper edge.
  ///   - description: A description of the image.
  ///   - isSmooth: Whether enlarged pixels are interpolated.
  public init(
    png: some Sequence<UInt8>, x: ClosedRange<Double>, y: ClosedRange<Double>,
    description: String = "", isSmooth: Bool = false
  ) {
    bytes = Array(png)
    precondition(
      bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]),
      "Picture: expected an image in PNG, found bytes that begin with \(bytes.prefix(4))")
    self.x = x
    self.y = y
    self.description = description
    self.isSmooth = isSmooth
  }

  /// The extent, legend entries and description of the image.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    outline.x = Interval([x.lowerBound, x.upperBound])
    outline.y = Interval([y.lowerBound, y.upperBound])
    (outline.isTightX, outline.isTightY) = (true, true)
    outline.colorCount = 0
    outline.words = words("image", description)
    return outline
  }

  /// Draws the image.
  public func draw(on canvas: inout Canvas) {
    guard let first = canvas.place(x.lowerBound, y.lowerBound),
      let last = canvas.place(x.upperBound, y.upperBound)
    else { return }
    let box = Rectangle(
      x: min(first.x, last.x), y: min(first.y, last.y), width: abs(last.x - first.x),
      height: abs(last.y - first.y))
    let style = isSmooth ? "" : " style=\"image-rendering:pixelated\""
    canvas.add(
      """
      <image \(box.attributes) preserveAspectRatio="none"\(style) \
      href="data:image/png;base64,\(Data(bytes).base64EncodedString())"/>
      """)
  }
}
