import Foundation

/// One of the four files of MNIST, and the names that it goes by.
struct MNISTFile {
  /// What the file is to a person, such as `train images`.
  let role: String
  /// The names it has in circulation, without `.gz`; the first is the one that is written.
  let names: [String]

  /// The set is `train` or `t10k`, the content `images` or `labels`.
  init(role: String, set: String, content: String, rank: Int) {
    self.role = role
    names = ["\(set)-\(content)-idx\(rank)-ubyte", "\(set)-\(content).idx\(rank)-ubyte"]
  }

  /// Returns the path of the first name that is there, a raw file before its gzipped twin.
  func path(in directory: String) -> String? {
    names.flatMap { [$0, "\($0).gz"] }
      .map { "\(directory)/\($0)" }
      .first { FileManager.default.fileExists(atPath: $0) }
  }
}

/// The two files that make one of MNIST's sets.
struct MNISTFiles {
  let images: MNISTFile
  let labels: MNISTFile

  static let train = MNISTFiles(role: "train", set: "train")
  static let test = MNISTFiles(role: "test", set: "t10k")

  private init(role: String, set: String) {
    images = MNISTFile(role: "\(role) images", set: set, content: "images", rank: 3)
    labels = MNISTFile(role: "\(role) labels", set: set, content: "labels", rank: 1)
  }
}
