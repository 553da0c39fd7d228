import Tensor

/// The number types in files, named as in safetensors.
///
/// A tensor holds numbers of float32 or float64; each type is read as the narrower of the two that
/// holds all its values, and 64-bit integers as float64, provided that each is exact.
public enum ElementType: String, CaseIterable, Sendable {
  /// 64-bit floating point.
  case float64 = "F64"
  /// 32-bit floating point.
  case float32 = "F32"
  /// 16-bit floating point (IEEE 754).
  case float16 = "F16"
  /// The upper half of a 32-bit floating-point number.
  case bfloat16 = "BF16"
  /// 64-bit integers.
  case int64 = "I64"
  /// 32-bit integers.
  case int32 = "I32"
  /// 16-bit integers.
  case int16 = "I16"
  /// 8-bit integers.
  case int8 = "I8"
  /// Unsigned 64-bit integers.
  case uint64 = "U64"
  /// Unsigned 32-bit integers.
  case uint32 = "U32"
  /// Unsigned 16-bit integers.
  case uint16 = "U16"
  /// Unsigned 8-bit integers.
  case uint8 = "U8"
  /// Bytes that are 0 for false, read as 0 and 1.
  case bool = "BOOL"

  /// The type of a tensor's own elements.
  init(_ dtype: DType) {
    switch dtype {
    case .float32: self = .float32
    case .float64: self = .float64
    }
  }

  /// The size of one number in bytes.
  public var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// The type of the tensor into which the numbers are read.
  public var dtype: DType {
    switch self {
    case .float64, .int64, .uint64, .int32, .uint32: .float64
    case .float32, .float16, .bfloat16, .int16, .uint16, .int8, .uint8, .bool: .float32
    }
  }

  /// The number of bytes of an array, or nil if this shape is not possible.
  func byteCount(ofShape shape: [Int]) -> Int? { shape.elementCount.map { $0 * byteCount } }
}

// MARK: - Bytes to numbers

extension ElementType {
  /// A number that a tensor cannot hold exactly.
  struct InexactNumber: Error {
    let text: String
  }

  /// Creates a tensor from consecutive numbers as stored in a file.
  ///
  /// - Parameters:
  ///   - shape: The shape of the tensor, with as many elements as the bytes hold numbers.
  ///   - isBigEndian: Whether the highest byte of a number comes first.
  func tensor(
    of bytes: UnsafeRawBufferPointer, _ shape: [Int], isBigEndian: Bool = false
  ) throws(InexactNumber) -> Tensor {
    let swaps = isBigEndian != (1.bigEndian == 1)
    switch self {
    case .float64: return doubles(bytes, shape, swaps) { Double(bitPattern: $0) }
    case .float32: return floats(bytes, shape, swaps) { Float(bitPattern: $0) }
    case .float16:
      return floats(bytes, shape, swaps) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
    case .bfloat16:
      return floats(bytes, shape, swaps) { (bits: UInt16) in
        Float(bitPattern: UInt32(bits) << 16)
      }
    case .int64: return try wholes(bytes, shape, swaps, of: Int64.self)
    case .uint64: return try wholes(bytes, shape, swaps, of: UInt64.self)
    case .int32: return doubles(bytes, shape, swaps) { (x: Int32) in Double(x) }
    case .uint32: return doubles(bytes, shape, swaps) { (x: UInt32) in Double(x) }
    case .int16: return floats(bytes, shape, swaps) { (x: Int16) in Float(x) }
    case .uint16: return floats(bytes, shape, swaps) { (x: UInt16) in Float(x) }
    case .int8: return floats(bytes, shape, swaps) { (x: Int8) in Float(x) }
    case .uint8: return floats(bytes, shape, swaps) { (x: UInt8) in Float(x) }
    case .bool: return floats(bytes, shape, swaps) { (x: UInt8) in x == 0 ? 0 : 1 }
    }
  }

  private func floats<Word: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ shape: [Int], _ swaps: Bool, _ number: (Word) -> Float
  ) -> Tensor {
    Tensor(
      shape, .float32,
      bytes: { result in
        let result = result.bindMemory(to: Float.self)
        for index in result.indices { result[index] = number(word(index, bytes, swaps)) }
      })
  }

  private func doubles<Word: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ shape: [Int], _ swaps: Bool, _ number: (Word) -> Double
  ) -> Tensor {
    Tensor(
      shape, .float64,
      bytes: { result in
        let result = result.bindMemory(to: Double.self)
        for index in result.indices { result[index] = number(word(index, bytes, swaps)) }
      })
  }

  private func wholes<Word: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ shape: [Int], _ swaps: Bool, of type: Word.Type
  ) throws(InexactNumber) -> Tensor {
    var inexact: Word?
    let tensor = doubles(bytes, shape, swaps) { (x: Word) in
      if Double(exactly: x) == nil { inexact = x }
      return Double(x)
    }
    if let inexact { throw InexactNumber(text: "\(inexact)") }
    return tensor
  }

  private func word<Word: FixedWidthInteger>(
    _ index: Int, _ bytes: UnsafeRawBufferPointer, _ swaps: Bool
  ) -> Word {
    let word = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
    return swaps ? word.byteSwapped : word
  }
}
