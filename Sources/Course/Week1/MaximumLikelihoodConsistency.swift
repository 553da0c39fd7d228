import Estimators
import Plots
import Results
import Tensor

/// Maximum-likelihood estimates of a gamma distribution's shape from more and more numbers: the
/// error falls as 1/√n, to the limit that the Fisher information sets.
let maximumLikelihoodConsistencyItem = CourseItem(
  "maximum-likelihood-consistency", week: 1, "error of an estimate against the number of data"
) { isQuick, random in
  let (concentration, runs) = (2.0, isQuick ? 20 : 200)
  let counts = isQuick ? [20, 80, 320, 1_280] : [20, 80, 320, 1_280, 5_120, 20_480]
  var (errors, predicted, estimates) = ([Double](), [Double](), [Double]())
  for count in counts {
    let fits = try (0..<runs).map { _ in
      try MaximumLikelihood(
        of: .gamma,
        fitting: random.gamma([count], concentration: concentration, rate: 1, dtype: .float64))
    }
    let found = vector(fits.map { $0.parameters.doubles[0] })
    estimates.append(found.mean().scalar)
    errors.append(square(found - concentration).mean().scalar.squareRoot())
    predicted.append(vector(fits.map { $0.standardErrors.doubles[0] }).quantile(0.5).scalar)
  }
  var results = Results([
    "concentration": .number(concentration), "mean-estimate": .number(estimates.last ?? .nan),
    "errors": ResultValue(errors), "error-of-most": .number(errors.last ?? .nan),
    "standard-error-of-most": .number(predicted.last ?? .nan),
    "error-of-fewest": .number(errors[0]),
  ])
  let places = counts.map(Double.init)
  results.tables["values.csv"] = [
    "n": places, "mean-estimate": estimates, "error": errors, "standard-error": predicted,
  ]
  results.add(
    Figure(
      title: "Consistency of maximum likelihood", x: .log("data n"),
      y: .log("error of the gamma distribution's shape")
    ) {
      Line(places, errors, label: "root mean square error", hasDots: true)
      Line(places, predicted, label: "by Fisher's information", dash: .dashed)
    })
  return results
}
