import CommandLine
import Files
import Glibc

// The checkpoints in a run's folder.

extension RunFolder {
  /// The name of the last checkpoint in the folder; the one before it has `-previous` in its name.
  public static let checkpointName = "checkpoint.safetensors"

  /// Writes a checkpoint and keeps the previous one, or, if that is damaged, the last intact one.
  ///
  /// - Throws: `OutputError`, naming the file and the cause; the previous one then still exists.
  public func write(_ checkpoint: Checkpoint) throws {
    // Resuming from it relies on everything that was written before.
    try flush()
    try checkpoint.write(
      to: Self.checkpointName, in: openFolder,
      keepingPreviousAs: Checkpoint.previousPath(of: Self.checkpointName))
  }

  /// Reads the last checkpoint, or the one before it if the last cannot be read.
  ///
  /// - Parameter report: Called with a message if the last one cannot be read.
  /// - Returns: A checkpoint, or nil if the run has none yet.
  /// - Throws: The error of the last one, if there is no other, or of both.
  public func latestCheckpoint(reporting report: (String) -> Void) throws -> Checkpoint? {
    let path = path(of: Self.checkpointName)
    let isMissing = access(path, F_OK) != 0 && errno == ENOENT
    do {
      return try Checkpoint(path: path)
    } catch {
      let previousPath = Checkpoint.previousPath(of: path)
      if access(previousPath, F_OK) != 0 && errno == ENOENT {
        if isMissing { return nil }
        throw error
      }
      do {
        let previous = try Checkpoint(path: previousPath)
        report("\(error); resuming from the one before it, '\(previousPath)'")
        return previous
      } catch let previousError {
        throw CheckpointError.noneUsable(
          last: "\(error)", previous: "\(previousError)",
          code: (error as? any ExitCodeProviding)?.exitCode ?? .failure)
      }
    }
  }
}
