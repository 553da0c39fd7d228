import CKernels
import Foundation
import Testing

@testable import Tensor

/// Denormal numbers: flushed to zero in single precision, preserved in double precision.
@Suite struct DenormalTests {
  /// More elements than one thread takes, so that workers process some.
  private static let count = 40_003

  /// About 10⁻³¹⁰, with few enough digits to be exact.
  private static let tiny = 0x1.25p-1030

  private struct Row {
    let name: String
    let function: (Tensor) -> Tensor
    let exact: (Double) -> Double
  }

  private var rows: [Row] {
    var rows: [Row] = []
    func add(
      _ name: String, _ function: @escaping (Tensor) -> Tensor,
      _ exact: @escaping (Double) -> Double
    ) {
      rows.append(Row(name: name, function: function, exact: exact))
    }
    add("log", { log($0) }, { Foundation.log($0) })
    add("sqrt", { sqrt($0) }, { $0.squareRoot() })
    add("exp", { exp($0) }, { Foundation.exp($0) })
    add("expm1", { expm1($0) }, { Foundation.expm1($0) })
    add("log1p", { log1p($0) }, { Foundation.log1p($0) })
    add("sin", { sin($0) }, { Foundation.sin($0) })
    add("cos", { cos($0) }, { Foundation.cos($0) })
    add("tanh", { tanh($0) }, { Foundation.tanh($0) })
    add("erf", { erf($0) }, { Foundation.erf($0) })
    add("pow ½", { pow($0, 0.5) }, { Foundation.pow($0, 0.5) })
    add("pow −½", { pow($0, -0.5) }, { Foundation.pow($0, -0.5) })
    add(
      "pow of two", { pow($0, Tensor(filledWith: 0.25, $0.shape, dtype: $0.dtype)) },
      { Foundation.pow($0, 0.25) })
    add("· 2", { $0 * 2 }, { $0 * 2 })
    add("· 1e300", { $0 * 1e300 }, { $0 * 1e300 })
    add("−", { -$0 }, { -$0 })
    add("abs", { abs($0) }, { Swift.abs($0) })
    add("sign", { sign($0) }, { _ in 1 })
    add("relu", { relu($0) }, { $0 })
    add("elu", { elu($0) }, { $0 })
    add("/ 4", { $0 / 4 }, { $0 / 4 })
    add("sum", { $0 + $0 }, { 2 * $0 })
    add("mean", { $0.mean().broadcast(to: $0.shape) }, { $0 })
    add("max", { $0.max().broadcast(to: $0.shape) }, { $0 })
    add("> 0", { $0 .> 0 }, { _ in 1 })
    add("softplus of −", { softplus($0 - 740) }, { Foundation.exp($0 - 740) })
    add("sigmoid of −", { sigmoid($0 - 740) }, { Foundation.exp($0 - 740) })
    return rows
  }

  @Test(arguments: [tiny, .leastNonzeroMagnitude, .leastNormalMagnitude.nextDown])
  func doublePrecisionKeepsThem(_ number: Double) {
    let x = Tensor(filledWith: number, [Self.count], dtype: .float64)
    #expect(x.doubles.allSatisfy { $0 == number })
    for row in rows {
      let exact = row.exact(number)
      let worst = row.function(x).doubles.map { Swift.abs($0 - exact) / exact.ulp }.max() ?? .nan
      #expect(worst <= 4, "\(row.name) of \(number): \(worst) units")
    }
    let product = Tensor(filledWith: number, [1, 200], dtype: .float64)
      .matmul(Tensor.ones([200, 200], dtype: .float64))
    #expect(product.doubles.allSatisfy { Swift.abs($0 / (200 * number) - 1) < 1e-14 })
  }

  /// The result must be the function of zero or of the number itself.
  @Test(arguments: [1e-40, 1.5e-45, 1.1e-38])
  func singlePrecisionTakesThemForZero(_ number: Double) throws {
    let x = Tensor([Double](repeating: number, count: Self.count))
    let present = Double(Float(number))
    for row in rows where row.name != "· 1e300" && row.name != "sign" && row.name != "> 0" {
      let (zero, exact) = (row.exact(0), row.exact(present))
      let agree = row.function(x).doubles.allSatisfy { found in
        found == zero || Swift.abs(found - exact) <= 4 * Double(Float(exact).ulp)
      }
      #expect(agree, "\(row.name) of \(number): \(row.function(x).doubles[0])")
    }
    #expect(sign(x).doubles.allSatisfy { $0 == 0 } && (x * 1e20).doubles.allSatisfy { $0 == 0 })
    #expect(log(x).doubles.allSatisfy { $0 == -.infinity })
    #expect(pow(x, 0.5).doubles.allSatisfy { $0 == 0 })
    #expect(x.doubles.allSatisfy { $0 == present }, "copying is not arithmetic")
  }

  /// The mode applies only to the loops, on any thread, whatever ran before.
  @Test func neitherTypeDisturbsTheOther() {
    let (single, double) = (
      Tensor(filledWith: 1e-30, [Self.count]),
      Tensor(filledWith: Self.tiny, [Self.count], dtype: .float64)
    )
    for _ in 0..<20 {
      #expect((single * single * 1e20).doubles.allSatisfy { $0 == 0 })
      #expect((double * 2).doubles.allSatisfy { $0 == 2 * Self.tiny })
    }
    let isKept = Tensor(filledWith: 0, [8], dtype: .float64)
    var results = isKept
    results.withMutableMemory { memory in
      let places = memory.assumingMemoryBound(to: Double.self)
      let number = Self.tiny
      parallel(count: 8) { index in
        // Single precision inside another loop flushes independently.
        let inner = (single.sliced(0..<10) * 1e-10).doubles
        places[index] =
          inner.allSatisfy { $0 == 0 } ? Foundation.log(number * Double(index + 1)) : 0
      }
    }
    for (index, found) in results.doubles.enumerated() {
      #expect(found == Foundation.log(Self.tiny * Double(index + 1)))
    }
  }
}
