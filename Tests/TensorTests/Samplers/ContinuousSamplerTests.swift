import Foundation
import Testing

@testable import Tensor

/// A sampler and the distribution function that its numbers should have.
private struct SamplerRow: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let samples: @Sendable (Random, [Int], DType) -> Tensor
  let cumulative: @Sendable (Double) -> Double

  init(
    _ name: String, _ samples: @escaping @Sendable (Random, [Int], DType) -> Tensor,
    _ cumulative: @escaping @Sendable (Double) -> Double
  ) {
    (testDescription, self.samples, self.cumulative) = (name, samples, cumulative)
  }

  /// A normal number of mean 1 and standard deviation 2 between two bounds.
  static func truncated(_ lower: Double, _ upper: Double) -> SamplerRow {
    @Sendable func tail(_ x: Double) -> Double {
      let z = (x - 1) / 2
      return lower > 1 ? normalCumulative(-z) : normalCumulative(z)
    }
    return .init("truncated normal, \(lower) ... \(upper)") {
      $0.truncatedNormal(
        $1, mean: 1, standardDeviation: 2, lower: lower, upper: upper, dtype: $2)
    } _: {
      (tail($0) - tail(lower)) / (tail(upper) - tail(lower))
    }
  }
}

private let rows: [SamplerRow] = [
  .init("exponential", { $0.exponential($1, rate: 2, dtype: $2) }) { -expm1(-2 * $0) },
  .init("Laplace", { $0.laplace($1, location: 1, scale: 2, dtype: $2) }) {
    $0 < 1 ? 0.5 * exp(($0 - 1) / 2) : 1 - 0.5 * exp((1 - $0) / 2)
  },
  .init("Cauchy", { $0.cauchy($1, location: 1, scale: 2, dtype: $2) }) {
    0.5 + atan(($0 - 1) / 2) / .pi
  },
  .init("gamma ½", { $0.gamma($1, concentration: 0.5, rate: 3, dtype: $2) }) {
    erf((3 * $0).squareRoot())
  },
  .init("gamma 1", { $0.gamma($1, concentration: 1, dtype: $2) }) { -expm1(-$0) },
  .init("gamma 3", { $0.gamma($1, concentration: 3, rate: 0.5, dtype: $2) }) {
    erlangCumulative(3, 0.5 * $0)
  },
  .init("gamma 40", { $0.gamma($1, concentration: 40, dtype: $2) }) { erlangCumulative(40, $0) },
  .init("log gamma 2", { $0.logGamma($1, concentration: 2, dtype: $2) }) {
    erlangCumulative(2, exp($0))
  },
  // P(0.001, z) is zᵃ / Γ(1 + a) up to terms that are negligible below z = e⁻²⁰.
  .init("log gamma 0.001", { $0.logGamma($1, concentration: 0.001, dtype: $2) }) {
    $0 < -20 ? exp(0.001 * $0 - lgamma(1.001)) : 1 - 0.001 * exponentialIntegral(exp($0))
  },
  .init("beta ½ ½", { $0.beta($1, 0.5, 0.5, dtype: $2) }) {
    2 / .pi * asin($0.squareRoot())
  },
  .init("beta 2 3", { $0.beta($1, 2, 3, dtype: $2) }) {
    $0 * $0 * (6 + $0 * (-8 + 3 * $0))
  },
  .init("t 1", { $0.studentT($1, degreesOfFreedom: 1, location: 1, scale: 2, dtype: $2) }) {
    0.5 + atan(($0 - 1) / 2) / .pi
  },
  .init("t 2", { $0.studentT($1, degreesOfFreedom: 2, dtype: $2) }) {
    0.5 + $0 / (2 * (2 + $0 * $0).squareRoot())
  },
  .init(
    "Dirichlet 1 2 2",
    { random, shape, dtype in
      random.dirichlet(shape, concentration: Tensor([1, 2, 2], dtype: dtype))
        .sliced(1..<2, along: -1)
    }
  ) { 1 - pow(1 - $0, 4) - 4 * $0 * pow(1 - $0, 3) },
  .init(
    "a coordinate on a sphere",
    {
      $0.pointsOnSphere($1, dimension: 3, dtype: $2).sliced(1..<2, along: -1)
    }
  ) { ($0 + 1) / 2 },
  .truncated(-.infinity, .infinity), .truncated(-1, 3), .truncated(0.9, 1.2), .truncated(1, 9),
  .truncated(1.5, .infinity), .truncated(2.5, 4), .truncated(9, .infinity), .truncated(13, 13.5),
  .truncated(-.infinity, -7),
]

/// ∫ₓ^∞ e⁻ᵗ / t dt for x above e⁻²⁰, by its series up to 2, and by its continued fraction above.
private func exponentialIntegral(_ x: Double) -> Double {
  if x > 2 {
    var fraction = x
    for k in (1...60).reversed() {
      let k = Double(k)
      fraction = x + k / (1 + k / fraction)
    }
    return exp(-x) / fraction
  }
  var (term, sum) = (1.0, 0.0)
  for k in 1...40 {
    term *= -x / Double(k)
    sum -= term / Double(k)
  }
  return -0.5772156649015329 - log(x) + sum
}

@Suite struct ContinuousSamplerTests {
  @Test(arguments: rows)
  private func fits(_ row: SamplerRow) {
    for dtype in [DType.float32, .float64] {
      let samples = row.samples(Random(seed: 31), [20_000], dtype)
      #expect(samples.dtype == dtype)
      let distance = kolmogorovDistance(samples.doubles, row.cumulative)
      #expect(distance < 2.23, "\(dtype): \(distance)")
    }
  }

