import OptimalTransport
import Plots
import Results
import Tensor

/// Within a family m + s Z, with Z of mean 0 and variance 1, W₂² = (m₁ − m₂)² + (s₁ − s₂)² for
/// every Z.
///
/// Variants: between a normal and a uniform distribution with the same moments, it is not 0 but 2 −
/// 2 √(3/π); within a pure location family, W_p = |m₁ − m₂| for every p.
let locationScaleItem = CourseItem(
  "exercise-location-scale", week: 5, "exercise: W₂ within location–scale families"
) { _, random in
  let (first, second) = ((mean: 0.0, scale: 1.0), (mean: 3.0, scale: 2.5))
  let half = 3.0.squareRoot()
  let draws = random.normal([25], dtype: .float64)
  let centred = draws - draws.mean()
  let standard = centred / centred.variance().scalar.squareRoot()
  func uniform(_ p: (mean: Double, scale: Double)) -> LineDensity {
    .uniform(on: p.mean - half * p.scale...p.mean + half * p.scale)
  }
  func points(_ p: (mean: Double, scale: Double)) throws -> SortedPoints {
    try SortedPoints(p.mean + p.scale * standard)
  }
  let distances = [
    try wassersteinDistance(
      LineDensity.normal(mean: first.mean, standardDeviation: first.scale),
      LineDensity.normal(mean: second.mean, standardDeviation: second.scale), p: 2),
    try wassersteinDistance(uniform(first), uniform(second), p: 2),
    try wassersteinDistance(points(first), points(second), p: 2),
  ]
  let map = monotoneMap(from: uniform(first), to: uniform(second))
  let acrossFamilies = try wassersteinDistance(
    LineDensity.normal(mean: 0, standardDeviation: 1), uniform(first), p: 2)
  let shifts = try [1.0, 2, 3].map { p in
    try wassersteinDistance(uniform(first), uniform((mean: 3, scale: first.scale)), p: p)
  }
  var results = Results([
    "squared-normal": .number(distances[0] * distances[0]),
    "squared-uniform": .number(distances[1] * distances[1]),
    "squared-points": .number(distances[2] * distances[2]),
    "by-parameters": .number(9 + 2.25),
    "squared-normal-to-uniform": .number(acrossFamilies * acrossFamilies),
    "shift-by-3-for-p-1-2-3": ResultValue(shifts),
    // 3 + 2.5 x.
    "map-at-1": .number(map(1)),
  ])
  let grid = grid(-1.7...1.7, count: 35).doubles
  results.tables["values.csv"] = ["x": grid, "map": grid.map(map)]
  results.add(
    Figure(
      title: "The map is affine in every family", x: .linear("x"), y: .linear("T(x)")
    ) {
      Line(grid, grid.map(map), label: "uniform")
      Line(
        grid,
        grid.map(
          monotoneMap(
            from: LineDensity.normal(mean: 0, standardDeviation: 1),
            to: LineDensity.normal(mean: 3, standardDeviation: 2.5))),
        label: "normal", dash: .dashed)
    })
  return results
}
