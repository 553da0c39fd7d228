import Datasets
import Foundation
import TestSupport

/// An empty folder for one test, removed with its contents when the test ends.
///
/// Runs are started in it, so the default paths, `runs` and `datasets/mnist`, are also inside it.
final class Workspace {
  private let folder: TemporaryFolder

  var path: String { folder.path }

  /// Creates the folder, with small data in `data` unless no data are requested.
  init(data: SmallData? = SmallData()) throws {
    folder = try TemporaryFolder()
    try data?.write(to: path(of: "data"))
  }

  /// The path of a file in the folder.
  func path(of name: String) -> String { path + "/" + name }

  /// Whether a file or folder exists.
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(of: name)) }

  /// The names in one of the folders, sorted; none if it does not exist.
  func names(in folder: String = "") -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: path(of: folder))
    return (names ?? []).filter { !$0.hasPrefix(".stderr-") }.sorted()
  }

  /// Every file below one of the folders, by its relative path.
  func files(below folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path(of: folder)) {
      var isFolder: ObjCBool = false
      let full = "\(folder)/\(name)"
      _ = FileManager.default.fileExists(atPath: path(of: full), isDirectory: &isFolder)
      if !isFolder.boolValue { files[name] = try contents(of: full) }
    }
    return files
  }

  func contents(of name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path(of: name)))
  }

  func write(_ contents: some Sequence<UInt8>, to name: String) throws {
    try Data(contents).write(to: URL(fileURLWithPath: path(of: name)))
  }

  /// Replaces a file's bytes by the result of `change`.
  func edit(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
    var bytes = [UInt8](try contents(of: name))
    change(&bytes)
    try write(bytes, to: name)
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: path(of: name))
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path(of: name), withIntermediateDirectories: true)
  }
}

extension Workspace {
  /// The arguments of every quick run: the data, and a model with a few units.
  static let quick = ["--data", "data", "--hidden", "8", "--latent", "3", "--batch-size", "16"]

  /// Runs `train-vae` on the small data with a small model; later options override these.
  func train(_ arguments: String...) throws -> Executable.Result {
    try Executable("train-vae", Self.quick + ["--epochs", "1"] + arguments, in: self).result()
  }

  /// Runs `train-vae` with exactly these arguments.
  func run(_ arguments: String...) throws -> Executable.Result {
    try Executable("train-vae", arguments, in: self).result()
  }
}
