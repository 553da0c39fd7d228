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
  /// Texts beside the tensors, by name.
  public let metadata: [String: String]

  /// Opens a file.
  ///
  /// - Throws: `ModelFileError` if it is not there, cannot be read or is not what it should be.
  public init(path: String) throws {
    let file = try RegularFile<ModelFileError>(path: path)
    let length = try file.read(0..<min(file.size, SafetensorsHeader.lengthBytes))
    let range = try SafetensorsHeader.range(lengthBytes: length, fileSize: file.size, path)
    let header = try SafetensorsHeader(bytes: try file.read(range), path)
    self.path = path
    metadata = header.metadata
    entries = try header.entries(dataRange: range.upperBound..<file.size, path)
  }

  /// Reads a tensor.
  ///
  /// - Throws: `ModelFileError` if the file can no longer be read, or has a whole number of 64 bits
  ///   that float64 does not hold.
  public func tensor(_ entry: Entry) throws -> Tensor {
    try tensor(entry, from: try RegularFile(path: path))
  }

  private func tensor(
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
  /// - Throws: `OutputError`, naming the file and the cause.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws {
    let names = tensors.map(\.name)
    precondition(
      Set(names).count == names.count,
      "SafetensorsFile.write: expected distinct names, found \(names)")
    let header = try SafetensorsHeader.bytes(
      tensors.map { ($0.name, ElementType($0.tensor.dtype), $0.tensor.shape) }, metadata)
    try replaceFile(at: path) { file throws(OutputError) in
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

// MARK: - With a checksum

extension SafetensorsFile {
  /// The name of the tensor at the end of a file with a checksum.
  ///
  /// Its two numbers are the upper and the lower half of the CRC-32 of all bytes before it, those of
  /// the header too.
  static let checksumName = "checksum"

  /// Writes a file that ends in a checksum, whole or not at all.
  ///
  /// - Parameters:
  ///   - tensors: Their names and values; the memory is written as it lies, nothing is copied.
  ///   - metadata: Texts beside them, by name.
  ///   - path: Where.
  ///   - previousPath: What an existing file is called from then on.
  /// - Throws: `OutputError`, naming the file and the cause; what was there before stays.
  package static func writeChecked(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String], to path: String,
    keepingPreviousAs previousPath: String
  ) throws {
    let header = try SafetensorsHeader.bytes(
      tensors.map { ($0.name, ElementType($0.tensor.dtype), $0.tensor.shape) }
        + [(checksumName, .float32, [2])],
      metadata)
    try replaceFile(at: path, keepingPreviousAs: previousPath) { file throws(OutputError) in
      var checksum = Checksum()
      checksum.add(header)
      try file.write(header)
      for (_, tensor) in tensors {
        tensor.withUnsafeBytes { checksum.add($0) }
        try file.write(tensor)
      }
      try file.write(checksum.halves)
    }
  }

  /// Reads all tensors of a file that ends in a checksum, each into memory of its own.
  ///
  /// - Returns: The tensors by name, without the checksum.
  /// - Throws: `ModelFileError` if a byte of the file is not what was written.
  package func checkedTensors() throws -> [String: Tensor] {
    guard let last = entries.last, last.name == Self.checksumName, last.type == .float32,
      last.shape == [2]
    else {
      throw ModelFileError.damaged(path: path, reason: "it does not end in a checksum")
    }
    let file = try RegularFile<ModelFileError>(path: path)
    var checksum = Checksum()
    checksum.add(try file.read(0..<(entries.first?.range.lowerBound ?? 0)))
    var tensors: [String: Tensor] = [:]
    for entry in entries.dropLast() {
      let tensor = try tensor(entry, from: file)
      tensor.withUnsafeBytes { checksum.add($0) }
      tensors[entry.name] = tensor
    }
    guard try tensor(last, from: file) == checksum.halves else {
      throw ModelFileError.damaged(path: path, reason: "its checksum is that of other bytes")
    }
    return tensors
  }
}

extension Checksum {
  /// The upper and the lower 16 bits: numbers that float32 holds exactly, [2].
  fileprivate var halves: Tensor { Tensor([Int(value >> 16), Int(value & 0xffff)]) }
}
