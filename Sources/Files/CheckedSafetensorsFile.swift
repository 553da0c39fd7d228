import Tensor

// Files that end with a checksum of all their bytes.

extension SafetensorsFile {
  /// The name of the tensor at the end of a file with a checksum.
  ///
  /// Its two numbers are the upper and the lower half of the CRC-32 of all bytes before it,
  /// including the header.
  static let checksumName = "checksum"

  /// Writes a file that ends with a checksum, atomically.
  ///
  /// - Parameters:
  ///   - tensors: Their names and values; the memory is written directly, without copying.
  ///   - metadata: Further texts, by name.
  ///   - path: The path of the file.
  ///   - base: The folder for relative paths; by default the current one.
  ///   - previousPath: The new path of an existing file; nil to remove it.
  /// - Throws: `OutputError`, naming the file and the cause; an existing file stays.
  package static func writeChecked(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String], to path: String,
    in base: OpenFolder? = nil, keepingPreviousAs previousPath: String?
  ) throws {
    let header = try SafetensorsHeader.bytes(
      tensors.map { ($0.name, ElementType($0.tensor.dtype), $0.tensor.shape) }
        + [(checksumName, .float32, [2])],
      metadata)
    try replaceFile(at: path, in: base, keepingPreviousAs: previousPath) {
      file throws(OutputError) in
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

  /// Opens a file that ends with a checksum, and verifies it.
  ///
  /// No tensor is kept in memory.
  ///
  /// - Throws: `ModelFileError` if the file is missing, cannot be read, or has a byte that differs
  ///   from what was written.
  package init(checked path: String, in base: OpenFolder? = nil) throws {
    let file = try RegularFile<ModelFileError>(path: path, in: base)
    try self.init(file)
    let end = try endOfChecked()
    var checksum = Checksum()
    try file.add(0..<end.range.lowerBound, to: &checksum)
    try expect(checksum, end, in: file)
  }

  /// Reads all tensors of a file that ends with a checksum, each into its own memory.
  ///
  /// - Returns: The tensors by name, without the checksum.
  /// - Throws: `ModelFileError` if a byte of the file differs from what was written.
  package func checkedTensors() throws -> [String: Tensor] {
    let end = try endOfChecked()
    let file = try RegularFile<ModelFileError>(path: path)
    var checksum = Checksum()
    checksum.add(try file.read(0..<(entries.first?.range.lowerBound ?? 0)))
    var tensors: [String: Tensor] = [:]
    for entry in entries.dropLast() {
      let tensor = try tensor(entry, from: file)
      tensor.withUnsafeBytes { checksum.add($0) }
      tensors[entry.name] = tensor
    }
    try expect(checksum, end, in: file)
    return tensors
  }

  /// The tensor that holds the checksum.
  private func endOfChecked() throws -> Entry {
    guard let last = entries.last, last.name == Self.checksumName, last.type == .float32,
      last.shape == [2]
    else {
      throw ModelFileError.damaged(path: path, reason: "it does not end with a checksum")
    }
    return last
  }

  private func expect(
    _ checksum: Checksum, _ end: Entry, in file: borrowing RegularFile<ModelFileError>
  ) throws {
    guard try tensor(end, from: file) == checksum.halves else {
      throw ModelFileError.damaged(path: path, reason: "its checksum does not match its bytes")
    }
  }
}

extension Checksum {
  /// The upper and the lower 16 bits, as numbers that float32 holds exactly, [2].
  fileprivate var halves: Tensor { Tensor([Int(value >> 16), Int(value & 0xffff)]) }
}
