import Foundation

/// A folder that takes its name when all of it is written, so that nobody ever sees half of it.
///
/// Like a temporary file it has a name that nobody else uses, beside that which it is to take, and is
/// locked as long as its writer lives.
package final class PartialFolder: Sendable {
  /// Where it is until it takes its name.
  package let path: String
  private let finalPath: String
  private let folder: OpenFolder

  /// Makes an empty folder, and those above it, and removes what writers of the same one left that were
  /// killed.
  ///
  /// - Parameter finalPath: The path that it is to have.
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
        // In between it may be taken for an abandoned one.
        guard folder.lock(), parent.status(of: partialName) != nil else { continue }
        (path, self.finalPath, self.folder) = (parentPath + partialName, finalPath, folder)
        return
      }
    } catch {
      throw .cannotCreateFolder(path: finalPath, code: error.code)
    }
  }

  /// Takes its name, which no file and no folder with something in it may have.
  ///
  /// - Throws: `OutputError.cannotCreateFolder`.
  package func complete() throws(OutputError) {
    guard rename(path, finalPath) == 0 else {
      throw .cannotCreateFolder(path: finalPath, code: errno)
    }
    flushName(of: finalPath)
  }

  /// Removes it with all that is in it.
  package func remove() { try? FileManager.default.removeItem(atPath: path) }

  private static func removeAbandoned(_ finalName: String, in parent: OpenFolder) {
    for name in parent.names where TemporaryFile.isName(name, for: finalName) {
      guard let folder = try? OpenFolder(name, in: parent, followingLinks: false), folder.lock()
      else { continue }
      try? FileManager.default.removeItem(atPath: parent.path(of: name))
    }
  }
}
