import Datasets
import Foundation
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
  var samples: [(bytes: [UInt8], rank: Int)] = []
  for (rank, shape) in [(1, [40]), (3, [5, 4, 3])] {
    let count = shape.reduce(1, *)
    let array = IDX(shape: shape, bytes: (0..<count).map { UInt8($0 * 7 % 251) })
    for name in ["a", "a.gz"] {
      try array.write(to: scratch(name))
      samples.append((try scratch.read(name), rank))
    }
  }
  var mutator = Mutator(seed: 4)
  let before = peakMemory()
  var (readCount, refusedCount) = (0, 0)
  let file = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch("a")))
  for round in 0..<12_000 {
    let (sample, rank) = samples[round % samples.count]
    let bytes = mutator.mutated(sample)
    // Emptied first, the file would go to the disk each time.
    try file.seek(toOffset: 0)
    try file.write(contentsOf: bytes)
    try file.truncate(atOffset: UInt64(bytes.count))
    do {
      let array = try IDX(path: scratch("a"), rank: rank)
      precondition(array.bytes.count == array.shape.reduce(1, *) && array.shape.count == rank)
      readCount += 1
    } catch is DatasetError {
      refusedCount += 1
    }
  }
  let growth = peakMemory() - before
  #expect(readCount > 200 && refusedCount > 4_000)
  #expect(growth < 128 << 20)
}

/// The most memory that the process has had at any time, in bytes.
private func peakMemory() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss << 10
}
