import Tensor
import Testing

@Suite struct BatchPartTests {
  private static let cuts: [[Int]] = [
    [0, 8], [0, 4, 8], [0, 3, 5, 8], [0, 1, 2, 3, 4, 5, 6, 7, 8],
  ]

  /// The numbers drawn for the parts of a batch of eight examples, concatenated, and the stream's
  /// state afterwards.
  private func drawn(_ cut: [Int], _ draw: (Random, Int) -> Tensor) -> ([[Double]], Random.State) {
    var rows: [[Double]] = []
    var states: Set<Random.State> = []
    for (begin, end) in zip(cut, cut.dropFirst()) {
      let random = Random(seed: 3)
      _ = random.bits()
      let part = BatchPart.$current.withValue(BatchPart(begin..<end, of: 8)) {
        draw(random, end - begin)
      }
      rows.append(part.doubles)
      states.insert(random.state)
    }
    #expect(states.count == 1)
    return (rows, states.first ?? Random(seed: 0).state)
  }

  @Test(arguments: cuts, [DType.float32, .float64])
  func aPartDrawsItsExamplesNumbers(_ cut: [Int], _ dtype: DType) {
    let draws: [(Random, Int) -> Tensor] = [
      { $0.normal([$1, 3], dtype: dtype) },
      { $0.uniform([$1], in: -1..<2, dtype: dtype) },
      { $0.bernoulli([$1, 5, 7], probability: 0.3, dtype: dtype) },
      { $0.normal([$1 * 3, 5], dtype: dtype) },
    ]
    for draw in draws {
      let whole = Random(seed: 3)
      _ = whole.bits()
      let expected = draw(whole, 8)
      let (found, state) = drawn(cut, draw)
      #expect(found.flatMap(\.self) == expected.doubles)
      #expect(state == whole.state)
    }
  }

  @Test(arguments: cuts) func theBatchMayBeAnotherAxis(_ cut: [Int]) {
    let expected = Random(seed: 3).normal([11, 8, 2])
    for (begin, end) in zip(cut, cut.dropFirst()) {
      let part = BatchPart.$current.withValue(BatchPart(begin..<end, of: 8)) {
        Random(seed: 3).normal([11, end - begin, 2])
      }
      #expect(part.scalars == expected.sliced(begin..<end, along: 1).scalars)
    }
  }

  @Test func integersAreThoseOfTheExamples() {
    let whole = Random(seed: 5)
    let expected = whole.integers(8, below: 1000)
    let random = Random(seed: 5)
    let found = BatchPart.$current.withValue(BatchPart(2..<5, of: 8)) {
      random.integers(3, below: 1000)
    }
    #expect(found == Array(expected[2..<5]))
    #expect(random.state == whole.state)
  }

  @Test func numbersThatAreNotForExamplesAreTheSameInAllParts() {
    let expected = Random(seed: 5).normal([7]).scalars
    let found = BatchPart.$current.withValue(BatchPart(2..<5, of: 8)) {
      Random(seed: 5).normal([7]).scalars
    }
    #expect(found == expected)
  }
}
