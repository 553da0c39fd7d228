import Files
import Glibc

/// The exit codes of the executables, with the numbers of BSD's sysexits.
///
/// Scripts and schedulers decide by the number whether trying again makes sense, so it tells a wrong
/// command line from wrong data and from a full disk.
public enum ExitCode: Int32, Sendable {
  /// Everything was done.
  case success = 0
  /// Something went wrong that has no number of its own.
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
  /// Something is in the way that will be gone later (EX_TEMPFAIL).
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

/// An error that knows with which exit code an executable should end.
public protocol ExitCodeProviding: Error {
  /// The code to end the process with when nobody handles the error.
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
  /// `noInput` for a file that cannot be read, `dataError` for one that is not what it should be.
  public var exitCode: ExitCode {
    if case .unreadable = self { .noInput } else { .dataError }
  }
}

extension DelimitedTextError: ExitCodeProviding {
  /// `noInput` for a file that cannot be read, `dataError` for one that is not what it should be.
  public var exitCode: ExitCode {
    if case .unreadable = self { .noInput } else { .dataError }
  }
}

extension NPYError: ExitCodeProviding {
  /// `noInput` for a file that cannot be read, `dataError` for one that is not what it should be.
  public var exitCode: ExitCode {
    if case .unreadable = self { .noInput } else { .dataError }
  }
}
