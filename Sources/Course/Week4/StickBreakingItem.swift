import Inference
import Plots
import Results
import Tensor

/// The sticks C_k = V_k Π_{j<k} (1 − V_j) and their expectations.
let stickBreakingItem = CourseItem(
  "stick-breaking", week: 4, "sticks broken off one after the other, and their expected lengths"
) { isQuick, random in
  let example = Tensor([0.2, 0.5, 0.9], dtype: .float64)
  let sticks = StickBreaking.weights(ofFractions: example)
  let count = 12
  let concentrations = [1.0, 5]
  let expected = concentrations.map {
    StickBreaking(concentration: $0).expectedWeights(count: count).doubles
  }
  let draws = concentrations.map {
    StickBreaking(concentration: $0).sample(count: count, using: random).weights.doubles
  }
  let many = StickBreaking(concentration: 1)
    .sample([isQuick ? 2_000 : 100_000], count: 3, using: random).weights
  var results = Results([
    "sticks": ResultValue(sticks),
    "left": .number(StickBreaking.remainder(ofFractions: example).scalar),
    "expected": ResultValue(Array(expected[0].prefix(3))),
    "mean-of-draws": ResultValue(many.mean(along: 0)),
    "count-leaving-a-hundredth": .integer(StickBreaking(concentration: 1).count(leaving: 0.01)),
  ])
  results.tables["values.csv"] = [
    "k": (1...count).map(Double.init), "expected-1": expected[0], "draw-1": draws[0],
    "expected-5": expected[1], "draw-5": draws[1],
  ]
  results.add(
    Figure.grid(
      concentrations.indices.map { place in
        Figure(
          title: "α = \(Int(concentrations[place]))", x: .linear("stick k", wholeNumbers: true),
          y: .linear("length C_k")
        ) {
          Bars(draws[place], at: (1...count).map(Double.init), label: "a draw")
          Line((1...count).map(Double.init), expected[place], label: "expected", hasDots: true)
        }
      }, columns: 2, sharing: [.y]))
  return results
}
