import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Files

/// Atomic file writing, even with other writers and planted links.
@Suite struct AtomicFileTests {
  let temporary: TemporaryFolder
  private var path: String { temporary.path + "/file" }

  init() throws { temporary = try TemporaryFolder() }

  private func write(_ text: String, to path: String? = nil, in base: OpenFolder? = nil) throws {
    try Array(text.utf8).withUnsafeBytes { bytes in
      try replaceFile(at: path ?? self.path, in: base, with: bytes)
    }
  }

  private func mode(of name: String) throws -> Int {
    var status = stat()
    try #require(lstat(temporary.path + "/" + name, &status) == 0)
    return Int(status.st_mode & 0o777)
  }

  // MARK: Links

  /// The temporary name used by older versions was predictable.
  @Test func aLinkThatWasLaidIsNotFollowed() throws {
    try write("precious", to: temporary.path + "/victim")
    let link = "\(path).\(getpid()).partial"
    symlink("victim", link)
    try write("new")
    #expect(try temporary.text(of: "victim") == "precious")
    #expect(try temporary.text(of: "file") == "new")
  }

  @Test func aLinkIsReplacedAndNotFollowed() throws {
    try write("precious", to: temporary.path + "/victim")
    symlink("victim", path)
    try write("new")
    #expect(try temporary.text(of: "victim") == "precious")
    #expect(try temporary.text(of: "file") == "new")
    #expect(throws: OutputError.cannotWrite(path: temporary.path + "/link", code: ELOOP)) {
      symlink("victim", temporary.path + "/link")
      try appendToFile(at: temporary.path + "/link", [1])
    }
    #expect(try temporary.text(of: "victim") == "precious")
  }

  @Test func aPipeIsNotAppendedTo() throws {
    mkfifo(path, 0o600)
    #expect(throws: OutputError.self) { try appendToFile(at: path, [1]) }
  }

  // MARK: Permissions

  @Test func permissionsAreTheUsualOnesAndNeverWiderThanBefore() throws {
    let mask = umask(0o022)
    defer { umask(mask) }
    try write("a")
    #expect(try mode(of: "file") == 0o644)
    for (before, after) in [(0o600, 0o600), (0o640, 0o640), (0o666, 0o644), (0o000, 0o600)] {
      chmod(path, mode_t(before))
      try write("b")
      #expect(try mode(of: "file") == after, "\(String(before, radix: 8))")
    }
    try replaceFile(at: temporary.path + "/own", permissions: 0o600) {
      file throws(OutputError) in try file.write([1])
    }
    #expect(try mode(of: "own") == 0o600)
  }

  // MARK: Several writers

  /// Within one process, as in two containers, writers have the same process number.
  @Test func writersOfOneFileDoNotMixTheirBytes() throws {
    let (path, folder) = (path, temporary.path)
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 24) { index in
      let bytes = [UInt8](repeating: UInt8(index), count: 10_000)
      do {
        for _ in 0..<5 {
          try replaceFile(at: path) { file throws(OutputError) in
            for start in stride(from: 0, to: bytes.count, by: 1_000) {
              try file.write(Array(bytes[start..<start + 1_000]))
            }
          }
          removeAbandonedFiles(in: try OpenFolder(folder))
        }
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 } == [])
    let found = try temporary.bytes(of: "file")
    #expect(found.count == 10_000 && Set(found).count == 1)
    #expect(try temporary.names() == ["file"])
  }

  @Test func aNameMayBeAsLongAsNamesAre() throws {
    for name in [String(repeating: "a", count: 255), String(repeating: "ä", count: 127)] {
      try write("long", to: temporary.path + "/" + name)
      #expect(try temporary.text(of: name) == "long")
    }
    let path = temporary.path + "/" + String(repeating: "a", count: 256)
    #expect(throws: OutputError.cannotWrite(path: path, code: ENAMETOOLONG)) {
      try write("too long", to: path)
    }
    #expect(try temporary.names().count == 2)
  }

  // MARK: Files left by killed writers

  @Test func whatKilledWritersLeftIsRemovedAndNothingElse() throws {
    let kept = ["a.partial", "partial", "0123456789abcdef.partial", "b.0123456789abcdeg.partial"]
    let left = ["a.0123456789abcdef.partial", "b.c.00000000ffffffff.partial", "d.77.partial"]
    let inner = "inner/b.0123456789abcdef.partial"
    mkdir(temporary.path + "/inner", 0o777)
    mkdir(temporary.path + "/e.0123456789abcdef.partial", 0o777)
    for name in kept + left + [inner] { try temporary.makeFile(name) }
    symlink("a.partial", temporary.path + "/f.0123456789abcdef.partial")
    try replaceFile(at: path) { file throws(OutputError) in
      try file.write([1, 2, 3])
      let folder = try? OpenFolder(temporary.path)
      // The file being written is also present, and counted.
      #expect(folder.map { removeAbandonedFiles(in: $0) } == 3)
    }
    #expect(try temporary.bytes(of: "file") == [1, 2, 3])
    let others = ["inner", "e.0123456789abcdef.partial", "f.0123456789abcdef.partial"]
    #expect(try Set(temporary.names()) == Set(kept + others + ["file"]))
    #expect(try temporary.names(in: "inner").count == 1)
    removeTemporaryFiles(in: try OpenFolder(temporary.path))
    #expect(try Set(temporary.names()) == Set(kept + others + ["file"]))
    #expect(try temporary.names(in: "inner") == [])
  }

  // MARK: Folders that move

  @Test func aFolderThatMovesIsFoundAgain() throws {
    let (first, second) = (temporary.path + "/first", temporary.path + "/second")
    try makeFolders(first)
    let folder = try OpenFolder(first)
    #expect(folder.path == first)
    rename(first, second)
    try makeFolders("a/b", in: folder)
    try write("here", to: "a/b/file", in: folder)
    try appendToFile(at: "log", in: folder, [65])
    try appendToFile(at: "log", in: folder, [66])
    #expect(try temporary.text(of: "second/a/b/file") == "here")
    #expect(try temporary.text(of: "second/log") == "AB")
    #expect(try temporary.names() == ["second"])
    #expect(folder.path == second && folder.path(of: "x") == second + "/x")
    // Another folder now has its old name.
    try makeFolders(first)
    #expect(folder.path == second)

    try FileManager.default.removeItem(atPath: second)
    #expect(folder.path == second)
    #expect(throws: OutputError.cannotWrite(path: second + "/file", code: ENOENT)) {
      try write("gone", to: "file", in: folder)
    }
    #expect(throws: OutputError.cannotCreateFolder(path: second + "/a", code: ENOENT)) {
      try makeFolders("a/b", in: folder)
    }
  }

  @Test func aPathToAFolderIsNoFile() throws {
    #expect(throws: OutputError.cannotWrite(path: temporary.path + "/", code: EISDIR)) {
      try write("a", to: temporary.path + "/")
    }
    #expect(throws: OutputError.cannotWrite(path: temporary.path + "/no/file", code: ENOENT)) {
      try write("a", to: temporary.path + "/no/file")
    }
    #expect(try temporary.names() == [])
  }
}
