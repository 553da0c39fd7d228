import Foundation
import Testing

@testable import Tensor

/// A node of a rule and its weight.
private struct NodeRow: Sendable {
  let rule: GaussianQuadrature
  let place: Int
  let node: Double
  let weight: Double

  init(_ rule: GaussianQuadrature, _ place: Int, _ node: Double, _ weight: Double) {
    (self.rule, self.place, self.node, self.weight) = (rule, place, node, weight)
  }
}

/// Computed by Newton's method with 50 digits.
private let nodeRows: [NodeRow] = [
  .init(.legendre(5), 4, 0.906179845938663993, 0.236926885056189088),
  .init(.legendre(20), 19, 0.993128599185094925, 0.0176140071391521183),
  .init(.legendre(20), 10, 0.0765265211334973338, 0.152753387130725851),
  .init(.legendre(100), 99, 0.999713726773441234, 0.00073463449050567173),
  .init(.legendre(101), 61, 0.333924373075432176, 0.0291746245152499866),
  .init(.legendre(500), 499, 0.999988456752212957, 0.0000296236444854828372),
  .init(.hermite(4), 3, 1.65068012388578456, 0.0813128354472451771),
  .init(.hermite(20), 12, 1.23407621539532301, 0.10901720602002332),
  .init(.hermite(20), 19, 5.38748089001123286, 2.22939364553415129e-13),
  .init(.hermite(100), 60, 2.33732046390687851, 0.000952692188548619117),
  .init(.hermite(100), 99, 13.4064873381449101, 5.90806786503120682e-79),
  .init(.hermite(200), 150, 8.15389313236248296, 2.29324240033701772e-30),
]

@Suite struct GaussianQuadratureTests {
  @Test(arguments: nodeRows.indices)
  func nodesAndWeightsToTheLastDigit(_ index: Int) {
    let row = nodeRows[index]
    #expect(Swift.abs(row.rule.nodes.doubles[row.place] - row.node) <= row.node.ulp)
    #expect(Swift.abs(row.rule.weights.doubles[row.place] - row.weight) <= row.weight.ulp)
  }

  @Test(arguments: [1, 2, 3, 8, 33])
  func polynomialsAreExact(_ count: Int) {
    let (legendre, hermite) = (
      GaussianQuadrature.legendre(count), GaussianQuadrature.hermite(count)
    )
    let normal = GaussianQuadrature.normal(count)
    for degree in 0..<min(2 * count, 24) {
      let power = { (x: Tensor) in pow(x, Double(degree)) }
      let isOdd = degree % 2 == 1
      let n = Double(degree)
      let expected = isOdd ? 0 : 2 / (n + 1)
      #expect(Swift.abs(legendre.integral(of: power).scalar - expected) < 1e-15)
      let gaussian = isOdd ? 0 : tgamma((n + 1) / 2)
      #expect(
        Swift.abs(hermite.integral(of: power).scalar - gaussian) <= 1e-14
          * max(1, tgamma((n + 1) / 2)))
      let moment = isOdd ? 0 : stride(from: 1, to: n, by: 2).reduce(1, *)
      let size = Double.pi.squareRoot() * tgamma((n + 1) / 2) * pow(2, n / 2)
      #expect(Swift.abs(normal.integral(of: power).scalar - moment) <= 1e-14 * size)
    }
    #expect(legendre.nodes.doubles == legendre.nodes.doubles.map { -$0 }.reversed())
    #expect(legendre.nodes.doubles == legendre.nodes.doubles.sorted())
  }

  @Test func intervalsAndGradients() {
    let rule = GaussianQuadrature.legendre(12, over: 0...1)
    #expect(Swift.abs(rule.integral { exp($0) }.scalar - (M_E - 1)) < 1e-15)
    // d/da ∫ eᵃˣ dx = ∫ x eᵃˣ dx = 1 at a = 1; several functions at once.
    let slope = gradient(at: Tensor([1, 1], dtype: .float64)) { a in
      rule.integral { exp(a.reshaped(to: [2, 1]) * $0) }.sum()
    }
    #expect(abs(slope - 1).max().scalar < 1e-14)
    let shifted = GaussianQuadrature.normal(30, mean: 1, standardDeviation: 2)
    // E eˣ = e^(μ + σ²/2).
    #expect(Swift.abs(shifted.integral { exp($0) }.scalar / exp(3) - 1) < 1e-13)
    // Weights that underflow, and polynomials that overflow.
    let wide = GaussianQuadrature.hermite(800)
    #expect(wide.weights.isFinite && wide.nodes.isFinite)
    #expect(Swift.abs(wide.weights.sum().scalar / Double.pi.squareRoot() - 1) < 1e-15)
  }
}

