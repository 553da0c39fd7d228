import Glibc
import Tensor

/// A file of named tensors in the layout of safetensors, which other programs read and write too.
///
/// Eight bytes, little-endian, give the length of a header in JSON; the header names each tensor
/// with its type, its shape and where it lies in the data that follow, little-endian and without
/// gaps; `__metadata__` in it holds texts. Opening a file reads and checks the header alone, so that
/// a file of other tensors than expected is refused before any of them is read.
///
/// A file from anywhere can be opened: nothing of it is believed before it is checked, and memory is
/// taken for what is there and not for what is promised, at most 32 bytes for one of the header's and 8
/// for one of the data's.
///
/// ```swift
/// try SafetensorsFile.write([("weight", weight)], metadata: ["version": "1"], to: path)
/// let file = try SafetensorsFile(path: path)
/// let weight = try file.entries.first.map(file.tensor)
/// ```
public struct SafetensorsFile: Sendable {
  /// A tensor of the file.
  public struct Entry: Equatable, Sendable {
    /// What it is called.
    public let name: String
    /// The type of its elements in the file.
    public let type: ElementType
    /// Its shape.
    public let shape: [Int]
    /// Where its bytes lie in the file.
    let range: Range<Int>

    /// The type of the tensor that it is read into.
    public var dtype: DType { type.dtype }
    /// The number of its elements.
    public var count: Int { range.count / type.byteCount }
  }

  /// Where the file lies.
  public let path: String
  /// The tensors, in the order in which they lie in the file.
  public let entries: [Entry]
  /// Texts beside the tensors, by name; without the checksum of the tensors, where there is one.
  public let metadata: ExactDictionary<String>
  /// Whether the file says which checksum its tensors have, and says it rightly.
  public let hasChecksum: Bool

  /// Opens a file.
  ///
  /// Where the file has a checksum of its tensors (``write(_:metadata:to:withChecksum:)``), all of it
  /// is read once, to compare them.
  ///
  /// - Throws: `ModelFileError` if it is not there, cannot be read or is not what it should be.
  public init(path: String) throws {
    try self.init(try RegularFile<ModelFileError>(path: path))
  }

  init(_ file: borrowing RegularFile<ModelFileError>) throws {
    let path = file.path
    let length = try file.read(0..<min(file.size, SafetensorsHeader.lengthBytes))
    let range = try SafetensorsHeader.range(lengthBytes: length, fileSize: file.size, path)
    try SafetensorsHeader.checkBeginning(range, of: file)
    let header = try SafetensorsHeader(bytes: try file.read(range), path)
    self.path = path
    entries = try header.entries(dataRange: range.upperBound..<file.size, path)
    var metadata = header.metadata
    let checksum = metadata[TensorChecksum.name]
    metadata[TensorChecksum.name] = nil
    self.metadata = metadata
    hasChecksum = checksum != nil
    if let checksum {
      let found = try TensorChecksum(of: entries, in: file)
      guard checksum == found.text else {
        throw ModelFileError.damaged(
          path: path,
          reason: "its tensors have the checksum \(found.text), and not the one in its metadata")
      }
    }
  }

  /// Reads a tensor.
  ///
  /// - Throws: `ModelFileError` if the file can no longer be read, or has a whole number of 64 bits
  ///   that float64 does not hold.
  public func tensor(_ entry: Entry) throws -> Tensor {
    try tensor(entry, from: try RegularFile(path: path))
  }

  func tensor(
    _ entry: Entry, from file: borrowing RegularFile<ModelFileError>
  ) throws -> Tensor {
    if entry.type == ElementType(entry.dtype) {
      return try Tensor(entry.shape, entry.dtype) { bytes in
        try file.read(at: entry.range.lowerBound, into: bytes)
      }
    }
    do {
      return try file.read(entry.range).withUnsafeBytes {
        try entry.type.tensor(of: $0, entry.shape)
      }
    } catch let error as ElementType.InexactNumber {
      throw ModelFileError.inexact(path: path, name: entry.name, found: error.text)
    }
  }

  /// Writes a file, whole or not at all; an existing one is replaced.
  ///
  /// Tensors of the same name, and one called `__metadata__`, which is where the layout has the texts,
  /// stop the program.
  ///
  /// - Parameters:
  ///   - tensors: Their names and values; the memory is written as it lies, nothing is copied.
  ///   - metadata: Texts beside them, by name.
  ///   - path: Where.
  ///   - withChecksum: Whether the metadata are to have a checksum of the tensors, `tensors-crc32`,
  ///     which whoever opens the file compares.
  /// - Throws: `OutputError`, naming the file and the cause.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String,
    withChecksum: Bool = false
  ) throws {
    try write(tensors, metadata: metadata, to: path, in: nil, withChecksum: withChecksum)
  }

  /// Writes a file to a folder that is held open, or with other permissions than usual.
  package static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String], to path: String,
    in base: OpenFolder?, withChecksum: Bool, permissions: mode_t = 0o666,
    flushingFolder: Bool = true
  ) throws {
    let names = tensors.map(\.name)
    precondition(
      Set(names.map(ExactText.init)).count == names.count,
      "SafetensorsFile.write: expected distinct names, found \(names)")
    precondition(
      !names.contains(SafetensorsHeader.metadataName),
      "SafetensorsFile.write: expected tensors of other names than"
        + " \(SafetensorsHeader.metadataName), found \(names)")
    var metadata = metadata
    if withChecksum { metadata[TensorChecksum.name] = TensorChecksum(of: tensors).text }
    let header = try SafetensorsHeader.bytes(
      tensors.map { ($0.name, ElementType($0.tensor.dtype), $0.tensor.shape) }, metadata)
    try replaceFile(
      at: path, in: base, permissions: permissions, flushingFolder: flushingFolder
    ) { file throws(OutputError) in
      try file.write(header)
      for (_, tensor) in tensors { try file.write(tensor) }
    }
  }
}

#if _endian(big)
  #error("Tensors are written as they lie in memory, and the layout is little-endian.")
#endif

extension PartialFile {
  /// Adds a tensor's elements at the end.
  func write(_ tensor: Tensor) throws(OutputError) {
    let result = tensor.withUnsafeBytes { bytes in
      Result { () throws(OutputError) in try write(bytes) }
    }
    try result.get()
  }
}
