import Files
import Foundation

/// The kind of data that a user's choice stands for, such as the value of `--data`.
///
/// ```swift
/// try DataKind(of: "moons")          // .points(.moons)
/// try DataKind(of: "iris.csv")       // .table("iris.csv")
/// ```
public enum DataKind: Equatable, Sendable {
  /// Digits drawn by the program.
  case drawnDigits
  /// Points in the plane.
  case points(PlaneDistribution)
  /// The folder at this path, with images or MNIST's files.
  case images(String)
  /// Sentences made by the program.
  case sentences
  /// The table at this path.
  case table(String)
  /// The text at this path.
  case text(String)

  /// The words that are no paths: those of drawn digits, of sentences and of points.
  public static let names =
    [DigitData.drawn, Sentences.name] + PlaneDistribution.allCases.map(\.rawValue)

  /// Tells what a choice stands for.
  ///
  /// `drawn`, `sentences` and the names of ``PlaneDistribution`` come first: a folder called `moons` is
  /// `./moons`. A folder has images, a file whose name ends in `.csv`, `.tsv` or `.npy`, in letters of either case and
  /// perhaps with `.gz` behind it, is a table, any other file a text.
  ///
  /// - Throws: ``DatasetError/unknownData(choice:suggestion:)`` if there is no such name, file or folder.
  public init(of choice: String) throws(DatasetError) {
    if choice == DigitData.drawn {
      self = .drawnDigits
    } else if choice == Sentences.name {
      self = .sentences
    } else if let distribution = PlaneDistribution(rawValue: choice) {
      self = .points(distribution)
    } else {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: choice, isDirectory: &isFolder) else {
        throw .unknownData(choice: choice, suggestion: nearest(to: choice, among: Self.names))
      }
      var name = choice.lowercased()
      if name.hasSuffix(".gz") { name.removeLast(3) }
      let isTable = [".csv", ".tsv", ".npy"].contains { name.hasSuffix($0) }
      self = isFolder.boolValue ? .images(choice) : isTable ? .table(choice) : .text(choice)
    }
  }

  /// Whether it is a text.
  public var isText: Bool {
    switch self {
    case .text, .sentences: true
    case .drawnDigits, .points, .images, .table: false
    }
  }
}
