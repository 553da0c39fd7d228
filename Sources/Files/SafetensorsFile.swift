import Foundation
import Tensor

/// A file of named tensors in the layout of safetensors, which other programs read and write too.
///
/// Eight bytes, little-endian, give the length of a header in JSON; the header names each tensor
/// with its type, its shape and where it lies in the data that follow, little-endian and without
/// gaps; `__metadata__` in it holds texts. Opening a file reads and checks the header alone, so that
/// a file of other tensors than expected is refused before any of them is read.
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
    /// The type of its elements.
    public let dtype: DType
    /// Its shape.
    public let shape: [Int]
    /// Where its bytes lie in the file.
    let range: Range<Int>
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
    let (size, begin) = try withRegularFile(path) { file, size in
      (size, try read(file, 0..<min(size, Header.lengthBytes), of: path))
    }
    let header = try Header.range(lengthBytes: begin, fileSize: size, path)
    let bytes = try withRegularFile(path) { file, _ in try read(file, header, of: path) }
    guard let contents = try? JSONDecoder().decode(Header.self, from: Data(bytes)) else {
      throw ModelFileError.damaged(path: path, reason: "its header is not that of tensors")
    }
    self.path = path
    metadata = contents.metadata
    entries = try contents.entries(dataRange: header.upperBound..<size, path)
  }

  /// Reads a tensor.
  ///
  /// - Throws: `ModelFileError` if the file can no longer be read.
  public func tensor(_ entry: Entry) throws -> Tensor {
    try withRegularFile(path) { file, _ in
      try Tensor(entry.shape, entry.dtype) { bytes in
        try fill(bytes, from: file, at: entry.range.lowerBound, of: path)
      }
    }
  }

  /// Writes a file, whole or not at all; an existing one is replaced.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws {
    let header = try Header.bytes(
      tensors.map { ($0.name, $0.tensor.dtype, $0.tensor.shape) }, metadata)
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
  fileprivate func write(_ tensor: Tensor) throws(OutputError) {
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
    let header = try Header.bytes(
      tensors.map { ($0.name, $0.tensor.dtype, $0.tensor.shape) } + [(checksumName, .float32, [2])],
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
    guard let last = entries.last, last.name == Self.checksumName, last.dtype == .float32,
      last.shape == [2]
    else {
      throw ModelFileError.damaged(path: path, reason: "it does not end in a checksum")
    }
    return try withRegularFile(path) { file, _ in
      var checksum = Checksum()
      let start = entries.first?.range.lowerBound ?? 0
      checksum.add(try read(file, 0..<start, of: path))
      var tensors: [String: Tensor] = [:]
      for entry in entries.dropLast() {
        let tensor = try Tensor(entry.shape, entry.dtype) { bytes in
          try fill(bytes, from: file, at: entry.range.lowerBound, of: path)
        }
        tensor.withUnsafeBytes { checksum.add($0) }
        tensors[entry.name] = tensor
      }
      guard try self.tensor(last) == checksum.halves else {
        throw ModelFileError.damaged(path: path, reason: "its checksum is that of other bytes")
      }
      return tensors
    }
  }
}

extension Checksum {
  /// The upper and the lower 16 bits: numbers that float32 holds exactly, [2].
  fileprivate var halves: Tensor { Tensor([Int(value >> 16), Int(value & 0xffff)]) }
}

// MARK: - The header

/// The header in JSON.
private struct Header: Decodable {
  static let lengthBytes = 8
  /// The most bytes that a header may have, as in the reference implementation.
  static let maximumLength = 100_000_000
  private static let metadataName = "__metadata__"

  private struct Place: Decodable {
    let dtype: String
    let shape: [Int]
    let offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    let intValue: Int? = nil
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  let metadata: [String: String]
  private let places: [(name: String, place: Place)]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    var metadata: [String: String] = [:]
    var places: [(name: String, place: Place)] = []
    for name in container.allKeys {
      if name.stringValue == Self.metadataName {
        metadata = try container.decode([String: String].self, forKey: name)
      } else {
        places.append((name.stringValue, try container.decode(Place.self, forKey: name)))
      }
    }
    (self.metadata, self.places) = (metadata, places)
  }

  /// Where in the file the header lies, by the eight bytes before it.
  static func range(lengthBytes: [UInt8], fileSize: Int, _ path: String) throws -> Range<Int> {
    let length = lengthBytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard lengthBytes.count == Self.lengthBytes, length <= fileSize - Self.lengthBytes else {
      throw ModelFileError.damaged(
        path: path, reason: "its header would be longer than the file, of \(fileSize) bytes")
    }
    guard length <= maximumLength else {
      throw ModelFileError.damaged(
        path: path, reason: "its header has \(length) bytes, more than \(maximumLength)")
    }
    return Self.lengthBytes..<Self.lengthBytes + Int(length)
  }

