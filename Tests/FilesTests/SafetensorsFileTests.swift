import Foundation
import Fuzzing
import Tensor
import TestSupport
import Testing

@testable import Files

@Suite struct SafetensorsFileTests {
  let folder: TemporaryFolder
  var path: String { folder.path + "/model.safetensors" }

  init() throws { folder = try TemporaryFolder() }

  private func write(_ header: String, data: Int, length: Int? = nil) throws {
    let text = Array(header.utf8)
    let number = (0..<8).map { UInt8(truncatingIfNeeded: (length ?? text.count) >> (8 * $0)) }
    let bytes = number + text + [UInt8](repeating: 0, count: data)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  // MARK: The layout

  /// Byte for byte as specified by the format.
  @Test func theLayoutIsThatOfSafetensors() throws {
    try SafetensorsFile.write(
      [("b", Tensor([[1, 2]])), ("a", Tensor(-2, dtype: .float64))],
      metadata: ["z": "\"é\"", "k": "v"], to: path)
    let header =
      #"{"__metadata__":{"k":"v","z":"\"é\""},"#
      + #""b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"#
      + #""a":{"dtype":"F64","shape":[],"data_offsets":[8,16]}}"#
    let length = (header.utf8.count + 7) / 8 * 8
    let padding = String(repeating: " ", count: length - header.utf8.count)
    let expected =
      [UInt8(length), 0, 0, 0, 0, 0, 0, 0] + Array((header + padding).utf8)
      + [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0xc0]
    #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) == expected)
  }

  @Test func whatIsWrittenIsRead() throws {
    let random = Random(seed: 1)
    let tensors = [
      ("encoder.0.weight", random.normal([3, 5])),
      ("x", random.normal([2, 2, 2], dtype: .float64)),
      ("empty", Tensor.zeros([0, 4])), ("scalar", Tensor(7)),
    ]
    try SafetensorsFile.write(tensors, metadata: ["seed": "1"], to: path)
    let file = try SafetensorsFile(path: path)
    #expect(file.metadata == ["seed": "1"])
    #expect(Set(file.entries.map(\.name)) == Set(tensors.map(\.0)))
    for (name, tensor) in tensors {
      let entry = try #require(file.entries.first { $0.name == name })
      #expect(try file.tensor(entry) == tensor)
    }
    // Only the file itself is left, and writing again replaces it.
    try SafetensorsFile.write([], to: path)
    #expect(try SafetensorsFile(path: path).entries.isEmpty)
    #expect(try folder.names() == ["model.safetensors"])
  }

  // MARK: The checksum of the tensors

  private static let checked = [
    ("b", Tensor([[1, 2], [3, 4]])), ("é", Tensor(-2, dtype: .float64)), ("a", Tensor([5])),
  ]

  /// The value is Python's, computed with the lines in the type's documentation.
  @Test func aFileMayHaveAChecksumOfItsTensors() throws {
    try SafetensorsFile.write(Self.checked, metadata: ["k": "v"], to: path, withChecksum: true)
    let text = String(decoding: try folder.bytes(of: "model.safetensors"), as: UTF8.self)
    #expect(text.contains(#""__metadata__":{"k":"v","tensors-crc32":"870d4472"}"#))
    let file = try SafetensorsFile(path: path)
    #expect(file.hasChecksum && file.metadata == ["k": "v"])
    try SafetensorsFile.write(Self.checked, to: path)
    #expect(try !SafetensorsFile(path: path).hasChecksum)
  }

  @Test func noFlippedBitOfATensorGoesUnnoticed() throws {
    try SafetensorsFile.write(Self.checked, to: path, withChecksum: true)
    let bytes = try folder.bytes(of: "model.safetensors")
    let begin = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    #expect(bytes.count == begin + 28)
    for place in begin..<bytes.count {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << bit
        try Data(damaged).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
        #expect(error?.description.contains("not the one in its metadata") == true)
      }
    }
  }

