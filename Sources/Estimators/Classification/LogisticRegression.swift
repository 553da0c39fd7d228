import Tensor

/// Logistic regression: class probabilities that are log-linear in the inputs, p(c ∣ x) ∝
/// exp(xᵀβ_c) (Cox 1958), fitted by Newton's method, with an optional normal prior on the
/// coefficients.
///
/// Two classes need one column of coefficients, which gives log p(1 ∣ x) / p(0 ∣ x). K ≥ 3 classes
/// need K columns under a prior, which makes them identifiable, and K − 1 columns without one,
/// where the coefficients of class 0 are 0.
///
/// ```swift
/// let fit = try LogisticRegression(fitting: labels, on: x, priorVariance: 1)
/// fit.coefficients                 // [p, 1]: the constant's first
/// fit.logEvidence                  // log p(labels ∣ x), by Laplace's approximation
/// fit.logProbabilities(at: x)      // [n, 2]
/// ```
public struct LogisticRegression: Sendable {
  /// β, float64 `[p, columns]`; the first row is the constant, if there is one.
  public let coefficients: Tensor
  /// The number of classes K.
  public let classes: Int
  /// Whether the first row of the coefficients belongs to a constant.
  public let hasIntercept: Bool
  /// τ² of the prior N(0, τ² I) on all coefficients, including the constant; `nil` for maximum
  /// likelihood.
  public let priorVariance: Double?
  /// The inverse of the negative second derivatives at β, `[p · columns, p · columns]`, column
  /// after column: the covariance according to Laplace's approximation or maximum likelihood.
  public let covariance: Tensor
  /// Σ log p(cᵢ ∣ xᵢ), in nats.
  public let logLikelihood: Double
  /// The log-likelihood plus the prior's log-density, in nats; β maximises it.
  public let logJoint: Double
  /// log p(classes ∣ inputs) by Laplace's approximation, in nats (MacKay 1992); `nil` without a prior.
  public let logEvidence: Double?
  /// The weighted share of rows whose own class is the most likely one.
  public let accuracy: Double
  /// The maximised objective before each step and after the last one.
  public let trace: [Double]
  /// Whether the last step was as small as rounding; otherwise the step limit was reached.
  public let hasConverged: Bool

  /// The square root of each coefficient's variance, in the shape of the coefficients.
  public var standardErrors: Tensor {
    let (p, columns) = (coefficients.shape[0], coefficients.shape[1])
    return sqrt(covariance.diagonal()).reshaped(to: [columns, p]).transposed()
  }

  /// Fits the coefficients, starting from 0.
  ///
  /// - Parameters:
  ///   - labels: The class of each row, counted from 0.
  ///   - x: The inputs, `[n, d]`, or `[n]` for one column. A prior is more meaningful on
  ///     standardised inputs; standardising is left to the caller.
  ///   - classes: The number of classes; by default the largest label plus one.
  ///   - priorVariance: τ² > 0; without it, the likelihood is maximised.
  ///   - weights: How often each row counts, `[n]`, 0 or more.
  ///   - intercept: Whether to fit a constant too.
  ///   - stepLimit: The largest number of Newton steps.
  /// - Throws: ``EstimationError`` for a single class and a class without rows; without a prior,
  ///   also for separable classes and linearly dependent columns.
  public init(
    fitting labels: [Int], on x: Tensor, classes: Int? = nil, priorVariance: Double? = nil,
    weights: Tensor? = nil, intercept: Bool = true, stepLimit: Int = 100
  ) throws {
    let rows = try Rows(x, weights: weights, "logistic regression")
    precondition(
      priorVariance.map { $0 > 0 && $0.isFinite } ?? true,
      "LogisticRegression: expected a prior variance above 0, found \(priorVariance ?? 0)")
    let labels = try Labels(labels, classes: classes, rows)
    let design = intercept ? rows.withConstant : rows.values
    if priorVariance == nil {
      let counted = select((rows.weights .> 0).expanded(at: 1), design, Tensor(0, dtype: .float64))
      _ = try DesignFactor(counted, rows.operation)
    }
    let objective = LogisticObjective(
      design: design, labels: labels, weights: rows.weights, priorVariance: priorVariance,
      operation: rows.operation)
    let search = try objective.newton(stepLimit: stepLimit)
    (coefficients, hasIntercept) = (search.state.coefficients, intercept)
    (self.classes, self.priorVariance) = (labels.classes, priorVariance)
    (trace, hasConverged) = (search.trace, search.hasConverged)
    let factor = try objective.factor(objective.hessian(search.state))
    covariance = factor.inverse()
    logLikelihood = search.state.logLikelihood
    let count = Double(search.state.coefficients.count)
    logJoint = search.state.objective + objective.logPriorConstant
    logEvidence =
      priorVariance == nil
      ? nil : logJoint + 0.5 * count * logTwoPi - 0.5 * factor.logDeterminant.scalar
    accuracy = Estimators.accuracy(of: search.state.logProbabilities.argmax(), labels, rows)
  }

  /// log p(c ∣ x) at inputs `[m, d]`, or `[m]` for one column: float64 `[m, K]`.
  public func logProbabilities(at x: Tensor) -> Tensor {
    let rows = designMatrix(
      x, coefficients: coefficients.shape[0], hasIntercept: hasIntercept, "LogisticRegression")
    return logSoftmax(logits(rows.matmul(coefficients), classes: classes))
  }

  /// The most likely class at each input.
  public func predictedClasses(at x: Tensor) -> [Int] { logProbabilities(at: x).argmax() }
}

/// The logits of all classes, `[n, K]`; those of class 0 are 0 where it has no column of its own.
func logits(_ columns: Tensor, classes: Int) -> Tensor {
  columns.shape[1] == classes
    ? columns : columns.padded(before: 1, after: 0, along: 1)
}
