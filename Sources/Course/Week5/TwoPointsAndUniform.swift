import OptimalTransport
import Plots
import Results
import Tensor

/// W_p of ½δ₀ + ½δ₁ and the uniform distribution on [0, 1]: W₁ = ¼ and W₂ = 1/√12.
///
/// Variants: unequal weights, with W₁ = (w² + (1 − w)²)/2; and n points in the middles of n equal
/// intervals, which are the best places for them, with W₁ = 1/(4n) and W₂ = 1/(n √12).
let twoPointsAndUniformItem = CourseItem(
  "exercise-two-points-and-uniform", week: 5, "exercise: W₁ and W₂ of two points and the uniform"
) { _, _ in
  let points = try SortedPoints(Tensor([0, 1], dtype: .float64))
  let uniform = LineDensity.uniform(on: 0...1)
  let exponents = [1.0, 1.5, 2, 3, 4]
  let distances = try exponents.map { try wassersteinDistance(points, uniform, p: $0) }
  var results = Results([
    "w1": .number(distances[0]), "w2": .number(distances[2]), "w3": .number(distances[3]),
  ])
  let unequal = try SortedPoints(
    Tensor([0, 1], dtype: .float64), weights: Tensor([0.25, 0.75], dtype: .float64))
  results["unequal-w1"] = .number(try wassersteinDistance(unequal, uniform, p: 1))
  let counts = [1, 2, 4, 8]
  let middles = try counts.map { count in
    try SortedPoints((Tensor.range(0..<count, dtype: .float64) + 0.5) / Double(count))
  }
  let first = try middles.map { try wassersteinDistance($0, uniform, p: 1) }
  let second = try middles.map { try wassersteinDistance($0, uniform, p: 2) }
  results["middles-w1"] = ResultValue(first)
  results["middles-w2"] = ResultValue(second)
  results.tables["middles.csv"] = [
    "points": counts.map(Double.init), "wasserstein-1": first, "wasserstein-2": second,
  ]
  let grid = grid(0.001...1, count: 400).doubles
  results.tables["values.csv"] = ["p": exponents, "distance": distances]
  results.add(
    Figure(
      title: "Quantile functions", caption: "W_p^p is the integral of the p-th power of the gap.",
      x: .linear("probability q"), y: .linear("quantile")
    ) {
      Band(
        grid, lower: grid.map { min(points.quantile($0), $0) },
        upper: grid.map { max(points.quantile($0), $0) })
      Line(grid, grid.map(points.quantile), label: "½δ₀ + ½δ₁", isStepped: true)
      Line(grid, grid.map(uniform.quantile), label: "uniform")
    })
  return results
}
