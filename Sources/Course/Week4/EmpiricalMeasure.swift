import OptimalTransport
import Plots
import Results
import Tensor

/// The empirical measure of more and more draws approaches the Gaussian from which they come.
let empiricalMeasureItem = CourseItem(
  "empirical-measure", week: 4, "a Gaussian against the empirical measure of its draws"
) { isQuick, random in
  let counts = isQuick ? [10, 100] : [10, 100, 1_000]
  let normal = LineDensity.normal(mean: 0, standardDeviation: 1)
  let grid = grid(-3.5...3.5, count: 141).doubles
  let measures = try counts.map { try SortedPoints(random.normal([$0], dtype: .float64)) }
  var results = Results([:])
  results.tables["values.csv"] = ["x": grid, "gaussian": grid.map(normal.cumulative)]
  for (count, measure) in zip(counts, measures) {
    let points = measure.points.doubles
    // The largest difference is at a jump, just before or after it.
    let gaps = points.indices.map { place in
      let exact = normal.cumulative(points[place])
      return max(
        Swift.abs(measure.cumulatives[place] - exact),
        Swift.abs(exact - (place == 0 ? 0 : measure.cumulatives[place - 1])))
    }
    results["kolmogorov-distance-\(count)"] = .number(gaps.max() ?? 0)
    results.tables["values.csv"]?.add("draws-\(count)", .numbers(grid.map(measure.cumulative)))
  }
  results["wasserstein-distance-10"] = .number(
    try wassersteinDistance(measures[0], normal, p: 1))
  results.add(
    Figure(
      title: "Distribution functions", x: .linear("x"),
      y: .linear("probability of at most x", range: 0...1)
    ) {
      for (count, measure) in zip(counts, measures) {
        Line(
          grid, grid.map(measure.cumulative), label: "\(count) draws", width: 1.5,
          isStepped: true)
      }
      Line(grid, grid.map(normal.cumulative), label: "N(0, 1)", color: .text)
    })
  return results
}
