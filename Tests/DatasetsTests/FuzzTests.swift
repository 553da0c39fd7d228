import Datasets
import Fuzzing
import Testing

/// Twelve thousand damaged IDX files, raw and gzipped, in a process of its own: it must not crash, and
/// its memory must not grow beyond what is read of the 64 MiB that a header may promise at once.
@Suite struct FuzzTests {
  @Test(.timeLimit(.minutes(3))) func damagedIDXFiles() async {
    await #expect(processExitsWith: .success) { try readDamagedIDXFiles() }
  }
}

private func readDamagedIDXFiles() throws {
  let scratch = try Scratch()
  for (rank, shape) in [(1, [40]), (3, [5, 4, 3])] {
    let count = shape.reduce(1, *)
    let array = IDX(shape: shape, bytes: (0..<count).map { UInt8($0 * 7 % 251) })
    let samples = try ["a", "a.gz"].map { name in
      try array.write(to: scratch(name))
      return try scratch.read(name)
    }
    var mutator = Mutator(of: samples, seed: UInt64(rank))
    let outcome = try fuzz(count: 6_000) {
      mutator.next()
    } read: { path in
      let array = try IDX(path: path, rank: rank)
      precondition(array.bytes.count == array.shape.reduce(1, *) && array.shape.count == rank)
    }
    #expect(outcome.readCount > 100 && outcome.refusedCount > 2_000, "\(outcome)")
    #expect(outcome.memoryGrowth < 128 << 20, "\(outcome)")
  }
}
