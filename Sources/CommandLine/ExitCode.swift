import Files
import Glibc

/// The exit codes of the executables, numbered as in BSD's sysexits.
///
/// Scripts and schedulers decide by this number whether to try again, so it distinguishes a wrong
/// command line from wrong data and from a full disk.
public enum ExitCode: Int32, Sendable {
  /// The command succeeded.
  case success = 0
  /// A failure without a number of its own.
  case failure = 1
  /// The command line was wrong (EX_USAGE).
  case usage = 64
  /// The input data were malformed (EX_DATAERR).
  case dataError = 65
  /// An input was missing or unreadable (EX_NOINPUT).
  case noInput = 66
  /// An output file or folder could not be created (EX_CANTCREAT).
  case cannotCreate = 73
  /// Reading or writing failed half-way, for example on a full disk (EX_IOERR).
  case ioError = 74
  /// A temporary obstacle, such as a lock held by another process (EX_TEMPFAIL).
  case temporaryFailure = 75
  /// Ended early, but cleanly, after its terminal was closed: 128 + SIGHUP.
  case hungUp = 129
  /// Ended early, but cleanly, after Ctrl-C: 128 + SIGINT, as shells count.
  case interrupted = 130
  /// Ended early, but cleanly, after a request to terminate: 128 + SIGTERM.
  case terminated = 143

  /// Ends the process with this code.
  public func exit() -> Never {
    Glibc.exit(rawValue)
  }
}

/// An error that determines the exit code of an executable.
public protocol ExitCodeProviding: Error {
  /// The code to exit with if nobody handles the error.
  var exitCode: ExitCode { get }
}

extension OutputError: ExitCodeProviding {
  /// `cannotCreate` for a folder, `ioError` for a file.
  public var exitCode: ExitCode {
    switch self {
    case .cannotCreateFolder: .cannotCreate
    case .cannotWrite: .ioError
    }
  }
}

extension ModelFileError: ExitCodeProviding {
  /// `noInput` for a file that cannot be read, `dataError` for one whose contents are invalid.
  public var exitCode: ExitCode {
    if case .unreadable = self { .noInput } else { .dataError }
  }
}

extension DelimitedTextError: ExitCodeProviding {
  /// `noInput` for a file that cannot be read, `dataError` for one whose contents are invalid.
  public var exitCode: ExitCode {
    if case .unreadable = self { .noInput } else { .dataError }
  }
}

extension NPYError: ExitCodeProviding {
  /// `noInput` for a file that cannot be read, `dataError` for one whose contents are invalid.
  public var exitCode: ExitCode {
    if case .unreadable = self { .noInput } else { .dataError }
  }
}
