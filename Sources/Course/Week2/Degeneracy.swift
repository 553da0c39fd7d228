import Inference
import Plots
import Results
import Tensor

/// The likelihood of a mixture has no bound if a component sits on a single point.
///
/// A floor, a prior or a tied variance prevents this, and a component with Student's t distribution
/// has no need to sit there.
let mixtureDegeneracyItem = CourseItem(
  "mixture-degeneracy", week: 2, "a component that collapses on a far point, and the remedies"
) { isQuick, random in
  let near = random.normal([isQuick ? 40 : 100, 1], dtype: .float64)
  let x = Tensor.concatenated([near, Tensor([[30]], dtype: .float64)])
  var results = Results([:])
  do {
    let fit = try GaussianMixture.fit(x, components: 2, using: random)
    results["without-cure"] = .text("log-likelihood \(fit.logLikelihood)")
  } catch let error as MixtureError {
    results["without-cure"] = .text("\(error)")
  }
  let cures: [(String, MixtureFit<GaussianMixture>)] = [
    ("floor", try GaussianMixture.fit(x, components: 2, floor: 0.01, using: random)),
    (
      "prior",
      try GaussianMixture.fit(
        x, components: 2,
        prior: GaussianMixturePrior(
          concentration: 2, scale: Tensor([[1]], dtype: .float64), degreesOfFreedom: 3),
        using: random)
    ),
    ("tied", try GaussianMixture.fit(x, components: 2, kind: .tied, using: random)),
  ]
  for (name, fit) in cures {
    results["log-likelihood-\(name)"] = .number(fit.logLikelihood)
    results["variances-\(name)"] = ResultValue(fit.model.covariances.doubles)
  }
  let t = try TMixture.fit(x, components: 1, using: random)
  results["location-t"] = .number(t.model.locations.scalar)
  results["degrees-of-freedom-t"] = .number(t.model.degreesOfFreedom.scalar)
  results["log-likelihood-t"] = .number(t.logLikelihood)
  // The likelihood as the far point's variance shrinks.
  let variances = (0...24).map { Tensor(0.5 * Double(-$0), dtype: .float64) }.map { exp($0).scalar }
  let values = try variances.map { variance in
    try GaussianMixture(
      weights: Tensor([0.99, 0.01], dtype: .float64), means: Tensor([[0], [30]], dtype: .float64),
      covariances: Tensor([1, variance], shape: [2, 1, 1], dtype: .float64)
    ).logDensity(of: x).sum().scalar
  }
  results["rises-without-bound"] = .flag(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
  results.tables["values.csv"] = ["variance": variances, "log-likelihood": values]
  let rise = Figure(
    title: "A component on one point", x: .log("variance of the component"),
    y: .linear("log-likelihood", unit: "nats")
  ) { Line(variances, values) }
  let places = grid(-6...34, count: 401)
  func logDensity(_ mixture: some MixtureModel) -> [Double] {
    mixture.logDensity(of: places.expanded(at: 1)).doubles
  }
  let cured = Figure(
    title: "Cures", x: .linear("x"), y: .linear("log-density", unit: "nats", range: -14...0)
  ) {
    for (name, fit) in cures { Line(places.doubles, logDensity(fit.model), label: name) }
    Line(places.doubles, logDensity(t.model), label: "t")
    Scatter(
      x.doubles, x.doubles.map { _ in -13.5 }, label: "points", color: .text, size: 3)
  }
  results.add(FigureGrid([rise, cured], columns: 2))
  return results
}
