import Inference
import Plots
import Results
import Tensor

/// Black-box variational inference for a logistic regression, checked by importance sampling.
let blackBoxInferenceItem = CourseItem(
  "black-box-inference", week: 3,
  "stochastic gradients of the bound for a logistic posterior, mean field and full rank"
) { isQuick, random in
  let inputs = random.normal([20], mean: 1, dtype: .float64)
  let labels = random.bernoulli(probability: sigmoid(2 * inputs - 1))
  // Coordinates: slope and constant, N(0, 4) each.
  let logJoint: LogDensity = { w in
    let logits = w.sliced(0..<1, along: 1) * inputs + w.sliced(1..<2, along: 1)
    let prior = -0.125 * square(w).sum(along: 1) - log(scalar(8 * .pi)).scalar
    return (labels * logits - softplus(logits)).sum(along: 1) + prior
  }
  let families = GaussianFamily.allCases
  let fits = try families.map { family in
    try VariationalInference(
      family: family,
      method: .stochastic(steps: isQuick ? 300 : 2_000, draws: 10, learningRate: 0.05)
    ).fit(logJoint, dimensions: 2, using: random.split())
  }
  var results = Results([:])
  for (family, fit) in zip(families, fits) {
    let draws = fit.approximation.sample(isQuick ? 2_000 : 20_000, using: random)
    let sample = try ImportanceSample(
      draws: draws, logTarget: logJoint(draws),
      logProposal: fit.approximation.logDensity(of: draws))
    results["bound-\(family.rawValue)"] = .number(fit.bound)
    results["error-\(family.rawValue)"] = .number(fit.boundError)
    results["log-evidence-\(family.rawValue)"] = .number(sample.logEvidence)
    results["error-of-log-evidence-\(family.rawValue)"] = .number(sample.errorOfLogEvidence)
    results["effective-size-\(family.rawValue)"] = .number(
      sample.effectiveSize / Double(draws.shape[0]))
  }
  let (slopes, constants) = (grid(-2...5, count: 101).doubles, grid(-4...4, count: 101).doubles)
  let points = constants.flatMap { b in slopes.map { [$0, b] } }.flatMap { $0 }
  let logDensities = try logJoint(Tensor(points, shape: [101 * 101, 2], dtype: .float64))
  let evidence = logDensities.logSumExp(along: 0) + log(scalar(0.07 * 0.08))
  results["log-evidence-by-sum"] = .number(evidence.scalar)
  results.tables["values.csv"] = ResultTable(
    [("step", .numbers(fits[0].trace.indices.map { Double($0 + 1) }))]
      + zip(families, fits).map { ("bound-\($0.rawValue)", .numbers($1.trace)) })
  let density = exp(logDensities - logDensities.max()).doubles
  let plane = Figure(
    title: "Posterior", caption: "Ellipses: two deviations of the approximations.",
    x: .linear("slope"), y: .linear("constant")
  ) {
    Contour(Field(x: slopes, y: constants, values: density), color: .muted)
    for (index, (family, fit)) in zip(families, fits).enumerated() {
      let (mean, spread) = (fit.approximation.mean.doubles, fit.approximation.covariance.doubles)
      Ellipse(
        mean: (x: mean[0], y: mean[1]), covariance: (xx: spread[0], xy: spread[1], yy: spread[3]),
        label: family.rawValue, color: .series(index))
    }
  }
  let traces = Figure(
    title: "Bound", caption: "Estimates of ten draws each.", x: .linear("step"),
    y: .linear("bound", unit: "nats", range: evidence.scalar - 8...evidence.scalar + 2)
  ) {
    for (family, fit) in zip(families, fits) {
      Line(
        fit.trace.indices.map(Double.init), fit.trace, label: family.rawValue, width: 0.7,
        dash: .solid)
    }
    Rule(y: evidence.scalar, label: "log-evidence")
  }
  results.add(FigureGrid([plane, traces], columns: 2))
  return results
}
