import CKernels
import Testing

@testable import Tensor

@Suite struct FewRowsTests {
  private static let instructionSets = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_few_rows_named(name) != nil }

  /// Sizes around those of vectors and strips.
  @Test(arguments: instructionSets)
  func eachInstructionSetAgainstPlainLoops(_ name: String) throws {
    let loops = try #require(ck_few_rows_named(name)).pointee
    let random = Random(seed: 3)
    for m in 1...Int(CK_FEW_ROWS) {
      for (n, k) in [(1, 1), (7, 9), (33, 40), (70, 31), (5, 569)] {
        for (isTransposed, accumulates) in [
          (false, false), (false, true), (true, false), (true, true),
        ] {
          let (a, b) = (
            random.normal([m, k], dtype: .float64), random.normal([k, n], dtype: .float64)
          )
          let start = random.normal([m, n], dtype: .float64)
          var result = start.doubles
          let stored = isTransposed ? b.transposed() : b
          loops.multiply(
            a.float64Pointer, k, 1, stored.float64Pointer, isTransposed ? k : n, isTransposed,
            &result,
            n, m, n, k, accumulates)
          let (x, y, before) = (a.doubles, b.doubles, start.doubles)
          for (place, found) in result.enumerated() {
            let (i, j) = (place / n, place % n)
            let terms = (0..<k).map { x[i * k + $0] * y[$0 * n + j] }
            let expected = terms.reduce(accumulates ? before[place] : 0, +)
            #expect(Swift.abs(found - expected) < 1e-12, "\(m), \(n), \(k), \(isTransposed)")
          }
        }
      }
    }
  }

  /// The numbers of rows that use this path, and one more, in all four layouts.
  @Test func agreesWithProductsOfMoreRows() {
    let random = Random(seed: 4)
    let (a, b) = (
      random.normal([5, 37], dtype: .float64), random.normal([37, 45], dtype: .float64)
    )
    let whole = a.matmul(b)
    for m in 1...4 {
      let left = a.sliced(0..<m)
      for (isLeft, isRight) in [(false, false), (true, false), (false, true), (true, true)] {
        let product = (isLeft ? left.transposed() : left).matmul(
          isRight ? b.transposed() : b, transposeLeft: isLeft, transposeRight: isRight)
        #expect(
          abs(product - whole.sliced(0..<m)).max().scalar < 1e-13, "\(m) \(isLeft) \(isRight)")
      }
    }
  }
}
