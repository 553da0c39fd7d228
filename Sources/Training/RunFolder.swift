import CommandLine
import Files
import Foundation
import Images
import Settings
import Synchronization

/// The folder in which one run saves its files.
///
/// The first is `runs/vae-001`, the next `runs/vae-002`, and so on. A run never writes into the
/// folder of another, even when two start at the same moment, and a file is either complete or
/// absent.
///
/// ```swift
/// let folder = try RunFolder(in: "runs", name: "vae")
/// try folder.write(configuration)
/// try folder.write(grid.image, to: "samples/epoch-001")
/// ```
public struct RunFolder: Sendable {
  /// The folder, held open and locked: no other process trains in it, and the run's files go there
  /// even if it is moved.
  let openFolder: OpenFolder
  private let state: FolderState

  /// The path of the folder: `runs/vae-001`, or its new path if it was moved.
  public var path: String { openFolder.path }

  /// Creates a new folder, numbered after the last one of the same name, and its parent folders.
  ///
  /// - Throws: `OutputError.cannotCreateFolder` if it cannot be created, or if no number is left.
  public init(in directory: String, name: String) throws {
    try makeFolders(directory)
    var number = Self.nextNumber(in: directory, name: name)
    while true {
      let path = Self.join(directory, Self.folderName(name, number))
      // Creating it is the test: checking first would let two processes find the same free number.
      if makeFolder(path) == 0 {
        try self.init(open: path)
        return
      }
      guard errno == EEXIST, number < Int.max else {
        throw OutputError.cannotCreateFolder(path: path, code: errno)
      }
      number += 1
    }
  }

  /// Opens and locks a run's folder.
  private init(open path: String) throws {
    do throws(SystemError) {
      openFolder = try OpenFolder(path)
    } catch {
      throw OutputError.cannotWrite(path: path, code: error.code)
    }
    guard openFolder.lock() else { throw ResumeError.inUse(path: path) }
    state = FolderState(path)
  }

  /// Opens the folder of a run to resume, and removes half-written files in it.
  ///
  /// - Throws: `ResumeError` if there is no such run or another process trains in it.
  public init(resuming path: String) throws {
    guard access(path + "/config.json", F_OK) == 0 else { throw ResumeError.notARun(path: path) }
    try self.init(open: path)
    // The process that created the folder may have been killed before this step.
    flushName(of: path)
    removePartialFiles()
  }

  /// Removes half-written files in the folder.
  package func removePartialFiles() { removeTemporaryFiles(in: openFolder) }

  /// The new path if the folder was moved since the last call; nil otherwise.
  func newPath() -> String? { state.change(to: path) }

  /// The name of the folder: `vae-001`.
  package var name: String { (path as NSString).lastPathComponent }

  /// The path of a file in the folder, whether or not it exists.
  public func path(of name: String) -> String { openFolder.path(of: name) }

  /// The bytes of a file of the run, or nil if there is none that can be read.
  ///
  /// Links are not followed: a run writes none, and a link placed by somebody else could lead the
  /// contents of another file into the run's report.
  package func contents(of name: String, atMost limit: Int) -> [UInt8]? {
    do throws(UnreadableFile) {
      let file = try RegularFile<UnreadableFile>(name, withoutLinksIn: path)
      return try file.contents(atMost: limit)
    } catch {
      return nil
    }
  }

  /// The text of a table of the run, such as `loss.csv`, or nil if there is none that can be read.
  package func table(_ name: String) -> String? {
    contents(of: name, atMost: Self.largestTable).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// The maximum size of a table in bytes, more than a million epochs write.
  private static let largestTable = 1 << 30

  /// Writes a file atomically, replacing an existing one.
  ///
  /// The name may contain subfolders, which are created: `samples/epoch-001.pgm`. Only one thread
  /// at a time may write a file of the same name.
  ///
  /// The bytes are on disk when the function returns; the name is on disk after the next
  /// ``flush()``, which each checkpoint begins with.
  ///
  /// - Throws: `OutputError`, naming the file and the cause, for example a full disk.
  public func write(_ contents: some ContiguousBytes, to name: String) throws {
    if let slash = name.lastIndex(of: "/") {
      try makeFolders(String(name[..<slash]), in: openFolder)
    }
    try contents.withUnsafeBytes {
      try replaceFile(at: name, in: openFolder, flushingFolder: false, with: $0)
    }
    needsFlush(after: name)
  }

  /// Waits until the names of all written files are on disk.
  ///
  /// - Throws: `OutputError`, naming the folder and the cause.
  public func flush() throws(OutputError) {
    for name in state.takeUnflushed() {
      // A removed folder has nothing to flush.
      guard let folder = try? OpenFolder(name, in: openFolder) else { continue }
      let code = folder.flush()
      guard code == 0 else { throw .cannotWrite(path: folder.path, code: code) }
    }
  }

  /// Records that a file of this name was written to a folder that was not flushed.
  func needsFlush(after name: String) {
    state.addUnflushed(name.lastIndex(of: "/").map { String(name[..<$0]) } ?? "")
  }

  /// Appends bytes to a file, creating it if necessary.
  ///
  /// - Throws: `OutputError`, naming the file and the cause; the file is then unchanged.
  package func append(_ bytes: [UInt8], to name: String) throws(OutputError) {
    try appendToFile(at: name, in: openFolder, bytes)
  }

  /// Writes a picture in two formats under a name given without its extension: as `.png`, and as
  /// `.pgm`, or `.ppm` in colour.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func write(_ image: Image, to name: String) throws {
    try write(image.netpbm, to: name + "." + image.netpbmExtension)
    try write(image.png, to: name + ".png")
  }

  /// Writes a UTF-8 text file atomically.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func write(_ text: String, to name: String) throws {
    try write(Array(text.utf8), to: name)
  }

  /// Writes `config.json`, from which the run can be repeated.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func write(_ configuration: Configuration) throws {
    try write(try configuration.json(), to: "config.json")
  }
}

extension RunFolder {
  private static func folderName(_ name: String, _ number: Int) -> String {
    name + "-" + Readable.padded(number)
  }

  /// The number after the highest one in use, or 1.
  ///
  /// A folder that cannot be listed counts as empty. If a number in use is the largest `Int`, the
  /// highest one below it counts.
  private static func nextNumber(in directory: String, name: String) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    let numbers = names.compactMap { existing -> Int? in
      guard existing.hasPrefix(name + "-") else { return nil }
      let digits = existing.dropFirst(name.count + 1)
      return digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
    }
    let used = Set(numbers)
    let last = used.sorted(by: >).first { $0 < Int.max && !used.contains($0 + 1) }
    return (last ?? 0) + 1
  }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}

/// The state of a run's folder besides the folder itself.
private final class FolderState: Sendable {
  private let path: Mutex<String>
  private let unflushed = Mutex<Set<String>>([])

  init(_ path: String) { self.path = Mutex(path) }

  /// The new path, if it differs from the previous one.
  func change(to newPath: String) -> String? {
    path.withLock { path in
      if path == newPath { return nil }
      path = newPath
      return newPath
    }
  }

  /// Adds the name of a folder that contains new file names.
  func addUnflushed(_ name: String) { _ = unflushed.withLock { $0.insert(name) } }

  /// Returns the names of these folders, which the caller must flush.
  func takeUnflushed() -> [String] {
    unflushed.withLock { names in
      defer { names = [] }
      return names.sorted()
    }
  }
}
