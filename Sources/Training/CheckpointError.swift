import CommandLine

/// An invalid checkpoint.
public enum CheckpointError: Error, Equatable, Sendable {
  /// The file is safetensors, but not a checkpoint.
  case notACheckpoint(path: String)
  /// The file has an unknown layout version.
  case unsupportedVersion(path: String, found: String)
  /// A part of the checkpoint is missing or invalid.
  case damaged(path: String, reason: String)
  /// The table next to it has other columns.
  case otherTable(path: String, expected: [String], found: [String])
  /// Neither the last checkpoint nor the one before it is usable; the exit code is that of the
  /// last.
  case noneUsable(last: String, previous: String, code: ExitCode)
  /// The run has its model, but no checkpoint to resume from.
  case none(path: String, model: String)
  /// The run was trained with other options.
  case otherConfiguration(path: String)
  /// The run was trained on other data.
  case otherData(path: String)
}

extension CheckpointError: CustomStringConvertible {
  /// The file, what was expected and what was found.
  public var description: String {
    switch self {
    case .notACheckpoint(let path):
      "'\(path)' is not a checkpoint"
    case .unsupportedVersion(let path, let found):
      "'\(path)': expected a checkpoint of format version \(Checkpoint.formatVersion), found"
        + " \(found)"
    case .damaged(let path, let reason):
      "'\(path)' is not a complete checkpoint: \(reason)"
    case .otherTable(let path, let expected, let found):
      "'\(path)': expected the columns \(expected.joined(separator: ", ")), found "
        + (found.isEmpty ? "none" : String(found.joined(separator: ", ").prefix(200)))
    case .noneUsable(let last, let previous, _):
      "\(last); the one before it is not usable either: \(previous)"
    case .none(let path, let model):
      "expected a checkpoint, '\(path)', to resume from; found none, and a trained model,"
        + " '\(model)', which starting over would replace"
    case .otherConfiguration(let path):
      "'\(path)' is from a run with other options than those in its config.json"
    case .otherData(let path):
      "'\(path)' is from a run on other data: expected the same images in --data"
    }
  }
}

extension CheckpointError: ExitCodeProviding {
  /// `dataError`, or, if no other checkpoint exists, the exit code for the last one's error.
  public var exitCode: ExitCode {
    if case .noneUsable(_, _, let code) = self { code } else { .dataError }
  }
}
