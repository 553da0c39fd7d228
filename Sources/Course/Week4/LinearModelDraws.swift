import GaussianProcesses
import Plots
import Results
import Tensor

/// A linear model with random weights is a random function: y = w₀ + w₁ x + ε.
let linearModelDrawsItem = CourseItem(
  "linear-model-draws", week: 4, "four realisations of a linear model with random weights"
) { _, random in
  let model = BayesianLinearModel(
    features: PolynomialFeatures(degree: 1), weightVariance: 1, noiseVariance: 0.1)
  let grid = grid(-2...2, count: 41).doubles
  let x = Tensor(grid, shape: [41, 1], dtype: .float64)
  let weights = random.normal([4, 2], dtype: .float64)
  let functions = weights.matmul(PolynomialFeatures(degree: 1)(x), transposeRight: true)
  let noise = 0.1.squareRoot() * random.normal([4, 41], dtype: .float64)
  let lines = rows(of: functions)
  let points = rows(of: functions + noise)
  let ends = Tensor([0.0, 2], shape: [2, 1], dtype: .float64)
  var results = Results([
    "covariance-at-0-and-2": ResultValue(
      model.gaussianProcess.covariance(of: .function, at: ends)),
    "weights": ResultValue(weights),
  ])
  results.tables["values.csv"] = ResultTable(
    [(name: "x", values: .numbers(grid))]
      + lines.enumerated().map { (name: "function-\($0 + 1)", values: .numbers($1)) }
      + points.enumerated().map { (name: "observations-\($0 + 1)", values: .numbers($1)) })
  results.add(
    Figure(title: "Four realisations of w₀ + w₁ x + ε", x: .linear("x"), y: .linear("y")) {
      for (place, line) in lines.enumerated() {
        Line(grid, line, color: .series(place))
        Scatter(grid, points[place], color: .series(place), size: 3)
      }
    })
  return results
}

/// The rows of a matrix.
func rows(of matrix: Tensor) -> [[Double]] {
  let (values, width) = (matrix.doubles, matrix.shape[1])
  return (0..<matrix.shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
}
