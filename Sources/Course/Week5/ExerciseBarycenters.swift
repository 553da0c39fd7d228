import OptimalTransport
import Plots
import Results
import Tensor

/// Barycenters with equal weights: of two uniforms, the uniform in between; of two points, the
/// midpoint; of two Gaussians, the Gaussian with the mean deviation.
///
/// Variants: weights of ¾ and ¼, which weight ends, points and deviations; and Gaussians in the
/// plane with the same variances, rotated by a right angle, whose barycenter is round.
let exerciseBarycentersItem = CourseItem(
  "exercise-barycenters", week: 5, "exercise: barycenters of two uniforms, points and Gaussians"
) { _, _ in
  let uniforms = try LineBarycenter(
    of: [LineDensity.uniform(on: 0...1), LineDensity.uniform(on: 3...6)])
  let points = try LineBarycenter(
    of: [
      try SortedPoints(Tensor([-1], dtype: .float64)),
      try SortedPoints(Tensor([3], dtype: .float64)),
    ])
  let normals = try LineBarycenter(
    of: [
      LineDensity.normal(mean: 0, standardDeviation: 1),
      LineDensity.normal(mean: 4, standardDeviation: 3),
    ])
  let gaussian = try GaussianBarycenter(
    means: Tensor([[0], [4]], dtype: .float64),
    covariances: Tensor([1.0, 9], shape: [2, 1, 1], dtype: .float64))
  let between = LineDensity.uniform(on: 1.5...3.5)
  let shares = [0.75, 0.25]
  let unequal = try LineBarycenter(
    of: [LineDensity.uniform(on: 0...1), LineDensity.uniform(on: 3...6)], weights: shares)
  let nearer = try LineBarycenter(
    of: [
      try SortedPoints(Tensor([-1], dtype: .float64)),
      try SortedPoints(Tensor([3], dtype: .float64)),
    ], weights: shares)
  let narrower = try GaussianBarycenter(
    means: Tensor([[0], [4]], dtype: .float64),
    covariances: Tensor([1.0, 9], shape: [2, 1, 1], dtype: .float64),
    weights: Tensor(shares, dtype: .float64))
  let turned = try GaussianBarycenter(
    means: .zeros([2, 2], dtype: .float64),
    covariances: Tensor([4.0, 0, 0, 1, 1, 0, 0, 4], shape: [2, 2, 2], dtype: .float64))
  var results = Results([
    "uniform-ends": ResultValue([uniforms.quantile(1e-12), uniforms.quantile(1)]),
    "uniform-distance": .number(try wassersteinDistance(uniforms, between, p: 2)),
    "point": .number(points.quantile(0.5)),
    "gaussian-mean": .number(gaussian.mean.doubles[0]),
    "gaussian-deviation": .number(gaussian.covariance.doubles[0].squareRoot()),
    "gaussian-distance": .number(
      try wassersteinDistance(
        normals, LineDensity.normal(mean: 2, standardDeviation: 2), p: 2)),
    "unequal-uniform-ends": ResultValue([unequal.quantile(1e-12), unequal.quantile(1)]),
    "unequal-point": .number(nearer.quantile(0.5)),
    "unequal-gaussian": ResultValue([
      narrower.mean.doubles[0], narrower.covariance.doubles[0].squareRoot(),
    ]),
    "turned-covariance": ResultValue(turned.covariance),
  ])
  let probabilities = grid(0.005...0.995, count: 100).doubles
  results.tables["values.csv"] = [
    "probability": probabilities, "uniforms": probabilities.map(uniforms.quantile),
    "points": probabilities.map(points.quantile), "gaussians": probabilities.map(normals.quantile),
  ]
  results.add(
    Figure(
      title: "Barycenters: means of quantiles", x: .linear("probability q"),
      y: .linear("quantile")
    ) {
      Line(probabilities, probabilities.map(uniforms.quantile), label: "two uniforms")
      Line(probabilities, probabilities.map(points.quantile), label: "two points")
      Line(probabilities, probabilities.map(normals.quantile), label: "two Gaussians")
    })
  return results
}
