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
  public var description: String {
    switch self {
    case .notARun(let path):
      "cannot resume '\(path)': expected the folder of a run, found no config.json in it"
    case .unreadable(let path, let code):
      "cannot resume '\(path)': cannot read its config.json: \(systemMessage(code))"
    case .damagedConfiguration(let path, let reason):
      "cannot resume '\(path)': its config.json is damaged: \(reason)"
    case .otherProgram(let path, let expected, let found):
      "cannot resume '\(path)': expected a run of \(expected), found one of \(found)"
    case .missingInput(let path, let option, let file, let isRelative):
      "cannot resume '\(path)': expected what its \(option) names, '\(file)'"
        + (isRelative ? ", which is relative to the folder in which the run was begun" : "")
        + "; found nothing there; \(option) may be given anew"
    case .inUse(let path):
      "cannot resume '\(path)': another process is training in it"
    }
  }
}

extension ResumeError: ExitCodeProviding {
  /// `noInput` where there is no run or none that may be read, `dataError` for a damaged one, `usage`
  /// for another program's, `temporaryFailure` where another process is training.
  public var exitCode: ExitCode {
    switch self {
    case .notARun, .unreadable, .missingInput: .noInput
    case .damagedConfiguration: .dataError
    case .otherProgram: .usage
    case .inUse: .temporaryFailure
    }
  }
}
