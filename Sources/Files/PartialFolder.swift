import Foundation

/// A folder that takes its name once it is complete, so that a partial folder is never visible.
///
/// Like a temporary file it has a unique name, next to its final one, and is locked as long as its
/// writer lives.
package final class PartialFolder: Sendable {
  /// Its path until it takes its final name.
  package let path: String
  private let finalPath: String
  private let folder: OpenFolder

  /// Creates an empty folder and its parents, and removes leftovers of killed writers of the same
  /// folder.
  ///
  /// - Parameter finalPath: The final path.
  /// - Throws: `OutputError.cannotCreateFolder`.
  package init(for finalPath: String) throws(OutputError) {
    let (parentPath, name) = split(finalPath)
    if !parentPath.isEmpty { try makeFolders(parentPath) }
    do throws(SystemError) {
      let parent = try OpenFolder(parentPath)
      Self.removeAbandoned(name, in: parent)
      while true {
        let partialName = TemporaryFile.name(for: name)
        guard makeFolder(partialName, in: parent) == 0 else {
          if errno == EEXIST { continue }
          throw SystemError()
        }
        let folder = try OpenFolder(partialName, in: parent, followingLinks: false)
        // In between, it may be mistaken for an abandoned one.
        guard folder.lock(), parent.status(of: partialName) != nil else { continue }
        (path, self.finalPath, self.folder) = (parentPath + partialName, finalPath, folder)
        return
      }
    } catch {
      throw .cannotCreateFolder(path: finalPath, code: error.code)
    }
  }

  /// Takes the final name, which no file and no nonempty folder may have.
  ///
  /// - Throws: `OutputError.cannotCreateFolder`.
  package func complete() throws(OutputError) {
    guard rename(path, finalPath) == 0 else {
      throw .cannotCreateFolder(path: finalPath, code: errno)
    }
    flushName(of: finalPath)
  }

  /// Removes the folder with its contents.
  package func remove() { try? FileManager.default.removeItem(atPath: path) }

  private static func removeAbandoned(_ finalName: String, in parent: OpenFolder) {
    for name in parent.names where TemporaryFile.isName(name, for: finalName) {
      guard let folder = try? OpenFolder(name, in: parent, followingLinks: false), folder.lock()
      else { continue }
      try? FileManager.default.removeItem(atPath: parent.path(of: name))
    }
  }
}
