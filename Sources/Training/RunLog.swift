import CommandLine
import Settings

/// A run's folder, and the destination of messages about it.
public protocol RunLog {
  /// The run's folder.
  var folder: RunFolder { get }
  /// Prints a line, unless the run is quiet.
  func say(_ line: String)
  /// Prints a line for each of some files or folders of the run, with its path and contents.
  func list(_ files: KeyValuePairs<String, String>)
}

extension RunLog {
  /// The line for a file or folder of the run: its path and, in a column, its contents.
  package func line(of name: String, _ contents: String) -> String {
    folder.path(of: name) + String(repeating: " ", count: max(1, 24 - name.count)) + contents
  }

  /// Writes `evaluation.json`.
  ///
  /// A figure that is not finite, for example of a model or a judge with absurd weights, is written
  /// as null, and a message says so.
  ///
  /// - Throws: `OutputError` if the file cannot be written.
  public func write(evaluation: Configuration) throws {
    let names = evaluation.entries.filter { !$0.value.isFinite }.map(\.name)
    if !names.isEmpty {
      say("null in evaluation.json, because not finite: \(Readable.list(names, "and"))")
    }
    try folder.write(try evaluation.json(), to: "evaluation.json")
  }
}
