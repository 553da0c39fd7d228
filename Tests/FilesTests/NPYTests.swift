import Files
import Foundation
import Tensor
import TestSupport
import Testing

@Suite struct NPYTests {
  /// A file that NumPy 2.4 wrote with `numpy.lib.format.write_array`.
  struct File: Sendable, CustomStringConvertible {
    let description: String
    let version: UInt8
    let header: String
    let data: String
    let expected: Tensor

    /// The file, with its header padded with spaces to 128 bytes in total, as in NumPy.
    var bytes: [UInt8] {
      let beginning = version == 1 ? 10 : 12
      let length = 128 - beginning
      let text = Array(header.utf8)
      let padding = [UInt8](repeating: 0x20, count: length - text.count - 1) + [0x0a]
      let lengthBytes = [UInt8(length), 0, 0, 0].prefix(version == 1 ? 2 : 4)
      var bytes: [UInt8] = [0x93]
      bytes += "NUMPY".utf8
      bytes += [version, 0]
      bytes += lengthBytes
      return bytes + text + padding + unhexed(data)
    }
  }

  static let files = [
    File(
      description: "float32", version: 1,
      header: "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
      data: "0000803f0000004000004040000080400000a0400000c040",
      expected: Tensor([[1, 2, 3], [4, 5, 6]])),
    File(
      description: "float64, big-endian", version: 1,
      header: "{'descr': '>f8', 'fortran_order': False, 'shape': (2,), }",
      data: "3ff8000000000000c000000000000000", expected: Tensor([1.5, -2], dtype: .float64)),
    File(
      description: "column by column", version: 1,
      header: "{'descr': '<i4', 'fortran_order': True, 'shape': (1, 2, 3), }",
      data: "000000000300000001000000040000000200000005000000",
      expected: Tensor([[[0, 1, 2], [3, 4, 5]]], dtype: .float64)),
    File(
      description: "a scalar, version 2.0", version: 2,
      header: "{'descr': '<f2', 'fortran_order': False, 'shape': (), }", data: "0047",
      expected: Tensor(7)),
    File(
      description: "Booleans, version 3.0", version: 3,
      header: "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", data: "0100",
      expected: Tensor([1, 0])),
    File(
      description: "no elements", version: 1,
      header: "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4), }", data: "",
      expected: Tensor.zeros([0, 4])),
    File(
      description: "uint64, big-endian", version: 1,
      header: "{'descr': '>u8', 'fortran_order': False, 'shape': (2,), }",
      data: "00000000000000010000010000000000",
      expected: Tensor([1, 1_099_511_627_776], dtype: .float64)),
  ]

  let folder: TemporaryFolder
  var path: String { folder.path + "/array.npy" }

  init() throws { folder = try TemporaryFolder() }

  private func write(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  @Test(arguments: files) func whatNumPyWroteIsRead(_ file: File) throws {
    try write(file.bytes)
    #expect(try Tensor(npy: path) == file.expected)
  }

  /// NumPy writes the same bytes for the same array.
  @Test func whatIsWrittenIsWhatNumPyWrites() throws {
    for file in [Self.files[0], Self.files[5]] {
      try file.expected.write(npy: path)
      #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) == file.bytes)
    }
  }

  @Test func whatIsWrittenIsRead() throws {
    let random = Random(seed: 1)
    for tensor in [
      random.normal([3, 1, 5]), random.normal([7], dtype: .float64), Tensor(2), Tensor.zeros([0]),
      Tensor([.infinity, -0.0]),
    ] {
      try tensor.write(npy: path)
      #expect(try Tensor(npy: path) == tensor)
    }
  }

  @Test(arguments: [
    ("<f4", 2, [1.5, -2], "0000c03f000000c0"), (">f4", 2, [1.5, -2], "3fc00000c0000000"),
    (">f2", 1, [1.5], "3e00"), ("<i8", 1, [-3], "fdffffffffffffff"), (">i4", 1, [-3], "fffffffd"),
    (">i2", 1, [-3], "fffd"), ("|i1", 1, [-3], "fd"), ("<u4", 1, [4_294_967_295], "ffffffff"),
    ("<u2", 1, [65_535], "ffff"), ("|u1", 2, [0, 255], "00ff"),
    ("=f8", 1, [0.5], "000000000000e03f"),
  ])
  func everyType(_ type: String, _ count: Int, _ expected: [Double], _ data: String) throws {
    let header = "{'shape': (\(count),), 'descr': \"\(type)\", 'fortran_order': False}\n"
    try write(
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
        + unhexed(data))
    #expect(try Tensor(npy: path).doubles == expected)
  }

  // MARK: Files of other versions and programs

  private func file(
    _ header: String, version: UInt8 = 1, _ data: [UInt8]
  ) -> [UInt8] {
    let length = [UInt8(header.utf8.count), 0, 0, 0].prefix(version == 1 ? 2 : 4)
    var bytes: [UInt8] = [0x93]
    bytes += "NUMPY".utf8
    bytes += [version, 0]
    bytes += length
    bytes += header.utf8
    return bytes + data
  }

  /// Python 2 marks integers of any size with an L, and texts with a u.
  @Test(
    arguments: [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }          \n",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3)}",
      "{'shape': ( 2L , 3 L ), 'fortran_order': False, 'descr': '<f4'}",
      "{u'descr': u'<f4', u'fortran_order': False, u'shape': (2, 3)}",
      "\n{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}\n\n",
    ], [UInt8(1), 2])
  func headersOfPython2(_ header: String, version: UInt8) throws {
    try write(file(header, version: version, Self.files[0].bytes.suffix(24)))
    #expect(try Tensor(npy: path) == Tensor([[1, 2, 3], [4, 5, 6]]))
  }

