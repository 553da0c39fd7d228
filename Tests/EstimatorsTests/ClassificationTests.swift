import Estimators
import Tensor
import Testing

@Suite struct LogisticRegressionTests {
  private let x = double([-2, -1, 0.5, 1, 2])
  private let labels = [0, 0, 1, 0, 1]

  private func isNear(_ a: Double, _ b: Double, _ tolerance: Double = 1e-7) -> Bool {
    Swift.abs(a - b) <= tolerance
  }

  /// Newton steps from 0, the mode, its variance, and the evidence.
  @Test func laplaceOfFivePoints() throws {
    for (steps, expected) in [(1, 0.63157895), (2, 0.68533525), (3, 0.68620537)] {
      let fit = try LogisticRegression(
        fitting: labels, on: x, priorVariance: 1, intercept: false, stepLimit: steps)
      #expect(isNear(fit.coefficients.scalar, expected, 1e-8))
    }
    let fit = try LogisticRegression(fitting: labels, on: x, priorVariance: 1, intercept: false)
    #expect(fit.hasConverged && isNear(fit.coefficients.scalar, 0.6862055995, 1e-9))
    #expect(isNear(fit.covariance.scalar, 0.3575473635, 1e-9))
    // log p(y ∣ β) N(β; 0, 1) √(2π V) at the mode; the integral by quadrature is below.
    #expect(isNear(fit.logEvidence ?? 0, -3.2395674339))
    let integral = GaussianQuadrature.normal(60).integral { beta in
      let margins = beta.expanded(at: 1) * (x * double([-1, -1, 1, -1, 1]))
      return exp(-softplus(-margins).sum(along: 1))
    }
    #expect(isNear(fit.logEvidence ?? 0, log(integral).scalar, 0.05))
    #expect(fit.accuracy == 0.8)
  }

  @Test func theGradientIsZeroAtTheMaximum() throws {
    let random = Random(seed: 1)
    let x = random.normal([60, 2], dtype: .float64)
    for (classes, prior, columns) in [
      (2, nil, 1), (2, 3, 1), (3, nil, 2), (3, 3, 3), (4, 0.5, 4),
    ] as [(Int, Double?, Int)] {
      let labels = (0..<60).map { _ in random.integer(below: classes) }
      let weights = random.uniform([60], dtype: .float64) + 0.5
      let fit = try LogisticRegression(
        fitting: labels, on: x, classes: classes, priorVariance: prior, weights: weights)
      #expect(fit.hasConverged && fit.coefficients.shape == [3, columns])
      let design = Tensor.concatenated([Tensor.ones([60, 1], dtype: .float64), x], along: 1)
      let targets = Tensor.oneHot(labels, count: classes, dtype: .float64)
      func logJoint(_ flat: Tensor) -> Tensor {
        let beta = flat.reshaped(to: [columns, 3]).transposed()
        var logits = design.matmul(beta)
        if columns < classes { logits = logits.padded(before: 1, after: 0, along: 1) }
        let likelihood = (targets * logSoftmax(logits)).sum(along: 1) * weights
        guard let prior else { return likelihood.sum() }
        let constant = 0.5 * Double(flat.count) * 1.8378770664093453
        let scale = 0.5 * Double(flat.count) * log(double(prior)).scalar
        return likelihood.sum() - square(flat).sum() / (2 * prior) - constant - scale
      }
      let flat = fit.coefficients.transposed().flattened(from: 0)
      #expect(isNear(logJoint(flat).scalar, fit.logJoint, 1e-10))
      #expect(abs(gradient(at: flat, logJoint)).max().scalar < 1e-9)
      let inverse = try Tensor.hessian(at: flat) { -logJoint($0) }.inverse()
      #expect(abs(inverse - fit.covariance).max().scalar < 1e-8)
      let errors = sqrt(inverse.diagonal()).reshaped(to: [columns, 3]).transposed()
      #expect(abs(errors - fit.standardErrors).max().scalar < 1e-8)
      #expect(zip(fit.trace, fit.trace.dropFirst()).allSatisfy { $0 <= $1 + 1e-12 })
    }
  }

