import Foundation

/// A folder for one test, removed with its contents when the test ends.
public final class TemporaryFolder {
  /// The path of the folder.
  public let path: String

  /// Creates an empty folder.
  ///
  /// - Parameter inMemory: Whether to create it in memory, if the system has a place for that, so
  ///   that no time is spent waiting for the disk.
  public init(inMemory: Bool = false) throws {
    let memory = "/dev/shm"
    let isThere = inMemory && FileManager.default.isWritableFile(atPath: memory)
    let url = (isThere ? URL(fileURLWithPath: memory) : FileManager.default.temporaryDirectory)
      .appendingPathComponent("pushforward-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The names in the folder or in one below it, sorted; none if that does not exist.
  public func names(in subfolder: String = "") throws -> [String] {
    let folder = path + "/" + subfolder
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// Makes an empty file.
  public func makeFile(_ name: String) throws {
    try Data().write(to: URL(fileURLWithPath: path + "/" + name))
  }

  /// The text of a file.
  public func text(of name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  /// The bytes of a file.
  public func bytes(of name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
  }
}
