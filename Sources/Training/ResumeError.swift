import CommandLine
import Files

/// The reason why a run cannot be resumed.
public enum ResumeError: Error, Equatable, Sendable {
  /// The folder does not exist, or no run was started in it.
  case notARun(path: String)
  /// Its `config.json` cannot be read; the code is the system's `errno`.
  case unreadable(path: String, code: Int32)
  /// Its `config.json` was not written by a run.
  case damagedConfiguration(path: String, reason: String)
  /// The run is of a version that had a separate program for each model.
  case earlierVersion(path: String)
  /// The run belongs to another program.
  case otherProgram(path: String, expected: String, found: String)
  /// An input of the run is missing; if its path is relative, the run does not record where it was
  /// started.
  case missingInput(path: String, option: String, file: String, isRelative: Bool)
  /// Another process is training in the folder.
  case inUse(path: String)
}

extension ResumeError: CustomStringConvertible {
  /// The folder, what was expected and what was found.
  public var description: String { "cannot resume '\(path)': \(problem)" }

  /// The folder of the run.
  public var path: String {
    switch self {
    case .notARun(let path), .unreadable(let path, _), .damagedConfiguration(let path, _),
      .earlierVersion(let path),
      .otherProgram(let path, _, _), .missingInput(let path, _, _, _), .inUse(let path):
      path
    }
  }

  /// What was expected and found, independent of the purpose.
  public var problem: String {
    switch self {
    case .notARun: "expected the folder of a run, found no config.json in it"
    case .unreadable(_, let code): "cannot read its config.json: \(systemMessage(code))"
    case .damagedConfiguration(_, let reason): "its config.json is damaged: \(reason)"
    case .earlierVersion:
      "it is from an earlier version, and only that version can resume it"
    case .otherProgram(_, let expected, let found):
      "expected a run of \(expected), found one of \(found)"
    case .missingInput(_, let option, let file, let isRelative):
      "expected the file or folder of its \(option), '\(file)'"
        + (isRelative ? ", which is relative to the folder in which the run was started" : "")
        + "; found nothing there; give \(option) again"
    case .inUse: "another process is training in it"
    }
  }
}

extension ResumeError: ExitCodeProviding {
  /// `noInput` if there is no run or it cannot be read, `dataError` for a damaged one, `usage` for
  /// another program's, `temporaryFailure` if another process is training in it.
  public var exitCode: ExitCode {
    switch self {
    case .notARun, .unreadable, .missingInput: .noInput
    case .damagedConfiguration, .earlierVersion: .dataError
    case .otherProgram: .usage
    case .inUse: .temporaryFailure
    }
  }
}
