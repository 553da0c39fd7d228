import Tensor

extension MaximumLikelihood {
  /// Fits the probabilities of the categories 0 ..< count, which are the categories' shares p.
  ///
  /// The standard errors are √(p (1 − p) / n), and 0 for a category that never occurs or is the
  /// only one. The information matrices cover the first count − 1 probabilities, if none is 0.
  public static func categorical(
    fitting x: [Int], count: Int? = nil, weights: Tensor? = nil
  ) throws -> MaximumLikelihood {
    let operation = "maximum likelihood"
    let categories = count ?? (x.max() ?? 0) + 1
    if let row = x.firstIndex(where: { !(0..<categories).contains($0) }) {
      throw EstimationError.invalidClass(
        operation: operation, label: x[row], row: row, classes: categories)
    }
    let rows = try Rows(
      Tensor.oneHot(x, count: categories, dtype: .float64), weights: weights, operation)
    let (p, n) = (rows.mean, rows.totalWeight)
    let free = p.sliced(0..<categories - 1)
    let isInner = p.min().scalar > 0
    let information =
      isInner ? n * ((1 / free).diagonalMatrix() + 1 / p.doubles[categories - 1]) : nil
    return MaximumLikelihood(
      names: (0..<categories).map { "probability-\($0)" }, parameters: p.doubles,
      logLikelihood: n * xlogy(p, p).sum().scalar, count: n, observed: information,
      expected: information, standardErrors: sqrt(p * (1 - p) / n), iterations: 0,
      reason: .closedForm)
  }

  /// Fits a multivariate normal distribution to rows `[n, d]`.
  ///
  /// The parameters are the mean, followed by the rows of the lower triangle of the covariance,
  /// which is divided by n.
  ///
  /// The standard errors are √(Σᵢᵢ / n) and √((Σᵢᵢ Σⱼⱼ + Σᵢⱼ²) / n) (Anderson 2003, section 3.4).
  ///
  /// - Throws: ``EstimationError/singularCovariance(operation:label:)``, whose message names a
  ///   remedy.
  public static func multivariateNormal(
    fitting x: Tensor, weights: Tensor? = nil, ridge: Double = 0
  ) throws -> MaximumLikelihood {
    let operation = "multivariate normal"
    precondition(
      ridge >= 0 && ridge.isFinite, "\(operation): expected a ridge of 0 or more, found \(ridge)")
    let rows = try Rows(x, weights: weights, operation)
    let (n, d) = (rows.totalWeight, rows.columns)
    let covariance = rows.covariance + ridge * Tensor.identity(d, dtype: .float64)
    guard let factor = try? CholeskyFactor(of: covariance),
      (square(factor.lower.diagonal()) / covariance.diagonal()).min().scalar > 1e-13
    else { throw EstimationError.singularCovariance(operation: operation, label: nil) }
    let centred = (rows.values - rows.mean).transposed()
    let distances = square(factor.whitened(centred)).sum(along: 0)
    let constant = Double(d) * logTwoPi + factor.logDeterminant.scalar
    let likelihood = -0.5 * ((rows.weights * distances).sum().scalar + n * constant)
    let (mean, sigma) = (rows.mean.doubles, covariance.doubles)
    func element(_ i: Int, _ j: Int) -> Double { sigma[i * d + j] }
    let pairs = (0..<d).flatMap { i in (0...i).map { (i, $0) } }
    let errors =
      (0..<d).map { (element($0, $0) / n).squareRoot() }
      + pairs.map { i, j in
        ((element(i, i) * element(j, j) + element(i, j) * element(i, j)) / n).squareRoot()
      }
    return MaximumLikelihood(
      names: (0..<d).map { "mean-\($0)" } + pairs.map { "covariance-\($0)-\($1)" },
      parameters: mean + pairs.map { element($0, $1) }, logLikelihood: likelihood, count: n,
      observed: nil, expected: nil, standardErrors: Tensor(errors, dtype: .float64), iterations: 0,
      reason: .closedForm)
  }

