import Glibc

/// One of the four files of MNIST, and its possible names.
struct MNISTFile {
  /// The role of the file, such as `train images`.
  let role: String
  /// The names in circulation, without `.gz`; files are written under the first.
  let names: [String]

  /// `set` is `train` or `t10k`, `content` is `images` or `labels`.
  init(role: String, set: String, content: String, rank: Int) {
    self.role = role
    names = ["\(set)-\(content)-idx\(rank)-ubyte", "\(set)-\(content).idx\(rank)-ubyte"]
  }

  /// Returns the path of the first name that exists, preferring a raw file to a gzipped one.
  ///
  /// Some archives unpack to a folder for each file, which contains a file of such a name; these
  /// folders are searched if there is no file.
  func path(in directory: String) -> String? {
    let candidates = names.flatMap { [$0, "\($0).gz"] }
    let paths = candidates.map { "\(directory)/\($0)" }
    if let path = paths.first(where: isFile) { return path }
    return paths.lazy.flatMap { folder in candidates.map { "\(folder)/\($0)" } }.first(
      where: isFile)
  }
}

/// The two files that form one of MNIST's sets.
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

/// Whether something of this name exists that is not a folder.
private func isFile(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
}
