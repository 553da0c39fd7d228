import Foundation

/// The documents in a folder, one text each.
struct TextDocuments {
  /// The names of the files.
  let names: [String]
  /// The texts.
  let texts: [String]

  /// Reads all files in a folder except hidden ones as UTF-8, in the order of their names.
  ///
  /// - Throws: ``FitError`` if there are none or one cannot be read.
  init(folder: String) throws {
    let all: [String]
    do {
      all = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw FitError.unsuitable(
        path: folder, expected: "a folder that can be read", found: "\(error.localizedDescription)")
    }
    names = all.filter { !$0.hasPrefix(".") && !Self.isFolder(folder + "/" + $0) }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard !names.isEmpty else {
      throw FitError.unsuitable(
        path: folder, expected: "a folder with texts, one document each", found: "no files")
    }
    texts = try names.map { try Self.text(of: folder + "/" + $0) }
  }

  /// Whether the path is a folder.
  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// The text of a UTF-8 file.
  ///
  /// Devices and pipes are rejected, as they may never end.
  ///
  /// - Throws: ``FitError`` if it cannot be read or is not such a text.
  static func text(of path: String) throws(FitError) -> String {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let kind = try? FileManager.default.attributesOfItem(atPath: real)[.type]
    guard kind as? FileAttributeType == .typeRegular,
      let bytes = try? Data(contentsOf: URL(fileURLWithPath: real))
    else {
      throw .unsuitable(
        path: path, expected: "a file that can be read", found: "no file, or an unreadable one")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .unsuitable(path: path, expected: "a text in UTF-8", found: "other bytes")
    }
    return text
  }
}
