import Files
import Tensor

/// The properties of data that a model depends on: the kind and shape of an example, and the number
/// of classes.
public struct DataShape: Equatable, Sendable {
  /// The kind and shape of an example.
  public let element: ElementKind
  /// The number of classes; 0 if examples have none.
  public let classes: Int
  /// Further details, by name, for programs that open the model's file, such as the columns of a
  /// table; no model uses them.
  public let details: [String: String]

  /// The shape of an example: `[height, width, channels]` of an image, `[2]` of a point.
  public var sizes: [Int] { element.shape }

  /// Whether examples are images: their values lie in [0, 1].
  public var isImage: Bool { if case .image = element { true } else { false } }

  /// Whether examples are pieces of a text: their values are the numbers of symbols.
  public var isText: Bool { if case .window = element { true } else { false } }

  /// The number of values of an example.
  public var count: Int { sizes.reduce(1, *) }

  /// Describes examples of a kind.
  public init(_ element: ElementKind, classes: Int = 0, details: [String: String] = [:]) {
    precondition(
      element.shape.allSatisfy { $0 > 0 } && classes >= 0,
      "DataShape: expected sizes above 0, found \(element.shape) and \(classes) classes")
    self.element = element
    self.classes = classes
    self.details = details
  }

  /// Images of this height and width in pixels, grey (one channel) or in colour (three).
  public static func images(
    _ height: Int, _ width: Int, channels: Int = 1, classes: Int = 0
  ) -> DataShape {
    DataShape(.image(height: height, width: width, channels: channels), classes: classes)
  }

  /// Points in a space.
  public static func points(dimensions: Int, classes: Int = 0) -> DataShape {
    DataShape(.point(dimensions: dimensions), classes: classes)
  }
}

// MARK: - Files

extension DataShape {
  /// The maximum number of values in an example of a model from a file.
  private static let largestCount = 1 << 28
  /// The prefix in a file of the names of ``details``.
  private static let detailPrefix = "data."

  /// The description in a model's file.
  var metadata: [String: String] {
    var texts = ["shape": sizes.map(String.init).joined(separator: ","), "classes": "\(classes)"]
    switch element {
    case .image: texts["data"] = "images"
    case .point: texts["data"] = "points"
    case .row: texts["data"] = "rows"
    case .window(let length, let vocabulary):
      texts["data"] = "text"
      texts["shape"] = "\(length)"
      texts["vocabulary"] = "\(vocabulary)"
    }
    for (name, text) in details { texts[Self.detailPrefix + name] = text }
    return texts
  }

  /// Reads the description in a file, which is untrusted.
  ///
  /// - Throws: `ModelFileError`.
  init(_ file: SafetensorsFile) throws {
    // Earlier files contained only image models, and described their shape this way.
    let name =
      file.metadata["data"] == nil && file.metadata["shape"] == nil ? "image-shape" : "shape"
    let sizes = try file.sizes(name, count: 1...3)
    let kind = file.metadata["data"] ?? (sizes.count == 3 ? "images" : "rows")
    let element: ElementKind
    switch (kind, sizes.count) {
    case ("images", 3): element = .image(height: sizes[0], width: sizes[1], channels: sizes[2])
    case ("points", 1): element = .point(dimensions: sizes[0])
    case ("rows", 1): element = .row(columns: sizes[0])
    case ("text", 1):
      element = .window(length: sizes[0], vocabulary: try file.size("vocabulary"))
    case ("images", _): throw file.unsuitable(name, "three sizes of an image")
    case ("points", _), ("rows", _), ("text", _): throw file.unsuitable(name, "one size")
    default: throw file.unsuitable("data", "images, points, rows or text")
    }
    guard let count = element.shape.elementCount, count <= Self.largestCount else {
      throw file.unsuitable(name, "that of examples of at most \(Self.largestCount) values")
    }
    let classes = try file.metadata["classes"].map { _ in try file.count("classes") } ?? 0
    let details = file.metadata.filter { $0.key.hasPrefix(Self.detailPrefix) }.map {
      (String($0.key.dropFirst(Self.detailPrefix.count)), $0.value)
    }
    self.init(element, classes: classes, details: Dictionary(details) { first, _ in first })
  }
}