  /// Fits a Dirichlet distribution to rows `[n, K]` of positive numbers that sum to 1, by Newton's
  /// method (Minka 2000).
  ///
  /// - Throws: ``EstimationError`` for numbers that are not positive or do not sum to 1, and for
  ///   rows that are all equal.
  public static func dirichlet(
    fitting x: Tensor, weights: Tensor? = nil
  ) throws -> MaximumLikelihood {
    let all = try Rows(x, weights: weights, "Dirichlet")
    let (values, counts, k) = (all.values.doubles, all.weights.doubles, all.columns)
    if let place = values.indices.first(where: { values[$0] <= 0 && counts[$0 / k] > 0 }) {
      throw EstimationError.outsideSupport(
        operation: all.operation, value: values[place], row: place / k, support: "numbers above 0")
    }
    let sums = all.values.sum(along: 1).doubles
    if let row = sums.indices.first(where: { Swift.abs(sums[$0] - 1) > 1e-6 && counts[$0] > 0 }) {
      throw EstimationError.outsideSupport(
        operation: all.operation, value: sums[row], row: row, support: "rows with the sum 1")
    }
    let rows = all.counted
    if let column = rows.constantColumn {
      throw EstimationError.zeroVariance(operation: rows.operation, column: column)
    }
    let n = rows.totalWeight
    let logs = (rows.shares.expanded(at: 1) * log(rows.values)).sum(along: 0).doubles
    let estimate = dirichletEstimate(
      meanLogs: logs, start: Array(repeating: 1, count: k))
    guard estimate.parameters.allSatisfy(\.isFinite) else { throw roundedAway(rows) }
    let alpha = Tensor(estimate.parameters, dtype: .float64)
    let sum = estimate.parameters.reduce(0, +)
    let information = n * (trigamma(alpha).diagonalMatrix() - trigamma(sum))
    let likelihood =
      logGamma(sum) - logGamma(alpha).sum().scalar
      + ((alpha - 1) * Tensor(logs, dtype: .float64)).sum().scalar
    return MaximumLikelihood(
      names: (0..<k).map { "concentration-\($0)" }, parameters: estimate.parameters,
      logLikelihood: n * likelihood, count: n, observed: information, expected: information,
      standardErrors: standardErrors(information, information), iterations: estimate.iterations,
      reason: estimate.reason)
  }

  /// Maximises any twice differentiable log-likelihood with the help of its gradients
  /// (``/Tensor/LBFGS``).
  ///
  /// - Parameters:
  ///   - logLikelihood: The function from the parameters, float64 `[k]`, to Σ log p(x), a tensor
  ///     with one element, in nats.
  ///   - start: The parameters at which the search starts, float64 `[k]`.
  ///   - names: The parameters' names; θ0, θ1, … by default.
  ///   - count: The number of observations to report.
  /// - Throws: ``EstimationError`` if no maximum is found.
  public static func maximizing(
    from start: Tensor, names: [String]? = nil, count: Double,
    _ logLikelihood: (Tensor) throws -> Tensor
  ) throws -> MaximumLikelihood {
    let minimum = try LBFGS().minimum(from: start) { -(try logLikelihood($0)) }
    if minimum.reason == .unbounded {
      throw EstimationError.unboundedLikelihood(
        operation: "maximum likelihood", reason: "it rises along a line without bound")
    }
    guard minimum.hasConverged || minimum.reason == .noDescent else {
      throw EstimationError.notConverged(
        operation: "maximum likelihood", reason: minimum.reason.rawValue)
    }
    let observed = try Tensor.hessian(at: minimum.point) { -(try logLikelihood($0)) }
    return MaximumLikelihood(
      names: names ?? minimum.point.doubles.indices.map { "θ\($0)" },
      parameters: minimum.point.doubles, logLikelihood: -minimum.value, count: count,
      observed: observed, expected: nil, standardErrors: standardErrors(observed, observed),
      iterations: minimum.iterations,
      reason: minimum.reason == .smallGradient ? .converged : .smallDecrease)
  }
}
