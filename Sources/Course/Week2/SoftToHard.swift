import Inference
import Plots
import Results
import Tensor

/// Soft k-means against its temperature ε: the clusters become hard as ε falls, and merge into one
/// above the largest variance of the data.
let softToHardItem = CourseItem(
  "soft-to-hard", week: 2, "soft k-means from one cluster to hard clusters as ε falls"
) { isQuick, random in
  let x = try threeGaussians().sample(isQuick ? 150 : 400, using: random).points
  let hard = try KMeans.fit(x, clusters: 3, starts: 5, using: random)
  let centred = x - x.mean(along: 0)
  let covariance = centred.matmul(centred, transposeLeft: true) / Double(x.shape[0])
  let critical = covariance.symmetricEigendecomposition().values.max().scalar
  // From above the largest variance down to a thousandth of it.
  let variances = grid(-3...0.25, count: isQuick ? 14 : 40).doubles.map { exponent in
    critical * exp(scalar(exponent * 2.302585092994046)).scalar
  }
  let driver = ExpectationMaximization(tolerance: 1e-13, iterationLimit: 5_000)
  let fits = try variances.map {
    try SoftKMeans.fit(x, centres: hard.model.centres, variance: $0, driver: driver)
  }
  let entropies = fits.map { fit in
    let q = fit.responsibilities
    return -xlogy(q, q).sum().scalar / Double(x.shape[0])
  }
  func largest(_ difference: Tensor) -> Double { abs(difference).max().scalar }
  let differences = fits.map { largest($0.model.centres - hard.model.centres) }
  var results = Results([
    "largest-variance": .number(critical),
    "difference-from-k-means": .number(differences[0]),
    "entropy-at-least-variance": .number(entropies[0]),
    "extent-above-largest-variance": .number(
      largest(fits[fits.count - 1].model.centres - x.mean(along: 0))),
    "entropy-above-largest-variance": .number(entropies[fits.count - 1]),
  ])
  results.tables["values.csv"] = [
    "variance": variances, "entropy": entropies, "difference-from-k-means": differences,
  ]
  let softness = Figure(
    title: "Softness", caption: "Dashed: the largest variance of the data.", x: .log("ε"),
    y: .linear("entropy of an assignment", unit: "nats")
  ) {
    Line(variances, entropies)
    Rule(x: critical)
  }
  let paths = Figure(
    title: "Centres", caption: "The first coordinate of each.", x: .log("ε"), y: .linear("x₁")
  ) {
    for k in 0..<3 {
      Line(variances, fits.map { $0.model.centres.doubles[2 * k] }, label: "\(k + 1)")
    }
    Rule(x: critical)
  }
  results.add(FigureGrid([softness, paths], columns: 2))
  return results
}
