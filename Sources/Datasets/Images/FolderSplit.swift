import Files

/// Folders called train, test and the like, above the class folders or above all images.
///
/// Many data sets come in this form. Taken as classes, they would be two, and the real classes
/// would be lost.
package struct FolderSplit: Equatable, Sendable {
  /// The folder with the training images.
  package let train: RawPath
  /// The folders with the test images; none if there is only a folder train.
  package let test: [RawPath]

  private static let trainNames: Set = ["train", "training"]
  private static let testNames: Set = [
    "test", "testing", "val", "valid", "validation", "eval", "evaluation",
  ]

  /// Finds the folders above all images; nil if there are other folders, or images next to them.
  ///
  /// A folder train alone counts if it contains class folders.
  package init?(of paths: [RawPath]) {
    let components = paths.map(\.components)
    guard components.allSatisfy({ $0.count > 1 }) else { return nil }
    let names = Set(components.map { $0[0] })
    func isOne(of words: Set<String>) -> (RawPath) -> Bool {
      { words.contains($0.description.lowercased()) }
    }
    let train = names.filter(isOne(of: Self.trainNames))
    let test = names.filter(isOne(of: Self.testNames))
    guard train.count == 1, train.count + test.count == names.count, let first = train.first,
      !test.isEmpty || components.contains(where: { $0.count > 2 })
    else { return nil }
    self.train = first
    self.test = test.sorted()
  }

  /// Whether an image is a test image.
  package func isForTesting(_ path: RawPath) -> Bool {
    path.components.first.map { test.contains($0) } ?? false
  }

  /// The roles of the folders: `train for training, test and val for testing`.
  package var summary: String {
    "\(train) for training, \(test.map(\.description).joined(separator: " and ")) for testing"
  }

  /// A description of the split if the folders in these are the classes.
  package var note: String {
    test.isEmpty
      ? "the folder \(train) holds all images, and the folders in it are the classes"
      : "\(summary), and the folders in them are the classes"
  }
}
