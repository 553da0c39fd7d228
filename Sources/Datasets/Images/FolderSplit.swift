import Files

/// Folders called train, test and the like, above those of the classes or above all images.
///
/// Many data sets come so. Taken for classes, they would be two, and the classes would be lost.
package struct FolderSplit: Equatable, Sendable {
  /// The folder with the images to train on.
  package let train: RawPath
  /// Those with the images to test with; none where there is a folder train alone.
  package let test: [RawPath]

  private static let trainNames: Set = ["train", "training"]
  private static let testNames: Set = [
    "test", "testing", "val", "valid", "validation", "eval", "evaluation",
  ]

  /// Finds the folders above all images; nil where there are others, or images beside them.
  ///
  /// A folder train alone counts where there are folders of classes in it.
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

  /// Whether an image is one to test with.
  package func isForTesting(_ path: RawPath) -> Bool {
    path.components.first.map { test.contains($0) } ?? false
  }

  /// Which images are for what: `train to train on, test and val to test with`.
  package var summary: String {
    "\(train) to train on, \(test.map(\.description).joined(separator: " and ")) to test with"
  }

  /// What is said of it where the folders in these are the classes.
  package var note: String {
    test.isEmpty
      ? "the folder \(train) holds all images, and the folders in it are the classes"
      : "\(summary), and the folders in them are the classes"
  }
}