  /// The tensors in the order of their bytes, which must fill the file's data without a gap.
  func entries(dataRange: Range<Int>, _ path: String) throws -> [SafetensorsFile.Entry] {
    let entries = try places.map { name, place in try entry(name, place, dataRange, path) }
      .sorted {
        ($0.range.lowerBound, $0.range.upperBound, $0.name)
          < ($1.range.lowerBound, $1.range.upperBound, $1.name)
      }
    var end = dataRange.lowerBound
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw ModelFileError.damaged(
          path: path, reason: "\(entry.name) does not begin where the tensor before it ends")
      }
      end = entry.range.upperBound
    }
    guard end == dataRange.upperBound else {
      throw ModelFileError.damaged(
        path: path,
        reason: "expected \(end) bytes by its header, found \(dataRange.upperBound)")
    }
    return entries
  }

  private func entry(
    _ name: String, _ place: Place, _ dataRange: Range<Int>, _ path: String
  ) throws -> SafetensorsFile.Entry {
    let dtypes = [DType.float32, .float64]
    guard let dtype = dtypes.first(where: { $0.safetensorsName == place.dtype }) else {
      throw ModelFileError.unsupportedType(path: path, name: name, found: place.dtype)
    }
    // The product of the sizes may be more than a number holds, and 0 · 2⁶³ is none of anything.
    var byteCount = dtype.byteCount
    for size in place.shape {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else {
        throw ModelFileError.damaged(
          path: path, reason: "\(name) has the shape \(place.shape)")
      }
      byteCount = product
    }
    let offsets = place.offsets
    guard offsets.count == 2, offsets[0] >= 0, offsets[1] <= dataRange.count,
      offsets[1] >= offsets[0]
    else {
      throw ModelFileError.damaged(
        path: path,
        reason: "\(name) lies at \(offsets) of the data, which have \(dataRange.count) bytes")
    }
    guard offsets[1] - offsets[0] == byteCount else {
      throw ModelFileError.damaged(
        path: path,
        reason: "\(name) of shape \(place.shape) has \(offsets[1] - offsets[0]) bytes instead of"
          + " \(byteCount)")
    }
    let range = dataRange.lowerBound + offsets[0]..<dataRange.lowerBound + offsets[1]
    return SafetensorsFile.Entry(name: name, dtype: dtype, shape: place.shape, range: range)
  }

  /// The header of a file of tensors that lie one after another, and its length before it.
  static func bytes(
    _ tensors: [(name: String, dtype: DType, shape: [Int])], _ metadata: [String: String]
  ) throws -> [UInt8] {
    var entries: [String] = []
    if !metadata.isEmpty {
      let texts = try metadata.sorted { $0.key < $1.key }
        .map { try jsonText($0.key) + ":" + jsonText($0.value) }
      entries.append("\"\(metadataName)\":{" + texts.joined(separator: ",") + "}")
    }
    var begin = 0
    for (name, dtype, shape) in tensors {
      let end = begin + shape.reduce(dtype.byteCount, *)
      let sizes = shape.map(String.init).joined(separator: ",")
      entries.append(
        try jsonText(name) + ":{\"dtype\":\"\(dtype.safetensorsName)\",\"shape\":[\(sizes)],"
          + "\"data_offsets\":[\(begin),\(end)]}")
      begin = end
    }
    var text = "{" + entries.joined(separator: ",") + "}"
    // Spaces, so that the numbers begin at a multiple of their size.
    text += String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
    let length = (0..<Self.lengthBytes).map { UInt8(text.utf8.count >> (8 * $0) & 0xff) }
    return length + Array(text.utf8)
  }
}

extension DType {
  /// The type's name in a file.
  fileprivate var safetensorsName: String {
    switch self {
    case .float32: "F32"
    case .float64: "F64"
    }
  }
}

// MARK: - Bytes

/// Calls the body with an open file and its size; anything but a regular file is refused, because
/// reading a pipe or a device may never end.
private func withRegularFile<Result>(
  _ path: String, _ body: (_ descriptor: Int32, _ size: Int) throws -> Result
) throws -> Result {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw ModelFileError.unreadable(path: path, code: errno) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else {
    throw ModelFileError.unreadable(path: path, code: errno)
  }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw ModelFileError.damaged(path: path, reason: "it is not a file of bytes")
  }
  return try body(descriptor, Int(status.st_size))
}

/// Reads a range of a file's bytes.
private func read(_ descriptor: Int32, _ range: Range<Int>, of path: String) throws -> [UInt8] {
  try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
    try fill(
      UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[..<range.count]),
      from: descriptor, at: range.lowerBound, of: path)
    count = range.count
  }
}

/// Fills a buffer with a file's bytes from an offset on.
private func fill(
  _ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int, of path: String
) throws {
  var count = 0
  while count < buffer.count {
    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
    let found = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + count))
    if found > 0 {
      count += found
    } else if found == 0 {
      throw ModelFileError.damaged(path: path, reason: "it became shorter while it was read")
    } else if errno != EINTR {
      throw ModelFileError.unreadable(path: path, code: errno)
    }
  }
}