  /// Other programs store tensors in their own order, and preserve the metadata.
  @Test func theChecksumIsThatOfTheTensorsWhereverTheyLie() throws {
    try SafetensorsFile.write(Self.checked, to: path, withChecksum: true)
    let checksum = "870d4472"
    for tensors in [[1, 2, 0], [2, 1, 0], [0, 2, 1]].map({ $0.map { Self.checked[$0] } }) {
      try SafetensorsFile.write(tensors, metadata: ["tensors-crc32": checksum], to: path)
      #expect(try SafetensorsFile(path: path).hasChecksum)
    }
    for tensors in [
      [Self.checked[0], Self.checked[1]],
      [Self.checked[0], Self.checked[1], ("c", Tensor([5]))],
      [("b", Tensor([1, 2, 3, 4]))] + Self.checked.dropFirst(),
    ] {
      try SafetensorsFile.write(tensors, metadata: ["tensors-crc32": checksum], to: path)
      #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
    }
    try SafetensorsFile.write(Self.checked, metadata: ["tensors-crc32": "\u{1b}"], to: path)
    #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
  }

  /// Tensors may be listed in another order than they are stored in.
  @Test func aHeaderInAnotherOrderIsRead() throws {
    try write(
      #"{"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"#
        + #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  "#, data: 12)
    #expect(try SafetensorsFile(path: path).entries.map(\.name) == ["a", "b"])
  }

  // MARK: Files that the reference implementation also reads

  private static let tensor = #""dtype":"F32","shape":[1],"data_offsets":[0,4]"#

  @Test func metadataMayBeNull() throws {
    try write(#"{"__metadata__":null,"a":{"# + Self.tensor + "}}", data: 4)
    let file = try SafetensorsFile(path: path)
    #expect(file.entries.map(\.name) == ["a"] && file.metadata == [:])
    try write(#"{"__metadata__" : null }"#, data: 0)
    #expect(try SafetensorsFile(path: path).entries.isEmpty)
  }

  @Test(arguments: [
    "1", "-0.5e+3", "0", "1E9", "null", "true", "false", #""a \u00e9 \n""#, "[]", "{}", "[ ]",
    "{ }",
    "[1,[2,[3]],{}]", #"{"a":{"b":[null,{"c":"}"}]},"d":[]}"#, #"[{"a":[]},{"a":[]}]"#,
    #"{"same":1,"same":2}"#,
    String(repeating: "[", count: 125) + String(repeating: "]", count: 125),
    String(repeating: #"{"a":"#, count: 125) + "1" + String(repeating: "}", count: 125),
  ])
  func whatElseIsSaidOfATensorIsSkipped(_ value: String) throws {
    for header in [
      #"{"a":{"x":\#(value),\#(Self.tensor)}}"#, #"{"a":{\#(Self.tensor), "x" : \#(value) }}"#,
    ] {
      try write(header, data: 4)
      let file = try SafetensorsFile(path: path)
      #expect(file.entries.map(\.name) == ["a"] && file.entries[0].shape == [1])
    }
  }

  @Test(arguments: [
    "", "01", "-", "+1", ".5", "1.", "1e", "NaN", "Infinity", "nul", "nulll", "tru", "'a'", #""a"#,
    "[1,]", "[1 2]", "[", "{", "]", "}", "{1:2}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "[}", "{]",
    "[1}", "1 2", #""\ud800""#, "\"\u{1}\"",
    String(repeating: "[", count: 126) + String(repeating: "]", count: 126),
  ])
  func whatIsSkippedHasToBeJSON(_ value: String) throws {
    try write(#"{"a":{\#(Self.tensor),"x":\#(value)}}"#, data: 4)
    #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
  }

  /// é as one character, and as a letter with an accent: different bytes, but equal strings in
  /// Swift.
  @Test func namesOfOtherBytesAreOtherNames() throws {
    let (composed, decomposed) = ("\u{e9}", "e\u{301}")
    try SafetensorsFile.write([(composed, Tensor([1, 2])), (decomposed, Tensor(3))], to: path)
    let file = try SafetensorsFile(path: path)
    #expect(
      file.entries.map { Array($0.name.utf8) } == [Array(composed.utf8), Array(decomposed.utf8)])
    #expect(try file.entries.map { try file.tensor($0).scalars } == [[1, 2], [3]])

    // As escapes, and as names in the metadata.
    try write(
      #"{"__metadata__":{"\u00e9":"1","e\u0301":"2"},"é":{"# + Self.tensor
        + #"},"e\u0301":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, data: 8)
    let other = try SafetensorsFile(path: path)
    #expect(other.entries.count == 2)
    #expect(other.metadata[composed] == "1" && other.metadata[decomposed] == "2")
    #expect(other.metadata.count == 2 && other.metadata.names.map(\.utf8.count) == [3, 2])
    #expect(other.metadata.map(\.value) == ["2", "1"])

    // A model that has one of the names does not have the other.
    let shape = [2]
    #expect(
      TensorMismatch.all(
        expected: [(composed, shape)], found: [(decomposed, shape), (composed, shape)]
      ).count == 1)
    #expect(
      TensorMismatch.all(expected: [(composed, shape)], found: [(decomposed, shape)]).count == 2)
  }

  @Test func namesThatNoFileCanHaveStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      try SafetensorsFile.write([("__metadata__", Tensor(1))], to: "/dev/null/a")
    }
    await #expect(processExitsWith: .failure) {
      try SafetensorsFile.write([("a", Tensor(1)), ("a", Tensor(2))], to: "/dev/null/a")
    }
  }

