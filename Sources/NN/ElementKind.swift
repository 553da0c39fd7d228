/// The kind and shape of one example of a data set.
public enum ElementKind: Equatable, Hashable, Codable, Sendable {
  /// An image with values in [0, 1]; with one channel it is grey, with three red, green and blue.
  case image(height: Int, width: Int, channels: Int)
  /// A point in a space.
  case point(dimensions: Int)
  /// A row of a table of numbers.
  case row(columns: Int)
  /// A piece of text, as symbols in `0 ..< vocabulary`: an initial symbol and `length` more, each
  /// to be predicted from those before it.
  case window(length: Int, vocabulary: Int)

  /// The shape of an example's values: `[height, width, channels]`, `[dimensions]`, `[columns]` or
  /// `[length + 1]`.
  public var shape: [Int] {
    switch self {
    case .image(let height, let width, let channels): [height, width, channels]
    case .point(let dimensions): [dimensions]
    case .row(let columns): [columns]
    case .window(let length, _): [length + 1]
    }
  }

  /// The noun for the unit of an example: an image, a point, a row, a character.
  public var noun: Noun {
    switch self {
    case .image: .image
    case .point: .point
    case .row: .row
    case .window: .character
    }
  }

  /// The noun for a whole example: an image, a point, a row, a window.
  public var exampleNoun: Noun {
    if case .window = self { Noun("window", "windows") } else { noun }
  }

  /// The number of units in an example: one, or the predicted symbols of a window.
  public var unitsPerExample: Int {
    if case .window(let length, _) = self { length } else { 1 }
  }
}

/// A noun in singular and plural, for messages and units such as `images/s`.
public struct Noun: Equatable, Sendable {
  /// The form for one.
  public let singular: String
  /// The form for any other number.
  public let plural: String

  /// Creates a noun from both forms.
  public init(_ singular: String, _ plural: String) {
    self.singular = singular
    self.plural = plural
  }

  /// Returns the form for a number.
  public func callAsFunction(_ count: Int) -> String { count == 1 ? singular : plural }
}

extension Noun {
  /// An image.
  public static let image = Noun("image", "images")
  /// A point.
  public static let point = Noun("point", "points")
  /// A row.
  public static let row = Noun("row", "rows")
  /// A character.
  public static let character = Noun("character", "characters")
  /// A byte.
  public static let byte = Noun("byte", "bytes")
}
