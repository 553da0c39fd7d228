import Distributions
import Plots
import Results
import Tensor

/// The optimal discriminator D = p / (p + q) between data N(0, 1) and a generator N(m, 1), and its
/// value.
///
/// The value of the optimal D is E log D(x) + E log (1 − D(g)) ≥ −log 4, with equality if the two
/// distributions agree (Goodfellow and others 2014, theorem 1).
let ganDiscriminatorItem = CourseItem(
  "gan-discriminator", week: 1, "a GAN's optimal discriminator, and its value by quadrature"
) { _, _ in
  let rule = GaussianQuadrature.legendre(160, over: -12...16)
  let means = grid(0...4, count: 41).doubles
  let values = means.map { value(of: $0, by: rule) }
  var results = Results([
    "value-at-0": .number(value(of: 0, by: rule)), "value-at-2": .number(value(of: 2, by: rule)),
    "discriminator-between": .number(sigmoid(logit(of: scalar(1), mean: 2)).scalar),
    "discriminator-at-data": .number(sigmoid(logit(of: scalar(0), mean: 2)).scalar),
  ])
  results.tables["values.csv"] = ["generator-mean": means, "value": values]
  let x = grid(-4...6)
  let data = Normal(mean: 0, standardDeviation: 1).densities(at: x)
  let generated = Normal(mean: 2, standardDeviation: 1).densities(at: x)
  results.add(
    Figure.grid(
      [
        Figure(title: "Generator N(2, 1)", x: .linear("x"), y: .linear("density, D(x)")) {
          Line(x.doubles, data, label: "data p")
          Line(x.doubles, generated, label: "generator q")
          Line(x.doubles, sigmoid(logit(of: x, mean: 2)).doubles, label: "best D")
        },
        Figure(
          title: "Value with the best D", x: .linear("generator's mean"),
          y: .linear("value", unit: "nats")
        ) {
          Line(means, values)
          Rule(y: log(scalar(0.25)).scalar, label: "−log 4")
        },
      ], columns: 2))
  return results
}

/// log p − log q for a generator with a given mean; its sigmoid is the optimal discriminator.
private func logit(of x: Tensor, mean: Double) -> Tensor {
  Normal(mean: 0, standardDeviation: 1).logDensity(of: x)
    - Normal(mean: mean, standardDeviation: 1).logDensity(of: x)
}

/// E log D(x) + E log (1 − D(g)) for a generator with a given mean, in nats.
private func value(of mean: Double, by rule: GaussianQuadrature) -> Double {
  let (p, q) = (
    Normal(mean: 0, standardDeviation: 1), Normal(mean: mean, standardDeviation: 1)
  )
  return rule.integral { x in
    let logit = logit(of: x, mean: mean)
    return -exp(p.logDensity(of: x)) * softplus(-logit)
      - exp(q.logDensity(of: x)) * softplus(logit)
  }.scalar
}
