import Inference
import Plots
import Results
import Tensor

/// Draws from the hierarchical mixture, one level after the other, and their joint density.
let hierarchicalSamplesItem = CourseItem(
  "hierarchical-samples", week: 3, "ancestral samples of a hierarchical mixture of four Gaussians"
) { isQuick, random in
  let identity = Tensor.identity(2, dtype: .float64)
  let prior = try HierarchicalMixture.Prior(
    mean: .zeros([2], dtype: .float64), covariance: 25 * identity, noise: identity,
    concentration: 2)
  let draw = prior.sample(isQuick ? 200 : 400, components: 4, using: random)
  let count = draw.points.shape[0]
  let residuals = draw.points - draw.means.gatheredRows(at: draw.components)
  let ofParameters = prior.logDensity(weights: draw.weights, means: draw.means).scalar
  let ofPoints = prior.logLikelihood(
    of: draw.points, components: draw.components, weights: draw.weights, means: draw.means
  ).scalar
  var results = Results([
    "points": .integer(count),
    "weights": ResultValue(draw.weights),
    "means": ResultValue(draw.means),
    "shares": ResultValue(
      (0..<4).map { k in Double(draw.components.count { $0 == k }) / Double(count) }),
    "variance-around-means": .number(square(residuals).mean().scalar),
    "log-density-of-parameters": .number(ofParameters),
    "log-density-of-points": .number(ofPoints),
    "log-joint": .number(ofParameters + ofPoints),
  ])
  let columns = draw.points.transposed()
  results.tables["values.csv"] = [
    "x1": columns.sliced(0..<1).doubles, "x2": columns.sliced(1..<2).doubles,
    "component": draw.components.map { Double($0 + 1) },
  ]
  let mixture = try GaussianMixture(
    weights: draw.weights, means: draw.means,
    covariances: identity.expanded(at: 0).broadcast(to: [4, 2, 2]))
  results.add(
    Figure(
      title: "A draw of the hierarchical mixture", caption: "Ellipses: two deviations.",
      x: .linear("x₁"), y: .linear("x₂"), hasEqualScales: true
    ) {
      clusterScatter(draw.points, draw.components)
      mixtureEllipses(mixture)
    })
  return results
}
