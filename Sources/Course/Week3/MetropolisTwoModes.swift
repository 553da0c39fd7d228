import Inference
import Plots
import Results
import Tensor

/// Metropolis on two modes: short steps stay in one of them, long ones visit both.
let metropolisTwoModesItem = CourseItem(
  "metropolis-two-modes", week: 3,
  "a random walk on ½N(−4, 1) + ½N(4, 1), with short and long steps"
) { isQuick, random in
  let target = try GaussianMixture(
    weights: Tensor([0.5, 0.5], dtype: .float64), means: Tensor([[-4], [4]], dtype: .float64),
    covariances: .ones([2, 1, 1], dtype: .float64))
  let draws = isQuick ? 1_000 : 10_000
  let chains = try [0.5, 8.0].map { step in
    try RandomWalkMetropolis(dimensions: 1, stepSize: step) { target.logDensity(of: $0) }
      .sample(
        from: Tensor([[-4]], dtype: .float64), warmUp: 0, draws: draws, using: random.split())
  }
  let values = chains.map { $0.pooled.doubles }
  let shares = values.map { draws in Double(draws.count { $0 > 0 }) / Double(draws.count) }
  var results = Results([
    "acceptance-short": .number(chains[0].acceptance[0]),
    "acceptance-long": .number(chains[1].acceptance[0]),
    "share-above-0-short": .number(shares[0]), "share-above-0-long": .number(shares[1]),
    "mean-long": .number(chains[1].pooled.mean().scalar),
  ])
  results.tables["values.csv"] = ["short": values[0], "long": values[1]]
  let places = Tensor.linearSpace(from: -9, through: 9, count: 181, dtype: .float64)
  let density = exp(target.logDensity(of: places.expanded(at: 1))).doubles
  let histogram = Figure(title: "Long steps", x: .linear("x"), y: .linear("density")) {
    Histogram(values[1], bins: 60, range: -9...9, measure: .density, label: "draws")
    Line(places.doubles, density, label: "target")
  }
  let traces = Figure(title: "Traces", x: .linear("step"), y: .linear("x")) {
    Line(values[1].indices.map(Double.init), values[1], label: "long", width: 0.7)
    Line(values[0].indices.map(Double.init), values[0], label: "short", width: 0.7)
  }
  results.add(FigureGrid([traces, histogram], columns: 2))
  return results
}
