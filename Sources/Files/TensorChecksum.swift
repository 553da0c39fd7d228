import Tensor

/// The checksum of named tensors in the metadata of a model's file.
///
/// It is the CRC-32, in eight hexadecimal digits, of each tensor's name, type and shape, each
/// followed by a zero byte, and of its elements, little-endian; the tensors are ordered by the
/// bytes of their names. So it does not depend on their positions in the file. In Python:
///
/// ```python
/// crc = 0
/// for name in sorted(tensors, key=str.encode):       # NumPy's arrays, of float32 or float64
///     array = tensors[name]
///     shape = ",".join(map(str, array.shape))
///     crc = zlib.crc32(f"{name}\0F{8 * array.itemsize}\0{shape}\0".encode(), crc)
///     crc = zlib.crc32(array.tobytes(), crc)
/// text = f"{crc:08x}"
/// ```
struct TensorChecksum {
  /// The name in the metadata.
  static let name = "tensors-crc32"

  private var checksum = Checksum()

  /// The checksum of tensors in memory.
  init(of tensors: [(name: String, tensor: Tensor)]) {
    for (name, tensor) in Self.sorted(tensors, by: \.name) {
      add(name, ElementType(tensor.dtype), tensor.shape)
      tensor.withUnsafeBytes { checksum.add($0) }
    }
  }

  /// The checksum of a file's tensors, which are read in parts.
  init(
    of entries: [SafetensorsFile.Entry], in file: borrowing RegularFile<ModelFileError>
  ) throws(ModelFileError) {
    for entry in Self.sorted(entries, by: \.name) {
      add(entry.name, entry.type, entry.shape)
      try file.add(entry.range, to: &checksum)
    }
  }

  /// The eight digits.
  var text: String {
    let digits = String(checksum.value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  private mutating func add(_ name: String, _ type: ElementType, _ shape: [Int]) {
    let sizes = shape.map(String.init).joined(separator: ",")
    checksum.add(Array("\(name)\0\(type.rawValue)\0\(sizes)\0".utf8))
  }

  /// In the order of the bytes: Swift's own takes texts for equal that Unicode does.
  private static func sorted<Element>(
    _ elements: [Element], by name: (Element) -> String
  ) -> [Element] {
    elements.sorted { name($0).utf8.lexicographicallyPrecedes(name($1).utf8) }
  }
}

extension RegularFile {
  /// Adds the bytes of a range, which must lie in the file, to a checksum.
  func add(_ range: Range<Int>, to checksum: inout Checksum) throws(Failure) {
    // Uses little memory, however large the file is.
    let portion = 1 << 20
    var begin = range.lowerBound
    while begin < range.upperBound {
      let end = min(range.upperBound, begin + portion)
      checksum.add(try read(begin..<end))
      begin = end
    }
  }
}
