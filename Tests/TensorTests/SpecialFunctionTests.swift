import CKernels
import Foundation
import Testing

@testable import Tensor

/// One special function, the domains on which its gradients are tested, and known values.
private struct SpecialFunctionRow: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let domains: [ClosedRange<Double>]
  let function: @Sendable (Tensor) -> Tensor
  let values: [(x: Double, y: Double)]

  init(
    _ name: String, _ domains: ClosedRange<Double>..., values: [(Double, Double)] = [],
    _ function: @escaping @Sendable (Tensor) -> Tensor
  ) {
    (testDescription, self.domains, self.function) = (name, domains, function)
    self.values = values.map { (x: $0.0, y: $0.1) }
  }
}

private let rows: [SpecialFunctionRow] = [
  .init(
    "erf", -2...2, 0.6...0.9,
    values: [
      (-8, -1), (-1, -0.8427007929497149), (-1e-9, -1.1283791670955127e-9), (0, 0),
      (0.3, 0.3286267594591274), (1, 0.8427007929497149), (2.5, 0.999593047982555),
      (5, 0.9999999999984626), (12, 1),
    ], { erf($0) }),
  .init(
    "erfc", -2...2, 3...8,
    values: [
      (-8, 2), (-1, 1.8427007929497148), (-1e-9, 1.0000000011283792), (0, 1),
      (0.3, 0.6713732405408726), (1, 0.15729920705028513), (2.5, 0.0004069520174449589),
      (5, 1.537459794428035e-12), (12, 1.3562611692059042e-64),
    ], { erfc($0) }),
  .init("Φ", -2...2, -9 ... -3, values: [(0, 0.5)], { normalCumulative($0) }),
  .init(
    "log Φ", -3...3, -40 ... -20, 4...8,
    values: [
      (-8, -35.01343715991455), (-1, -1.8410216450092636), (-1e-9, -0.6931471813578298),
      (0, -0.6931471805599453), (0.3, -0.4814101615884812), (1, -0.17275377902344988),
      (2.5, -0.006229025485860002), (5, -2.866516129637636e-07), (12, -1.776482112077679e-33),
    ], { normalLogCumulative($0) }),
  .init(
    "normal quantile", 0.05...0.95, 0.02...0.1,
    values: [
      (1e-12, -7.034483825301132), (0.001, -3.0902323061678136), (0.1, -1.2815515655446004),
      (0.5, 0), (0.8, 0.8416212335729144), (0.999999, 4.753424308817087),
    ], { normalQuantile($0) }),
  .init(
    "log Γ", 0.2...6, 7...30, -2.9 ... -2.1, -20.9 ... -20.1,
    values: [
      (1e-8, 18.42068073818021), (0.1, 2.252712651734206), (0.5, 0.5723649429247001), (1, 0),
      (1.5, -0.12078223763524522), (2, 0), (3.7, 1.428072326665388), (10, 12.801827480081469),
      (123.4, 469.3360974421906), (1e6, 12815504.569147611),
    ], { logGamma($0) }),
  .init(
    "digamma", 0.2...6, 7...30, -2.9 ... -2.1, -20.9 ... -20.1,
    values: [
      (1e-8, -100000000.57721564), (0.1, -10.423754940411076), (0.5, -1.9635100260214235),
      (1, -0.5772156649015329), (1.5, 0.03648997397857652), (2, 0.42278433509846713),
      (3.7, 1.1671535393615113), (10, 2.251752589066721), (123.4, 4.8113737751162775),
      (1e6, 13.815510057964191),
    ], { digamma($0) }),
  .init(
    "trigamma", 0.2...6, 7...30, -2.9 ... -2.1, -20.9 ... -20.1,
    values: [
      (1e-8, 1.0000000000000002e16), (0.1, 101.43329915079275), (0.5, 4.934802200544679),
      (1, 1.6449340668482264), (1.5, 0.9348022005446793), (2, 0.6449340668482264),
      (3.7, 0.3100378576700383), (10, 0.10516633568168575), (123.4, 0.008136651610865263),
      (1e6, 1.0000005000001667e-6),
    ], { trigamma($0) }),
  .init(
    "polygamma 2", 0.3...6, 9...30, -2.8 ... -2.2, values: [(1, -2.4041138063191886)],
    { polygamma(order: 2, $0) }),
  .init(
    "polygamma 5", 0.5...6, 9...30, -2.8 ... -2.2, values: [(1, 122.08116743813390)],
    { polygamma(order: 5, $0) }),
  .init(
    "log1mexp", 0.1...2, -3 ... -0.2, values: [(-0.6931471805599453, -0.6931471805599453)],
    { log1mexp($0) }),
  .init("logit", 0.05...0.95, values: [(0.5, 0), (0.75, 1.0986122886681098)], { logit($0) }),
  .init(
    "sinc", -0.9...0.9, 1...6, values: [(0, 1), (0.5, 0.6366197723675814), (3, 0)], { sinc($0) }),
  .init(
    "I₀ scaled", 0.1...7, 9...60, -5 ... -1, values: [(0, 1), (1, 0.46575960759364043)],
    { besselI0Scaled($0) }),
  .init(
    "I₁ scaled", 0.1...7, 9...60, -5 ... -1, values: [(0, 0), (1, 0.20791041534970842)],
    { besselI1Scaled($0) }),
]

@Suite struct SpecialFunctionTests {
  @Test(arguments: rows)
  fileprivate func gradients(_ row: SpecialFunctionRow) {
    for (index, domain) in row.domains.enumerated() {
      let random = Random(seed: UInt64(index))
      let x = random.uniform([9], in: domain.lowerBound..<domain.upperBound, dtype: .float64)
      let check = checkGradient(of: { row.function($0[0]) }, at: [x])
      #expect(check.passes(), "\(row.testDescription) on \(domain): \(check)")
    }
  }

  /// Values of the reference tables, computed with 40 digits.
  @Test(arguments: rows)
  fileprivate func knownValues(_ row: SpecialFunctionRow) {
    let y = row.function(Tensor(row.values.map(\.x), dtype: .float64)).doubles
    for ((x, expected), found) in zip(row.values, y) {
      #expect(
        Swift.abs(found - expected) <= 4 * expected.ulp, "at \(x): \(found) for \(expected)")
    }
  }

  @Test func xlogyIsZeroWhereXIs() {
    let x = Tensor([0, 0, 0, 2, 2], dtype: .float64)
    let y = Tensor([0, .infinity, .nan, 3, 0], dtype: .float64)
    let found = xlogy(x, y).doubles
    #expect(found.prefix(2) == [0, 0] && found[2].isNaN)
    #expect(found[4] == -.infinity)
    #expect(Swift.abs(found[3] - 2 * Foundation.log(3)) < 1e-15)
    let slope = gradient(at: Tensor([0, 3], dtype: .float64)) {
      xlogy(Tensor([0, 2], dtype: .float64), $0).sum()
    }
    #expect(slope.doubles == [0, 2.0 / 3])
  }

  @Test func functionsOfTwoHaveTheRightGradients() {
    let random = Random(seed: 3)
    for range in [0.3..<5.0, 6..<20] {
      let a = random.uniform([4, 1], in: range, dtype: .float64)
      let b = random.uniform([3], in: range, dtype: .float64)
      let products = checkGradient(of: { xlogy($0[0], $0[1]) }, at: [a, b])
      #expect(products.passes(), "\(products)")
      let betas = checkGradient(of: { logBeta($0[0], $0[1]) }, at: [a, b])
      #expect(betas.passes(), "\(betas)")
    }
  }
}
