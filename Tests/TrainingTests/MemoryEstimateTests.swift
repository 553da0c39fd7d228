import CommandLine
import NN
import Tensor
import Testing

@testable import Training

@Suite struct MemoryEstimateTests {
  private let available = AvailableMemory(bytes: 1_000_000, limit: "the machine has left")

  /// The size of layers of these widths, built without allocating memory for them.
  private func size(_ widths: [Int]) -> ModelSize {
    .measured(for: .points(dimensions: widths[0])) {
      let random = Random(seed: 0)
      for (width, next) in zip(widths, widths.dropFirst()) { _ = Dense(width, next, using: random) }
    }
  }

  @Test func aTrainingThatFitsIsNotRefused() throws {
    let memory = MemoryEstimate(of: size([10, 20, 3]), batch: 4, epochs: 2)
    // 283 parameters seven times, 23 outputs for each of 4 examples twice, in float32.
    #expect(memory.bytes == 4 * (7 * 283 + 2 * 23 * 4))
    let once = MemoryEstimate(of: size([10, 20, 3]), batch: 4, epochs: 1)
    #expect(once.bytes == 4 * (4 * 283 + 2 * 23 * 4))
    try memory.check(smaller: ["--hidden"], available)
    try memory.check(smaller: ["--hidden"], nil)
    #expect(memory.note(available) == nil)
  }

  @Test func muchIsTold() throws {
    let memory = MemoryEstimate(
      of: ModelSize(parameters: 20_000, outputs: 0), batch: 1, epochs: 9)
    try memory.check(smaller: ["--hidden"], available)
    #expect(memory.note(available) == "memory:  about 560 kB, of 1.0 MB that the machine has left")
  }

  @Test func whatCannotFitIsRefused() {
    let memory = MemoryEstimate(of: size([784, 65_536, 65_536, 20]), batch: 128, epochs: 2)
    let error = #expect(throws: MemoryError.self) {
      try memory.check(smaller: ["--hidden", "--batch-size"], available)
    }
    #expect(
      error?.description
        == "expected a training that fits into the 1.0 MB of memory that the machine"
        + " has left, found one of about 122 GB: 4,347,789,332 parameters, their gradients, Adam's"
        + " moments, a checkpoint and the values of a batch; a smaller --hidden or --batch-size needs"
        + " less")
    #expect(error?.exitCode == .usage)
  }

  @Test func aBatchBeyondAllMemoryIsRefusedToo() {
    let memory = MemoryEstimate(of: size([784, 400]), batch: Int.max / 2, epochs: 1)
    #expect(throws: MemoryError.self) { try memory.check(smaller: [], available) }
  }

  @Test func theMachineHasSomeMemory() throws {
    let current = try #require(AvailableMemory.current())
    #expect(current.bytes > 10_000_000)
    #expect(!current.limit.isEmpty)
  }

  @Test(arguments: [
    (0, "0.0 kB"), (940, "0.9 kB"), (99_949, "99.9 kB"), (99_951, "100 kB"), (999_400, "999 kB"),
    (999_600, "1.0 MB"), (21_500_000_000, "21.5 GB"), (243_000_000_000, "243 GB"),
    (Int.max, "9223 PB"),
  ])
  func bytesAreReadable(count: Int, text: String) {
    #expect(Readable.bytes(count) == text)
  }
}
