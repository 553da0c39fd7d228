import Distributions
import OptimalTransport
import Plots
import Results
import Tensor

/// Linear interpolation fades one density out and the other in, whereas displacement interpolation
/// moves the mass.
let interpolationsItem = CourseItem(
  "interpolations", week: 5, "linear against displacement interpolation of two densities"
) { _, _ in
  let (mu, nu) = (Normal(mean: -3, standardDeviation: 0.5), Normal(mean: 3, standardDeviation: 1))
  let plan = try GaussianTransport(
    mean: Tensor([-3], dtype: .float64), covariance: Tensor([[0.25]], dtype: .float64),
    otherMean: Tensor([3], dtype: .float64), otherCovariance: Tensor([[1]], dtype: .float64))
  let times = [0, 0.25, 0.5, 0.75, 1]
  let grid = grid(-6...7, count: 261).doubles
  let x = Tensor(grid, dtype: .float64)
  let linear = times.map { (1 - $0) * exp(mu.logDensity(of: x)) + $0 * exp(nu.logDensity(of: x)) }
  let moved = times.map { time in
    let (mean, covariance) = plan.geodesic(at: time)
    return exp(
      Normal(
        mean: mean.doubles[0], standardDeviation: covariance.doubles[0].squareRoot()
      ).logDensity(of: x))
  }
  let middle = plan.geodesic(at: 0.5)
  let (left, right) = (
    LineDensity.normal(mean: -3, standardDeviation: 0.5),
    LineDensity.normal(mean: 3, standardDeviation: 1)
  )
  let quarter = try displacementInterpolation(from: left, to: right, at: 0.25)
  let later = try displacementInterpolation(from: left, to: right, at: 0.75)
  var results = Results([
    "distance": .number(try wassersteinDistance(left, right, p: 2)),
    "distance-of-quarters": .number(try wassersteinDistance(quarter, later, p: 2)),
    "middle-mean": .number(middle.mean.doubles[0]),
    "middle-deviation": .number(middle.covariance.doubles[0].squareRoot()),
    // (0.25 + 1) / 2 + 3².
    "linear-variance": .number((linear[2] * square(x)).sum().scalar * 0.05),
  ])
  results.tables["values.csv"] = ResultTable(
    [(name: "x", values: .numbers(grid))]
      + zip(times, linear).map { (name: "linear-\($0)", values: .numbers($1.doubles)) }
      + zip(times, moved).map { (name: "displacement-\($0)", values: .numbers($1.doubles)) })
  func panel(_ title: String, _ curves: [Tensor]) -> Figure {
    Figure(title: title, x: .linear("x"), y: .linear("density")) {
      for (time, curve) in zip(times, curves) { Line(grid, curve.doubles, label: "t = \(time)") }
    }
  }
  results.add(
    Figure.grid(
      [panel("Linear", linear), panel("Displacement", moved)], columns: 2, sharing: [.y]))
  return results
}
