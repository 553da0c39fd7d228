import Testing

@testable import Tensor

/// The minimisers behind a common interface.
private enum Minimizer: CaseIterable, Sendable {
  case limitedMemory, newton

  func minimum(
    from start: [Double], iterationLimit: Int = 500, of function: (Tensor) throws -> Tensor
  ) rethrows -> Minimum {
    let start = Tensor(start, dtype: .float64)
    return switch self {
    case .limitedMemory:
      try LBFGS(iterationLimit: iterationLimit).minimum(from: start, of: function)
    case .newton:
      try TrustRegionNewton(iterationLimit: iterationLimit).minimum(from: start, of: function)
    }
  }
}

/// Rosenbrock's valley (1960): 0 at (1, …, 1).
private func rosenbrock(_ x: Tensor) -> Tensor {
  let (a, b) = (x.sliced(0..<x.count - 1), x.sliced(1..<x.count))
  return (square(1 - a) + 100 * square(b - square(a))).sum()
}

private struct Interruption: Error {}

@Suite struct MinimizationTests {
  @Test(arguments: Minimizer.allCases)
  private func rosenbrocksValley(_ minimizer: Minimizer) {
    for start in [[-1.2, 1], [0, 0], [-3, -4], [1.2, 0.5, -0.3, 0.8, 2, 1.5]] {
      let minimum = minimizer.minimum(from: start, of: rosenbrock)
      #expect(minimum.reason == .smallGradient && minimum.hasConverged, "\(minimum)")
      #expect(abs(minimum.point - 1).max().scalar < 1e-7 && minimum.value < 1e-15)
      #expect(minimum.gradientNorm <= 1e-8 && minimum.evaluations < 400, "\(minimum)")
      let exact = gradient(at: minimum.point, rosenbrock)
      #expect(Swift.abs(exact.sumOfSquares.squareRoot() - minimum.gradientNorm) < 1e-12)
    }
  }

