import CommandLine
import GaussianProcesses
import Inference

extension KernelExpressionError: ExitCodeProviding {
  /// Always `usage`.
  public var exitCode: ExitCode { .usage }
}

extension GaussianProcessError: ExitCodeProviding {
  /// Always `dataError`.
  public var exitCode: ExitCode { .dataError }
}

extension DirichletMixtureError: ExitCodeProviding {
  /// Always `dataError`.
  public var exitCode: ExitCode { .dataError }
}
