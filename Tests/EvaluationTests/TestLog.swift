import Settings
import TestSupport
import Training

/// A run's folder without training; messages are stored.
final class TestLog: RunLog {
  let folder: RunFolder
  private(set) var lines: [String] = []

  init(in folder: TemporaryFolder) throws {
    self.folder = try RunFolder(in: folder.path + "/runs", name: "test")
  }

  func say(_ line: String) { lines.append(line) }
  func list(_ files: KeyValuePairs<String, String>) {}

  /// The text of a file of the run; nil if it does not exist.
  func text(of name: String) -> String? {
    try? String(contentsOfFile: folder.path(of: name), encoding: .utf8)
  }
}
