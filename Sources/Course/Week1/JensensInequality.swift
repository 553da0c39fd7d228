import Distributions
import Plots
import Results
import Tensor

/// Jensen's inequality for the exponential, f(E X) ≤ E f(X): the chord between two points lies
/// above the curve, and for normal X the gap grows with the variance.
let jensensInequalityItem = CourseItem(
  "jensens-inequality", week: 1, "the mean of a convex function against the function of the mean"
) { _, _ in
  let points = vector([-1, 1.5])
  let (mean, meanOfImages) = (points.mean().scalar, exp(points).mean().scalar)
  let unit = GaussianQuadrature.normal(40)
  let deviations = grid(0...1.5, count: 31).doubles
  let means = deviations.map { deviation in unit.integral { exp(deviation * $0) }.scalar }
  let normal = Normal(mean: 0, standardDeviation: 1)
  let logarithm = AdaptiveIntegral(from: 0, to: .infinity) { x in
    2 * normal.density(at: x) * log(square(scalar(x))).scalar
  }.value
  let meanSquare = unit.integral { $0 * $0 }.scalar
  var results = Results([
    "two-points-function-of-mean": .number(exp(scalar(mean)).scalar),
    "two-points-mean-of-function": .number(meanOfImages),
    "normal-function-of-mean": 1,
    "normal-mean-of-function": .number(unit.integral { exp($0) }.scalar),
    "mean-of-logarithm-of-square": .number(logarithm),
    "logarithm-of-mean-square": .number(log(scalar(meanSquare)).scalar),
  ])
  results.tables["values.csv"] = ["standard-deviation": deviations, "mean-of-exp": means]
  let x = grid(-2...2)
  results.add(
    Figure.grid(
      [
        Figure(title: "X is −1 or 1.5", x: .linear("x"), y: .linear("f(x)")) {
          Line(x.doubles, exp(x).doubles, label: "f = exp")
          Line(points.doubles, exp(points).doubles, label: "chord", hasDots: true)
          Scatter([mean], [meanOfImages], label: "E f(X)", marker: .square, size: 9)
          Scatter([mean], [exp(scalar(mean)).scalar], label: "f(E X)", marker: .diamond, size: 9)
        },
        Figure(title: "X ~ N(0, σ²)", x: .linear("standard deviation σ"), y: .linear("value")) {
          Line(deviations, means, label: "E exp(X)")
          Line(deviations, deviations.map { _ in 1 }, label: "exp(E X)", dash: .dashed)
        },
      ], columns: 2))
  return results
}
