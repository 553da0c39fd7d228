import Files
import NN
import Tensor

extension Classifier: SavedModel {
  /// `classifier`.
  public static let kind = "classifier"

  /// What the model is built of, as its file says it.
  public var configuration: [String: String] {
    [
      "architecture": architecture.rawValue, "height": "\(height)", "width": "\(width)",
      "classes": "\(classes)",
    ]
  }

  /// The number of classes of the model in a file, by its last layer; 10 where it has none.
  ///
  /// Files of judges have no metadata that would say it.
  public static func classCount(in file: SafetensorsFile) -> Int {
    let biases = file.entries.filter { $0.name.hasPrefix("head.") && $0.shape.count == 1 }
    guard biases.count == 1, let count = biases.first?.count, (2...256).contains(count) else {
      return 10
    }
    return count
  }

  /// Builds the model that a file describes, without taking its numbers.
  ///
  /// - Throws: `ModelFileError` for a description that is not one of such a model.
  public convenience init(describedBy file: SafetensorsFile) throws {
    let architecture = try file.choice("architecture", of: Architecture.self)
    let (height, width) = (try file.size("height"), try file.size("width"))
    let classes = try file.size("classes")
    guard classes > 1 else { throw file.unsuitable("classes", "2 or more") }
    switch architecture {
    case .conv:
      guard min(height, width) >= Self.smallestSide else {
        throw file.unsuitable(
          height < width ? "height" : "width", "\(Self.smallestSide) or more")
      }
      try file.expectRoom(
        for: [[(height - 4) / 2, (width - 4) / 2, 64, 128], [128, classes]])
    case .dense:
      try file.expectRoom(for: [[height, width, 1024], [1024, 384], [384, classes]])
    }
    self.init(architecture, height: height, width: width, classes: classes, Random(seed: 0))
  }
}
