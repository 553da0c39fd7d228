import Foundation
import Tensor
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

  /// Byte for byte what the description of the format says.
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

  /// Tensors may be listed in another order than they lie in.
  @Test func aHeaderInAnotherOrderIsRead() throws {
    try write(
      #"{"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"#
        + #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  "#, data: 12)
    #expect(try SafetensorsFile(path: path).entries.map(\.name) == ["a", "b"])
  }

  // MARK: Files that are something else

  @Test(arguments: [
    ("", 0, nil, "its header is not that of tensors"),
    ("{}", 0, 3, "its header would be longer than the file, of 10 bytes"),
    ("{}", 0, Int.max, "its header would be longer than the file, of 10 bytes"),
    ("{}", 0, -1, "its header would be longer than the file, of 10 bytes"),
    ("[]", 0, nil, "its header is not that of tensors"),
    (#"{"a":1}"#, 0, nil, "its header is not that of tensors"),
    (
      #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4, nil,
      "its header is not that of tensors"
    ),
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
    #expect(error?.description == "'\(path)' is not a whole safetensors file: \(reason)")
  }

  @Test func aHeaderBeyondTheLimitIsNotRead() throws {
    try write("", data: 0, length: 100_000_001)
    // A file with a hole, which takes no room on the disk.
    try #require(truncate(path, 200_000_000) == 0)
    #expect(
      throws: ModelFileError.damaged(
        path: path, reason: "its header has 100000001 bytes, more than 100000000")
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

  @Test func otherTypesAreNamed() throws {
    try write(#"{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#, data: 4)
    let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
    #expect(
      error?.description == "'\(path)': expected numbers of type F32 or F64 in a, found BF16")
  }

  @Test func whatIsNotAFileIsRefused() throws {
    #expect(throws: ModelFileError.unreadable(path: path, code: ENOENT)) {
      try SafetensorsFile(path: path)
    }
    mkfifo(path, 0o666)
    for path in [path, folder.path, "/dev/zero"] {
      let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
      #expect(
        error?.description == "'\(path)' is not a whole safetensors file: it is not a file of bytes"
      )
    }
  }
}
