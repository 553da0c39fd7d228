import Inference
import Plots
import Results
import Tensor

/// One data set under every kind of covariance, under ε I, and under hard clusters.
let covarianceKindsItem = CourseItem(
  "covariance-kinds", week: 2,
  "one data set under full, tied, diagonal, spherical and ε I covariances"
) { isQuick, random in
  let x = try threeGaussians().sample(isQuick ? 200 : 600, using: random).points
  let kinds = CovarianceKind.allCases
  let fits = try kinds.map { kind in
    try GaussianMixture.fit(x, components: 3, kind: kind, starts: 5, using: random)
  }
  let clusters = try KMeans.fit(x, clusters: 3, starts: 5, using: random)
  let equal = try SoftKMeans.fit(x, centres: clusters.model.centres, variance: 1)
  var results = Results([:])
  for (kind, fit) in zip(kinds, fits) {
    results["log-likelihood-\(kind.rawValue)"] = .number(fit.logLikelihood)
    results["bic-\(kind.rawValue)"] = .number(fit.bic)
  }
  results["log-likelihood-epsilon"] = .number(equal.logLikelihood)
  results["bic-epsilon"] = .number(equal.bic)
  results["inertia-k-means"] = .number(clusters.inertia)
  results.tables["values.csv"] = ResultTable([
    ("covariance", .texts(kinds.map(\.rawValue) + ["epsilon"])),
    ("log-likelihood", .numbers(fits.map(\.logLikelihood) + [equal.logLikelihood])),
    ("bic", .numbers(fits.map(\.bic) + [equal.bic])),
    (
      "parameters",
      .numbers((fits.map(\.model.parameterCount) + [equal.model.parameterCount]).map(Double.init))
    ),
  ])
  func plane(_ title: String, _ clusters: [Int], _ ellipses: [any Mark] = []) -> Figure {
    Figure(title: title, x: .linear("x₁"), y: .linear("x₂"), hasEqualScales: true) {
      clusterScatter(x, clusters)
      ellipses
    }
  }
  var figures = zip(kinds, fits).map { kind, fit in
    plane(kind.rawValue, fit.assignments, mixtureEllipses(fit.model))
  }
  let identities = Tensor.ones([3, 2], dtype: .float64).diagonalMatrix()
  let spheres = try GaussianMixture(
    weights: equal.model.weights, means: equal.model.centres, covariances: identities)
  figures.append(plane("ε I, ε = 1", equal.assignments, mixtureEllipses(spheres)))
  figures.append(plane("k-means", clusters.assignments))
  results.add(FigureGrid(figures, columns: 2, caption: "Ellipses: two deviations."))
  return results
}
