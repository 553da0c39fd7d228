import Tensor

/// Bayesian linear regression, y = Φ w + ε with ε ~ N(0, σ²) of known variance and w ~ N(m, S); the
/// posterior has the same form after any number of observations.
///
/// ```swift
/// let prior = BayesianLinearRegression(coefficients: 2, priorVariance: 10, noiseVariance: 0.5)
/// let posterior = try prior.observing(x, y)
/// posterior.mean                     // [2]
/// posterior.predictive(at: other)    // means and variances
/// ```
///
/// It stores the precision S⁻¹ = A and the vector A m, to which each observation adds, so observing
/// one by one or all at once gives the same result (Bishop 2006, section 3.3).
public struct BayesianLinearRegression: Sendable {
  /// A, the inverse of the covariance of the coefficients, float64 `[d, d]`.
  public let precision: Tensor
  /// The mean of the coefficients, float64 `[d]`.
  public let mean: Tensor
  /// σ², the variance of an observation around its expected value.
  public let noiseVariance: Double

  private let factor: CholeskyFactor
  /// A m.
  private let information: Tensor

  /// Creates the prior N(0, τ² I).
  ///
  /// - Parameters:
  ///   - coefficients: d; for a constant, include a column of ones in the rows.
  ///   - priorVariance: τ², above 0.
  ///   - noiseVariance: σ², above 0.
  public init(coefficients: Int, priorVariance: Double, noiseVariance: Double) {
    precondition(
      coefficients > 0 && priorVariance > 0 && priorVariance < .infinity,
      "BayesianLinearRegression: expected at least 1 coefficient and a variance above 0, found"
        + " \(coefficients) and \(priorVariance)")
    let identity = Tensor.identity(coefficients, dtype: .float64)
    self.init(
      precision: identity / priorVariance,
      factor: CholeskyFactor(lower: identity / priorVariance.squareRoot()),
      information: Tensor.zeros([coefficients], dtype: .float64), noiseVariance: noiseVariance)
  }

  /// Creates the distribution N(m, S) of the coefficients.
  ///
  /// - Parameters:
  ///   - mean: m, `[d]`.
  ///   - covariance: S, `[d, d]`.
  ///   - noiseVariance: σ², above 0.
  /// - Throws: ``/Tensor/LinearAlgebraError/notPositiveDefinite(operation:minor:index:)`` for the covariance.
  public init(mean: Tensor, covariance: Tensor, noiseVariance: Double) throws {
    precondition(
      mean.rank == 1 && covariance.shape == [mean.count, mean.count],
      "BayesianLinearRegression: expected a mean [d] and a covariance [d, d], found \(mean.shape) and"
        + " \(covariance.shape)")
    let precision = try CholeskyFactor(of: covariance.converted(to: .float64)).inverse()
    self.init(
      precision: precision, factor: try CholeskyFactor(of: precision),
      information: precision.matmul(mean.converted(to: .float64).expanded(at: 1)).squeezed(at: 1),
      noiseVariance: noiseVariance)
  }

  private init(
    precision: Tensor, factor: CholeskyFactor, information: Tensor, noiseVariance: Double
  ) {
    precondition(
      noiseVariance > 0 && noiseVariance < .infinity,
      "BayesianLinearRegression: expected a noise variance above 0, found \(noiseVariance)")
    self.precision = precision
    self.factor = factor
    self.information = information
    self.noiseVariance = noiseVariance
    mean = factor.solve(information)
  }

  /// S, the covariance of the coefficients, `[d, d]`.
  public var covariance: Tensor { factor.inverse() }

  /// Computes the distribution of the coefficients after more observations.
  ///
  /// - Parameters:
  ///   - x: The rows of Φ, `[n, d]`.
  ///   - y: The observations, `[n]`.
  ///   - weights: How often each row counts, `[n]`, 0 or more; 1 by default.
  /// - Throws: ``RegressionError`` for a value that is not finite.
  public func observing(
    _ x: Tensor, _ y: Tensor, weights: Tensor? = nil
  ) throws -> BayesianLinearRegression {
    let (x, y) = try checked(x, y, weights, "observing")
    let precision = precision + x.matmul(x, transposeLeft: true) / noiseVariance
    let added = x.matmul(y.expanded(at: 1), transposeLeft: true).squeezed(at: 1)
    return BayesianLinearRegression(
      precision: precision, factor: try CholeskyFactor(of: precision),
      information: information + added / noiseVariance, noiseVariance: noiseVariance)
  }

