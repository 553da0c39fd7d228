import Distributions
import OptimalTransport
import Plots
import Results
import Tensor

/// The barycenter of densities on the line averages quantiles, whereas the mixture averages
/// densities.
let densityBarycentersItem = CourseItem(
  "density-barycenters", week: 5, "barycenters of densities, exact and on a grid"
) { isQuick, _ in
  let (means, deviations) = ([-4.0, 1, 5], [0.5, 1, 0.8])
  let parts = zip(means, deviations).map {
    LineDensity.normal(mean: $0, standardDeviation: $1)
  }
  let center = try LineBarycenter(of: parts)
  let count = isQuick ? 61 : 161
  let grid = grid(-8...8, count: count).doubles
  let x = Tensor(grid, shape: [count, 1], dtype: .float64)
  let rows = zip(means, deviations).map { mean, deviation in
    exp(Normal(mean: mean, standardDeviation: deviation).logDensity(of: x.reshaped(to: [-1])))
  }
  let step = 16 / Double(count - 1)
  let measures = Tensor.stacked(rows.map { $0 / $0.sum() })
  let entropic = try EntropicBarycenter(
    of: measures, costs: GroundCost.squaredEuclidean.matrix(x, x), epsilon: 0.2,
    isDebiased: true, tolerance: 1e-6)
  let exact = exp(
    Normal(mean: 2.0 / 3, standardDeviation: 2.3 / 3).logDensity(of: x.reshaped(to: [-1])))
  let weights = entropic.weights
  let mean = (weights * x.reshaped(to: [-1])).sum().scalar
  var results = Results([
    "median": .number(center.quantile(0.5)),
    "deviation": .number(
      center.quantile(normalCumulative(Tensor(1, dtype: .float64)).scalar)
        - center.quantile(0.5)),
    "entropic-mean": .number(mean),
    "entropic-deviation": .number(
      (weights * square(x.reshaped(to: [-1]) - mean)).sum().scalar.squareRoot()),
    "converged": .flag(entropic.hasConverged),
  ])
  let mixture = (rows[0] + rows[1] + rows[2]) / 3
  results.tables["values.csv"] = [
    "x": grid, "barycenter": exact.doubles, "entropic": (weights / step).doubles,
    "mixture": mixture.doubles,
  ]
  results.add(
    Figure(title: "Barycenter of three densities", x: .linear("x"), y: .linear("density")) {
      for row in rows { Line(grid, row.doubles, color: .muted, width: 1.5) }
      Line(grid, exact.doubles, label: "barycenter")
      Line(grid, (weights / step).doubles, label: "debiased, ε = 0.2", dash: .dashed)
      Line(grid, mixture.doubles, label: "mixture")
    })
  return results
}
