import Foundation

/// A folder for one test, removed with everything in it at its end.
public final class TemporaryFolder {
  /// Where it is.
  public let path: String

  /// Makes an empty one.
  ///
  /// - Parameter inMemory: Whether it is to lie in memory, if the system has a place for that, where
  ///   waiting for the disk takes no time.
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

  /// The names in the folder or in one below it, sorted; none if that is not there.
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
