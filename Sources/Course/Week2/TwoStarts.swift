import Inference
import Plots
import Results
import Tensor

/// EM from two starts, which reach the same optimum after different numbers of sweeps.
let emTwoStartsItem = CourseItem(
  "em-two-starts", week: 2, "EM of three Gaussians from k-means and from random points"
) { isQuick, random in
  let truth = try threeGaussians()
  let x = truth.sample(isQuick ? 200 : 400, using: random).points
  let driver = ExpectationMaximization(tolerance: 1e-12)
  let informed = try GaussianMixture.fit(
    x, components: 3, start: .kMeans, starts: 3, driver: driver, using: random)
  let chance = try GaussianMixture.fit(
    x, components: 3, start: .random, starts: isQuick ? 6 : 10, driver: driver, using: random)
  var results = Results([
    "log-likelihood-k-means": .number(informed.logLikelihood),
    "log-likelihood-random": .number(chance.logLikelihood),
    "iterations-k-means": .integer(informed.iterations),
    "iterations-random": .integer(chance.iterations),
  ])
  let traces = [("k-means", informed.logLikelihoods), ("random points", chance.logLikelihoods)]
  results.tables["values.csv"] = ResultTable([
    ("start", .texts(traces.flatMap { name, values in values.map { _ in name } })),
    ("sweep", .numbers(traces.flatMap { $0.1.indices.map(Double.init) })),
    ("log-likelihood", .numbers(traces.flatMap(\.1))),
  ])
  let plane = Figure(
    title: "Three Gaussians", caption: "Ellipses: two deviations.", x: .linear("x₁"),
    y: .linear("x₂"), hasEqualScales: true
  ) {
    clusterScatter(x, informed.assignments)
    mixtureEllipses(informed.model)
  }
  let trace = Figure(
    title: "Log-likelihood", x: .linear("sweep", wholeNumbers: true),
    y: .linear("log-likelihood", unit: "nats")
  ) {
    for (name, values) in traces {
      Line(values.indices.map(Double.init), values, label: name)
    }
  }
  results.add(FigureGrid([plane, trace], columns: 2))
  return results
}
