import Datasets
import Files
import Foundation
import Fuzzing
import Testing

/// Broken tables of labels: the reader does not crash, hang or use more memory than it should, and
/// what it accepts has a label for each image.
@Suite struct LabelsFuzzTests {
  @Test(.timeLimit(.minutes(60))) func brokenTables() async {
    await #expect(processExitsWith: .success) {
      let paths = ["a.png", "b/c.png", "é.png"]
      let table = "path,label\n" + paths.enumerated().map { "\($1),\($0 * 100)\n" }.joined()
      let lines = paths.map { "\($0),7" }.joined(separator: "\r\n")
      var mutator = Mutator(
        of: [table, lines].map { StructuredFile([.text(Array($0.utf8))]) },
        tokens: [
          ",", "\"", "\n", "\r", "\r\n", "a.png", "\u{FEFF}", "\0", " ", "255", "256", "-1", "./",
        ],
        seed: 1)
      let outcome = try fuzz("labels") {
        mutator.next()
      } read: { path in
        let labels = try FolderLabels(csv: path, for: paths.map { RawPath($0) }, skipped: [])
        precondition(labels.values.count == paths.count, "\(labels)")
      }
      #expect(outcome.excess <= 64 << 20 && outcome.readCount > 0, "\(outcome)")
    }
  }
}
