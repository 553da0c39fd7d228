import Foundation
import Training

/// The labels of images, and the names of the classes that they stand for.
struct Labels: Equatable {
  /// One for each image, in the order of the paths.
  let values: [UInt8]
  /// The name of each class, from label 0 on; empty where labels are no more than numbers.
  let classes: [String]

  /// The labels by the folders that images are in.
  ///
  /// - Throws: ``LabelError`` where there are too many folders, or images outside of them.
  init(ofFoldersIn paths: [String], below directory: String) throws(LabelError) {
    let folders = paths.map { path in path.split(separator: "/").dropLast().first.map(String.init) }
    let names = Set(folders.compactMap(\.self)).sorted()
    guard !names.isEmpty else {
      self.init(values: [UInt8](repeating: 0, count: paths.count), classes: [])
      return
    }
    if let outside = folders.firstIndex(of: nil) {
      throw .noFolder(path: directory + "/" + paths[outside])
    }
    let numbers = names.compactMap(UInt8.init)
    if numbers.count == names.count {
      self.init(values: folders.compactMap { $0.flatMap(UInt8.init) }, classes: [])
      return
    }
    guard names.count <= 256 else { throw .tooManyFolders(count: names.count) }
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, UInt8($0)) })
    self.init(values: folders.compactMap { $0.flatMap { places[$0] } }, classes: names)
  }

  /// The labels in a CSV file, which has to have one for each path and no others.
  ///
  /// - Throws: ``LabelError`` where it has not, or cannot be read.
  init(csv file: String, for paths: [String]) throws(LabelError) {
    let text: String
    do {
      text = try String(contentsOfFile: file, encoding: .utf8)
    } catch {
      throw .unreadable(file: file)
    }
    var labels: [String: UInt8] = [:]
    // Windows ends lines by two characters, which Swift takes for one.
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated() where !line.isEmpty
    {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == 2, let label = UInt8(fields[1]) else {
        if index == 0, fields.count == 2, Int(fields[1]) == nil { continue }
        throw .badLine(file: file, line: index + 1, found: String(line.prefix(80)))
      }
      guard labels.updateValue(label, forKey: String(fields[0])) == nil else {
        throw .secondLabel(file: file, line: index + 1, path: String(fields[0]))
      }
    }
    var values: [UInt8] = []
    for path in paths {
      guard let label = labels.removeValue(forKey: path) else {
        throw .noLabel(file: file, path: path)
      }
      values.append(label)
    }
    if let path = labels.keys.min() { throw .noImage(file: file, path: path) }
    self.init(values: values, classes: [])
  }

  private init(values: [UInt8], classes: [String]) {
    self.values = values
    self.classes = classes
  }
}

/// What can be wrong with labels.
enum LabelError: Error, Equatable {
  case unreadable(file: String)
  case badLine(file: String, line: Int, found: String)
  case secondLabel(file: String, line: Int, path: String)
  case noLabel(file: String, path: String)
  case noImage(file: String, path: String)
  case noFolder(path: String)
  case tooManyFolders(count: Int)
}

extension LabelError: CustomStringConvertible {
  var description: String {
    switch self {
    case .unreadable(let file): "\(file): cannot be read as a text file"
    case .badLine(let file, let line, let found):
      "\(file): expected in line \(line) a path, a comma and a whole number from 0 to 255, found "
        + "'\(found)'"
    case .secondLabel(let file, let line, let path):
      "\(file): expected one label for each image, found in line \(line) a second one for \(path)"
    case .noLabel(let file, let path): "\(file): expected a label for \(path), found none"
    case .noImage(let file, let path): "\(file): expected labels of images, found one for \(path)"
    case .noFolder(let path):
      "\(path): expected all images in folders of their classes, found this one outside"
    case .tooManyFolders(let count): "expected at most 256 folders of classes, found \(count)"
    }
  }
}

extension LabelError: ExitCodeProviding {
  var exitCode: ExitCode { if case .unreadable = self { .noInput } else { .dataError } }
}
