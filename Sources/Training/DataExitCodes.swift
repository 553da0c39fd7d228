import CommandLine
import Datasets
import Images

extension DatasetError: ExitCodeProviding {
  /// `noInput` for files that do not exist or cannot be read, `dataError` for wrong contents.
  public var exitCode: ExitCode { isMissingInput ? .noInput : .dataError }
}

extension ImageError: ExitCodeProviding {
  /// `noInput` for files that do not exist or cannot be read, `dataError` for wrong contents.
  public var exitCode: ExitCode { isMissingInput ? .noInput : .dataError }
}

extension TableError: ExitCodeProviding {
  /// `dataError`: a missing file causes another error.
  public var exitCode: ExitCode { .dataError }
}

extension TextError: ExitCodeProviding {
  /// `dataError`: a missing file causes another error.
  public var exitCode: ExitCode { .dataError }
}

extension LabelError: ExitCodeProviding {
  /// Always `dataError`.
  public var exitCode: ExitCode { .dataError }
}

extension FolderDataError: ExitCodeProviding {
  /// Always `usage`: the user can choose another number.
  public var exitCode: ExitCode { .usage }
}
