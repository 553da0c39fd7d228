import Distributions
import Tensor
import Testing

/// Log-densities, entropies and probabilities from SciPy 1.17.
@Suite struct ReferenceValueTests {
  private func expect(_ found: Tensor..., are expected: [Double], _ name: String) {
    for (found, expected) in zip(found.flatMap(\.doubles), expected) {
      #expect(
        Swift.abs(found - expected) < 1e-12 * max(1, Swift.abs(expected)), "\(name): \(found)")
    }
    #expect(found.map(\.count).reduce(0, +) == expected.count)
  }

  @Test func distributionsOfNumbers() {
    let gamma = Gamma(concentration: double(2.5), rate: double(1.5))
    let places = double([0.1, 1, 4])
    expect(
      gamma.logDensity(of: places), gamma.cumulative(at: places), gamma.entropy,
      are: [
        -2.874897739693576, -0.7710201002025083, -3.191578558522672, 0.0023569137394711466,
        0.3000141641213724, 0.9652122194937581, 1.3244828013968901,
      ], "gamma")
    let beta = Beta(double(0.7), double(2))
    expect(
      beta.logDensity(of: double([0.05, 0.5, 0.9])), beta.entropy,
      are: [1.0213796948020846, -0.3112497192685238, -2.0970236311732604, -0.4049964900374865],
      "beta")
    let student = StudentT(
      degreesOfFreedom: double(3.5), location: double(1), scale: double(2))
    expect(
      student.logDensity(of: double([-4, 1, 9])), student.entropy,
      are: [-3.9877554839768203, -1.682620771819447, -5.547336640236697, 2.4140373012424123],
      "Student's t")
    expect(
      Poisson(rate: double(3.7)).logDensity(of: double([0, 3, 12])),
      are: [-3.7, -1.5667610102775185, -7.987220659859738], "Poisson")
  }

  @Test func distributionsOfVectorsAndMatrices() throws {
    let dirichlet = Dirichlet(concentration: double([0.5, 1, 2.5]))
    expect(
      dirichlet.logDensity(of: double([0.2, 0.3, 0.5])), dirichlet.entropy,
      are: [0.6997098412075681, -1.715083961377212], "Dirichlet")
    let outcomes = try Categorical(probabilities: double([0.2, 0.3, 0.5]))
    expect(
      Multinomial(count: double(6), outcomes: outcomes).logDensity(of: double([1, 2, 3])),
      are: [-2.0024805005437063], "multinomial")
    let scale = double([[7.213, 3.699, 0.251], [3.699, 3.58, 0.461], [0.251, 0.461, 2.212]])
    let wishart = Wishart(
      degreesOfFreedom: double(5), choleskyFactor: try CholeskyFactor(of: scale).lower)
    let matrix = double([
      [3.573, -0.26, -1.523], [-0.26, 5.264, -2.146], [-1.523, -2.146, 7.266],
    ])
    expect(
      wishart.logDensity(of: matrix), wishart.entropy,
      are: [-16.962850003290875, 19.471092414107837], "Wishart")
    let normal = try MultivariateNormal(mean: double([1, 0, -1]), covariance: scale)
    expect(
      normal.logDensity(of: double([0, 0.5, 0])), normal.entropy,
      are: [-4.922006391798267, 5.8849229356134005], "multivariate normal")
  }

  /// b x or b/x overflows, underflows or has lost its digits; the values are from mpmath.
  @Test func gammasAtTheEndsOfTheNumbers() {
    let shapes = double([0.5, 1, 2])
    let gamma = Gamma(concentration: shapes, rate: double(1e-3))
    expect(
      gamma.logDensity(of: double(0x1p-1063)),
      are: [364.381483885195163, -6.90775527898213703, -750.630963493186138], "gamma")
    let impossible = [Double](repeating: -.infinity, count: 3)
    let narrow = Gamma(concentration: shapes, rate: double(1e3))
    #expect(narrow.logDensity(of: double(1e308)).doubles == impossible)
    let inverse = InverseGamma(concentration: shapes, scale: double(1e-3))
    expect(
      inverse.logDensity(of: double(1e308)),
      are: [-1067.8205555456648746, -1425.3001725633142784, -2141.4041364844624861],
      "inverse gamma")
    let plain = InverseGamma(concentration: shapes, scale: double(1))
    #expect(plain.logDensity(of: double(0x1p-1063)).doubles == impossible)
    let small = double([0x1p-1063, 0x1p-1063, 0x1p-1063])
    let (_, gradients) = valueWithGradient(at: [small, shapes, double(1e-3)]) {
      Gamma(concentration: $0[1], rate: $0[2]).logDensity(of: $0[0]).sum()
    }
    #expect(gradients.allSatisfy { !isNaN($0).any() })
    let (_, inverseGradients) = valueWithGradient(at: [small, shapes, double(1)]) {
      InverseGamma(concentration: $0[1], scale: $0[2]).logDensity(of: $0[0]).sum()
    }
    #expect(inverseGradients.allSatisfy { !isNaN($0).any() })
  }
}
