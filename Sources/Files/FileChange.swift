import Glibc
import Synchronization

/// A change to the contents of a disk, as requested from the system.
///
/// All changes to a run's folder go through functions that report them here. So a test can record
/// the changes of a run and reconstruct the state that a crash would have left after each of them.
package enum FileChange: Sendable {
  /// A file or folder, independent of its name.
  ///
  /// The identity of a deleted file may be reused.
  package struct Identity: Hashable, Sendable {
    let device: dev_t
    let number: ino_t

    /// The identity of an open file or folder.
    package init?(descriptor: Int32) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { return nil }
      self.init(status)
    }

    /// The identity of the file or folder at a path.
    package init?(path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      self.init(status)
    }

    private init(_ status: stat) { (device, number) = (status.st_dev, status.st_ino) }
  }

  /// A name in a folder.
  package struct Place: Hashable, Sendable {
    /// The folder.
    package let folder: Identity
    /// The name in it.
    package let name: String
  }

  /// A new folder.
  case makeFolder(Identity, Place)
  /// A new, empty file.
  case makeFile(Identity, Place)
  /// Bytes appended to a file.
  case append(Identity, [UInt8])
  /// Everything about a file, or the names in a folder, is on disk.
  case flush(Identity)
  /// A new name for a file; a file that had this name loses it.
  case rename(Place, Place)
  /// The removal of a file.
  case remove(Place)
}

extension FileChange {
  private static let observer = Mutex<(@Sendable (FileChange) -> Void)?>(nil)

  /// Calls a function with each change that the process makes, until it is set to nil.
  package static func observe(_ function: (@Sendable (FileChange) -> Void)?) {
    observer.withLock { $0 = function }
  }

  /// Reports a change that was made.
  ///
  /// Without an observer, this costs only a lock.
  static func report(_ change: () -> FileChange?) {
    guard let function = observer.withLock({ $0 }), let change = change() else { return }
    function(change)
  }
}
