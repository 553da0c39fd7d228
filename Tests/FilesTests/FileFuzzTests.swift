import Foundation
import Fuzzing
import Tensor
import TestSupport
import Testing

@testable import Files

/// Broken arrays and files of tensors: no reader crashes, hangs or uses more memory than it should.
@Suite struct FileFuzzTests {
  @Test(.timeLimit(.minutes(60))) func brokenSafetensorsFiles() async {
    await #expect(processExitsWith: .success) {
      let files = try safetensorsFiles()
      var mutator = Mutator(
        of: files.map { .safetensors($0) },
        tokens: [
          "{", "}", "[", "]", "\"", ",", ":", "[[[[[[[[", "\\u", "\\ud83d\\ude00", "null", "F64",
          "I8",
          "BF16", "\"shape\":", "\"data_offsets\":[0,8]", "\"data_offsets\":[0,0]",
          "\"shape\":[0,0]",
          "__metadata__", "\"a\":", " ", "true", "{}", "[]",
        ], seed: 1)
      let outcome = try fuzz("safetensors") {
        mutator.next()
      } read: { path in
        let file = try SafetensorsFile(path: path)
        for entry in file.entries {
          let tensor = try file.tensor(entry)
          try #require(tensor.shape == entry.shape && tensor.dtype == entry.dtype)
          use(tensor)
        }
        _ = try? file.checkedTensors()
      }
      #expect(outcome.isGood, "\(outcome)")
    }
  }

  @Test(.timeLimit(.minutes(60))) func brokenNPYFiles() async {
    await #expect(processExitsWith: .success) {
      var mutator = Mutator(
        of: NPYTests.files.map { .npy($0.bytes) },
        tokens: [
          "(", ")", "{", "}", "'", "\"", ",", ":", "True", "False", "'<f8'", "'>i8'", "'|O'",
          "'shape':", "'descr':", "[('a', '<f4')]", " ", "\n", "(3,)", "()", "(0,)", "0, ",
        ], seed: 2)
      let outcome = try fuzz("npy") {
        mutator.next()
      } read: { path in
        use(try Tensor(npy: path))
      }
      #expect(outcome.isGood, "\(outcome)")
    }
  }
}

/// Applies operations to a tensor that an unusual shape could break.
private func use(_ tensor: Tensor) {
  precondition(tensor.scalars.count == tensor.count, "\(tensor.shape)")
  precondition(tensor.description.utf8.count < 1 << 20, "\(tensor.shape)")
  _ = (tensor.sum(), tensor.isFinite)
  if tensor.rank > 1 { _ = tensor.transposed() }
}

private func safetensorsFiles() throws -> [[UInt8]] {
  let folder = try TemporaryFolder()
  var files: [[UInt8]] = []
  for tensors in [
    [("encoder.0.weight", Tensor([[1, 2], [3, 4]])), ("é", Tensor(1, dtype: .float64))],
    [("a", Tensor.zeros([0, 3])), ("b", Tensor.ones([2, 1, 2])), ("c", Tensor(2))],
  ] {
    try SafetensorsFile.write(
      tensors, metadata: ["kind": "vae", "\\\"": "1,2"], to: folder.path + "/a")
    files.append(try folder.bytes(of: "a"))
  }
  let types = ElementType.allCases.map { type in
    "\"\(type.rawValue)\":{\"dtype\":\"\(type.rawValue)\",\"shape\":[0],\"data_offsets\":[0,0]}"
  }
  let header = Array(("{" + types.joined(separator: ",") + "}").utf8)
  files.append([UInt8(header.count & 0xff), UInt8(header.count >> 8), 0, 0, 0, 0, 0, 0] + header)
  return files
}
