import Foundation
import Testing

@testable import Tensor

/// One element-wise function, its value in Foundation, and where to test it.
struct ElementwiseRow: Sendable, CustomTestStringConvertible {
  let name: String
  let domain: ClosedRange<Double>
  /// The points without a derivative, which tests avoid.
  var kinks: [Double] = []
  let function: @Sendable (Tensor) -> Tensor
  let reference: @Sendable (Double) -> Double

  var testDescription: String { name }

  init(
    _ name: String, _ domain: ClosedRange<Double>, kinks: [Double] = [],
    _ function: @escaping @Sendable (Tensor) -> Tensor,
    _ reference: @escaping @Sendable (Double) -> Double
  ) {
    (self.name, self.domain, self.kinks) = (name, domain, kinks)
    (self.function, self.reference) = (function, reference)
  }

  /// Points of the domain, each at least 0.05 from a kink.
  func points(_ shape: [Int], seed: UInt64 = 1) -> Tensor {
    let random = Random(seed: seed)
    let scalars = (0..<shape.reduce(1, *)).map { _ in
      while true {
        let x = random.uniform(in: domain.lowerBound..<domain.upperBound)
        if kinks.allSatisfy({ Swift.abs($0 - x) > 0.05 }) { return x }
      }
    }
    return Tensor(scalars, shape: shape, dtype: .float64)
  }
}

let elementwiseRows: [ElementwiseRow] = [
  .init("negate", -2...2, { -$0 }) { -$0 },
  .init("abs", -2...2, kinks: [0], { abs($0) }) { Swift.abs($0) },
  .init("square", -2...2, { square($0) }) { $0 * $0 },
  .init("sqrt", 0.2...3, { sqrt($0) }) { $0.squareRoot() },
  .init("exp", -3...3, { exp($0) }) { Foundation.exp($0) },
  .init("expm1", -2...2, { expm1($0) }) { Foundation.expm1($0) },
  .init("log", 0.2...5, { log($0) }) { Foundation.log($0) },
  .init("log1p", -0.7...3, { log1p($0) }) { Foundation.log1p($0) },
  .init("sin", -4...4, { sin($0) }) { Foundation.sin($0) },
  .init("cos", -4...4, { cos($0) }) { Foundation.cos($0) },
  .init("erf", -2...2, { erf($0) }) { Foundation.erf($0) },
  .init("tanh", -3...3, { tanh($0) }) { Foundation.tanh($0) },
  .init("sigmoid", -4...4, { sigmoid($0) }) { 1 / (1 + Foundation.exp(-$0)) },
  .init("softplus", -4...4, { softplus($0) }) { Foundation.log(1 + Foundation.exp($0)) },
  .init("relu", -2...2, kinks: [0], { relu($0) }) { max($0, 0) },
  .init("leakyReLU", -2...2, kinks: [0], { leakyReLU($0, slope: 0.2) }) { $0 > 0 ? $0 : 0.2 * $0 },
  .init("elu", -2...2, kinks: [0], { elu($0, alpha: 0.7) }) {
    $0 > 0 ? $0 : 0.7 * (Foundation.exp($0) - 1)
  },
  .init("silu", -4...4, { silu($0) }) { $0 / (1 + Foundation.exp(-$0)) },
  .init("gelu", -3...3, { gelu($0) }) { $0 * 0.5 * (1 + Foundation.erf($0 / 2.0.squareRoot())) },
  .init("clamp", -2...2, kinks: [-0.5, 1], { clamp($0, to: -0.5...1) }) { min(max($0, -0.5), 1) },
  .init("pow 2.5", 0.3...3, { pow($0, 2.5) }) { Foundation.pow($0, 2.5) },
  .init("pow 0", 0.3...3, { pow($0, 0) }) { _ in 1 },
  .init("+ number", -2...2, { 1.5 + $0 + 2 }) { $0 + 3.5 },
  .init("- number", -2...2, { 1.5 - ($0 - 2) }) { 3.5 - $0 },
  .init("* number", -2...2, { 1.5 * $0 * 2 }) { 3 * $0 },
  .init("/ number", -2...2, { $0 / 4 }) { $0 / 4 },
  .init("number /", 0.5...2, { 3 / $0 }) { 3 / $0 },
]

