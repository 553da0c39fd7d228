import Distributions
import Inference
import Plots
import Results
import Tensor

/// A table of the processes that can be sampled and those that have a density, according to the
/// library's types.
///
/// A generator can be sampled but has no density; an energy is a density up to a constant and has
/// no sampler.
let processesItem = CourseItem(
  "processes", week: 1, "a table of processes: which can be sampled, and which have a density"
) { _, random in
  let processes = try processes()
  let isSampled = processes.map { $0.process is any ImplicitDistribution }
  let hasDensity = processes.map { $0.process is any Distribution }
  let drawn = processes.compactMap { $0.process as? any ImplicitDistribution }.map {
    $0.sample([10], using: random).isFinite
  }
  let names = processes.map(\.name)
  var results = Results([
    "sampled": .integer(isSampled.count { $0 }), "density": .integer(hasDensity.count { $0 }),
    "samples-are-finite": .flag(drawn.allSatisfy { $0 }),
  ])
  for (index, name) in names.enumerated() {
    results[name] = ["sampled": .flag(isSampled[index]), "density": .flag(hasDensity[index])]
  }
  func words(_ flags: [Bool]) -> ResultTable.Column { .texts(flags.map { $0 ? "yes" : "no" }) }
  results.tables["values.csv"] = ResultTable([
    (name: "process", values: .texts(names)), (name: "sampled", values: words(isSampled)),
    (name: "density", values: words(hasDensity)),
  ])
  let cells = [isSampled, hasDensity].enumerated().flatMap { column, flags in
    flags.enumerated().map { (x: Double(column), y: Double($0), isTrue: $1) }
  }
  results.add(
    Figure(
      title: "Processes", x: .categories(["can be sampled", "has a density"]),
      y: .categories(names, label: "process").reversed, width: 520, height: 340
    ) {
      for isTrue in [true, false] {
        let shown = cells.filter { $0.isTrue == isTrue }
        Scatter(
          shown.map(\.x), shown.map(\.y), label: isTrue ? "yes" : "no",
          marker: isTrue ? .dot : .cross, size: 10)
      }
    })
  return results
}

private func processes() throws -> [(name: String, process: Any)] {
  let normal = Normal(mean: 0, standardDeviation: 1)
  let pair = Normal(mean: vector([-2, 2]), standardDeviation: vector([1, 1]))
  let unit = Uniform(lower: 0, upper: 1)
  let energy: LogDensity = { -square(square($0)).sum(along: 1) }
  return [
    ("normal", normal),
    ("Gaussian in the plane", MultivariateNormal.standard(2)),
    (
      "mixture of two normals",
      MixtureDistribution(weights: Categorical(logits: vector([0, 0])), components: pair)
    ),
    ("exp of a normal", Transformed(normal, by: ExponentialMap())),
    ("square of a normal", BranchedTransformed.squared(normal)),
    ("(X, 1 − X)", Pushforward(unit, eventShape: [2]) { .stacked([$0, 1 - $0], along: $0.rank) }),
    (
      "generator: noise through tanh",
      Pushforward(MultivariateNormal.standard(2), eventShape: [3]) { noise in
        tanh(noise.matmul(Tensor([[1, 2, -1], [0.5, -1, 2]], dtype: .float64)))
      }
    ),
    ("energy x⁴, up to a constant", energy),
  ]
}
