import Inference
import Plots
import Results
import Tensor

/// Draws with a small concentration, which puts the mass on a few atoms, and a large one, which
/// keeps it near the base.
let dirichletProcessDrawsItem = CourseItem(
  "dirichlet-process-draws", week: 4, "draws of two Dirichlet processes around N(0, 1)"
) { isQuick, random in
  let concentrations = [1.0, 25]
  let draws = concentrations.map { concentration in
    process(concentration).sample(sticks: 400, using: random)
  }
  var results = Results([:])
  for (concentration, draw) in zip(concentrations, draws) {
    results["mass-\(Int(concentration))"] = .number(draw.weights.sum().scalar + draw.remainder)
    // E Σ C_k² = 1 / (1 + α): the probability that two observations are equal.
    let squares = (0..<(isQuick ? 300 : 3_000)).map { _ in
      let weights = process(concentration).sample(sticks: 200, using: random).weights
      return square(weights).sum().scalar
    }
    results["coincidence-\(Int(concentration))"] = .number(
      squares.reduce(0, +) / Double(squares.count))
    results["coincidence-expected-\(Int(concentration))"] = .number(1 / (1 + concentration))
  }
  results.tables["values.csv"] = ResultTable(
    zip(concentrations, draws).flatMap { concentration, draw in
      [
        (name: "atom-\(Int(concentration))", values: .numbers(draw.atoms.doubles)),
        (name: "weight-\(Int(concentration))", values: .numbers(draw.weights.doubles)),
      ]
    })
  results.add(
    Figure.grid(
      zip(concentrations, draws).map { concentration, draw in
        let (x, weights) = (draw.atoms.doubles, draw.weights.doubles)
        return Figure(
          title: "α = \(Int(concentration))", x: .linear("atom", range: -4...4),
          y: .linear("weight")
        ) {
          Segments(from: (x, x.map { _ in 0 }), to: (x, weights), width: 2)
        }
      }, columns: 2))
  return results
}

private func process(_ concentration: Double) -> DirichletProcess {
  DirichletProcess(concentration: concentration) { count, random in
    random.normal([count, 1], dtype: .float64)
  }
}
