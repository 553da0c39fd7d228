import Glibc
import Synchronization

/// A change to what a disk holds, as the system was asked to make it.
///
/// The package makes every change of a run's folder by the functions that report it here. So a test
/// can record those of a run and build what a crash would have left after each of them.
package enum FileChange: Sendable {
  /// A file or a folder, whatever it is called.
  ///
  /// That of a file that is gone may be used again.
  package struct Identity: Hashable, Sendable {
    let device: dev_t
    let number: ino_t

    /// That of an open file or folder.
    package init?(descriptor: Int32) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { return nil }
      self.init(status)
    }

    /// That of the file or the folder that a path leads to.
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
  /// Bytes at the end of a file.
  case append(Identity, [UInt8])
  /// Everything about a file, or the names in a folder, is on the disk.
  case flush(Identity)
  /// Another name for a file; one that had this name loses it.
  case rename(Place, Place)
  /// The end of a file.
  case remove(Place)
}

extension FileChange {
  private static let observer = Mutex<(@Sendable (FileChange) -> Void)?>(nil)

  /// Calls a function with each change that the process makes, until it is nil again.
  package static func observe(_ function: (@Sendable (FileChange) -> Void)?) {
    observer.withLock { $0 = function }
  }

  /// Reports a change that was made.
  ///
  /// Where nobody observes, that costs a lock and no more.
  static func report(_ change: () -> FileChange?) {
    guard let function = observer.withLock({ $0 }), let change = change() else { return }
    function(change)
  }
}