  @Test func pointsOnSpheresHaveLengthOne() {
    for dimension in [1, 2, 7] {
      let points = Random(seed: 1).pointsOnSphere([50], dimension: dimension, dtype: .float64)
      #expect(points.shape == [50, dimension])
      #expect(abs(square(points).sum(along: 1) - 1).max().scalar < 1e-14)
    }
    let signs = Random(seed: 2).pointsOnSphere([2_000], dimension: 1)
    #expect(Set(signs.scalars) == [-1, 1] && Swift.abs(signs.sum().scalar) < 200)
  }

  /// ν L Lᵀ on average, and vᵀ X v / vᵀ L Lᵀ v is χ² of ν degrees of freedom: for ν = 4 an Erlang variable.
  @Test func wishartMatricesFit() {
    for dtype in [DType.float32, .float64] {
      let factor = Tensor([[1, 0, 0], [0.5, 2, 0], [-1, 0.3, 0.7]], dtype: dtype)
      let scale = factor.matmul(factor, transposeRight: true)
      let matrices = Random(seed: 3).wishart([4_000], degreesOfFreedom: 4, choleskyFactor: factor)
      #expect(matrices.shape == [4_000, 3, 3] && matrices.dtype == dtype)
      #expect(matrices == matrices.transposed())
      let error = abs(matrices.mean(along: 0) - 4 * scale)
      #expect(error.max().scalar < 0.6)
      let v = Tensor([1, -0.3, 0.8], dtype: dtype)
      let ratios =
        (matrices * v * v.reshaped(to: [3, 1])).sum(along: [1, 2])
        / (scale * v * v.reshaped(to: [3, 1])).sum()
      #expect(kolmogorovDistance(ratios.doubles) { erlangCumulative(2, $0 / 2) } < 2.23)
    }
  }

  @Test func parametersBroadcast() {
    let random = Random(seed: 4)
    let rates = Tensor([[0.01], [100]], dtype: .float64)
    let x = random.exponential([2, 500], rate: rates)
    #expect(x.shape == [2, 500])
    #expect(Swift.abs(x.mean(along: 1).doubles[0] - 100) < 20)
    #expect(Swift.abs(x.mean(along: 1).doubles[1] - 0.01) < 0.002)
    #expect(random.exponential(rate: rates).shape == [2, 1])
    #expect(
      random.gamma(concentration: rates, rate: Tensor([1, 2, 3], dtype: .float64)).shape == [2, 3])
    #expect(random.dirichlet([4, 2], concentration: Tensor.ones([2, 3])).shape == [4, 2, 3])
    #expect(random.studentT([0, 3], degreesOfFreedom: 3).shape == [0, 3])
    let locations = random.laplace([3, 2], location: Tensor([0, 1e6]), scale: Tensor(1))
    #expect((locations.sliced(1..<2, along: 1) .> 9e5).sum().scalar == 3)
    let factors = Tensor.stacked([.identity(2), .identity(2) * 100])
    let matrices = random.wishart(degreesOfFreedom: 3, choleskyFactor: factors)
    #expect(matrices.shape == [2, 2, 2])
    #expect(matrices.doubles[4] > 100)
  }

  @Test func extremeParametersGiveFiniteNumbers() {
    let random = Random(seed: 5)
    for dtype in [DType.float32, .float64] {
      let shares = random.dirichlet(
        [3_000], concentration: Tensor(filledWith: 1e-3, [3], dtype: dtype))
      #expect(shares.isFinite)
      #expect(abs(shares.sum(along: 1) - 1).max().scalar < 1e-6)
      // Nearly all mass in one corner, each corner equally often.
      let corners = (shares .> 0.99).sum(along: 0).doubles
      #expect(corners.reduce(0, +) > 2_940)
      #expect(corners.allSatisfy { Swift.abs($0 - 1_000) < 110 })
      let logarithms = random.logDirichlet(
        [1_000], concentration: Tensor(filledWith: 1e-3, [3], dtype: dtype))
      #expect(logarithms.isFinite && logarithms.min().scalar < -1_000)

      #expect(random.gamma([1_000], concentration: 1e-3, dtype: dtype).isFinite)
      #expect(random.logGamma([1_000], concentration: 1e-3, dtype: dtype).isFinite)
      #expect(random.logGamma([100], concentration: 1e-30, dtype: dtype).isFinite)
      let large = random.gamma([1_000], concentration: 1e12, dtype: dtype)
      #expect(Swift.abs(large.mean().scalar / 1e12 - 1) < 1e-6)
      let far = random.truncatedNormal([1_000], lower: 1e6, dtype: dtype)
      #expect(far.min().scalar >= 1e6 && far.max().scalar < 1e6 + 0.1)
      let narrow = random.truncatedNormal([1_000], lower: 40, upper: 40.0625, dtype: dtype)
      #expect(narrow.min().scalar >= 40 && narrow.max().scalar <= 40.0625)
      let hardly = random.truncatedNormal(
        [10], standardDeviation: 1e-300, lower: 1, dtype: .float64)
      #expect(hardly.doubles.allSatisfy { $0 == 1 })
    }
    #expect(
      random.logGamma([10], concentration: Double.leastNonzeroMagnitude, dtype: .float64).isFinite)
    let half = random.dirichlet([100], concentration: Tensor([1e-200, 1e-200], dtype: .float64))
    #expect(half.isFinite && half.doubles.allSatisfy { $0 == 0 || $0 == 1 })
  }
}
