import Foundation
import Fuzzing
import Tensor
import TestSupport
import Testing

@testable import Files

/// Ten thousand broken files for each reader: none crashes, hangs, or takes more than 32 MB beside what
/// it had.
@Suite struct FileFuzzTests {
  @Test(.timeLimit(.minutes(5))) func brokenSafetensorsFiles() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let path = folder.path + "/a"
      var corpus: [[UInt8]] = []
      for tensors in [
        [("encoder.0.weight", Tensor([[1, 2], [3, 4]])), ("é", Tensor(1, dtype: .float64))],
        [("a", Tensor.zeros([0, 3])), ("b", Tensor.ones([2, 1, 2])), ("c", Tensor(2))],
      ] {
        try SafetensorsFile.write(tensors, metadata: ["kind": "vae", "\\\"": "1,2"], to: path)
        corpus.append([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
      }
      let types = ElementType.allCases.map { type in
        "\"\(type.rawValue)\":{\"dtype\":\"\(type.rawValue)\",\"shape\":[0],\"data_offsets\":[0,0]}"
      }
      let header = Array(("{" + types.joined(separator: ",") + "}").utf8)
      corpus.append(
        [UInt8(header.count & 0xff), UInt8(header.count >> 8), 0, 0, 0, 0, 0, 0] + header)
      var mutator = Mutator(
        of: corpus,
        tokens: [
          "{", "}", "[", "]", "\"", ",", ":", "[[[[[[[[", "\\u", "\\ud83d\\ude00", "0", "-1",
          "1e999",
          "9223372036854775807", "4611686018427387904", "NaN", "null", "\"F64\"", "\"I8\"", "BF16",
          "\"shape\":", "\"data_offsets\":[0,8]", "__metadata__", "\"a\":", " ",
        ], seed: 1)
      var index = 0
      let outcome = try fuzz {
        index += 1
        // Every other time the header's length is right.
        return index % 2 == 0
          ? repairingHeaderLength(mutator.next(after: 8), endingIn: "}}") : mutator.next()
      } read: { path in
        let file = try SafetensorsFile(path: path)
        for entry in file.entries {
          let tensor = try file.tensor(entry)
          try #require(tensor.shape == entry.shape && tensor.dtype == entry.dtype)
        }
        _ = try? file.checkedTensors()
      }
      #expect(outcome.readCount > 100 && outcome.refusedCount > 5_000, "\(outcome)")
      #expect(outcome.memoryGrowth < 32 << 20, "\(outcome)")
    }
  }

  @Test(.timeLimit(.minutes(5))) func brokenNPYFiles() async {
    await #expect(processExitsWith: .success) {
      let corpus = NPYTests.files.map(\.bytes)
      var mutator = Mutator(
        of: corpus,
        tokens: [
          "(", ")", "{", "}", "'", "\"", ",", ":", "0", "9223372036854775807", "4294967296", "-1",
          "True",
          "False", "'<f8'", "'>i8'", "'|O'", "'shape':", "'descr':", "[('a', '<f4')]", " ", "\n",
          "(3,)", "()",
        ], seed: 2)
      let outcome = try fuzz {
        mutator.next()
      } read: { path in
        let tensor = try Tensor(npy: path)
        try #require(tensor.scalars.count == tensor.shape.reduce(1, *))
      }
      #expect(outcome.readCount > 100 && outcome.refusedCount > 5_000, "\(outcome)")
      #expect(outcome.memoryGrowth < 32 << 20, "\(outcome)")
    }
  }
}
