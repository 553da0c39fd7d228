import Files

/// The labels of images, and the names of the classes that they stand for.
public struct FolderLabels: Equatable, Sendable {
  /// One label for each image, in the order of the paths.
  public let values: [UInt8]
  /// The name of each class, from label 0 on; empty if labels are just numbers.
  public let classes: [RawPath]

  /// Labels images by their folders.
  ///
  /// - Parameters:
  ///   - paths: The images' paths relative to the directory.
  ///   - directory: The common parent folder.
  ///   - split: The folders above those of the classes, if any.
  /// - Throws: ``LabelError`` if there are too many folders, or images outside of them.
  init(
    ofFoldersIn paths: [RawPath], below directory: String, _ split: FolderSplit?
  ) throws(LabelError) {
    let folders = paths.map { path in
      path.components.dropLast().dropFirst(split == nil ? 0 : 1).first
    }
    let names = Set(folders.compactMap(\.self)).sorted()
    guard !names.isEmpty else {
      self.init(values: [UInt8](repeating: 0, count: paths.count), classes: [])
      return
    }
    if let outside = folders.firstIndex(of: nil) {
      throw .noFolder(path: RawPath(directory).appending(paths[outside]).description)
    }
    let numbers = names.map(\.bytes).compactMap(Self.number)
    let isNumbered = Set(numbers).count == names.count
    guard isNumbered || names.count <= 256 else { throw .tooManyFolders(count: names.count) }
    var labels: [RawPath: UInt8] = [:]
    for (index, name) in names.enumerated() {
      labels[name] = isNumbered ? numbers[index] : UInt8(index)
    }
    self.init(
      values: folders.compactMap { $0.flatMap { labels[$0] } }, classes: isNumbered ? [] : names)
  }

  /// Reads labels from a CSV file, which must have one for each path and no others except for
  /// skipped ones.
  ///
  /// A first record without a number is a heading. Paths may be surrounded by blanks or begin with
  /// `./`.
  ///
  /// - Throws: ``LabelError`` if they do not match, ``/Files/DelimitedTextError`` if the file
  ///   cannot be read.
  public init(csv file: String, for paths: [RawPath], skipped: [RawPath]) throws {
    let images = PathIndex(paths + skipped)
    var labels: [RawPath: UInt8] = [:]
    var table = try DelimitedText(path: file)
    var isFirst = true
    while let fields = try table.nextRecord() {
      defer { isFirst = false }
      guard fields.count == 2, let label = Self.number(fields[1].unpadded) else {
        if isFirst, fields.count == 2, !Self.isWholeNumber(fields[1].unpadded) { continue }
        throw LabelError.badLine(
          file: file, line: fields[0].line,
          found: String(fields.map(\.text).joined(separator: ",").prefix(80)))
      }
      guard let path = images.path(for: fields[0]) else {
        throw LabelError.noImage(file: file, path: RawPath(bytes: fields[0].bytes).description)
      }
      guard labels.updateValue(label, forKey: path) == nil else {
        throw LabelError.secondLabel(
          file: file, line: fields[0].line, path: path.description)
      }
    }
    let values = try paths.map { path in
      guard let label = labels[path] else {
        throw LabelError.noLabel(file: file, path: path.description)
      }
      return label
    }
    self.init(values: values, classes: [])
  }

  private static func isWholeNumber(_ bytes: some Collection<UInt8>) -> Bool {
    Int(String(decoding: bytes, as: UTF8.self)) != nil
  }

  private init(values: [UInt8], classes: [RawPath]) {
    self.values = values
    self.classes = classes
  }

  /// A whole number from 0 to 255, written only with digits.
  private static func number(_ bytes: some Collection<UInt8>) -> UInt8? {
    let isNumber = bytes.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return isNumber ? UInt8(String(decoding: bytes, as: UTF8.self)) : nil
  }
}

/// Finds images by their paths as written in tables.
private struct PathIndex {
  private let paths: Set<RawPath>
  /// The paths that are equal up to Unicode normalisation.
  private let equivalents: [String: [RawPath]]

  init(_ paths: [RawPath]) {
    self.paths = Set(paths)
    let texts = paths.compactMap { path in
      String(validating: path.bytes, as: UTF8.self).map { ($0, path) }
    }
    equivalents = Dictionary(grouping: texts) { $0.0 }.mapValues { $0.map(\.1) }
  }

  /// The image that a field names: by its exact bytes, or without surrounding blanks and a leading
  /// `./`, or as the only one whose name differs only in normalisation.
  func path(for field: DelimitedText.Field) -> RawPath? {
    let exact = RawPath(bytes: field.bytes)
    if paths.contains(exact) { return exact }
    var bytes = field.trimmed
    while bytes.starts(with: "./".utf8) { bytes = bytes.dropFirst(2) }
    let plain = RawPath(bytes: bytes)
    if paths.contains(plain) { return plain }
    let candidates = String(validating: bytes, as: UTF8.self).flatMap { equivalents[$0] } ?? []
    return candidates.count == 1 ? candidates.first : nil
  }
}

/// An error in labels.
public enum LabelError: Error, Equatable, Sendable {
  /// A record is not a path and a label.
  case badLine(file: String, line: Int, found: String)
  /// A path has two labels.
  case secondLabel(file: String, line: Int, path: String)
  /// An image has no label.
  case noLabel(file: String, path: String)
  /// A label belongs to no image.
  case noImage(file: String, path: String)
  /// An image is outside all class folders.
  case noFolder(path: String)
  /// There are more classes than labels.
  case tooManyFolders(count: Int)
}

extension LabelError: CustomStringConvertible {
  /// What was expected, what was found, and where.
  public var description: String {
    switch self {
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