@Suite struct ElementwiseTests {
  @Test(arguments: elementwiseRows)
  func gradients(_ row: ElementwiseRow) {
    for shape in [[], [5], [3, 4]] {
      let check = checkGradient(of: { row.function($0[0]) }, at: [row.points(shape)])
      #expect(check.passes(), "\(row.name) \(shape): \(check)")
    }
  }

  @Test(arguments: elementwiseRows)
  func values(_ row: ElementwiseRow) {
    // 1,037 is not a multiple of any vector width.
    let x = row.points([1037])
    let single = x.converted(to: .float32)
    for ((a, b), (p, q)) in zip(
      zip(x.doubles, row.function(x).doubles), zip(single.doubles, row.function(single).scalars))
    {
      #expect(Swift.abs(b - row.reference(a)) <= 1e-13 * max(1, Swift.abs(b)), "at \(a)")
      #expect(
        Swift.abs(Double(q) - row.reference(p)) <= 4e-7 * max(1, Swift.abs(Double(q))), "at \(p)")
    }
  }

  @Test func largeArgumentsStayFinite() {
    let x = Tensor([-1000, -100, -90, 0, 90, 100, 1000])
    for (name, y) in [
      ("sigmoid", sigmoid(x)), ("softplus", softplus(x)), ("tanh", tanh(x)), ("elu", elu(x)),
      ("gelu", gelu(x)), ("softmax", softmax(x)), ("logSoftmax", logSoftmax(x)),
      ("logSumExp", x.logSumExp(along: 0)),
    ] {
      #expect(y.isFinite, "\(name): \(y)")
    }
    #expect(softplus(x).scalars == [0, 0, softplus(x).scalars[2], 0.6931472, 90, 100, 1000])
    #expect(exp(x).scalars.last == .infinity && exp(x).scalars.first == 0)
    #expect(x.logSumExp(along: 0).scalar == 1000)
  }

  @Test func gradientsAtLargeArgumentsStayFinite() {
    let x = Tensor([-1000, -100, 0, 100, 1000])
    let functions: [(Tensor) -> Tensor] = [
      sigmoid, softplus, tanh, { elu($0) }, gelu, { logSoftmax($0) }, { $0.logSumExp(along: 0) },
    ]
    for function in functions {
      #expect(gradient(at: x) { function($0).sum() }.isFinite)
    }
  }

  @Test func specialValues() {
    let x = Tensor([.infinity, -.infinity, .nan, 0.0])
    #expect(exp(x).scalars[0] == .infinity && exp(x).scalars[1] == 0 && exp(x).scalars[3] == 1)
    #expect(log(x).scalars[0] == .infinity && log(x).scalars[3] == -.infinity)
    #expect(tanh(x).scalars[0] == 1 && tanh(x).scalars[1] == -1)
    #expect(sigmoid(x).scalars[0] == 1 && sigmoid(x).scalars[1] == 0)
    for function in [exp, log, tanh, sigmoid, softplus, relu, abs, sign] as [(Tensor) -> Tensor] {
      #expect(function(x).scalars[2].isNaN)
    }
  }

  @Test func accuracyInUnitsOfTheLastPlace() {
    let grid = Tensor.linearSpace(from: -87, through: 88, count: 20_011)
    let positive = exp(Tensor.linearSpace(from: -80, through: 80, count: 20_011))
    let cases: [(String, Tensor, (Tensor) -> Tensor, (Double) -> Double)] = [
      ("exp", grid, { exp($0) }, { Foundation.exp($0) }),
      ("log", positive, { log($0) }, { Foundation.log($0) }),
      ("tanh", grid / 20, { tanh($0) }, { Foundation.tanh($0) }),
      ("sigmoid", grid, { sigmoid($0) }, { 1 / (1 + Foundation.exp(-$0)) }),
      ("softplus", grid, { softplus($0) }, { Foundation.log1p(Foundation.exp($0)) }),
    ]
    for (name, x, function, reference) in cases {
      let worst = zip(x.doubles, function(x).scalars).map { x, y in
        let exact = reference(x)
        return Swift.abs(Double(y) - exact) / Double(Float(exact).ulp)
      }.max()
      #expect(worst.map { $0 < 3 } == true, "\(name): \(worst ?? .nan) units")
    }
  }
}
