import Glibc

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
  ///
  /// Some archives unpack to a folder for each file, with the file of such a name in it; they are
  /// looked into where there is no file.
  func path(in directory: String) -> String? {
    let candidates = names.flatMap { [$0, "\($0).gz"] }
    let paths = candidates.map { "\(directory)/\($0)" }
    if let path = paths.first(where: isFile) { return path }
    return paths.lazy.flatMap { folder in candidates.map { "\(folder)/\($0)" } }.first(
      where: isFile)
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

/// Whether there is something of this name that is no folder.
private func isFile(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
}
