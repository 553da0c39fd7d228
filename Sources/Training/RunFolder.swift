import Files
import Foundation
import Images

/// The folder in which one run leaves its files.
///
/// The first is `runs/vae-001`, the next `runs/vae-002`, and so on. A run never writes
/// into the folder of another, even when two start at the same moment, and a file is either complete
/// or not there.
///
/// ```swift
/// let folder = try RunFolder(in: "runs", name: "vae")
/// try folder.write(configuration)
/// try folder.write(grid.image, to: "samples/epoch-001")
/// ```
public struct RunFolder: Sendable {
  /// The path of the folder: `runs/vae-001`.
  public let path: String
  private let lock: RunLock

  /// Makes a new folder, numbered after the last one of the same name, and the folders above it.
  ///
  /// - Throws: `OutputError.cannotCreateFolder` if it cannot be made.
  public init(in directory: String, name: String) throws {
    try makeFolders(directory)
    var number = Self.lastNumber(in: directory, name: name) + 1
    while true {
      let path = Self.join(directory, Self.folderName(name, number))
      // Making it is the test: looking first would let two processes find the same free number.
      if makeFolder(path) == 0 {
        self.path = path
        lock = try RunLock(path)
        return
      }
      guard errno == EEXIST else {
        throw OutputError.cannotCreateFolder(path: path, code: errno)
      }
      number += 1
    }
  }

  /// Opens the folder of a run that is to go on, and removes what was left half-written in it.
  ///
  /// - Throws: `ResumeError` if there is no such run or another process trains in it.
  public init(resuming path: String) throws {
    guard access(path + "/config.json", F_OK) == 0 else { throw ResumeError.notARun(path: path) }
    self.path = path
    lock = try RunLock(path)
    for name in try FileManager.default.subpathsOfDirectory(atPath: path)
    where name.hasSuffix(".partial") {
      unlink(self.path(of: name))
    }
  }

  /// The name of the folder: `vae-001`.
  var name: String { (path as NSString).lastPathComponent }

  /// The path of a file in the folder, whether it exists or not.
  public func path(of name: String) -> String {
    Self.join(path, name)
  }

  /// Writes a file whole or not at all; an existing one is replaced.
  ///
  /// The name may contain subfolders, which are made: `samples/epoch-001.pgm`. One thread at a time
  /// may write a file of the same name.
  ///
  /// - Throws: `OutputError`, naming the file and the cause, for example a full disk.
  public func write(_ contents: some ContiguousBytes, to name: String) throws {
    if let slash = name.lastIndex(of: "/") {
      try makeFolders(path(of: String(name[..<slash])))
    }
    try contents.withUnsafeBytes { try replaceFile(at: path(of: name), with: $0) }
  }

  /// Writes a picture twice under a name, without its ending: as `.png`, and as `.pgm`, or `.ppm` in
  /// colour.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func write(_ image: Image, to name: String) throws {
    try write(image.netpbm, to: name + "." + image.netpbmExtension)
    try write(image.png, to: name + ".png")
  }

  /// Writes a text file in UTF-8, whole or not at all.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func write(_ text: String, to name: String) throws {
    try write(Array(text.utf8), to: name)
  }

  /// Writes `config.json`, from which a run can be repeated.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func write(_ configuration: Configuration) throws {
    try write(try configuration.json(), to: "config.json")
  }
}

extension RunFolder {
  private static func folderName(_ name: String, _ number: Int) -> String {
    String(format: "%@-%03d", name, number)
  }

  /// The highest number in use, or 0.
  ///
  /// A folder that cannot be listed counts as empty.
  private static func lastNumber(in directory: String, name: String) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.compactMap { existing in
      existing.hasPrefix(name + "-") ? Int(existing.dropFirst(name.count + 1)) : nil
    }.max() ?? 0
  }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}

/// Keeps a run's folder to one process, as long as it lives.
private final class RunLock: Sendable {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // Where a file system knows no locks, there is none.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(descriptor)
      throw ResumeError.inUse(path: path)
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