  @Test(arguments: Minimizer.allCases)
  private func aQuadraticFunction(_ minimizer: Minimizer) {
    let scales = Tensor([1e-3, 1, 50, 1e3, 1e4], dtype: .float64)
    let center = Tensor([3, -2, 1, 0.5, -0.1], dtype: .float64)
    let minimum = minimizer.minimum(from: [0, 0, 0, 0, 0]) {
      (0.5 * scales * square($0 - center)).sum() - 7
    }
    #expect(minimum.hasConverged, "\(minimum)")
    #expect(Swift.abs(minimum.value + 7) < 1e-13)
    #expect(abs(minimum.point - center).max().scalar < 1e-4)
    if minimizer == .newton { #expect(minimum.iterations <= 4, "\(minimum)") }
  }

  @Test func bothAgreeOnALogisticRegressionOfBadScales() {
    let random = Random(seed: 91)
    let scales = Tensor([1, 1e3, 1e-2, 30], dtype: .float64)
    let x = random.normal([300, 4], dtype: .float64) * scales
    let logits = (x * (Tensor([0.5, -1, 2, 0.3], dtype: .float64) / scales)).sum(along: 1)
    let labels = random.bernoulli(probability: sigmoid(logits))
    func loss(_ w: Tensor) -> Tensor {
      let logits = x.matmul(w.reshaped(to: [4, 1])).reshaped(to: [300])
      return (softplus(logits) - labels * logits).mean() + 1e-6 * square(w).sum()
    }
    let minima = Minimizer.allCases.map { $0.minimum(from: [0, 0, 0, 0], of: loss) }
    for minimum in minima { #expect(minimum.hasConverged, "\(minimum)") }
    #expect(Swift.abs(minima[0].value - minima[1].value) < 1e-11)
    #expect(abs((minima[0].point - minima[1].point) * scales).max().scalar < 1e-3)
    #expect(minima[1].iterations < 40, "\(minima[1])")
  }

  @Test(arguments: Minimizer.allCases)
  private func withoutABound(_ minimizer: Minimizer) {
    let functions: [(Tensor) -> Tensor] = [
      { -$0.sum() }, { -square($0).sum() }, { -exp($0).sum() }, { ($0 * $0 * $0 + $0).sum() },
      { log($0).sum() },
    ]
    for (index, function) in functions.enumerated() {
      let minimum = minimizer.minimum(from: [0.5, 2], of: function)
      if index < 4 {
        #expect(minimum.reason == .unbounded, "\(index): \(minimum)")
      } else {
        // The value is −∞ at the boundary, and NaN beyond it.
        #expect(!minimum.hasConverged && minimum.value < -1, "\(minimum)")
      }
    }
  }

  @Test(arguments: Minimizer.allCases)
  private func startsThatAreNotFinite(_ minimizer: Minimizer) {
    let rows: [([Double], (Tensor) -> Tensor)] = [
      ([.nan, 1], { square($0).sum() }), ([.infinity], { square($0).sum() }),
      ([-1], { log($0).sum() }), ([0], { sqrt($0).sum() }),
    ]
    for (start, function) in rows {
      let minimum = minimizer.minimum(from: start, of: function)
      #expect(minimum.reason == .notFinite && minimum.iterations == 0, "\(start): \(minimum)")
    }
  }

  @Test(arguments: Minimizer.allCases)
  private func stepsThatLeaveTheDomainAreShortened(_ minimizer: Minimizer) {
    // NaN from 3 on, with the minimum just below; and ∞ at 0 or below.
    let walls: [(start: Double, expected: Double, (Tensor) -> Tensor)] = [
      (-40, 2.5, { ($0 * -2 - log(3 - $0)).sum() }), (1e-6, 1, { ($0 - log($0)).sum() }),
      (900, 1, { ($0 - log($0)).sum() }),
    ]
    for (start, expected, function) in walls {
      let minimum = minimizer.minimum(from: [start], of: function)
      #expect(minimum.hasConverged, "\(start): \(minimum)")
      #expect(Swift.abs(minimum.point.scalar - expected) < 1e-7)
    }
    // Finite only at the start.
    var calls = 0
    let minimum = minimizer.minimum(from: [1]) { x in
      calls += 1
      // Newton's method also evaluates the second derivatives at the start.
      return (square(x) + (calls > 2 || minimizer == .limitedMemory && calls > 1 ? .nan : 0)).sum()
    }
    #expect(minimum.reason == .notFinite && minimum.point.scalar == 1, "\(minimum)")
  }

  @Test func newtonLeavesSaddles() {
    // x² − y² + y⁴: a saddle at 0, minima −¼ at y = ±1/√2.
    func function(_ x: Tensor) -> Tensor {
      (square(x) * Tensor([1, -1], dtype: .float64) + pow(x, 4) * Tensor([0, 1], dtype: .float64))
        .sum()
    }
    for start in [[0, 0], [1, 0], [0.3, 1e-9]] as [[Double]] {
      let minimum = Minimizer.newton.minimum(from: start, of: function)
      #expect(
        minimum.reason == .smallGradient && Swift.abs(minimum.value + 0.25) < 1e-12, "\(minimum)")
    }
    // The gradient is 0 at the saddle, which is all that the other minimiser requires.
    let stuck = Minimizer.limitedMemory.minimum(from: [0, 0], of: function)
    #expect(stuck.reason == .smallGradient && stuck.value == 0)
  }

  @Test(arguments: Minimizer.allCases)
  private func otherReasons(_ minimizer: Minimizer) {
    let limited = minimizer.minimum(from: [-1.2, 1], iterationLimit: 3, of: rosenbrock)
    #expect(limited.reason == .iterationLimit && limited.iterations == 3 && limited.value < 24.2)
    let wrong = minimizer.minimum(from: [1, 2]) { x in
      square(x.untracked).sum().tracked(from: x) { _, dy in dy * (0 * x - 2 * stopGradient(x)) }
    }
    #expect(wrong.reason == .noDescent && wrong.value == 5, "\(wrong)")
    let start = minimizer.minimum(from: [0, 0]) { square($0).sum() }
    #expect(start.reason == .smallGradient && start.iterations == 0)
    #expect(throws: Interruption.self) {
      try minimizer.minimum(from: [1]) { _ in throw Interruption() }
    }
    var calls = 0
    let counted = minimizer.minimum(from: [3, 1]) { x in
      calls += 1
      return rosenbrock(x)
    }
    #expect(counted.evaluations == calls)
  }

  /// A gradient that cannot become as small as requested, because the value is large.
  @Test(arguments: Minimizer.allCases)
  private func valuesThatDifferByRoundingAlone(_ minimizer: Minimizer) {
    let minimum = minimizer.minimum(from: [3, -5]) { x in
      1e9 + 1e6 * (exp(x) + exp(-0.5 * x)).sum()
    }
    #expect(minimum.hasConverged, "\(minimum)")
    #expect(abs(minimum.point + 0.46209812037329684).max().scalar < 1e-6)
  }

  @Test func manyUnknowns() {
    let count = 2_000
    let target = Random(seed: 92).normal([count], dtype: .float64)
    let minimum = LBFGS().minimum(from: .zeros([count], dtype: .float64)) {
      (log1p(square($0 - target)) + 0.1 * square($0)).sum()
    }
    #expect(minimum.reason == .smallGradient && minimum.evaluations < 200, "\(minimum)")
  }

  @Test func secondDerivatives() {
    let x = Tensor([0.5, -1, 2], dtype: .float64)
    let hessian = Tensor.hessian(at: x) { (exp($0) * $0.sum()).sum() }
    // ∂²/∂xᵢ∂xⱼ Σ eˣᵏ · Σ xₗ = eˣⁱ + eˣʲ + δᵢⱼ eˣⁱ Σ x.
    let e = exp(x).reshaped(to: [3, 1])
    let expected = e + exp(x) + Tensor.identity(3, dtype: .float64) * e * 1.5
    #expect(abs(hessian - expected).max().scalar < 1e-13)
    #expect(hessian == hessian.transposed())
  }
}