  @Test func versionThreeIsNeverOfPython2() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1L,)}"
    try write(file(header, version: 3, [0, 0, 0, 0]))
    #expect(throws: NPYError.self) { try Tensor(npy: path) }
    try write(file(header.replacing("1L", with: "1LL"), version: 1, [0, 0, 0, 0]))
    #expect(throws: NPYError.self) { try Tensor(npy: path) }
    try write(file(header.replacing("1L", with: "1l"), version: 1, [0, 0, 0, 0]))
    #expect(throws: NPYError.self) { try Tensor(npy: path) }
  }

  /// As with `numpy.load`, several arrays may have been written to one file.
  @Test func bytesBehindTheArrayAreLeftAlone() throws {
    for file in Self.files {
      for rest in [[0], Array("hello".utf8), Self.files[0].bytes] as [[UInt8]] {
        try write(file.bytes + rest)
        #expect(try Tensor(npy: path) == file.expected, "\(file)")
      }
    }
  }

  /// The names that `numpy.dtype` accepts, with its byte order for each.
  @Test(arguments: typeNames)
  func namesOfTypes(_ type: String, _ expected: [Double], _ data: String) throws {
    let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (1,)}"
    try write(file(header, unhexed(data)))
    #expect(try Tensor(npy: path).doubles == expected)
  }

  static let typeNames: [(String, [Double], String)] = [
    ("f4", [1.5], "0000c03f"), ("|f4", [1.5], "0000c03f"), ("=f4", [1.5], "0000c03f"),
    ("float32", [1.5], "0000c03f"), ("f", [1.5], "0000c03f"), (">f", [1.5], "3fc00000"),
    ("single", [1.5], "0000c03f"), ("f8", [0.5], "000000000000e03f"),
    ("d", [0.5], "000000000000e03f"), ("<d", [0.5], "000000000000e03f"),
    (">d", [0.5], "3fe0000000000000"), ("float", [0.5], "000000000000e03f"),
    ("double", [0.5], "000000000000e03f"), ("float64", [0.5], "000000000000e03f"),
    ("e", [1.5], "003e"), ("half", [1.5], "003e"), ("float16", [1.5], "003e"),
    ("u1", [7], "07"), ("<u1", [7], "07"), (">u1", [7], "07"), ("=u1", [7], "07"), ("B", [7], "07"),
    ("uint8", [7], "07"), ("i1", [-1], "ff"), ("<i1", [-1], "ff"), ("b", [-1], "ff"),
    ("int8", [-1], "ff"), ("b1", [1], "01"), ("<b1", [1], "01"), ("?", [1], "01"),
    ("bool", [1], "01"),
    ("i2", [2], "0200"), ("h", [2], "0200"), ("int16", [2], "0200"), ("uint16", [2], "0200"),
    ("H", [2], "0200"), ("i", [2], "02000000"), ("int32", [2], "02000000"), ("I", [2], "02000000"),
    ("uint32", [2], "02000000"), ("l", [2], "0200000000000000"), ("q", [2], "0200000000000000"),
    ("int", [2], "0200000000000000"), ("int64", [2], "0200000000000000"),
    ("uint64", [2], "0200000000000000"), ("L", [2], "0200000000000000"),
    ("|i8", [2], "0200000000000000"),
  ]

  @Test(arguments: ["@f4", " f4", "f4 ", "F4", "b8", "B1", "", "<", "u", "|", "<bool", "<float32"])
  func whatNumPyDoesNotKnowEither(_ type: String) throws {
    try write(
      file("{'descr': '\(type)', 'fortran_order': False, 'shape': (1,)}", [0, 0, 0, 0, 0, 0, 0, 0]))
    #expect(throws: NPYError.unsupportedType(path: path, found: type)) { try Tensor(npy: path) }
  }

  // MARK: Files in other formats

  private func error(_ header: String, data: Int, length: Int? = nil) throws -> String {
    let length = length ?? header.utf8.count
    let bytes =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)]
      + Array(header.utf8)
    try write(bytes + [UInt8](repeating: 0, count: data))
    let error = #expect(throws: NPYError.self) { try Tensor(npy: path) }
    return (error.map { "\($0)" } ?? "").replacingOccurrences(
      of: "'\(path)' is not a complete file in NumPy's .npy format: ", with: "")
  }

  @Test(arguments: [
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 7, nil,
      "an array of shape [2] has 7 bytes instead of 8"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", 0, nil,
      "it has the shape [4294967296, 4294967296]"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807)}", 0, nil,
      "it has the shape [0, 9223372036854775807]"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 4, nil,
      "its header does not describe an array: expected a whole number at byte 51"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2)}", 8, nil,
      "its header does not describe an array: expected a tuple at byte 53"
    ),
    (
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", 8, nil,
      "its header does not describe an array: expected True or False at byte 34"
    ),
    (
      "{'descr': '<f4', 'descr': '<f4', 'shape': (2,)}", 8, nil,
      "its header does not describe an array: expected no second descr at byte 24"
    ),
    (
      "{'descr': '<f4', 'shape': (2,)}", 8, nil,
      "its header lacks one of descr, fortran_order and shape"
    ),
    (
      "{'descr': '<f4', 'more': 1}", 8, nil,
      "its header does not describe an array: expected descr, fortran_order or shape at byte 24"
    ),
    ("{} x", 8, nil, "its header does not describe an array: expected the end at byte 3"),
    ("", 0, nil, "its header does not describe an array: expected { at byte 0"),
    ("{}", 0, 3, "its header would be longer than the file, of 12 bytes"),
    ("{}", 20_000, 17_000, "its header has 17000 bytes, more than 16384"),
  ])
  func damage(_ header: String, _ data: Int, _ length: Int?, _ expected: String) throws {
    #expect(try error(header, data: data, length: length) == expected)
  }

  @Test func otherTypesAreNamed() throws {
    func header(_ type: String) -> String {
      "{'descr': \(type), 'fortran_order': False, 'shape': (1,)}"
    }
    for (type, found) in [("'<c8'", "<c8"), ("'|O'", "|O"), ("'<U3'", "<U3"), ("'f16'", "f16")] {
      let beginning =
        "'\(path)': expected floating-point or whole numbers or Booleans, found the type "
      #expect(try error(header(type), data: 8) == beginning + found)
    }
    #expect(
      try error(header("[('a', '<f4')]"), data: 4).contains("found the type [('a', '<f4')]"))
  }

  @Test func aWholeNumberThatNoTensorHoldsIsRefused() throws {
    let header = "{'descr': '<u8', 'fortran_order': False, 'shape': (1,)}"
    try write(
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
        + [UInt8](repeating: 0xff, count: 8))
    #expect(throws: NPYError.inexact(path: path, found: "18446744073709551615")) {
      try Tensor(npy: path)
    }
  }

  @Test func everyBeginningOfAFileIsRefused() throws {
    for file in Self.files {
      for count in 0..<file.bytes.count {
        try write(Array(file.bytes.prefix(count)))
        #expect(throws: NPYError.self, "\(file) \(count)") { try Tensor(npy: path) }
      }
    }
  }

  @Test func whatIsNotAFileIsRefused() throws {
    #expect(throws: NPYError.unreadable(path: path, code: ENOENT)) { try Tensor(npy: path) }
    let reason = "expected a regular file, found a folder"
    #expect(throws: NPYError.damaged(path: folder.path, reason: reason)) {
      try Tensor(npy: folder.path)
    }
    try write(Array("PK\u{3}\u{4}zip archive".utf8))
    let error = #expect(throws: NPYError.self) { try Tensor(npy: path) }
    #expect(error?.description.hasSuffix(#"it does not begin with \x93NUMPY"#) == true)
    try write([0x93] + Array("NUMPY".utf8) + [4, 0, 0, 0, 0, 0, 0, 0])
    #expect(
      throws: NPYError.damaged(
        path: path, reason: "expected version 1.0, 2.0 or 3.0, found '4.0'")
    ) { try Tensor(npy: path) }
  }

  @Test func whatCannotBeWrittenIsNamed() throws {
    let path = folder.path + "/nowhere/a.npy"
    #expect(throws: OutputError.cannotWrite(path: path, code: ENOENT)) {
      try Tensor(1).write(npy: path)
    }
  }
}

/// The bytes of hexadecimal digits.
private func unhexed(_ text: String) -> [UInt8] {
  let digits = Array(text)
  return stride(from: 0, to: digits.count, by: 2)
    .compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) }
}