  /// log p(y | Φ) with the coefficients integrated out, in nats.
  ///
  /// ½ log |A| − ½ log |A′| − n/2 log 2πσ² − ½ |y − Φ m′|²/σ² − ½ (m′ − m)ᵀ A (m′ − m), where A′
  /// and m′ are the values after the observations (Bishop 2006, equation 3.86).
  ///
  /// With weights, n is their sum, and each row counts as often as its weight says.
  ///
  /// - Throws: ``RegressionError`` for a value that is not finite.
  public func logEvidence(_ x: Tensor, _ y: Tensor, weights: Tensor? = nil) throws -> Double {
    let posterior = try observing(x, y, weights: weights)
    let count = weights?.sum().scalar ?? Double(y.count)
    let (x, y) = try checked(x, y, weights, "logEvidence")
    let residuals = y - x.matmul(posterior.mean.expanded(at: 1)).squeezed(at: 1)
    // |Lᵀ(m′ − m)|² for A = L Lᵀ.
    let shift = factor.lower.matmul((posterior.mean - mean).expanded(at: 1), transposeLeft: true)
    let squares = residuals.sumOfSquares / noiseVariance + shift.sumOfSquares
    let logNoise = log(Tensor(noiseVariance, dtype: .float64)).scalar
    let determinants = factor.logDeterminant.scalar - posterior.factor.logDeterminant.scalar
    return 0.5 * (determinants - count * (logTwoPi + logNoise) - squares)
  }

  /// The predictive distribution at rows `[n, d]`: the means of f = Φ w, the variances of f, and
  /// the variances of an observation, which are larger by σ²; `[n]` each.
  public func predictive(
    at x: Tensor
  ) -> (mean: Tensor, varianceOfFunction: Tensor, varianceOfObservation: Tensor) {
    precondition(
      x.rank == 2 && x.shape[1] == mean.count,
      "BayesianLinearRegression.predictive: expected rows [n, \(mean.count)], found \(x.shape)")
    let x = x.converted(to: .float64)
    let variance = square(factor.whitened(x.transposed())).sum(along: 0)
    return (
      x.matmul(mean.expanded(at: 1)).squeezed(at: 1), variance, variance + noiseVariance
    )
  }

  /// Draws coefficients, `[count, d]`.
  public func sampleCoefficients(_ count: Int, using random: Random) throws -> Tensor {
    let noise = random.normal([mean.count, count], dtype: .float64)
    return mean
      + (try factor.lower.solveTriangular(noise, .lower, transposed: true)).transposed()
  }

  /// The rows, multiplied by the square roots of their weights, so that their squares count as
  /// often as the weights say.
  private func checked(
    _ x: Tensor, _ y: Tensor, _ weights: Tensor?, _ name: String
  ) throws -> (x: Tensor, y: Tensor) {
    precondition(
      x.rank == 2 && x.shape[1] == mean.count && y.shape == [x.shape[0]],
      "BayesianLinearRegression.\(name): expected rows [n, \(mean.count)] and values [n], found"
        + " \(x.shape) and \(y.shape)")
    let (x, y) = try checkedRegression(x, y)
    guard let weights else { return (x, y) }
    precondition(
      weights.shape == y.shape && !(weights .< 0).any(),
      "BayesianLinearRegression.\(name): expected weights \(y.shape) of 0 or more, found"
        + " \(weights.shape)")
    let roots = sqrt(weights.converted(to: .float64))
    return (roots.expanded(at: 1) * x, roots * y)
  }
}

/// An error in the data of a regression.
public enum RegressionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// An input that is infinite or NaN.
  case inputNotFinite(row: Int, column: Int, value: String)
  /// An observation that is infinite or NaN.
  case observationNotFinite(row: Int, value: String)

  /// A description of the error.
  public var description: String {
    switch self {
    case .inputNotFinite(let row, let column, let value):
      "expected finite inputs, found \(value) in row \(row), column \(column)"
    case .observationNotFinite(let row, let value):
      "expected finite observations, found \(value) in row \(row)"
    }
  }
}

/// Inputs and observations in float64, checked to be finite.
func checkedRegression(_ x: Tensor, _ y: Tensor) throws -> (x: Tensor, y: Tensor) {
  let (x, y) = (x.converted(to: .float64), y.converted(to: .float64))
  if !x.isFinite, let place = x.doubles.firstIndex(where: { !$0.isFinite }) {
    let (row, column) = place.quotientAndRemainder(dividingBy: x.shape[1])
    throw RegressionError.inputNotFinite(row: row, column: column, value: "\(x.doubles[place])")
  }
  if !y.isFinite, let row = y.doubles.firstIndex(where: { !$0.isFinite }) {
    throw RegressionError.observationNotFinite(row: row, value: "\(y.doubles[row])")
  }
  return (x, y)
}
