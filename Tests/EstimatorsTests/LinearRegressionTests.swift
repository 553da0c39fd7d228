import Estimators
import Tensor
import Testing

@Suite struct LinearRegressionTests {
  private func largestError(_ a: Tensor, _ expected: [Double]) -> Double {
    (abs(a - double(expected)) / maximum(abs(double(expected)), double(1))).max().scalar
  }

  /// x 0, 1, 2, 3 and y 1, 3, 2, 5: slope 1.1, intercept 1.1, residuals −.1, .8, −1.3, .6.
  @Test func byHand() throws {
    let fit = try LinearRegression(fitting: double([1, 3, 2, 5]), on: double([0, 1, 2, 3]))
    #expect(largestError(fit.coefficients, [1.1, 1.1]) < 1e-14)
    #expect(Swift.abs(fit.residualSumOfSquares - 2.7) < 1e-13)
    #expect(Swift.abs(fit.rSquared - (1 - 2.7 / 8.75)) < 1e-14)
    // s² = 1.35; the slope's variance s² / 5, the intercept's s² · 14/20.
    #expect(largestError(square(fit.standardErrors), [0.945, 0.27]) < 1e-14)
    #expect(Swift.abs(fit.noiseVariance - 0.675) < 1e-14)
    #expect(
      Swift.abs(fit.logLikelihood + 2 * (1.8378770664093453 - 0.3930425881096072 + 1)) < 1e-13)
    #expect(largestError(fit.mean(at: double([4])), [5.5]) < 1e-14)
    // 14/20 + 16/5 − 2 · 4 · 6/20 of s².
    #expect(largestError(square(fit.standardError(at: double([4]))), [1.35 * 1.5]) < 1e-13)
  }

  /// Columns 1, x, …, x⁵ at 0 … 20 and y = 1 + x + … + x⁵: NIST's Wampler1, condition 1e7.
  @Test func keepsDigitsOfAnIllConditionedDesign() throws {
    let x = Tensor.range(0..<21, dtype: .float64)
    let powers = (1...5).map { pow(x, Double($0)) }
    let y = powers.reduce(Tensor.ones([21], dtype: .float64), +)
    let fit = try LinearRegression(fitting: y, on: Tensor.stacked(powers, along: 1))
    #expect(largestError(fit.coefficients, [1, 1, 1, 1, 1, 1]) < 1e-8)
    #expect(fit.rSquared > 1 - 1e-14)
  }

  @Test func weightsCountRows() throws {
    let random = Random(seed: 1)
    let (x, y) = (random.normal([8, 2], dtype: .float64), random.normal([8], dtype: .float64))
    let counts = [1, 2, 0, 3, 1, 1, 2, 1]
    let places = counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    let repeated = try LinearRegression(
      fitting: y.gatheredRows(at: places), on: x.gatheredRows(at: places))
    let weighted = try LinearRegression(fitting: y, on: x, weights: double(counts.map(Double.init)))
    #expect(largestError(weighted.coefficients, repeated.coefficients.doubles) < 1e-13)
    #expect(largestError(weighted.standardErrors, repeated.standardErrors.doubles) < 1e-13)
    #expect(Swift.abs(weighted.logLikelihood - repeated.logLikelihood) < 1e-12)
    #expect(Swift.abs(weighted.rSquared - repeated.rSquared) < 1e-13)
  }

  @Test func unitsDoNotMatter() throws {
    let random = Random(seed: 2)
    let (x, y) = (random.normal([30, 2], dtype: .float64), random.normal([30], dtype: .float64))
    let units = double([1e-9, 1e9])
    let fit = try LinearRegression(fitting: y, on: x, intercept: false)
    let scaled = try LinearRegression(fitting: y, on: x * units, intercept: false)
    #expect(largestError(scaled.coefficients * units, fit.coefficients.doubles) < 1e-13)
  }

  @Test func refusesDegenerateData() {
    let x = double([[1, 2], [2, 4], [3, 6], [4, 8]])
    let y = double([1, 2, 3, 5])
    #expect(
      throws: EstimationError.collinear(operation: "linear regression", rank: 2, expected: 3)
    ) { try LinearRegression(fitting: y, on: x) }
    #expect(
      throws: EstimationError.tooFewRows(operation: "linear regression", found: 1, expected: 2)
    ) { try LinearRegression(fitting: double([1]), on: double([1])) }
    #expect(throws: EstimationError.notFinite(operation: "linear regression", row: 2)) {
      try LinearRegression(fitting: double([1, 2, .infinity, 3]), on: double([1, 2, 3, 4]))
    }
  }

  @Test func anExactFitHasNoErrorLeft() throws {
    let fit = try LinearRegression(fitting: double([1, 3]), on: double([0, 1]))
    #expect(largestError(fit.coefficients, [1, 2]) < 1e-14)
    #expect(fit.residualVariance.isNaN)
    let flat = try LinearRegression(fitting: double([2, 2, 2]), on: double([0, 1, 2]))
    #expect(!flat.rSquared.isNaN)
  }
}
