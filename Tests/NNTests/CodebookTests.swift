import NN
import Tensor
import Testing

@Suite struct CodebookTests {
  /// Codes 0 and 1, on the line.
  private func line(decay: Double = 0.99, leastCount: Double = 0) -> Codebook {
    let book = Codebook(2, 1, decay: decay, leastCount: leastCount, using: Random(seed: 1))
    book.convert(to: .float64)
    for (name, buffer) in book.buffers {
      buffer.wrappedValue =
        name == "counts"
        ? Tensor([1, 1], dtype: .float64) : Tensor([[0], [1]], dtype: .float64)
    }
    return book
  }

  private func column(_ numbers: [Double]) -> Tensor {
    Tensor(numbers, shape: [numbers.count, 1], dtype: .float64)
  }

  @Test func theNearestCodeIsChosen() {
    let book = line()
    #expect(book.nearest(to: column([0.7, 0.3, -5, 5, 0.5])) == [1, 0, 0, 1, 0])
    #expect(book([1, 0, 1]).doubles == [1, 0, 1])
    // Compared with the definition, in more dimensions.
    let random = Random(seed: 2)
    let wide = Codebook(7, 5, using: random)
    let vectors = random.normal([40, 5])
    let expected = (0..<40).map { row in
      square(vectors.sliced(row..<row + 1) - wide.codes).sum(along: 1).argmin()[0]
    }
    #expect(wide.nearest(to: vectors) == expected)
  }

  /// Three vectors with the sum 2.1 near one code: (0.99 + 0.021) / (0.99 + 0.03).
  @Test func theCodesAreMovingAverages() {
    let book = line()
    let vectors = column([0.6, 0.7, 0.8])
    book.learn(vectors, [1, 1, 1], using: Random(seed: 1))
    #expect(Swift.abs(book.codes.doubles[1] - 0.991176471) < 1e-6)
    #expect(book.codes.doubles[0] == 0)
    #expect(zip(book.counts.doubles, [0.99, 1.02]).allSatisfy { Swift.abs($0 - $1) < 1e-12 })
    // With the same vectors at every step, a code converges to their mean; a code without vectors
    // stays finite.
    for _ in 0..<1_500 { book.learn(vectors, [1, 1, 1], using: Random(seed: 1)) }
    #expect(Swift.abs(book.codes.doubles[1] - 0.7) < 1e-4)
    #expect(book.codes.isFinite && book.codes.doubles[0] == 0)
  }

  @Test func aDeadCodeBeginsAgainAtAVectorOfTheBatch() {
    let book = line(decay: 0.5, leastCount: 0.4)
    let vectors = column([0.8, 0.9])
    let random = Random(seed: 3)
    book.learn(vectors, [1, 1], using: random)
    #expect(book.counts.doubles == [0.5, 1.5], "not dead yet")
    #expect(random.state == Random(seed: 3).state, "nothing is drawn where none is dead")
    book.learn(vectors, [1, 1], using: random)
    #expect(book.counts.doubles == [1, 1.75])
    #expect([0.8, 0.9].contains { Swift.abs($0 - book.codes.doubles[0]) < 1e-4 })
    #expect(random.state != Random(seed: 3).state)
  }

  @Test func theCodesBeginAtVectors() {
    let book = line()
    let vectors = column([3, 4, 5, 6])
    book.start(at: vectors, using: Random(seed: 4))
    #expect(Set(book.codes.doubles).count == 2)
    #expect(book.codes.doubles.allSatisfy { (3...6).contains($0) })
    book.start(at: column([9]), using: Random(seed: 4))
    #expect(book.codes.doubles == [9, 9], "fewer vectors than codes")
  }

  @Test func thePerplexityIsTheNumberOfCodesUsed() {
    let book = Codebook(8, 2, using: Random(seed: 1))
    for (indices, expected) in [
      ([3, 3, 3], 1.0), ([0, 7, 0, 7], 2), (Array(0..<8), 8),
      // exp(½ log 2 + 2 · ¼ log 4) = 2^1.5.
      ([0, 0, 1, 2], 2.8284271247461903),
    ] {
      #expect(Swift.abs(book.perplexity(of: indices) - expected) < 1e-12)
    }
  }

  /// (z − 2)² + ¼ (e − sg z)² at e = 0.7, whose code z is 1: −2 straight through, −0.15 of the distance.
  @Test func theGradientGoesStraightThrough() {
    let book = line()
    let e = column([0.7])
    let code = book(book.nearest(to: e))
    let through = gradient(at: e) { square(straightThrough($0, code) - 2).sum() }
    let distance = gradient(at: e) { 0.25 * square($0 - code).sum() }
    #expect(Swift.abs(through.scalar + 2) < 1e-12 && Swift.abs(distance.scalar + 0.15) < 1e-12)
    #expect(straightThrough(e, code).doubles[0] == 1)
    // To second order, it is the gradient of x + c, with a constant offset c.
    let offset = stopGradient(code - e)
    let check = checkGradient(of: { [offset] in square($0[0] + offset - 2).sum() }, at: [e])
    #expect(check.passes(), "\(check)")
    func second(_ f: @escaping (Tensor) -> Tensor) -> Tensor {
      gradient(at: e) { gradient(at: $0, f).sum() }
    }
    let constant = second { square($0 + offset - 2).sum() }
    #expect(second { square(straightThrough($0, code) - 2).sum() } == constant)
  }
}
