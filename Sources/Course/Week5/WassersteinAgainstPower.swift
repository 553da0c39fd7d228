import Distributions
import OptimalTransport
import Plots
import Results
import Tensor

/// Under a shift, W₁ grows with the shift, while the ℓ_p distance of the densities soon stays
/// constant.
let wassersteinAgainstPowerItem = CourseItem(
  "wasserstein-against-lp", week: 5, "Wasserstein and ℓ_p distances of a density and its shift"
) { _, _ in
  let shifts = grid(0...8, count: 33).doubles
  let (step, x) = (0.01, Tensor.linearSpace(from: -8, through: 16, count: 2_401, dtype: .float64))
  func density(_ mean: Double) -> Tensor {
    exp(Normal(mean: mean, standardDeviation: 1).logDensity(of: x))
  }
  let still = density(0)
  let differences = shifts.map { density($0) - still }
  let first = differences.map { abs($0).sum().scalar * step }
  let second = differences.map { (square($0).sum().scalar * step).squareRoot() }
  let distances = try shifts.map { shift in
    try wassersteinDistance(
      LineDensity.normal(mean: 0, standardDeviation: 1),
      LineDensity.normal(mean: shift, standardDeviation: 1), p: 1)
  }
  var results = Results([
    "wasserstein-at-1": .number(distances[4]), "wasserstein-at-8": .number(distances[32]),
    "l1-at-1": .number(first[4]), "l1-at-8": .number(first[32]),
    "l2-at-8": .number(second[32]),
  ])
  results.tables["values.csv"] = [
    "shift": shifts, "wasserstein-1": distances, "l1": first, "l2": second,
  ]
  results.add(
    Figure(title: "N(0, 1) and N(t, 1)", x: .linear("shift t"), y: .linear("distance")) {
      Line(shifts, distances, label: "W₁")
      Line(shifts, first, label: "ℓ₁")
      Line(shifts, second, label: "ℓ₂")
    })
  return results
}
