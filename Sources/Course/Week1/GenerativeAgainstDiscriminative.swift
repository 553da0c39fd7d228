import Distributions
import Estimators
import Plots
import Results
import Tensor

/// A generative and a discriminative classifier under a correct generative assumption, namely one
/// covariance for both classes: both have a linear border, and the generative one needs fewer data.
let classifiersEqualCovariancesItem = CourseItem(
  "classifiers-equal-covariances", week: 1,
  "discriminant analysis and logistic regression, equal covariances"
) { isQuick, random in
  try classifiers(
    ClassPair([[1, 0.3], [0.3, 1]], [[1, 0.3], [0.3, 1]]), isQuick, random)
}

/// The same under a wrong assumption: with a covariance for each class, the best border is curved.
let classifiersUnequalCovariancesItem = CourseItem(
  "classifiers-unequal-covariances", week: 1,
  "discriminant analysis and logistic regression, unequal covariances"
) { isQuick, random in
  try classifiers(
    ClassPair([[0.4, 0], [0, 0.4]], [[3, 0.8], [0.8, 1.5]]), isQuick, random)
}

/// Two Gaussian classes in the plane with equal probabilities.
private struct ClassPair {
  let classes: [MultivariateNormal]

  init(_ first: [[Double]], _ second: [[Double]]) throws {
    classes = try zip([[-1, -0.5], [1, 0.5]], [first, second]).map { mean, covariance in
      try MultivariateNormal(
        mean: vector(mean), covariance: Tensor(covariance, dtype: .float64))
    }
  }

  /// Draws equally many points of each class, `[2 n, 2]`, and their classes.
  func sample(_ count: Int, using random: Random) -> (points: Tensor, labels: [Int]) {
    let points = classes.map { $0.sample([count], using: random) }
    return (.concatenated(points), (0..<2 * count).map { $0 / count })
  }

  /// The share of points whose class the true densities predict.
  func accuracy(_ points: Tensor, _ labels: [Int]) -> Double {
    let logJoint = Tensor.stacked(classes.map { $0.logDensity(of: points) }, along: 1)
    return share(logJoint.argmax(), labels)
  }
}

private func share(_ predicted: [Int], _ labels: [Int]) -> Double {
  Double(zip(predicted, labels).count { $0 == $1 }) / Double(labels.count)
}

private func classifiers(_ pair: ClassPair, _ isQuick: Bool, _ random: Random) throws -> Results {
  let (x, labels) = pair.sample(isQuick ? 100 : 200, using: random)
  let (unseen, truth) = pair.sample(isQuick ? 2_000 : 20_000, using: random)
  let linear = try DiscriminantAnalysis(fitting: labels, on: x, .linear)
  let quadratic = try DiscriminantAnalysis(fitting: labels, on: x, .quadratic)
  let logistic = try LogisticRegression(fitting: labels, on: x)
  let accuracies = [
    share(linear.predictedClasses(at: unseen), truth),
    share(quadratic.predictedClasses(at: unseen), truth),
    share(logistic.predictedClasses(at: unseen), truth),
  ]
  var results = Results([
    "accuracy-linear": .number(accuracies[0]), "accuracy-quadratic": .number(accuracies[1]),
    "accuracy-logistic": .number(accuracies[2]),
    "accuracy-true-densities": .number(pair.accuracy(unseen, truth)),
    "logistic-coefficients": ResultValue(logistic.coefficients.flattened(from: 0)),
  ])
  var table: ResultTable = [
    "x1": x.sliced(0..<1, along: 1).doubles, "x2": x.sliced(1..<2, along: 1).doubles,
  ]
  table.add("class", .numbers(labels.map(Double.init)))
  results.tables["values.csv"] = table
  let models: [(String, (Tensor) -> Tensor)] = [
    ("linear discriminant", { linear.logPosterior(at: $0) }),
    ("quadratic discriminant", { quadratic.logPosterior(at: $0) }),
    ("logistic regression", { logistic.logProbabilities(at: $0) }),
  ]
  results.add(
    Figure(
      title: "Borders of the classes", x: .linear("x₁", range: -5...5),
      y: .linear("x₂", range: -4...4), width: 520, hasEqualScales: true
    ) {
      Scatter(
        x.sliced(0..<1, along: 1).doubles, x.sliced(1..<2, along: 1).doubles, classes: labels,
        names: ["class 0", "class 1"], opacity: 0.6)
      for (index, (name, logProbabilities)) in models.enumerated() {
        Contour(
          border(logProbabilities), levels: [0], label: name, color: .series(index + 2),
          dash: [.solid, .dashed, .dotted][index])
      }
    })
  return results
}

/// log p(1 ∣ x) − log p(0 ∣ x) on a grid of the plane, which is 0 at the border.
private func border(_ logProbabilities: (Tensor) -> Tensor) -> Field {
  let (x, y) = (grid(-5...5, count: 81).doubles, grid(-4...4, count: 65).doubles)
  let points = Tensor(y.flatMap { y in x.map { [$0, y] } }, dtype: .float64)
  let log = logProbabilities(points)
  let difference = log.sliced(1..<2, along: 1) - log.sliced(0..<1, along: 1)
  return Field(x: x, y: y, values: difference.doubles)
}
