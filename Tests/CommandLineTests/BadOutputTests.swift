import Foundation
import Glibc
import Testing

/// A run folder that cannot be created or written to.
@Suite struct BadOutputTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test func aFileInPlaceOfTheFolder() throws {
    try workspace.write([], to: "taken")
    let result = try workspace.train("--out", "taken")
    #expect(result.code == 73)
    #expect(result.error == "train-vae: cannot create the folder 'taken': Not a directory\n")
    #expect(result.output == "")
  }

  @Test func aFolderWhereNoneCanBeMade() throws {
    let result = try workspace.train("--out", "/proc/runs")
    #expect(result.code == 73)
    #expect(
      result.error == "train-vae: cannot create the folder '/proc/runs': "
        + "No such file or directory\n")
  }

  @Test(.enabled(if: Unprivileged.isPossible, "needs a user whom permissions bind"))
  func aFolderThatMayNotBeWrittenTo() throws {
    try workspace.makeFolder("closed")
    chmod(workspace.path(of: "closed"), 0o555)
    let result = try Unprivileged.run(Workspace.quick + ["--out", "closed"], in: workspace)
    #expect(result.code == 73)
    #expect(
      result.error
        == "train-vae: cannot create the folder 'closed/vae-001': Permission denied\n")
    #expect(workspace.names(in: "closed").isEmpty)
  }

  // MARK: A full disk

  @Test(.enabled(if: TinyDisk.isPossible, "needs the permission to mount a tmpfs"))
  func aDiskThatFillsUpLeavesWhatWasComplete() throws {
    // The table and small pictures fit, a hundred samples of 28×28 pixels do not.
    let workspace = try Workspace(data: SmallData(height: 28, width: 28))
    let disk = try TinyDisk(at: "out", in: workspace, options: "size=64k")
    let result = try workspace.train("--out", "out")
    #expect(result.code == 74)
    #expect(
      result.error
        == "train-vae: cannot write 'out/vae-001/samples/epoch-001.pgm': "
        + "No space left on device\n")
    let files = try workspace.files(below: "out/vae-001").keys.sorted()
    #expect(files == ["config.json", "loss.csv", "report.html"])
    #expect(try LossTable(of: "out/vae-001", in: workspace).rows.count == 1)
    withExtendedLifetime(disk) {}
  }

  @Test(.enabled(if: TinyDisk.isPossible, "needs the permission to mount a tmpfs"))
  func aDiskThatIsFullFromTheStart() throws {
    // Room for its own folder and the run's, but for no file.
    let disk = try TinyDisk(at: "out", in: workspace, options: "size=64k,nr_inodes=2")
    let result = try workspace.train("--out", "out")
    #expect(result.code == 74)
    #expect(
      result.error == "train-vae: cannot write 'out/vae-001/config.json': No space left on device\n"
    )
    #expect(result.output == "")
    #expect(try workspace.files(below: "out").isEmpty)
    withExtendedLifetime(disk) {}
  }

  /// The same without special permissions: files may not grow beyond 80 KB.
  @Test func aFileThatMayNotGrow() throws {
    let workspace = try Workspace(data: SmallData(height: 28, width: 28))
    // The unit of the limit is 512 or 1024 bytes, depending on the shell.
    let script = #"ulimit -f 80; exec "$0" "$@""#
    let result = try Executable(
      command: ["/bin/sh", "-c", script, Executable.path(of: "train-vae")] + Workspace.quick,
      in: workspace
    ).result()
    #expect(result.code == 74)
    #expect(
      result.error
        == "train-vae: cannot write 'runs/vae-001/samples/epoch-001.pgm': File too large\n")
    let files = try workspace.files(below: "runs/vae-001").keys.sorted()
    #expect(files == ["config.json", "loss.csv", "report.html"])
  }
}

/// A small file system in memory.
private final class TinyDisk {
  private let path: String
  /// Held so that it is removed after the disk is unmounted, because it cannot be removed before.
  private let workspace: Workspace

  init(at name: String, in workspace: Workspace, options: String) throws {
    self.workspace = workspace
    try workspace.makeFolder(name)
    path = workspace.path(of: name)
    guard mount("tmpfs", path, "tmpfs", 0, options) == 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
    }
  }

  deinit {
    umount2(path, Int32(MNT_DETACH))
  }

  static let isPossible: Bool = {
    guard let workspace = try? Workspace(data: nil) else { return false }
    return (try? TinyDisk(at: "disk", in: workspace, options: "size=64k")) != nil
  }()
}
