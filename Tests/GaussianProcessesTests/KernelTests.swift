import GaussianProcesses
import Tensor
import Testing

/// A kernel, and its formula for two points.
private struct KernelRow: CustomTestStringConvertible, Sendable {
  let kernel: any Kernel
  let expected: @Sendable ([Double], [Double]) -> Double
  var testDescription: String { kernel.name }

  init(
    _ kernel: any Kernel, _ expected: @escaping @Sendable (_ x: [Double], _ y: [Double]) -> Double
  ) {
    (self.kernel, self.expected) = (kernel, expected)
  }
}

private func squares(_ x: [Double], _ y: [Double], _ lengths: [Double] = [1, 1]) -> Double {
  zip(zip(x, y), lengths).map { ($0.0 - $0.1) * ($0.0 - $0.1) / ($1 * $1) }.reduce(0, +)
}
private func product(_ x: [Double], _ y: [Double]) -> Double {
  zip(x, y).map { $0 * $1 }.reduce(0, +)
}
private func e(_ x: Double) -> Double { exp(Tensor(x, dtype: .float64)).scalar }
private func sine2(_ x: Double) -> Double { square(sin(Tensor(x, dtype: .float64))).scalar }
private func periodicSum(_ x: [Double], _ y: [Double], _ p: Double) -> Double {
  zip(x, y).map { sine2(Double.pi * ($0 - $1) / p) }.reduce(0, +)
}

private let rows: [KernelRow] = [
  .init(SquaredExponential(length: 0.7)) { e(-0.5 * squares($0, $1) / 0.49) },
  .init(SquaredExponential(lengths: [0.7, 2])) { e(-0.5 * squares($0, $1, [0.7, 2])) },
  .init(Matern(.half, length: 0.7)) { e(-squares($0, $1).squareRoot() / 0.7) },
  .init(Matern(.threeHalves, lengths: [0.7, 2])) {
    let r = (3 * squares($0, $1, [0.7, 2])).squareRoot()
    return (1 + r) * e(-r)
  },
  .init(Matern(.fiveHalves, length: 1.3)) {
    let r = (5 * squares($0, $1)).squareRoot() / 1.3
    return (1 + r + r * r / 3) * e(-r)
  },
  .init(RationalQuadratic(length: 1.3, alpha: 2)) {
    let base = 1 + squares($0, $1) / (2 * 2 * 1.69)
    return 1 / (base * base)
  },
  .init(Periodic(period: 1.7, length: 0.8)) { e(-2 * periodicSum($0, $1, 1.7) / 0.64) },
  .init(LocallyPeriodic(period: 1.7, length: 0.8, decay: 2)) {
    e(-2 * periodicSum($0, $1, 1.7) / 0.64 - squares($0, $1) / 8)
  },
  .init(Linear(variance: 1.4)) { 1.4 * product($0, $1) },
  .init(Polynomial(degree: 3, offset: 0.6)) {
    let base = product($0, $1) + 0.6
    return base * base * base
  },
  .init(Constant(variance: 2.5)) { _, _ in 2.5 },
  .init(White(variance: 2.5)) { _, _ in 0 },
  .init(2.5 * SquaredExponential(length: 0.7)) { 2.5 * e(-0.5 * squares($0, $1) / 0.49) },
  .init(SquaredExponential() + Linear() + White()) { e(-0.5 * squares($0, $1)) + product($0, $1) },
  .init(SquaredExponential() * Linear(variance: 3)) {
    3 * e(-0.5 * squares($0, $1)) * product($0, $1)
  },
  .init(exponential(0.5 * SquaredExponential())) { e(0.5 * e(-0.5 * squares($0, $1))) },
  .init((SquaredExponential(length: 2) + Constant()).on(columns: [1])) {
    e(-0.125 * squares([$0[1]], [$1[1]])) + 1
  },
  .init(Linear().on(features: { square($0) }, named: "squares").named("energy")) {
    product($0.map { $0 * $0 }, $1.map { $0 * $0 })
  },
]

private let x = Tensor([[0.3, -1.2], [1.1, 0.4], [-0.7, 2.2]], dtype: .float64)
private let y = Tensor([[0.9, 0.1], [-1.4, 0.8]], dtype: .float64)

@Suite struct KernelTests {
  @Test(arguments: rows) fileprivate func followsItsFormula(_ row: KernelRow) {
    let matrix = row.kernel(x, y)
    #expect(matrix.shape == [3, 2])
    for i in 0..<3 {
      for j in 0..<2 {
        let expected = row.expected(
          Array(x.doubles[2 * i..<2 * i + 2]), Array(y.doubles[2 * j..<2 * j + 2]))
        #expect(abs(matrix.doubles[2 * i + j] - expected) < 1e-13, "\(i), \(j)")
      }
    }
  }