  // MARK: Files in other formats

  @Test(arguments: [
    ("", 0, nil, "its header does not describe tensors: expected { at byte 0"),
    ("{}", 0, 3, "its header would be longer than the file, of 10 bytes"),
    ("{}", 0, Int.max, "its header would be longer than the file, of 10 bytes"),
    ("{}", 0, -1, "its header would be longer than the file, of 10 bytes"),
    ("[]", 0, nil, "its header does not describe tensors: expected { at byte 0"),
    (#"{"a":1}"#, 0, nil, "its header does not describe tensors: expected { at byte 5"),
    (#"{}x"#, 0, nil, "its header does not describe tensors: expected the end at byte 2"),
    (
      #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4, nil,
      "its header does not describe tensors: expected a whole number at byte 29"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,4]}}"#, 4, nil,
      "its header does not describe tensors: expected a whole number at byte 29"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}"#, 4, nil,
      "its header does not describe tensors: expected a whole number at byte 29"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}"#, 4, nil,
      "its header does not describe tensors: expected a whole number at byte 29"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}"#, 4, nil,
      "its header does not describe tensors: expected a whole number at byte 29"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}"#, 4, nil,
      "its header does not describe tensors: expected a whole number at byte 29"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1]}}"#, 0, nil,
      "its header does not describe tensors: expected dtype, shape and data_offsets before at"
        + " byte 32"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":01}}"#, 4, nil,
      "its header does not describe tensors: expected a value at byte 60"
    ),
    (
      #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, nil,
      "its header does not describe tensors: expected no second dtype at byte 27"
    ),
    (
      #"{"__metadata__":null,"__metadata__":{}}"#, 0, nil,
      "its header does not describe tensors: expected no second __metadata__ at byte 35"
    ),
    (
      #"{"__metadata__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, nil,
      "its header does not describe tensors: expected \" at byte 39"
    ),
    (
      #"{"a":null}"#, 0, nil, "its header does not describe tensors: expected { at byte 5"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
        + #""a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, nil,
      "its header does not describe tensors: expected no second a at byte 57"
    ),
    (
      #"{"__metadata__":{"b":"1","\u0062":"2"}}"#, 0, nil,
      "its header does not describe tensors: expected no second b at byte 33"
    ),
    (
      #"{"__metadata__":{"b":1}}"#, 0, nil,
      "its header does not describe tensors: expected \" at byte 21"
    ),
    (
      #"{"\ud800":{}}"#, 0, nil,
      "its header does not describe tensors: expected a character before at byte 8"
    ),
    (
      #"{"\x":{}}"#, 0, nil,
      "its header does not describe tensors: expected an escape of JSON before at byte 4"
    ),
    (
      "{\"a\nb\":{}}", 0, nil,
      "its header does not describe tensors: expected no control character in a text at byte 3"
    ),
    (#"{"a"#, 0, nil, "its header does not describe tensors: expected the end of a text at byte 3"),
    ("{}", 3, nil, "expected 10 bytes by its header, found 13"),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3, nil,
      "a lies at [0, 4] of the data, which have 3 bytes"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, nil,
      "a lies at [4, 0] of the data, which have 4 bytes"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, 4, nil,
      "a lies at [-4, 0] of the data, which have 4 bytes"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, nil,
      "a lies at [0] of the data, which have 4 bytes"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, nil,
      "a of shape [2] has 4 bytes instead of 8"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}"#, 4, nil,
      "a has the shape [-1, -1]"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,2],"data_offsets":[0,0]}}"#, 0, nil,
      "a has the shape [4611686018427387904, 2]"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[0,4611686018427387904],"data_offsets":[0,0]}}"#, 0, nil,
      "a has the shape [0, 4611686018427387904]"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, nil,
      "a does not begin where the tensor before it ends"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
        + #""b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, nil,
      "b does not begin where the tensor before it ends"
    ),
  ])
  func damage(_ header: String, _ data: Int, _ length: Int?, _ reason: String) throws {
    try write(header, data: data, length: length)
    let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
    #expect(error == .damaged(path: path, reason: reason))
    #expect(error?.description == "'\(path)' is not a complete safetensors file: \(reason)")
  }

  @Test func aHeaderBeyondTheLimitIsNotRead() throws {
    try write("", data: 0, length: 100_000_001)
    // A sparse file, which takes no space on the disk.
    try #require(truncate(path, 200_000_000) == 0)
    #expect(
      throws: ModelFileError.damaged(
        path: path, reason: "its header has 100000001 bytes, more than 100000000")
    ) { try SafetensorsFile(path: path) }
  }

  /// The file is sparse: it takes no space on the disk, but would take 100 MB of memory.
  @Test(arguments: [
    ("", 0), ("[{}]", 0), ("  \n}", 3), (String(repeating: " ", count: 9_000) + "a", 9_000),
  ])
  func aHeaderThatIsNoObjectIsNotRead(beginning: String, place: Int) async throws {
    await #expect(processExitsWith: .success) { [beginning, place] in
      let folder = try TemporaryFolder()
      let path = folder.path + "/a"
      let length = (0..<8).map { UInt8(truncatingIfNeeded: 100_000_000 >> (8 * $0)) }
      try Data(length + Array(beginning.utf8)).write(to: URL(fileURLWithPath: path))
      try #require(truncate(path, 200_000_000) == 0)
      try resetPeakMemory()
      let before = peakMemory()
      let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
      #expect(peakMemory() - before < 16 << 20)
      #expect(
        error
          == .damaged(
            path: path,
            reason: "its header does not describe tensors: expected { at byte \(place)"))
    }
  }

  /// The reference implementation accepts this, although its specification requires the object to
  /// begin at once.
  @Test func whiteSpaceMayStandBeforeTheHeader() throws {
    let header = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    try write(String(repeating: "\n", count: 10_000) + header, data: 4)
    #expect(try SafetensorsFile(path: path).entries.map(\.name) == ["a"])
    try write(String(repeating: " ", count: 10_000), data: 0)
    #expect(
      throws: ModelFileError.damaged(
        path: path, reason: "its header does not describe tensors: expected { at byte 10000")
    ) { try SafetensorsFile(path: path) }
  }

  @Test func everyBeginningOfAFileIsRefused() throws {
    try SafetensorsFile.write([("a", Tensor([1, 2])), ("b", Tensor([3]))], to: path)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    for count in 0..<bytes.count {
      try bytes.prefix(count).write(to: URL(fileURLWithPath: path))
      #expect(throws: ModelFileError.self, "\(count)") { try SafetensorsFile(path: path) }
    }
  }

  /// The reader does not follow nesting, however deep or wide.
  @Test func aDeepHeaderIsRefused() throws {
    for nesting in ["[", "{\"a\":", "{\"a\":{\"shape\":["] {
      try write(String(repeating: nesting, count: 1_000_000), data: 0)
      #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
    }
  }

  @Test func aNameThatIsNotUTF8IsRefused() throws {
    let header = Array("{\"a".utf8) + [0xff] + Array("\":{}}".utf8)
    try Data([UInt8(header.count), 0, 0, 0, 0, 0, 0, 0] + header)
      .write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
    #expect(
      error
        == .damaged(
          path: path,
          reason: "its header does not describe tensors: expected UTF-8 before at byte 4"))
  }

  /// Non-ASCII characters, white space and escapes follow JSON.
  @Test func namesMayHaveAnySigns() throws {
    try write(
      " { \"\\ud83d\\ude00\\n\\/é\" :\t{\"shape\" : [ ] , \"dtype\":\"F32\",\n\"data_offsets\":[0, 4]} }  ",
      data: 4)
    #expect(try SafetensorsFile(path: path).entries.map(\.name) == ["😀\n/é"])
    try SafetensorsFile.write([("😀\n/\u{1}\"\\", Tensor(1))], to: path)
    #expect(try SafetensorsFile(path: path).entries.map(\.name) == ["😀\n/\u{1}\"\\"])
  }

  // MARK: Types of numbers

  /// The bytes are from NumPy, except for bfloat16, which are from PyTorch.
  @Test(arguments: [
    ("F64", "000000000000f83f", [1.5]), ("F32", "0000c03f0000807f", [1.5, .infinity]),
    ("F16", "003e00c00100ff7b", [1.5, -2, 5.960464477539063e-08, 65_504]),
    ("BF16", "c03f00c04940", [1.5, -2, 3.140625]),
    ("I64", "ffffffffffffffff0000000000002000", [-1, 9_007_199_254_740_992]),
    ("U64", "0000000000000080", [9_223_372_036_854_775_808]),
    ("I32", "00000080ffffff7f", [-2_147_483_648, 2_147_483_647]),
    ("U32", "ffffffff", [4_294_967_295]),
    ("I16", "0080ff7f", [-32_768, 32_767]), ("U16", "ffff", [65_535]),
    ("I8", "807f", [-128, 127]), ("U8", "00ff", [0, 255]), ("BOOL", "000102", [0, 1, 1]),
  ])
  func everyTypeIsRead(_ type: String, _ hexadecimal: String, _ numbers: [Double]) throws {
    let digits = Array(hexadecimal)
    let bytes = stride(from: 0, to: digits.count, by: 2)
      .compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) }
    let header =
      "{\"a\":{\"dtype\":\"\(type)\",\"shape\":[\(numbers.count)],"
      + "\"data_offsets\":[0,\(bytes.count)]}}"
    try Data([UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + bytes)
      .write(to: URL(fileURLWithPath: path))
    let file = try SafetensorsFile(path: path)
    let tensor = try file.tensor(file.entries[0])
    #expect(tensor.doubles == numbers)
    #expect(tensor.dtype == file.entries[0].dtype)
    #expect(file.entries[0].count == numbers.count)
  }

  @Test func aWholeNumberThatNoTensorHoldsIsRefused() throws {
    let header = #"{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#
    try Data(
      [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8)
        + [1, 0, 0, 0, 0, 0, 0x20, 0]
    ).write(to: URL(fileURLWithPath: path))
    let file = try SafetensorsFile(path: path)
    let error = #expect(throws: ModelFileError.self) { try file.tensor(file.entries[0]) }
    #expect(
      error?.description
        == "'\(path)': expected whole numbers that float64 can represent in a, found"
        + " 9007199254740993")
  }

  @Test func otherTypesAreNamed() throws {
    try write(#"{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}"#, data: 4)
    let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
    #expect(
      error?.description
        == "'\(path)': expected numbers of one of the types F64, F32, F16, BF16, I64, I32, I16, I8,"
        + " U64, U32, U16, U8, BOOL in a, found F8_E4M3")
  }

  @Test func whatIsNotAFileIsRefused() throws {
    #expect(throws: ModelFileError.unreadable(path: path, code: ENOENT)) {
      try SafetensorsFile(path: path)
    }
    mkfifo(path, 0o666)
    for (path, found) in [(path, "a pipe"), (folder.path, "a folder"), ("/dev/zero", "a device")] {
      let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
      #expect(
        error?.description
          == "'\(path)' is not a complete safetensors file: expected a regular file, found"
          + " \(found)")
    }
  }
}