/// An integral and its value.
private struct IntegralRow: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let ends: (Double, Double)
  let expected: Double
  let function: @Sendable (Double) -> Double

  init(
    _ name: String, _ start: Double, _ end: Double, _ expected: Double,
    _ function: @escaping @Sendable (Double) -> Double
  ) {
    (testDescription, ends, self.expected, self.function) = (name, (start, end), expected, function)
  }
}

private let integralRows: [IntegralRow] = [
  .init("polynomial", -1, 2, 3.75) { $0 * $0 * $0 },
  .init("backwards", 2, -1, -3.75) { $0 * $0 * $0 },
  .init("sine, which cancels", -1, 1, 0) { sin($0) },
  .init("root", 0, 1, 2.0 / 3) { $0.squareRoot() },
  .init("singular end", 0, 1, 2) { 1 / $0.squareRoot() },
  .init("logarithm", 0, 1, -1) { log($0) },
  .init("kink", 0, 1, 0.29) { Swift.abs($0 - 0.3) },
  .init("peak", 0, 1, atan(0.7e4) + atan(0.3e4)) { 1e4 / (1 + 1e8 * ($0 - 0.3) * ($0 - 0.3)) },
  .init("waves", 0, 1, (1 - cos(200)) / 200) { sin(200 * $0) },
  .init("normal", -.infinity, .infinity, Double.pi.squareRoot()) { exp(-$0 * $0) },
  .init("normal away from 0", -.infinity, .infinity, Double.pi.squareRoot()) {
    exp(-($0 - 5) * ($0 - 5))
  },
  .init("Cauchy", -.infinity, .infinity, .pi) { 1 / (1 + $0 * $0) },
  .init("exponential", 3, .infinity, exp(-3)) { exp(-$0) },
  .init("to the left", -.infinity, 0, 1) { exp($0) },
  .init("from infinity", .infinity, 0, -1) { exp(-$0) },
  .init("tiny", 0, 1e-200, 1e-200) { 1 + $0 },
]

@Suite struct AdaptiveIntegralTests {
  @Test(arguments: integralRows)
  private func convergesWithinItsError(_ row: IntegralRow) {
    let integral = AdaptiveIntegral(from: row.ends.0, to: row.ends.1, of: row.function)
    #expect(integral.hasConverged, "\(integral)")
    let error = Swift.abs(integral.value - row.expected)
    #expect(error <= max(integral.errorEstimate, 4 * row.expected.ulp), "\(integral): \(error)")
    let scale = row.expected == 0 ? 1 : Swift.abs(row.expected)
    #expect(integral.errorEstimate <= 1e-10 * scale, "\(integral)")
  }

  @Test func saysWhenItDidNotConverge() {
    let divergent = AdaptiveIntegral(from: 0, to: 1) { 1 / $0 }
    #expect(!divergent.hasConverged, "\(divergent)")
    let singular = AdaptiveIntegral(from: 0, to: 1) { 1 / Swift.abs($0 - 0.3) }
    #expect(!singular.hasConverged && singular.reason != .notFinite, "\(singular)")
    let few = AdaptiveIntegral(from: 0, to: 1, partLimit: 3) { sin(1 / $0) }
    #expect(few.reason == .partLimit && few.evaluations == 5 * 21, "\(few)")
    let strict = AdaptiveIntegral(from: 0, to: 1, relativeTolerance: 0) { exp($0) }
    #expect(strict.reason == .precisionLimit && Swift.abs(strict.value - M_E + 1) < 1e-14)
    let undefined = AdaptiveIntegral(from: -1, to: 1) { log($0) }
    #expect(undefined.reason == .notFinite && undefined.value.isNaN)
    let infinite = AdaptiveIntegral(from: -1, to: 1) { 1 / $0 }
    #expect(infinite.reason == .notFinite, "\(infinite)")
    let empty = AdaptiveIntegral(from: 2, to: 2) { _ in .nan }
    #expect(empty.value == 0 && empty.evaluations == 0)
    let loose = AdaptiveIntegral(from: 0, to: 1, absoluteTolerance: 1) { sin(50 * $0) }
    #expect(loose.evaluations == 21)
  }

  @Test func errorsPassThrough() {
    struct Interruption: Error {}
    #expect(throws: Interruption.self) {
      try AdaptiveIntegral(from: 0, to: 1) { _ in throw Interruption() }
    }
  }
}