  @Test(arguments: rows) fileprivate func hasItsMatrixsDiagonal(_ row: KernelRow) {
    let logarithms = row.kernel.logarithms
    for same in [false, true] {
      let matrix = row.kernel.matrix(x, x, sameObservations: same, logarithms: logarithms)
      let diagonal = row.kernel.diagonal(x, sameObservations: same, logarithms: logarithms)
      #expect(abs(matrix.diagonal() - diagonal).max().scalar < 1e-13)
      #expect(abs(matrix - matrix.transposed()).max().scalar < 1e-15)
    }
  }

  @Test(arguments: rows) fileprivate func isPositiveSemidefinite(_ row: KernelRow) throws {
    let points = Random(seed: 3).normal([12, 2], dtype: .float64)
    let values = try SymmetricEigendecomposition(of: row.kernel(points)).values.doubles
    #expect((values.min() ?? -1) > -1e-12 * (values.max() ?? 1))
  }

  /// For different points, and for equal ones, where distances are 0.
  @Test(arguments: rows) fileprivate func hasGradients(_ row: KernelRow) {
    func check(_ function: ([Tensor]) -> Tensor, _ inputs: [Tensor]) {
      let check = checkGradient(of: function, at: inputs)
      #expect(check.passes(), "\(check)")
    }
    let logarithms = row.kernel.logarithms
    check(
      { row.kernel.matrix($0[0], $0[1], sameObservations: false, logarithms: $0[2]) },
      [x, y, logarithms])
    check(
      { row.kernel.diagonal($0[0], sameObservations: true, logarithms: $0[1]) }, [x, logarithms])
    // The first Matérn kernel has kinks at equal points.
    if row.kernel.name == "matern-1/2" { return }
    check(
      { row.kernel.matrix($0[0], $0[0], sameObservations: true, logarithms: $0[1]) },
      [x, logarithms])
  }

  /// (k, expected) at a distance.
  @Test func valuesOfTheTable() {
    func at(_ kernel: some Kernel, _ distance: Double) -> Double {
      kernel(Tensor([[0.2]], dtype: .float64), Tensor([[0.2 + distance]], dtype: .float64)).scalar
    }
    #expect(abs(at(SquaredExponential(length: 2), 1) - 0.8824969) < 1e-7)
    #expect(abs(at(RationalQuadratic(length: 1, alpha: 2), 1) - 0.64) < 1e-14)
    #expect(abs(at(Periodic(period: 1, length: 1), 0.5) - 0.1353352832366127) < 1e-14)
    #expect(abs(at(LocallyPeriodic(period: 1, length: 1, decay: 1), 0.5) - 0.1194330) < 1e-7)
  }

  @Test func namesItsParametersOnce() {
    var kernel =
      2 * SquaredExponential() + Periodic() * SquaredExponential(lengths: [1, 2]) + Matern(.half)
      + (3 * SquaredExponential()).named("short") + White()
    #expect(
      kernel.parameterNames == [
        "squared-exponential.variance", "squared-exponential.length", "periodic.period",
        "periodic.length", "squared-exponential.length-1", "squared-exponential.length-2",
        "matern-1/2.length", "short.squared-exponential.variance",
        "short.squared-exponential.length", "white.variance",
      ])
    #expect(
      (SquaredExponential() + SquaredExponential()).parameterNames == [
        "squared-exponential.length", "squared-exponential-2.length",
      ])
    kernel.parameters[7].value = 5
    #expect(kernel.parameters.map(\.value) == [2, 1, 1, 1, 1, 2, 1, 5, 1, 1])
    #expect(
      kernel.name
        == "squared-exponential + periodic * squared-exponential + matern-1/2 + short + white")
    #expect(kernel.with(logarithms: .zeros([10], dtype: .float64)).parameters[7].value == 1)
  }

  @Test func noiseBelongsToAnObservation() {
    let points = Tensor([[1], [1]], dtype: .float64)
    let kernel = Constant() + 2 * White(variance: 3) * Constant(variance: 0.5)
    #expect(kernel(points).doubles == [4, 1, 1, 4])
    #expect(kernel(points, points).doubles == [1, 1, 1, 1])
  }

  @Test func worksInSinglePrecision() {
    let kernel = 2 * SquaredExponential(length: 0.7) + Periodic() * Linear()
    let single = kernel(x.converted(to: .float32), y.converted(to: .float32))
    #expect(single.dtype == .float32)
    #expect(abs(single.converted(to: .float64) - kernel(x, y)).max().scalar < 1e-5)
  }
}
