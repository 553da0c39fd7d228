import Files
import Tensor

/// An array of unsigned bytes in the IDX format of MNIST and related data sets.
///
/// An IDX file is a magic number (two zero bytes, the element type, the rank), each dimension as a
/// big-endian 32-bit integer, and the elements in row-major order (LeCun, Cortes and Burges, "The
/// MNIST database of handwritten digits", 1998).
///
/// ```swift
/// let labels = try IDX(path: "datasets/mnist/train-labels-idx1-ubyte.gz", rank: 1)
/// labels.shape     // [60000]
/// ```
public struct IDX: Equatable, Sendable {
  /// The dimensions: `[count, height, width]` for images, `[count]` for labels.
  public let shape: [Int]
  /// The elements in row-major order.
  public let bytes: [UInt8]

  /// The code of the only supported element type.
  private static let unsignedByte: UInt8 = 0x08

  /// The maximum number of elements, about 4 · 10⁹, so that a small gzipped file cannot fill the
  /// memory.
  public static let largestCount = 1 << 32

  /// The maximum number of excess bytes that are counted for an error message.
  static let largestTrailingCount = 1 << 20

  /// Creates an array of `shape` from the same number of bytes.
  public init(shape: [Int], bytes: [UInt8]) {
    precondition(
      shape.allSatisfy { (0...Int(UInt32.max)).contains($0) } && shape.count < 256
        && shape.elementCount == bytes.count,
      "IDX: expected a shape of \(bytes.count) elements, found \(shape)")
    self.shape = shape
    self.bytes = bytes
  }

  /// Reads the file at `path`, raw or gzipped, which must have `rank` dimensions, none of them zero.
  ///
  /// Throws a ``DatasetError`` that describes the problem. If a header promises more than the file
  /// holds, no more memory is used than the file's size.
  public init(path: String, rank: Int) throws {
    let reader = try InflatingReader(path: path)
    let headerLength = 4 + 4 * rank
    let header = try reader.read(upTo: headerLength)
    try Self.checkMagic(of: header, path: path, rank: rank)
    guard header.count == headerLength else {
      throw DatasetError.truncated(
        path: path, expectedBytes: headerLength, foundBytes: header.count)
    }

    let shape = (1...rank).map { Int(bigEndian(header[(4 * $0)..<(4 * $0 + 4)])) }
    guard !shape.contains(0) else { throw DatasetError.empty(path: path, shape: shape) }
    guard let count = shape.elementCount, count <= Self.largestCount else {
      throw DatasetError.tooLarge(path: path, shape: shape)
    }
    let length = headerLength + count

    let bytes = try reader.read(upTo: count)
    guard bytes.count == count else {
      throw DatasetError.truncated(
        path: path, expectedBytes: length, foundBytes: headerLength + bytes.count)
    }
    let trailing = try reader.drain(atMost: Self.largestTrailingCount)
    guard trailing == 0 else {
      throw DatasetError.trailingBytes(
        path: path, expectedBytes: length, foundBytes: length + trailing)
    }
    self.shape = shape
    self.bytes = bytes
  }

  /// Writes the array to the file at `path` atomically, gzipped if the path ends in `.gz`.
  ///
  /// Throws an `OutputError` and keeps any existing file.
  public func write(to path: String) throws {
    let numbers = [Self.magic(rank: shape.count)] + shape.map(UInt32.init)
    let header = numbers.flatMap { number in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }
    try replaceFile(at: path) { file throws(OutputError) in
      guard path.hasSuffix(".gz") else {
        try file.write(header)
        try file.write(bytes)
        return
      }
      let gzip = GzipWriter(file)
      try gzip.write(header)
      try gzip.write(bytes)
      try gzip.finish()
    }
  }

  private static func magic(rank: Int) -> UInt32 {
    UInt32(unsignedByte) << 8 | UInt32(rank)
  }

  /// Checks the first four bytes: the IDX format, then the type, then the rank.
  private static func checkMagic(of header: [UInt8], path: String, rank: Int) throws {
    guard header.count >= 4 else {
      throw DatasetError.truncated(
        path: path, expectedBytes: 4 + 4 * rank, foundBytes: header.count)
    }
    guard header[0] == 0, header[1] == 0 else {
      throw DatasetError.wrongMagic(
        path: path, expected: magic(rank: rank), found: bigEndian(header[0..<4]))
    }
    guard header[2] == unsignedByte else {
      throw DatasetError.unsupportedElementType(path: path, found: header[2])
    }
    guard header[3] == rank else {
      throw DatasetError.wrongRank(path: path, expected: rank, found: Int(header[3]))
    }
  }
}

/// Returns the number with these bytes, highest first.
private func bigEndian(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  bytes.reduce(0) { $0 << 8 | UInt32($1) }
}
