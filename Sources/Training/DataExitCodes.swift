import CommandLine
import Datasets
import Images

extension DatasetError: ExitCodeProviding {
  /// `noInput` for what is not there or cannot be read, `dataError` for wrong contents.
  public var exitCode: ExitCode { isMissingInput ? .noInput : .dataError }
}

extension ImageError: ExitCodeProviding {
  /// `noInput` for what is not there or cannot be read, `dataError` for wrong contents.
  public var exitCode: ExitCode { isMissingInput ? .noInput : .dataError }
}

extension TableError: ExitCodeProviding {
  /// `dataError`: a file that is not there has another error.
  public var exitCode: ExitCode { .dataError }
}

extension TextError: ExitCodeProviding {
  /// `dataError`: a file that is not there has another error.
  public var exitCode: ExitCode { .dataError }
}

extension LabelError: ExitCodeProviding {
  /// Always `dataError`.
  public var exitCode: ExitCode { .dataError }
}

extension FolderDataError: ExitCodeProviding {
  /// Always `usage`: another number suits.
  public var exitCode: ExitCode { .usage }
}
