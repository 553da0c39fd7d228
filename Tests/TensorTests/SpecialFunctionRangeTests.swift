import CKernels
import Foundation
import Testing

@testable import Tensor

/// The values of functions at the ends of their domains.
private let ends:
  [(name: String, function: @Sendable (Tensor) -> Tensor, x: [Double], y: [Double])] = {
    let infinity = Double.infinity
    return [
      ("erf", { erf($0) }, [-infinity, -0.0, infinity], [-1, -0.0, 1]),
      ("erfc", { erfc($0) }, [-infinity, 0, 28, infinity], [2, 1, 0, 0]),
      ("Φ", { normalCumulative($0) }, [-infinity, 0, infinity, -39], [0, 0.5, 1, 0]),
      (
        "log Φ", { normalLogCumulative($0) }, [-infinity, infinity, -1e160],
        [-infinity, 0, -infinity]
      ),
      (
        "normal quantile", { normalQuantile($0) }, [0, 0.5, 1, -0.1, 1.1],
        [-infinity, 0, infinity, .nan, .nan]
      ),
      (
        "log Γ", { logGamma($0) }, [0, -0.0, -1, -30, infinity, -infinity, 1e306, 1, 2],
        [infinity, infinity, infinity, infinity, infinity, infinity, infinity, 0, 0]
      ),
      (
        "digamma", { digamma($0) }, [0, -0.0, -1, -30, infinity, -infinity],
        [-infinity, infinity, .nan, .nan, infinity, .nan]
      ),
      (
        "trigamma", { trigamma($0) }, [0, -1, -30, infinity],
        [infinity, infinity, infinity, 0]
      ),
      (
        "polygamma 2", { polygamma(order: 2, $0) }, [0, -0.0, -1, infinity],
        [-infinity, infinity, .nan, -0.0]
      ),
      (
        "polygamma 3", { polygamma(order: 3, $0) }, [0, -1, infinity], [infinity, infinity, 0]
      ),
      ("log1mexp", { log1mexp($0) }, [0, infinity, -infinity], [-infinity, 0, 0]),
      ("logit", { logit($0) }, [0, 0.5, 1, -0.1, 1.1], [-infinity, 0, infinity, .nan, .nan]),
      ("sinc", { sinc($0) }, [0, 1, -7, infinity, -infinity], [1, 0, 0, 0, 0]),
      ("I₀ scaled", { besselI0Scaled($0) }, [0, infinity, -infinity], [1, 0, 0]),
      ("I₁ scaled", { besselI1Scaled($0) }, [0, infinity, -infinity], [0, 0, 0]),
      ("exp", { exp($0) }, [-infinity, -746, 710, infinity], [0, 0, infinity, infinity]),
      ("expm1", { expm1($0) }, [-infinity, -0.0, 710, infinity], [-1, -0.0, infinity, infinity]),
      ("log", { log($0) }, [0, -0.0, infinity, -1], [-infinity, -infinity, infinity, .nan]),
      ("log1p", { log1p($0) }, [-1, -0.0, infinity, -2], [-infinity, -0.0, infinity, .nan]),
    ]
  }()

@Suite struct SpecialFunctionRangeTests {
  @Test(arguments: [DType.float32, .float64])
  func endsOfTheDomains(_ dtype: DType) {
    for row in ends {
      let found = row.function(Tensor(row.x + [.nan], dtype: dtype)).doubles
      for ((x, expected), found) in zip(zip(row.x + [.nan], row.y + [.nan]), found) {
        #expect(
          expected.isNaN ? found.isNaN : found == expected, "\(row.name) at \(x): \(found)")
      }
    }
  }

  /// A result depends only on the element, not on its position.
  @Test func neighboursHaveNoInfluence() {
    let x = Tensor((0..<37).map { 0.01 + 0.61 * Double($0) }, dtype: .float64)
    for row in ends {
      let together = row.function(x).doubles
      let alone = x.doubles.map { row.function(Tensor($0, dtype: .float64)).scalar }
      #expect(zip(together, alone).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "\(row.name)")
    }
  }

  /// Single precision is double precision, rounded.
  @Test func singlePrecision() {
    let x = Random(seed: 4).uniform([2_000], in: 0.001..<0.999)
    let wide = x.converted(to: .float64)
    for row in ends.prefix(15) {
      for (found, expected) in zip(row.function(x).doubles, row.function(wide).doubles)
      where expected.magnitude > Double(Float.leastNormalMagnitude) {
        #expect(Swift.abs(found - expected) <= Double(Float(expected).ulp), "\(row.name)")
      }
    }
  }

  @Test func denormalNumbersAreExact() {
    let x = Tensor([0x1p-1074, 0x1.8p-1030, 0x1.8p-1023], dtype: .float64)
    #expect(log(x).doubles == x.doubles.map { Foundation.log($0) })
    #expect(expm1(x) == x && log1p(x) == x)
    for (found, expected) in zip(
      exp(Tensor([-745, -720.5, -708.5], dtype: .float64)).doubles,
      [-745, -720.5, -708.5].map { Foundation.exp($0) })
    {
      #expect(Swift.abs(found - expected) <= 0x1p-1074 + 1e-16 * expected)
    }
  }

  @Test func anyNumberOfThreadsGivesTheSame() {
    let x = Random(seed: 9).uniform([30_000], in: 0.001..<0.999, dtype: .float64)
    expectSameAtAnyNumberOfThreads {
      ends.map { row in row.function(x).doubles.map(\.bitPattern) }
    }
  }
}
