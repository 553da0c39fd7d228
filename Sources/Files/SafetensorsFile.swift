import Glibc
import Tensor

/// A file of named tensors in the safetensors layout, which other programs support too.
///
/// Eight little-endian bytes give the length of a JSON header; the header names each tensor with
/// its type, its shape and its position in the data that follow, little-endian and without gaps;
/// its entry `__metadata__` holds texts. Opening a file reads and checks only the header, so that a
/// file with unexpected tensors is rejected before any of them is read.
///
/// Untrusted files can be opened: everything is validated before use, and memory is allocated for
/// actual rather than promised contents, at most 32 bytes for each byte of the header and 8 for
/// each byte of the data.
///
/// ```swift
/// try SafetensorsFile.write([("weight", weight)], metadata: ["version": "1"], to: path)
/// let file = try SafetensorsFile(path: path)
/// let weight = try file.entries.first.map(file.tensor)
/// ```
public struct SafetensorsFile: Sendable {
  /// A tensor in the file.
  public struct Entry: Equatable, Sendable {
    /// The name.
    public let name: String
    /// The type of its elements in the file.
    public let type: ElementType
    /// Its shape.
    public let shape: [Int]
    /// The range of its bytes in the file.
    let range: Range<Int>

    /// The type of the tensor into which it is read.
    public var dtype: DType { type.dtype }
    /// The number of its elements.
    public var count: Int { range.count / type.byteCount }
  }

  /// The path of the file.
  public let path: String
  /// The tensors, in the order of their positions in the file.
  public let entries: [Entry]
  /// Further texts, by name, without the checksum of the tensors.
  public let metadata: ExactDictionary<String>
  /// Whether the file has a checksum of its tensors, which has been verified.
  public let hasChecksum: Bool

  /// Opens a file.
  ///
  /// If the file has a checksum of its tensors (``write(_:metadata:to:withChecksum:)``), the whole
  /// file is read once to verify it.
  ///
  /// - Throws: `ModelFileError` if it is missing, cannot be read or is invalid.
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
          reason: "its tensors have the checksum \(found.text), not the one in its metadata")
      }
    }
  }

  /// Reads a tensor.
  ///
  /// - Throws: `ModelFileError` if the file can no longer be read, or has a 64-bit integer that
  ///   float64 cannot represent.
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

  /// Writes a file atomically; an existing file is replaced.
  ///
  /// Duplicate names, and a tensor called `__metadata__`, where the layout stores the texts, stop
  /// the program.
  ///
  /// - Parameters:
  ///   - tensors: Their names and values; the memory is written directly, without copying.
  ///   - metadata: Further texts, by name.
  ///   - path: The path of the file.
  ///   - withChecksum: Whether the metadata include a checksum of the tensors, `tensors-crc32`,
  ///     which is verified when the file is opened.
  /// - Throws: `OutputError`, naming the file and the cause.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String,
    withChecksum: Bool = false
  ) throws {
    try write(tensors, metadata: metadata, to: path, in: nil, withChecksum: withChecksum)
  }

  /// Writes a file to an open folder, or with special permissions.
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
  /// Appends a tensor's elements.
  func write(_ tensor: Tensor) throws(OutputError) {
    let result = tensor.withUnsafeBytes { bytes in
      Result { () throws(OutputError) in try write(bytes) }
    }
    try result.get()
  }
}
