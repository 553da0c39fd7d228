import Tensor

/// The probabilities of classes, log-linear in the inputs: p(c ∣ x) ∝ exp(xᵀβ_c) (Cox 1958), fitted by
/// Newton's method, with a normal prior on the coefficients if one is given.
///
/// With two classes there is one column of coefficients, that of log p(1 ∣ x) / p(0 ∣ x). With K ≥ 3
/// there are K columns under a prior, which tells them apart, and K − 1 without one, where those of
/// class 0 are 0.
///
/// ```swift
/// let fit = try LogisticRegression(fitting: labels, on: x, priorVariance: 1)
/// fit.coefficients                 // [p, 1]: the constant's first
/// fit.logEvidence                  // log p(labels ∣ x), by Laplace's approximation
/// fit.logProbabilities(at: x)      // [n, 2]
/// ```
public struct LogisticRegression: Sendable {
  /// β, float64 `[p, columns]`: the constant's first, if there is one.
  public let coefficients: Tensor
  /// The number of classes K.
  public let classes: Int
  /// Whether the first row of the coefficients is of a constant.
  public let hasIntercept: Bool
  /// τ² of the prior N(0, τ² I) over all coefficients, the constant's too; `nil` for maximum likelihood.
  public let priorVariance: Double?
  /// The inverse of the negative second derivatives at β, `[p · columns, p · columns]`, column after
  /// column: the covariance of Laplace's approximation, or of maximum likelihood.
  public let covariance: Tensor
  /// Σ log p(cᵢ ∣ xᵢ), in nats.
  public let logLikelihood: Double
  /// The log-likelihood and the prior's log-density, in nats: what β is the maximum of.
  public let logJoint: Double
  /// log p(classes ∣ inputs) by Laplace's approximation, in nats (MacKay 1992); `nil` without a prior.
  public let logEvidence: Double?
  /// The share of rows, by weight, whose class is the most likely one.
  public let accuracy: Double
  /// What was maximised, before each step and after the last.
  public let trace: [Double]
  /// Whether the last step was as small as rounding; otherwise the steps were used up.
  public let hasConverged: Bool

  /// The root of each variance of a coefficient, of the coefficients' shape.
  public var standardErrors: Tensor {
    let (p, columns) = (coefficients.shape[0], coefficients.shape[1])
    return sqrt(covariance.diagonal()).reshaped(to: [columns, p]).transposed()
  }

  /// Fits the coefficients, beginning at 0.
  ///
  /// - Parameters:
  ///   - labels: The class of each row, from 0 on.
  ///   - x: The inputs, `[n, d]`, or `[n]` for one column. A prior means more where they are
  ///     standardised; that is the caller's affair.
  ///   - classes: The number of classes; the largest label and one more by default.
  ///   - priorVariance: τ² > 0; without it the likelihood is maximised.
  ///   - weights: How often each row counts, `[n]`, 0 or more.
  ///   - intercept: Whether a constant is fitted also.
  ///   - stepLimit: The most steps of Newton's method.
  /// - Throws: ``EstimationError``: one class only, a class without rows, and without a prior also
  ///   separable classes and columns that depend on each other.
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

/// The logits of all classes, `[n, K]`: those of class 0 are 0 where no column is its own.
func logits(_ columns: Tensor, classes: Int) -> Tensor {
  columns.shape[1] == classes
    ? columns : columns.padded(before: 1, after: 0, along: 1)
}
