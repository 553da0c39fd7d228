import Inference
import Plots
import Results
import Tensor

/// k-means and expectation–maximisation by hand: the points 0, 1, 4, 5 and two clusters.
let fourPointsItem = CourseItem(
  "four-points", week: 2, "k-means and EM on the points 0, 1, 4, 5, sweep by sweep"
) { _, random in
  let x = Tensor([[0], [1], [4], [5]], dtype: .float64)
  let clusters = try KMeans.fit(
    x, clusters: 2, start: .centres(Tensor([[0], [1]], dtype: .float64)), using: random)
  let start = try GaussianMixture(
    weights: Tensor([0.5, 0.5], dtype: .float64), means: Tensor([[1], [4]], dtype: .float64),
    covariances: .ones([2, 1, 1], dtype: .float64), kind: .tied)
  let mixture = try GaussianMixture.fit(
    x, components: 2, kind: .tied, start: .mixture(start), using: random)
  let logLikelihoods = mixture.logLikelihoods
  var results = Results([
    "inertias": ResultValue(clusters.inertias),
    "centres": ResultValue(clusters.model.centres.doubles),
    "log-likelihood-start": .number(logLikelihoods[0]),
    "log-likelihood-1": .number(logLikelihoods[1]),
    "log-likelihood-2": .number(logLikelihoods[2]),
    "log-likelihood": .number(mixture.logLikelihood),
    "means": ResultValue(mixture.model.means.doubles),
    "variance": .number(mixture.model.covariances.doubles[0]),
  ])
  let sweeps = logLikelihoods.indices.map(Double.init)
  results.tables["values.csv"] = ["sweep": sweeps, "log-likelihood": logLikelihoods]
  let inertia = Figure(
    title: "k-means", x: .linear("sweep", wholeNumbers: true), y: .linear("inertia")
  ) { Line(clusters.inertias.indices.map(Double.init), clusters.inertias, hasDots: true) }
  let likelihood = Figure(
    title: "EM", x: .linear("sweep", wholeNumbers: true),
    y: .linear("log-likelihood", unit: "nats")
  ) { Line(sweeps, logLikelihoods, hasDots: true) }
  results.add(FigureGrid([inertia, likelihood], columns: 2))
  return results
}
