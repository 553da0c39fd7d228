import Distributions
import Estimators
import Plots
import Results
import Tensor

/// Least squares as maximum likelihood: gradients and least squares find the line and the noise
/// deviation that make the targets most likely under p(y ∣ x) = N(y; a + b x, σ²).
let regressionByLikelihoodItem = CourseItem(
  "regression-by-likelihood", week: 1, "a line by least squares and by maximum likelihood"
) { isQuick, random in
  let count = isQuick ? 50 : 200
  let x = random.uniform([count], in: -2..<2, dtype: .float64)
  let y = Normal(mean: 1 + 2 * x, standardDeviation: scalar(0.7)).sample(using: random)
  let squares = try LinearRegression(fitting: y, on: x)
  let fit = try MaximumLikelihood.maximizing(
    from: vector([0, 0, 0]), names: ["a", "b", "log σ"], count: Double(count)
  ) { theta in
    let line = theta.sliced(0..<1) + theta.sliced(1..<2) * x
    let noise = Normal(mean: line, standardDeviation: exp(theta.sliced(2..<3)))
    return noise.logDensity(of: y).sum()
  }
  var results = Results([
    "least-squares": ResultValue(squares.coefficients.doubles),
    "maximum-likelihood": ResultValue(Array(fit.parameters.doubles.prefix(2))),
    "noise-variance-least-squares": .number(squares.noiseVariance),
    "noise-variance-maximum-likelihood": .number(exp(2 * fit.parameters).doubles[2]),
    "log-likelihood-least-squares": .number(squares.logLikelihood),
    "log-likelihood-maximum-likelihood": .number(fit.logLikelihood),
  ])
  let places = grid(-2...2, count: 50)
  let (line, deviation) = (squares.mean(at: places).doubles, squares.noiseVariance.squareRoot())
  results.tables["values.csv"] = ["x": x.doubles, "y": y.doubles]
  results.add(
    Figure(title: "A line by maximum likelihood", x: .linear("x"), y: .linear("y")) {
      Scatter(x.doubles, y.doubles, label: "data")
      Line(places.doubles, line, label: "mean of p(y ∣ x)")
      Band(
        places.doubles, lower: line.map { $0 - 2 * deviation },
        upper: line.map { $0 + 2 * deviation }, label: "± 2σ")
    })
  return results
}