  @Test func separableClassesNeedAPrior() throws {
    let error = EstimationError.separableClasses(operation: "logistic regression")
    let separable = [0, 0, 1, 1, 1]
    #expect(throws: error) { try LogisticRegression(fitting: separable, on: x) }
    #expect("\(error)".contains("priorVariance"))
    let fit = try LogisticRegression(fitting: separable, on: x, priorVariance: 100)
    #expect(fit.hasConverged && fit.accuracy == 1)
    // Two rows on the border: the data are separable except for these.
    let border = double([-2, -1, 0, 0, 1, 2])
    #expect(throws: error) { try LogisticRegression(fitting: [0, 0, 0, 1, 1, 1], on: border) }
    #expect(throws: error) {
      try LogisticRegression(
        fitting: [0, 0, 1, 1, 2, 2], on: border + double([0, 0, 0.1, 0.2, 0, 0]))
    }
    // One extreme row among overlapping classes does not make them separable.
    let overlap = try LogisticRegression(
      fitting: [0, 1, 0, 1, 1], on: double([-1, -0.5, 0.5, 1, 1000]))
    #expect(overlap.hasConverged)
  }

  @Test func refusesDegenerateData() {
    let operation = "logistic regression"
    #expect(throws: EstimationError.oneClass(operation: operation, label: 1)) {
      try LogisticRegression(fitting: [1, 1, 1, 1, 1], on: x, classes: 2)
    }
    #expect(throws: EstimationError.emptyClass(operation: operation, label: 1)) {
      try LogisticRegression(fitting: [0, 2, 0, 2, 0], on: x)
    }
    #expect(
      throws: EstimationError.invalidClass(operation: operation, label: -1, row: 1, classes: 2)
    ) { try LogisticRegression(fitting: [0, -1, 0, 1, 0], on: x) }
    #expect(throws: EstimationError.collinear(operation: operation, rank: 2, expected: 3)) {
      try LogisticRegression(fitting: labels, on: Tensor.stacked([x, 2 * x], along: 1))
    }
  }
}

@Suite struct DiscriminantAnalysisTests {
  @Test func byHand() throws {
    // Means 1 and 6, variances 1 and 4.
    let x = double([0, 2, 4, 8])
    let linear = try DiscriminantAnalysis(fitting: [0, 0, 1, 1], on: x)
    #expect(linear.means.doubles == [1, 6] && linear.covariances.doubles == [2.5, 2.5])
    let middle = linear.logPosterior(at: double([3.5])).doubles
    #expect(middle.allSatisfy { Swift.abs($0 + 0.6931471805599453) < 1e-14 })
    let quadratic = try DiscriminantAnalysis(fitting: [0, 0, 1, 1], on: x, .quadratic)
    #expect(quadratic.covariances.doubles == [1, 4])
    // log ½ N(3; 6, 4) = −log 2 − ½ log 2π − log 2 − 9/8.
    let joint = quadratic.logJoint(at: double([3])).doubles
    #expect(Swift.abs(joint[1] + 2 * 0.6931471805599453 + 0.9189385332046727 + 1.125) < 1e-14)
    #expect(Swift.abs(joint[0] + 0.6931471805599453 + 0.9189385332046727 + 2) < 1e-14)
    #expect(quadratic.accuracy == 1)
  }

  @Test(arguments: DiscriminantAnalysis.Kind.allCases)
  func weightsCountRowsAndPriorsCanBeGiven(_ kind: DiscriminantAnalysis.Kind) throws {
    let random = Random(seed: 1)
    let x = random.normal([12, 2], dtype: .float64)
    let labels = (0..<12).map { $0 % 2 }
    let counts = (0..<12).map { 1 + $0 % 3 }
    let places = counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    let repeated = try DiscriminantAnalysis(
      fitting: places.map { labels[$0] }, on: x.gatheredRows(at: places), kind)
    let weighted = try DiscriminantAnalysis(
      fitting: labels, on: x, kind, weights: double(counts.map(Double.init)))
    #expect(abs(weighted.covariances - repeated.covariances).max().scalar < 1e-14)
    #expect(Swift.abs(weighted.logLikelihood - repeated.logLikelihood) < 1e-12)
    #expect(Swift.abs(weighted.accuracy - repeated.accuracy) < 1e-14)
    let given = try DiscriminantAnalysis(fitting: labels, on: x, kind, priors: [1, 3])
    #expect(given.priors.doubles == [0.25, 0.75])
    let check = checkGradient(of: { given.logPosterior(at: $0[0]) }, at: [x])
    #expect(check.passes(), "\(check)")
  }

  @Test func aSingularCovarianceIsTold() throws {
    let x = double([[0, 0], [1, 2], [2, 4], [0, 1], [1, 0], [3, 5]])
    let labels = [0, 0, 0, 1, 1, 1]
    let operation = "quadratic discriminant analysis"
    #expect(throws: EstimationError.singularCovariance(operation: operation, label: 0)) {
      try DiscriminantAnalysis(fitting: labels, on: x, .quadratic)
    }
    let cured = try DiscriminantAnalysis(fitting: labels, on: x, .quadratic, ridge: 1e-3)
    #expect(cured.logPosterior(at: x).isFinite)
    #expect(throws: EstimationError.oneClass(operation: operation, label: 0)) {
      try DiscriminantAnalysis(fitting: [0, 0, 0, 0, 0, 0], on: x, .quadratic, classes: 2)
    }
  }
}
