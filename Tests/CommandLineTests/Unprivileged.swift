import Foundation
import Glibc

/// Runs `train-vae` as a user who is subject to file permissions, even if the tests run as root.
///
/// Root stays root but gives up the right to override permissions, so that it can still reach the
/// executable wherever the build folder is.
enum Unprivileged {
  private static let launcher: [String] =
    geteuid() != 0
    ? []
    : [
      "/usr/bin/setpriv", "--bounding-set", "-dac_override,-dac_read_search",
      "--inh-caps", "-dac_override,-dac_read_search",
    ]

  /// Whether a file without permissions is inaccessible to such a process.
  static let isPossible: Bool = {
    guard launcher.first.map(FileManager.default.isExecutableFile) != false,
      let workspace = try? Workspace(data: nil)
    else { return false }
    try? workspace.write([], to: "closed")
    chmod(workspace.path(of: "closed"), 0)
    let command = launcher + ["/usr/bin/test", "!", "-r", "closed"]
    return (try? Executable(command: command, in: workspace).result().code) == 0
  }()

  static func run(_ arguments: [String], in workspace: Workspace) throws -> Executable.Result {
    try Executable(
      command: launcher + [Executable.path(of: "train-vae")] + arguments, in: workspace
    ).result()
  }
}
