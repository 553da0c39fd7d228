import Testing

@testable import Tensor

@Suite struct EinsumTests {
  /// Sums over all values of all letters, for letters in the operands' terms and in the result.
  private static func naive(
    _ terms: [String], _ result: String, _ operands: [Tensor]
  ) -> Tensor {
    var sizes: [Character: Int] = [:]
    for (term, operand) in zip(terms, operands) {
      for (letter, size) in zip(term, operand.shape) { sizes[letter] = size }
    }
    let letters = sizes.keys.sorted()
    let shape = result.map { sizes[$0] ?? 0 }
    var values = [Double](repeating: 0, count: shape.reduce(1, *))
    let elements = operands.map(\.doubles)
    for index in 0..<letters.reduce(1, { $0 * (sizes[$1] ?? 0) }) {
      var (rest, at) = (index, [Character: Int]())
      for letter in letters {
        let size = sizes[letter] ?? 1
        (at[letter], rest) = (rest % size, rest / size)
      }
      func place(_ term: String) -> Int {
        term.reduce(0) { $0 * (sizes[$1] ?? 0) + (at[$1] ?? 0) }
      }
      values[place(result)] += zip(terms, elements).reduce(1) { $0 * $1.1[place($1.0)] }
    }
    return Tensor(values, shape: shape, dtype: .float64)
  }

  private static let equations: [([String], String)] = [
    (["ij", "jk"], "ik"), (["ij", "jk"], "ki"), (["ji", "kj"], "ik"), (["ij", "kj"], "ik"),
    (["bij", "bjk"], "bik"), (["ibj", "kjb"], "kbi"), (["i", "j"], "ij"), (["i", "i"], ""),
    (["bi", "bi"], "b"), (["ij", "ij"], "ij"), (["ij"], "ji"), (["ij"], "j"), (["ij"], ""),
    (["ii"], ""), (["ii"], "i"), (["iij"], "j"), (["iji", "jk"], "ik"), (["ij", "k"], "k"),
    (["i", "ij", "j"], ""), (["ab", "bc", "cd", "da"], ""), (["ab", "bc", "cd"], "ad"),
    (["ij", "ik", "il"], "jkl"), (["", "ij"], "ji"), (["abij", "bjk", "i"], "ak"),
    (["ijk", "jkl"], "il"), (["ijkl", "klmn"], "mjni"), (["i", "i", "i"], "i"),
  ]

  @Test(arguments: equations.indices)
  func againstNaiveSums(_ index: Int) {
    let (terms, result) = Self.equations[index]
    let sizes: [Character: Int] = [
      "a": 2, "b": 3, "c": 4, "d": 2, "i": 3, "j": 4, "k": 5, "l": 2, "m": 3, "n": 2,
    ]
    let random = Random(seed: UInt64(index))
    let operands = terms.map { term in
      random.normal(term.map { sizes[$0] ?? 1 }, dtype: .float64)
    }
    let equation = terms.joined(separator: ",") + "->" + result
    let (found, expected) = (
      Tensor.einsum(equation, operands), Self.naive(terms, result, operands)
    )
    #expect(found.shape == expected.shape, "\(equation)")
    #expect(abs(found - expected).max().scalar < 1e-12, "\(equation)")
    let single = Tensor.einsum(equation, operands.map { $0.converted(to: .float32) })
    #expect(abs(single.converted(to: .float64) - expected).max().scalar < 1e-3, "\(equation)")
    let check = checkGradient(of: { .einsum(equation, $0) }, at: operands)
    #expect(check.passes(), "\(equation): \(check)")
  }

  @Test func resultsOfShortEquations() {
    let random = Random(seed: 3)
    let (a, b) = (random.normal([3, 4]), random.normal([4, 5]))
    #expect(Tensor.einsum("ij,jk", a, b) == a.matmul(b))
    #expect(Tensor.einsum(" ij , jk -> ik ", a, b) == a.matmul(b))
    #expect(Tensor.einsum("ba", a) == a.transposed())
    #expect(Tensor.einsum("ij,ji", a, a.transposed()).shape == [])
    #expect(Tensor.einsum("bA", a) == a.transposed())
  }

  @Test func anyOtherAxes() {
    let random = Random(seed: 4)
    let (a, x) = (random.normal([2, 1, 3, 4]), random.normal([5, 4]))
    let product = a.matmul(x.expanded(at: -1).reshaped(to: [5, 4, 1])).squeezed(at: -1)
    let sum = Tensor.einsum("...ij,...j->...i", a, x)
    #expect(sum.shape == [2, 5, 3] && abs(sum - product).max().scalar < 1e-5)
    #expect(Tensor.einsum("...ij,...j", a, x) == sum)
    #expect(Tensor.einsum("i...->...", a) == a.sum(along: 0))
    #expect(Tensor.einsum("...", a) == a)
    #expect(Tensor.einsum("...,...", a, Tensor(2)) == a * 2)
    #expect(abs(Tensor.einsum("...j->j", a) - a.sum(along: [0, 1, 2])).max().scalar < 1e-5)
  }

  @Test func emptyAxes() {
    #expect(
      Tensor.einsum("ij,jk", Tensor.zeros([2, 0]), Tensor.zeros([0, 3])) == Tensor.zeros([2, 3]))
    #expect(Tensor.einsum("ij->j", Tensor.zeros([0, 3])) == Tensor.zeros([3]))
  }

  @Test func sameAtAnyNumberOfThreads() {
    let random = Random(seed: 5)
    let (a, b) = (random.normal([20, 30, 40]), random.normal([40, 20, 50]))
    expectSameAtAnyNumberOfThreads { Tensor.einsum("bij,jbk->kbi", a, b) }
  }
}
