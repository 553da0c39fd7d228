import Distributions
import Inference
import Plots
import Results
import Tensor

/// A Dirichlet process has atoms; the mixture of normal densities around them has a density.
let mixingMeasureItem = CourseItem(
  "mixing-measure", week: 4,
  "a draw from a Dirichlet process, and the mixture density that it defines"
) { _, random in
  let process = DirichletProcess(concentration: 3) { count, random in
    3 * random.normal([count, 1], dtype: .float64)
  }
  let measure = process.sample(truncation: 60, using: random)
  let grid = grid(-20...20, count: 801).doubles
  let x = Tensor(grid, dtype: .float64)
  let components = Normal(
    mean: measure.atoms, standardDeviation: Tensor.ones(measure.atoms.shape, dtype: .float64) * 0.5)
  let densities = exp(components.logDensity(of: x.expanded(at: 0)))
  let mixture = (measure.weights.expanded(at: 1) * densities).sum(along: 0)
  let step = 0.05
  var results = Results([
    "mass-of-atoms": .number(measure.weights.sum().scalar),
    "mass-of-density": .number(mixture.sum().scalar * step),
    "mean-of-measure": .number(measure.expectation { $0.reshaped(to: [-1]) }),
    "mean-of-mixture": .number((mixture * x).sum().scalar * step),
  ])
  results.tables["values.csv"] = ["x": grid, "density": mixture.doubles]
  let (atoms, weights) = (measure.atoms.doubles, measure.weights.doubles)
  let range = -10.0...10.0
  results.add(
    Figure.grid(
      [
        Figure(
          title: "Mixing measure", x: .linear("atom θ", range: range), y: .linear("weight C")
        ) { Segments(from: (atoms, atoms.map { _ in 0 }), to: (atoms, weights), width: 2) },
        Figure(
          title: "Mixture", x: .linear("x", range: range), y: .linear("density")
        ) { Line(grid, mixture.doubles) },
      ], columns: 2))
  return results
}
