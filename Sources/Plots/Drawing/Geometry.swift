/// A position in the drawing, in pixels from the upper left corner.
struct Point: Equatable {
  var x: Double
  var y: Double

  /// Both coordinates, separated by a comma.
  var text: String { "\(pixels(x)),\(pixels(y))" }
}

/// A rectangle of the drawing, in pixels.
struct Rectangle: Equatable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  /// The attributes `x`, `y`, `width` and `height`.
  var attributes: String {
    """
    x="\(pixels(x))" y="\(pixels(y))" width="\(pixels(width))" height="\(pixels(height))"
    """
  }
}
