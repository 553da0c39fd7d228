import CommandLine
import Files

/// Why a run cannot go on.
public enum ResumeError: Error, Equatable, Sendable {
  /// The folder is not there or no run was begun in it.
  case notARun(path: String)
  /// Its `config.json` may not be read; the code is the system's `errno`.
  case unreadable(path: String, code: Int32)
  /// Its `config.json` is not what a run writes.
  case damagedConfiguration(path: String, reason: String)
  /// It is of a version that had a program for each model.
  case earlierVersion(path: String)
  /// It is the run of another program.
  case otherProgram(path: String, expected: String, found: String)
  /// An input of the run is not where it was; a relative path is of a run that does not say where it
  /// was begun.
  case missingInput(path: String, option: String, file: String, isRelative: Bool)
  /// Another process trains in it.
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

  /// What was expected and what was found, whatever was to be done with the run.
  public var problem: String {
    switch self {
    case .notARun: "expected the folder of a run, found no config.json in it"
    case .unreadable(_, let code): "cannot read its config.json: \(systemMessage(code))"
    case .damagedConfiguration(_, let reason): "its config.json is damaged: \(reason)"
    case .earlierVersion:
      "it is of an earlier version, whose runs only that version resumes"
    case .otherProgram(_, let expected, let found):
      "expected a run of \(expected), found one of \(found)"
    case .missingInput(_, let option, let file, let isRelative):
      "expected what its \(option) names, '\(file)'"
        + (isRelative ? ", which is relative to the folder in which the run was begun" : "")
        + "; found nothing there; \(option) may be given anew"
    case .inUse: "another process is training in it"
    }
  }
}

extension ResumeError: ExitCodeProviding {
  /// `noInput` where there is no run or none that may be read, `dataError` for a damaged one, `usage`
  /// for another program's, `temporaryFailure` where another process is training.
  public var exitCode: ExitCode {
    switch self {
    case .notARun, .unreadable, .missingInput: .noInput
    case .damagedConfiguration, .earlierVersion: .dataError
    case .otherProgram: .usage
    case .inUse: .temporaryFailure
    }
  }
}
