import Distributions
import Tensor
import Testing

private let mean = double([1, -1])
private let covariance = double([[2, 0.5], [0.5, 1]])

/// The distribution, created by each way of specifying a covariance.
private func made() throws -> [MultivariateNormal] {
  let factor = try CholeskyFactor(of: covariance)
  return [
    try MultivariateNormal(mean: mean, covariance: covariance),
    try MultivariateNormal(mean: mean, precision: factor.inverse()),
    MultivariateNormal(mean: mean, choleskyFactor: factor.lower),
  ]
}

@Suite struct MultivariateNormalTests {
  @Test func valuesInEveryParameterization() throws {
    let x = double([[0, 0], [1, 2], [-3, 0.5]])
    for p in try made() {
      let expected = double([-3.2605421032342, -7.260542103234199, -9.689113531805628])
      #expect(abs(p.logDensity(of: x) - expected).max().scalar < 1e-12)
      #expect(Swift.abs(p.entropy.scalar - 3.1176849603770567) < 1e-12)
      #expect(abs(p.covariance - covariance).max().scalar < 1e-14)
      #expect(abs(p.variance - double([2, 1])).max().scalar < 1e-14)
      #expect(
        abs(p.precision.matmul(p.covariance) - .identity(2, dtype: .float64)).max().scalar < 1e-14)
      let samples = p.sample([20_000], using: Random(seed: 1)) - mean
      let second = samples.matmul(samples, transposeLeft: true) / 20_000
      #expect(abs(second - covariance).max().scalar < 0.06)
    }
  }

  @Test func batchesBroadcast() throws {
    let random = Random(seed: 2)
    let means = random.normal([3, 1, 2], dtype: .float64)
    let p = try MultivariateNormal(
      mean: means, covariance: covariance + random.uniform([4, 1, 1], dtype: .float64))
    #expect(p.batchShape == [3, 4] && p.eventShape == [2])
    let x = p.sample([5, 6], using: random)
    #expect(x.shape == [5, 6, 3, 4, 2])
    let densities = p.logDensity(of: x)
    #expect(densities.shape == [5, 6, 3, 4])
    // A single one of them.
    func part(_ y: Tensor, _ i: Int, _ j: Int, from axis: Int) -> Tensor {
      y.sliced(i..<i + 1, along: axis).squeezed(at: axis)
        .sliced(j..<j + 1, along: axis).squeezed(at: axis)
    }
    let one = try MultivariateNormal(
      mean: part(p.mean, 1, 2, from: 0), covariance: part(p.covariance, 1, 2, from: 0))
    let difference = one.logDensity(of: part(x, 1, 2, from: 2)) - part(densities, 1, 2, from: 2)
    #expect(abs(difference).max().scalar < 1e-12)
  }

  @Test func theDiagonalIsAFactor() {
    let deviations = double([[0.5, 2, 1], [1, 3, 0.1]])
    let p = MultivariateNormal(mean: double([1, 2, 3]), standardDeviations: deviations)
    let q = MultivariateNormal(
      mean: double([1, 2, 3]), choleskyFactor: deviations.diagonalMatrix())
    let x = Random(seed: 3).normal([4, 2, 3], dtype: .float64)
    #expect(abs(p.logDensity(of: x) - q.logDensity(of: x)).max().scalar < 1e-11)
    #expect(abs(p.entropy - q.entropy).max().scalar < 1e-14)
    #expect(p.covariance == q.covariance && p.variance == q.variance)
  }

  @Test func whatIsNotPositiveDefiniteIsThrown() {
    #expect(
      throws: LinearAlgebraError.notPositiveDefinite(
        operation: "CholeskyFactor", minor: 2, index: [])
    ) { try MultivariateNormal(mean: mean, covariance: double([[1, 2], [2, 1]])) }
  }

  @Test func gradients() {
    let point = [mean, double([[1.5, 0], [0.4, 0.8]]), double([[0, 0.5], [1, 2]])]
    for form in 0..<3 {
      let check = checkGradient(
        of: { x in
          let root = x[1].lowerTriangle()
          let matrix = root.matmul(root, transposeRight: true)
          guard
            let p =
              form == 0
              ? MultivariateNormal(mean: x[0], choleskyFactor: root)
              : try? form == 1
                ? MultivariateNormal(mean: x[0], covariance: matrix)
                : MultivariateNormal(mean: x[0], precision: matrix)
          else { return x[0] }
          let sample = p.sample([2], using: Random(seed: 4))
          return p.logDensity(of: x[2]) + p.entropy + square(sample).sum(along: -1)
        }, at: point)
      #expect(check.passes(), "\(form): \(check)")
    }
  }
}
