import Tensor

// Files that end in a checksum of all their bytes.

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
  ///   - base: The folder that a relative path begins from; the current one by default.
  ///   - previousPath: What an existing file is called from then on; nil for its end.
  /// - Throws: `OutputError`, naming the file and the cause; what was there before stays.
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

  /// Opens a file that ends in a checksum, and compares it with the bytes before it.
  ///
  /// No tensor is kept in memory.
  ///
  /// - Throws: `ModelFileError` if the file is not there, cannot be read, or has a byte that is not
  ///   what was written.
  package init(checked path: String, in base: OpenFolder? = nil) throws {
    let file = try RegularFile<ModelFileError>(path: path, in: base)
    try self.init(file)
    let end = try endOfChecked()
    var checksum = Checksum()
    try file.add(0..<end.range.lowerBound, to: &checksum)
    try expect(checksum, end, in: file)
  }

  /// Reads all tensors of a file that ends in a checksum, each into memory of its own.
  ///
  /// - Returns: The tensors by name, without the checksum.
  /// - Throws: `ModelFileError` if a byte of the file is not what was written.
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
      throw ModelFileError.damaged(path: path, reason: "it does not end in a checksum")
    }
    return last
  }

  private func expect(
    _ checksum: Checksum, _ end: Entry, in file: borrowing RegularFile<ModelFileError>
  ) throws {
    guard try tensor(end, from: file) == checksum.halves else {
      throw ModelFileError.damaged(path: path, reason: "its checksum is that of other bytes")
    }
  }
}

extension Checksum {
  /// The upper and the lower 16 bits: numbers that float32 holds exactly, [2].
  fileprivate var halves: Tensor { Tensor([Int(value >> 16), Int(value & 0xffff)]) }
}
