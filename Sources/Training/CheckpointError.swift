import CommandLine

/// What can be wrong with a checkpoint, beside the file as such.
public enum CheckpointError: Error, Equatable, Sendable {
  /// The file is safetensors, but was not written as a checkpoint.
  case notACheckpoint(path: String)
  /// The file has another layout than the one that is known.
  case unsupportedVersion(path: String, found: String)
  /// Something that a checkpoint has is not there or makes no sense.
  case damaged(path: String, reason: String)
  /// The table beside it has other columns.
  case otherTable(path: String, expected: [String], found: [String])
  /// Neither the last checkpoint nor the one before it can be used; the code is that of the last.
  case noneUsable(last: String, previous: String, code: ExitCode)
  /// The run has its model, and no checkpoint to go on from.
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
      "'\(path)' is not a whole checkpoint: \(reason)"
    case .otherTable(let path, let expected, let found):
      "'\(path)': expected the columns \(expected.joined(separator: ", ")), found "
        + (found.isEmpty ? "none" : String(found.joined(separator: ", ").prefix(200)))
    case .noneUsable(let last, let previous, _):
      "\(last); nor can the one before it be used: \(previous)"
    case .none(let path, let model):
      "expected a checkpoint, '\(path)', to go on from; found none, and a trained model,"
        + " '\(model)', which a new beginning would replace"
    case .otherConfiguration(let path):
      "'\(path)' is of a run with other options than those in the config.json beside it"
    case .otherData(let path):
      "'\(path)' is of a run on other data: expected the same images in --data"
    }
  }
}

extension CheckpointError: ExitCodeProviding {
  /// `dataError`, or where there is no other checkpoint either, what is wrong with the last.
  public var exitCode: ExitCode {
    if case .noneUsable(_, _, let code) = self { code } else { .dataError }
  }
}
