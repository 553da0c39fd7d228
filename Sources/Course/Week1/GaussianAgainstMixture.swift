import Estimators
import Inference
import Plots
import Results
import Tensor

/// One Gaussian and a mixture of two, both fitted by maximum likelihood to data with two modes: the
/// Gaussian takes the data's mean and variance, and puts its mode where there are no data.
let gaussianAgainstMixtureItem = CourseItem(
  "gaussian-against-mixture", week: 1, "a Gaussian and a mixture fitted to data with two modes"
) { isQuick, random in
  let truth = try GaussianMixture(
    weights: vector([0.5, 0.5]), means: vector([-3, 3]).expanded(at: 1),
    covariances: vector([1, 1]).reshaped(to: [2, 1, 1]))
  let x = truth.sample(isQuick ? 400 : 2_000, using: random).points
  let single = try MaximumLikelihood(of: .normal, fitting: x.flattened(from: 0))
  let one = try GaussianMixture.fit(x, components: 1, using: random)
  let two = try GaussianMixture.fit(x, components: 2, starts: 3, using: random)
  var results = Results([
    "mean": .number(single.parameters.doubles[0]),
    "standard-deviation": .number(single.parameters.doubles[1]),
    "log-likelihood-gaussian": .number(single.logLikelihood),
    "log-likelihood-one-component": .number(one.logLikelihood),
    "log-likelihood-mixture": .number(two.logLikelihood),
    "means": ResultValue(two.model.means.flattened(from: 0).doubles.sorted()),
    "bic-gaussian": .number(one.bic), "bic-mixture": .number(two.bic),
  ])
  let places = grid(-8...8)
  let densities = [one.model, two.model].map {
    exp($0.logDensity(of: places.expanded(at: 1))).doubles
  }
  results.tables["values.csv"] = [
    "x": places.doubles, "gaussian": densities[0], "mixture": densities[1],
  ]
  results.add(
    Figure(title: "Maximum likelihood", x: .linear("x"), y: .linear("density")) {
      Histogram(x.doubles, bins: 40, range: -8...8, measure: .density, label: "data")
      Line(places.doubles, densities[0], label: "one Gaussian")
      Line(places.doubles, densities[1], label: "mixture of two")
    })
  return results
}
