import CommandLine
import Settings

/// A run's folder, and where it is said what happens to it.
public protocol RunLog {
  /// The run's folder.
  var folder: RunFolder { get }
  /// Prints a line, unless the run is to be quiet.
  func say(_ line: String)
  /// Prints a line for each of some files or folders of the run: where it is and what is in it.
  func list(_ files: KeyValuePairs<String, String>)
}

extension RunLog {
  /// The line of a file or folder of the run: where it is, and in a column what is in it.
  package func line(of name: String, _ contents: String) -> String {
    folder.path(of: name) + String(repeating: " ", count: max(1, 24 - name.count)) + contents
  }

  /// Writes `evaluation.json`.
  ///
  /// A figure that is not a finite number, as of a model or a judge with absurd weights, stands there as
  /// null, and a line says so.
  ///
  /// - Throws: `OutputError` if the file cannot be written.
  public func write(evaluation: Configuration) throws {
    let names = evaluation.entries.filter { !$0.value.isFinite }.map(\.name)
    if !names.isEmpty {
      say("null in evaluation.json, as no finite number: \(Readable.list(names, "and"))")
    }
    try folder.write(try evaluation.json(), to: "evaluation.json")
  }
}
