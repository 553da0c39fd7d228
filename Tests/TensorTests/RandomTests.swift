import CKernels
import Testing

@testable import Tensor

@Suite struct RandomTests {
  /// The reference vectors that come with the paper's code.
  @Test func philoxKnownAnswers() {
    #expect(
      philox(counter: [0, 0, 0, 0], key: [0, 0])
        == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    #expect(
      philox(counter: Array(repeating: .max, count: 4), key: [.max, .max])
        == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    #expect(
      philox(
        counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
        key: [0xa409_3822, 0x299f_31d0])
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  @Test func uniformIsTheWordsUpperBits() {
    let words = philox(counter: [0, 0, 0, 0], key: [7, 0])
    #expect(Random(seed: 7).uniform([4]).scalars == words.map { Float($0 >> 8) * 0x1p-24 })
    #expect(Random(seed: 7).bits() == words[0])
  }

  @Test func normalsKnownAnswer() {
    // The Box–Muller formula applied to the words, in double precision.
    let words = philox(counter: [0, 0, 0, 0], key: [3, 0]).map { Double($0 >> 8) * 0x1p-24 }
    let expected = [(0, 1), (2, 3)].flatMap { i, j in
      let radius = (-2 * log(Tensor(1 - words[i], dtype: .float64))).scalar.squareRoot()
      let angle = Tensor(2 * Double.pi * words[j], dtype: .float64)
      return [radius * cos(angle).scalar, radius * sin(angle).scalar]
    }
    for (a, b) in zip(Random(seed: 3).normal([4]).doubles, expected) {
      #expect(Swift.abs(a - b) < 2e-6)
    }
  }

  @Test func momentsAndRange() {
    for dtype in [DType.float32, .float64] {
      let random = Random(seed: 1)
      let u = random.uniform([200_000], dtype: dtype), z = random.normal([200_000], dtype: dtype)
      #expect(u.min().scalar >= 0 && u.max().scalar < 1 && z.isFinite)
      #expect(Swift.abs(u.mean().scalar - 0.5) < 0.003)
      #expect(Swift.abs(u.variance().scalar - 1.0 / 12) < 0.001)
      #expect(Swift.abs(z.mean().scalar) < 0.01)
      #expect(Swift.abs(z.variance().scalar - 1) < 0.015)
      #expect(Swift.abs(pow(z, 4).mean().scalar - 3) < 0.15)
      // Neighbours are uncorrelated.
      #expect(Swift.abs((z.sliced(0..<199_999) * z.sliced(1..<200_000)).mean().scalar) < 0.01)
    }
  }

  @Test func sameNumbersAtAnyNumberOfThreads() {
    expectSameAtAnyNumberOfThreads { Random(seed: 5).normal([30_001]) }
  }

  @Test func aSavedStateGoesOnWithTheSameNumbers() {
    let random = Random(seed: 2)
    _ = (random.normal([10]), random.bits(), random.split())
    let state = random.state
    let expected = (random.bits(), random.normal([5]), random.split().bits(), random.permutation(9))
    let again = Random(state: state)
    #expect(again.bits() == expected.0 && again.normal([5]) == expected.1)
    #expect(again.split().bits() == expected.2 && again.permutation(9) == expected.3)
    random.state = state
    #expect(random.bits() == expected.0)
  }

  @Test func aStateOfAnotherSeedOrStreamLeavesNothingOfTheOldOne() {
    let (other, child) = (Random(seed: 2), Random(seed: 1).split())
    for source in [other, child] {
      let random = Random(seed: 1)
      _ = random.bits()  // makes a block of words; the assigned state is at the same block
      random.state = source.state
      #expect(random.bits() == source.bits())
    }
  }

  @Test func streamsAreIndependent() {
    let parent = Random(seed: 4)
    let streams = [parent.split(), parent.split(), parent.split().split(), parent]
    let draws = streams.map { $0.normal([50_000]) }
    for i in draws.indices {
      for j in 0..<i { #expect(Swift.abs((draws[i] * draws[j]).mean().scalar) < 0.02) }
    }
    #expect(Random(seed: 4).split().bits() == Random(seed: 4).split().bits())
    #expect(Random(seed: 4).bits() != Random(seed: 5).bits())
  }

  @Test func permutationsHoldEveryIndexOnce() {
    let random = Random(seed: 6)
    let a = random.permutation(1000), b = random.permutation(1000)
    #expect(a.sorted() == Array(0..<1000) && a != b && a != Array(0..<1000))
    #expect(
      Random(seed: 6).permutation(10) == Array(a.isEmpty ? [] : Random(seed: 6).permutation(10)))
    // Each position gets each value about equally often.
    var counts = [Int](repeating: 0, count: 3)
    for _ in 0..<3000 { counts[random.permutation(3)[0]] += 1 }
    #expect(counts.allSatisfy { Swift.abs($0 - 1000) < 120 })
  }

  @Test func bernoulli() {
    let random = Random(seed: 8)
    let x = random.bernoulli([100_000], probability: 0.3)
    #expect(Swift.abs(x.mean().scalar - 0.3) < 0.01)
    #expect(Set(x.scalars) == [0, 1])
    let p = Tensor([0, 1, 0.5])
    #expect(random.bernoulli(probability: p).scalars[0...1] == [0, 1])
  }
}

@Suite struct KernelTests {
  private static let instructionSets: [String] = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_kernels_named(name, false) != nil }

