import Files
import Foundation
import Tensor
import TestSupport
import Testing

/// Empty arrays with huge sizes, for which a file needs no more than a header.
@Suite struct HostileSizesTests {
  let folder: TemporaryFolder
  var path: String { folder.path + "/a" }

  init() throws { folder = try TemporaryFolder() }

  private func write(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  private func writeNPY(_ shape: [Int], isFortranOrder: Bool) throws {
    let sizes = shape.map { "\($0)," }.joined()
    let order = isFortranOrder ? "True" : "False"
    let header = Array("{'descr': '<f4', 'fortran_order': \(order), 'shape': (\(sizes))}".utf8)
    try write([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header)
  }

  private func writeSafetensors(_ shape: [Int]) throws {
    let header = Array(
      #"{"a":{"dtype":"F32","shape":\#(shape),"data_offsets":[0,0]}}"#
        .utf8)
    try write([UInt8(header.count), 0, 0, 0, 0, 0, 0, 0] + header)
  }

  static let accepted: [[Int]] = [
    [1 << 47, 0], [0, 1 << 47], [0, 1 << 48], [3, 0, 1 << 40, 7, 0],
  ]
  static let refused: [[Int]] = [
    [0, 1 << 47, 1 << 32], [0, 1 << 31, 1 << 32, 0], [1 << 31, 1 << 32, 0], [Int.max, 0],
    [Int.max, Int.max, 0], [0, 1 << 62, 2], [1 << 24, 1 << 24, 1 << 24, 0],
  ]

  /// Arrays that are read can be transposed, printed and summed.
  private func use(_ tensor: Tensor, _ shape: [Int]) {
    #expect(tensor.shape == shape && tensor.count == 0 && tensor.scalars.isEmpty)
    #expect(tensor.description == "Tensor \(shape) float32\n[]")
    #expect(tensor.sum().scalar == 0 && tensor.transposed().count == 0)
  }

  @Test(.timeLimit(.minutes(10)), arguments: accepted, [false, true])
  func npyAccepted(shape: [Int], isFortranOrder: Bool) throws {
    try writeNPY(shape, isFortranOrder: isFortranOrder)
    use(try Tensor(npy: path), shape)
  }

  @Test(.timeLimit(.minutes(10)), arguments: refused, [false, true])
  func npyRefused(shape: [Int], isFortranOrder: Bool) throws {
    try writeNPY(shape, isFortranOrder: isFortranOrder)
    #expect(throws: NPYError.damaged(path: path, reason: "it has the shape \(shape)")) {
      try Tensor(npy: path)
    }
  }

  @Test(.timeLimit(.minutes(10)), arguments: accepted)
  func safetensorsAccepted(shape: [Int]) throws {
    try writeSafetensors(shape)
    let file = try SafetensorsFile(path: path)
    use(try file.tensor(file.entries[0]), shape)
  }

  @Test(.timeLimit(.minutes(10)), arguments: refused)
  func safetensorsRefused(shape: [Int]) throws {
    try writeSafetensors(shape)
    #expect(throws: ModelFileError.damaged(path: path, reason: "a has the shape \(shape)")) {
      try SafetensorsFile(path: path)
    }
  }
}
