import Distributions
import Tensor
import Testing

private func positives(_ x: Tensor) -> Tensor { exp(x) }

private func lowerTriangle(_ x: Tensor) -> Tensor {
  let square = x.reshaped(to: [2, 2]).lowerTriangle()
  return square + 2 * Tensor.identity(2, dtype: .float64)
}

private func definite(_ x: Tensor) -> Tensor {
  let root = lowerTriangle(x)
  return root.matmul(root, transposeRight: true)
}

private func one(_ x: Tensor) -> Tensor { x.squeezed(at: 0) }

private let rows: [LogDensityRow] = [
  .init("Dirichlet", [[0.7, 2, 3], [0.1, -0.5, 0.3]]) {
    let p = Dirichlet(concentration: $0[0])
    return p.logDensity(of: softmax($0[1])) + p.entropy + p.variance.sum()
  },
  .init("Student of vectors", [[3.5], [0.1, 0.2], [0.3, 0, -0.4, 0.2], [0.5, -1]]) {
    let normal = MultivariateNormal(mean: $0[1], choleskyFactor: lowerTriangle($0[2]))
    let p = MultivariateStudentT(degreesOfFreedom: one($0[0]), normal: normal)
    return p.logDensity(of: $0[3]) + p.entropy + p.variance.sum()
  },
  .init("Wishart", [[3.5], [0.3, 0, -0.4, 0.2], [0.5, 0, -1, 0.4]]) {
    let p = Wishart(degreesOfFreedom: one($0[0]), choleskyFactor: lowerTriangle($0[1]))
    return p.logDensity(of: definite($0[2])) + p.mean.sum()
  },
  .init("inverse Wishart", [[3.5], [0.3, 0, -0.4, 0.2], [0.5, 0, -1, 0.4]]) {
    InverseWishart(degreesOfFreedom: one($0[0]), choleskyFactor: lowerTriangle($0[1]))
      .logDensity(of: definite($0[2]))
  },
  .init("multinomial", [[0.1, -0.5, 0.3]]) {
    Multinomial(count: double(5), outcomes: Categorical(logits: $0[0]))
      .logDensity(of: double([1, 0, 4]))
  },
  .init("one-hot", [[0.1, -0.5, 0.3]]) {
    let p = OneHotCategorical(logits: $0[0])
    return p.logDensity(of: double([0, 1, 0])) + p.entropy
  },
  .init("mixture", [[0.1, -0.5], [1, 2], [0.3, -0.2], [1.5]]) {
    let parts = Normal(mean: $0[1], standardDeviation: positives($0[2]))
    let p = MixtureDistribution(weights: Categorical(logits: $0[0]), components: parts)
    let x = one($0[3])
    return p.logDensity(of: x) + p.cumulative(at: x) + p.variance
  },
  .init("truncated", [[0.4, -1], [1.5, 0.7], [1.2, 0.3]]) {
    let p = Truncated(
      Normal(mean: $0[0], standardDeviation: $0[1]), lower: double([0, -0.5]),
      upper: double([2, 8]))
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2]) + p.survival(at: $0[2])
  },
  .init("truncated on one side", [[0.4, -1], [1.5, 0.7], [1.2, 0.3]]) {
    let p = Truncated(
      Normal(mean: $0[0], standardDeviation: $0[1]), lower: double([-Double.infinity, -0.5]),
      upper: double([2, Double.infinity]))
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2]) + p.quantile(at: double(0.3))
  },
  .init("truncated gamma on one side", [[0.4, 3], [1.5, 0.7], [1.2, 3]]) {
    let p = Truncated(
      Gamma(concentration: $0[0], rate: $0[1]), lower: double([-Double.infinity, 2]),
      upper: double([2, Double.infinity]))
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2])
  },
  .init("truncated gamma", [[0.4, 3], [1.5, 0.7], [1.2, 3]]) {
    let p = Truncated(
      Gamma(concentration: $0[0], rate: $0[1]), lower: double([0.1, 2]), upper: double([2, 8]))
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2])
  },
  .init("histogram", [[0, 1, 3], [0.4, 0.5], [0.3, 2]]) { x in
    guard let p = try? PiecewiseConstant(edges: x[0], masses: x[1]) else { return double(0) }
    return p.logDensity(of: x[2]) + p.cumulative(at: x[2]) + p.entropy + p.variance
  },
  .init("piecewise linear", [[0, 1, 3], [0.4, 0.5, 0.1], [0.3, 2]]) { x in
    guard let p = try? PiecewiseLinear(nodes: x[0], heights: x[1]) else { return double(0) }
    return p.logDensity(of: x[2]) + p.cumulative(at: x[2]) + p.variance
      + p.quantile(at: 0.2 * x[2])
  },
  .init("square", [[0.3], [0.7], [0.4, 2]]) {
    let p = BranchedTransformed.squared(Normal(mean: one($0[0]), standardDeviation: one($0[1])))
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2])
  },
]

private let divergenceRows: [LogDensityRow] = [
  .init("normal", [[0.3, 1], [0.7, 2], [0.4, 2], [1, 2]]) {
    Normal(mean: $0[0], standardDeviation: $0[1])
      .klDivergence(to: Normal(mean: $0[2], standardDeviation: $0[3]))
  },
  .init("normal vectors", [[0.3, 1], [0.3, 0, -0.4, 0.2], [0.4, 2], [0.5, 0, -1, 0.4]]) {
    MultivariateNormal(mean: $0[0], choleskyFactor: lowerTriangle($0[1]))
      .klDivergence(to: MultivariateNormal(mean: $0[2], choleskyFactor: lowerTriangle($0[3])))
  },
  .init("gamma", [[0.3, 3], [0.7, 2], [0.4, 2], [1, 2.5]]) {
    Gamma(concentration: $0[0], rate: $0[1])
      .klDivergence(to: Gamma(concentration: $0[2], rate: $0[3]))
  },
  .init("beta", [[0.3, 3], [0.7, 2], [0.4, 2], [1, 2.5]]) {
    Beta($0[0], $0[1]).klDivergence(to: Beta($0[2], $0[3]))
  },
  .init("Dirichlet", [[0.3, 3, 2], [0.7, 2, 1]]) {
    Dirichlet(concentration: $0[0]).klDivergence(to: Dirichlet(concentration: $0[1]))
  },
  .init("exponential, Poisson", [[0.3, 3], [0.7, 2]]) {
    Exponential(rate: $0[0]).klDivergence(to: Exponential(rate: $0[1]))
      + Poisson(rate: $0[0]).klDivergence(to: Poisson(rate: $0[1]))
  },
  .init("Laplace", [[0.3, 3], [0.7, 2], [0.4, 2], [1, 2.5]]) {
    Laplace(location: $0[0], scale: $0[1])
      .klDivergence(to: Laplace(location: $0[2], scale: $0[3]))
  },
  .init("all of categories", [[0.3, 3, -1], [0.7, 2, 0.5]]) { x in
    let (p, q) = (Categorical(logits: x[0]), Categorical(logits: x[1]))
    return Divergence.allCases.map { $0(p, q).value }.reduce(double(0), +)
  },
]

@Suite struct CombinationGradientTests {
  @Test(arguments: rows)
  func ofLogDensities(_ row: LogDensityRow) {
    let check = checkGradient(of: { row.function($0) }, at: row.point.map { double($0) })
    #expect(check.passes(), "\(check)")
  }

  @Test(arguments: divergenceRows)
  func ofDivergences(_ row: LogDensityRow) {
    let check = checkGradient(of: { row.function($0) }, at: row.point.map { double($0) })
    #expect(check.passes(), "\(check)")
  }
}