  /// Every instruction set of this processor, compared with the plain loops.
  @Test(arguments: instructionSets)
  func instructionSetsAgree(_ name: String) throws {
    let kernels = try #require(ck_kernels_named(name, false)?.pointee)
    let plain = try #require(ck_kernels_named("baseline", false)?.pointee)
    let x = Random(seed: 1).normal([1037]) * 3
    for raw in 0..<CKMap.power.rawValue {
      let operation = try #require(CKMap(rawValue: raw))
      var (a, b) = (Tensor.zeros([1037]), Tensor.zeros([1037]))
      a.withMutableMemory { kernels.map(operation, 0.5, 1.5, x.pointer, $0, 0, 1037) }
      b.withMutableMemory { plain.map(operation, 0.5, 1.5, x.pointer, $0, 0, 1037) }
      for (p, q) in zip(a.scalars, b.scalars) where !(p.isNaN && q.isNaN) && p != q {
        #expect(Swift.abs(p - q) <= 1e-6 * max(1, Swift.abs(q)), "\(operation)")
      }
    }
    var (a, b) = (Tensor.zeros([1037]), Tensor.zeros([1037]))
    a.withMutableMemory { kernels.normal(1, 2, 3, $0, 0, 1037) }
    b.withMutableMemory { plain.normal(1, 2, 3, $0, 0, 1037) }
    #expect(abs(a - b).max().scalar < 1e-5)
  }

  @Test func denormalsAreFlushedInsideAndOnlyThere() {
    let tiny = Tensor([1e-30])
    #expect((tiny * tiny * 1e20).scalars == [0])
    var outside = Float(bitPattern: 100_000)
    outside *= 0.5
    #expect(outside > 0)
  }

  @Test func poolSizesHoldWhatIsAskedAndWasteLittle() {
    var last = -1
    for byteCount in stride(from: 0, through: 100_000, by: 13) {
      let (index, capacity) = BufferPool.sizeClass(of: byteCount)
      #expect(capacity >= byteCount && capacity <= max(64, byteCount + byteCount / 4 + 16))
      #expect(index >= last)
      last = index
    }
  }
}

@Suite struct ParallelTests {
  @Test func everyIndexOnceAtAnyNumberOfThreads() {
    let before = threadCount
    defer { threadCount = before }
    for threads in [1, 2, 5] {
      threadCount = threads
      for count in [0, 1, 2, 7, 1000] {
        let hits = Sendables<Int>(count: count)
        parallel(count: count) { hits.set($0, $0) }
        #expect(hits.values == Array(0..<count))
      }
    }
  }

  /// A worker that is late for a job finds the next one, with another size and number of threads,
  /// and must not process any of it twice.
  @Test func everyIndexOnceInManyShortJobs() {
    let before = threadCount
    defer { threadCount = before }
    let visits = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 1000)
    defer { visits.deallocate() }
    var wrong = 0
    for round in 0..<6000 {
      if round % 50 == 0 { threadCount = [2, 8, 3, 1, 5][round / 50 % 5] }
      let count = [1, 2, 3, 5, 17, 64, 1000][round % 7]
      visits.update(repeating: 0)
      nonisolated(unsafe) let visits = visits
      parallel(count: count) { visits[$0] += 1 }
      wrong += visits[..<count].count { $0 != 1 } + visits[count...].count { $0 != 0 }
    }
    #expect(wrong == 0)
  }

  @Test func nestedCallsRunOnTheirOwnThread() {
    let hits = Sendables<Int>(count: 12)
    parallel(count: 3) { i in parallel(count: 4) { j in hits.set(i * 4 + j, 1) } }
    #expect(hits.values.count == 12)
  }
}
