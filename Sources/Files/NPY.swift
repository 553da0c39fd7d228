import Tensor

extension Tensor {
  /// Reads an array from a file in NumPy's .npy format (NumPy Enhancement Proposal 1).
  ///
  /// Versions 1.0 to 3.0 are supported, with either byte order and either order of the dimensions,
  /// as are the type names and sizes that other versions of Python and NumPy write. Numbers of
  /// float32 and of types that it represents become float32, others float64: see ``ElementType``.
  /// Other types (complex numbers, texts, records, Python objects) are rejected. As in
  /// `numpy.load`, bytes after the array are ignored: several arrays can be written to one file,
  /// and the first is read.
  ///
  /// The file is untrusted: memory is allocated for actual rather than promised contents, at most
  /// 16 bytes for each byte of the file.
  ///
  /// - Throws: ``NPYError``.
  public init(npy path: String) throws {
    let file = try RegularFile<NPYError>(path: path)
    let begin = try file.read(0..<Swift.min(file.size, NPYHeader.longestBeginning))
    let headerRange = try NPYHeader.range(beginning: begin, fileSize: file.size, path)
    let header = try NPYHeader(
      bytes: try file.read(headerRange), version: begin[6], path)
    guard let byteCount = header.type.byteCount(ofShape: header.shape) else {
      throw NPYError.damaged(path: path, reason: "it has the shape \(header.shape)")
    }
    let found = file.size - headerRange.upperBound
    guard found >= byteCount else {
      throw NPYError.damaged(
        path: path,
        reason: "an array of shape \(header.shape) has \(found) bytes instead of \(byteCount)")
    }
    // In column-major order, the elements are those of the transposed array.
    let shape = header.isFortranOrder ? header.shape.reversed() : header.shape
    let dtype = header.type.dtype
    let lying: Tensor
    do {
      lying =
        header.type == ElementType(dtype) && !header.isBigEndian
        ? try Tensor(shape, dtype) { try file.read(at: headerRange.upperBound, into: $0) }
        : try file.read(headerRange.upperBound..<headerRange.upperBound + byteCount).withUnsafeBytes
        {
          try header.type.tensor(of: $0, shape, isBigEndian: header.isBigEndian)
        }
    } catch let error as ElementType.InexactNumber {
      throw NPYError.inexact(path: path, found: error.text)
    }
    self = header.isFortranOrder ? lying.permuted(to: shape.indices.reversed()) : lying
  }

  /// Writes the tensor to a file in NumPy's .npy format, version 1.0, atomically; an existing file
  /// is replaced.
  ///
  /// ```swift
  /// try samples.write(npy: "samples.npy")   // in Python: numpy.load("samples.npy")
  /// ```
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func write(npy path: String) throws {
    let header = NPYHeader.bytes(dtype, shape)
    try replaceFile(at: path) { file throws(OutputError) in
      try file.write(header)
      try file.write(self)
    }
  }
}

/// An error in a file in the .npy format.
public enum NPYError: Error, Equatable, Sendable, FileReadingError {
  /// The file is missing or cannot be read; the code is the system's `errno`.
  case unreadable(path: String, code: Int32)
  /// The file is not in the format, or is truncated.
  case damaged(path: String, reason: String)
  /// The elements have an unsupported type.
  case unsupportedType(path: String, found: String)
  /// An integer cannot be represented by float64.
  case inexact(path: String, found: String)
}

extension NPYError: CustomStringConvertible {
  /// One line with the file, what was expected and what was found.
  public var description: String { printable(text) }

  private var text: String {
    switch self {
    case .unreadable(let path, let code):
      "cannot read '\(path)': \(systemMessage(code))"
    case .damaged(let path, let reason):
      "'\(path)' is not a complete file in NumPy's .npy format: \(reason)"
    case .unsupportedType(let path, let found):
      "'\(path)': expected floating-point or whole numbers or Booleans, found the type \(found)"
    case .inexact(let path, let found):
      "'\(path)': expected whole numbers that float64 can represent, found \(found)"
    }
  }
}
