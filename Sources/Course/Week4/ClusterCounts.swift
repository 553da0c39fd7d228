import Inference
import Plots
import Results
import Tensor

/// The number of clusters grows like α log N: α (ψ(α + N) − ψ(α)).
let clusterCountsItem = CourseItem(
  "cluster-counts", week: 4, "expected clusters of a Dirichlet process against α and N"
) { isQuick, random in
  let concentrations = [0.5, 1.0, 5, 20]
  let counts = stride(from: 0, through: 500, by: 10).map { max(1, $0) }
  let restaurant = ChineseRestaurant(concentration: 1)
  let repeats = isQuick ? 400 : 10_000
  let drawn = (0..<repeats).map { _ in
    Double(Set(restaurant.sample(100, using: random)).count)
  }
  var results = Results([
    "expected-1-100": .number(restaurant.expectedClusterCount(100)),
    "variance-1-100": .number(restaurant.clusterCountVariance(100)),
    "drawn-1-100": .number(drawn.reduce(0, +) / Double(repeats)),
    "draws": .integer(repeats),
    "expected-5-1": .number(ChineseRestaurant(concentration: 5).expectedClusterCount(1)),
  ])
  let curves = concentrations.map { concentration in
    counts.map { ChineseRestaurant(concentration: concentration).expectedClusterCount($0) }
  }
  results.tables["values.csv"] = ResultTable(
    [(name: "N", values: .numbers(counts.map(Double.init)))]
      + zip(concentrations, curves).map { (name: "alpha-\($0)", values: .numbers($1)) })
  results.add(
    Figure(
      title: "Expected clusters", x: .linear("observations N"), y: .linear("expected clusters")
    ) {
      for (concentration, curve) in zip(concentrations, curves) {
        Line(counts.map(Double.init), curve, label: "α = \(concentration)")
      }
    })
  return results
}
