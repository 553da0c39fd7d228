import Tensor

/// Least squares, y = β₀ + xᵀβ + ε with ε ~ N(0, σ²): the maximum-likelihood coefficients with
/// their standard errors (Legendre 1805; Gauss 1809).
///
/// The fit uses the QR factors of the design matrix. Its error grows with the condition number,
/// whereas that of the normal equations grows with its square.
///
/// ```swift
/// let fit = try LinearRegression(fitting: y, on: x)
/// fit.coefficients    // β₀, β₁, …
/// fit.standardErrors
/// fit.mean(at: x)     // [n]
/// ```
public struct LinearRegression: Sendable {
  /// β, float64 `[p]`, beginning with β₀ if there is an intercept.
  public let coefficients: Tensor
  /// Whether the first coefficient belongs to a constant column.
  public let hasIntercept: Bool
  /// (XᵀWX)⁻¹ s², the covariance of the coefficients, float64 `[p, p]`.
  ///
  /// s² is ``residualVariance``; NaN without degrees of freedom.
  public let covariance: Tensor
  /// The weighted sum of the squared residuals.
  public let residualSumOfSquares: Double
  /// R², the share of the variance that the regression explains.
  ///
  /// The variance is taken about the mean with an intercept and about 0 without; R² is 1 for
  /// targets without variance.
  public let rSquared: Double
  /// n, or the sum of the weights.
  public let count: Double

  /// The square root of each coefficient's variance, float64 `[p]`.
  public var standardErrors: Tensor { sqrt(covariance.diagonal()) }

  /// n − p.
  public var degreesOfFreedom: Double { count - Double(coefficients.count) }

  /// s² = RSS / (n − p), an unbiased estimate of σ².
  ///
  /// It is NaN where no degrees of freedom are left.
  public var residualVariance: Double {
    degreesOfFreedom > 0 ? residualSumOfSquares / degreesOfFreedom : .nan
  }

  /// RSS / n, the maximum-likelihood estimate of σ².
  public var noiseVariance: Double { residualSumOfSquares / count }

  /// Σ log N(yᵢ; xᵢᵀβ, σ²) at the maximum-likelihood β and σ², in nats; infinite where all
  /// residuals are 0.
  public var logLikelihood: Double {
    -0.5 * count * (logTwoPi + log(noiseVariance) + 1)
  }

  /// Fits the coefficients.
  ///
  /// - Parameters:
  ///   - y: The targets, `[n]`.
  ///   - x: The inputs, `[n, d]`, or `[n]` for one column.
  ///   - weights: How often each row counts, `[n]`, 0 or more; 1 by default.
  ///   - intercept: Whether to fit a constant too.
  /// - Throws: ``EstimationError`` for fewer rows than coefficients, numbers that are not finite,
  ///   and linearly dependent columns.
  public init(
    fitting y: Tensor, on x: Tensor, weights: Tensor? = nil, intercept: Bool = true
  ) throws {
    let operation = "linear regression"
    let rows = try Rows(x, weights: weights, operation)
    precondition(
      y.shape == [rows.count],
      "LinearRegression: expected targets of shape [\(rows.count)], found \(y.shape)")
    let targets = try Rows(y, weights: weights, operation).values
    let design = intercept ? rows.withConstant : rows.values
    let roots = sqrt(rows.weights).expanded(at: 1)
    let factor = try DesignFactor(roots * design, operation)
    coefficients = try factor.coefficients(roots * targets)
    hasIntercept = intercept
    count = rows.totalWeight
    let fitted = design.matmul(coefficients.expanded(at: 1))
    let residuals = (roots * (targets - fitted)).sumOfSquares
    let centre =
      intercept ? (rows.shares.expanded(at: 1) * targets).sum() : Tensor(0, dtype: .float64)
    let total = (roots * (targets - centre)).sumOfSquares
    residualSumOfSquares = residuals
    rSquared = total > 0 ? 1 - residuals / total : 1
    let freedom = count - Double(coefficients.count)
    covariance = try factor.inverseGram() * (freedom > 0 ? residuals / freedom : .nan)
  }

  /// E[y ∣ x] = β₀ + xᵀβ at inputs `[m, d]`, or `[m]` for one column: float64 `[m]`.
  public func mean(at x: Tensor) -> Tensor {
    design(x).matmul(coefficients.expanded(at: 1)).squeezed(at: 1)
  }

  /// The standard error of ``mean(at:)``, float64 `[m]`; it does not include the noise of a new y.
  public func standardError(at x: Tensor) -> Tensor {
    let rows = design(x)
    return sqrt((rows.matmul(covariance) * rows).sum(along: 1))
  }

  private func design(_ x: Tensor) -> Tensor {
    designMatrix(
      x, coefficients: coefficients.count, hasIntercept: hasIntercept, "LinearRegression")
  }
}

extension Rows {
  /// The rows with a column of ones in front, `[n, 1 + d]`.
  var withConstant: Tensor {
    Tensor.concatenated([Tensor.ones([count, 1], dtype: .float64), values], along: 1)
  }
}

/// Inputs `[m, d]` or `[m]` in float64, with a column of ones in front if there is an intercept.
func designMatrix(
  _ x: Tensor, coefficients: Int, hasIntercept: Bool, _ owner: String
) -> Tensor {
  let rows = (x.rank == 1 ? x.expanded(at: 1) : x).converted(to: .float64)
  let columns = coefficients - (hasIntercept ? 1 : 0)
  precondition(
    rows.rank == 2 && rows.shape[1] == columns,
    "\(owner): expected inputs [m, \(columns)], found \(x.shape)")
  return hasIntercept
    ? Tensor.concatenated([Tensor.ones([rows.shape[0], 1], dtype: .float64), rows], along: 1)
    : rows
}

/// The QR factors of a design matrix.
///
/// Its columns are scaled to length 1, so that their units do not decide whether they are
/// dependent.
struct DesignFactor {
  private let factor: QRFactor
  /// The length of each column, `[p]`.
  private let lengths: Tensor

  /// - Throws: ``EstimationError`` for fewer rows than columns and for linearly dependent columns.
  init(_ design: Tensor, _ operation: String) throws {
    let (n, p) = (design.shape[0], design.shape[1])
    guard n >= p else {
      throw EstimationError.tooFewRows(operation: operation, found: n, expected: p)
    }
    let largest = abs(design).max(along: 0)
    let scale = select(largest .> 0, largest, Tensor(1, dtype: .float64))
    let norms = scale * sqrt(square(design / scale).sum(along: 0))
    lengths = select(norms .> 0, norms, Tensor(1, dtype: .float64))
    factor = try QRFactor(of: design / lengths)
    let diagonal = abs(factor.upper.diagonal()).doubles
    let rank = diagonal.filter { $0 > Double(n) * .ulpOfOne }.count
    if rank < p {
      throw EstimationError.collinear(operation: operation, rank: rank, expected: p)
    }
  }

  /// The β that minimises |Xβ − y|², `[p]`.
  ///
  /// - Parameter y: `[n, 1]`.
  func coefficients(_ y: Tensor) throws -> Tensor {
    let projected = factor.orthogonal.matmul(y, transposeLeft: true)
    return try factor.upper.solveTriangular(projected, .upper).squeezed(at: 1) / lengths
  }

  /// (XᵀX)⁻¹ = R⁻¹R⁻ᵀ, `[p, p]`.
  func inverseGram() throws -> Tensor {
    let p = lengths.count
    let inverse = try factor.upper.solveTriangular(Tensor.identity(p, dtype: .float64), .upper)
    let gram = inverse.matmul(inverse, transposeRight: true)
    return gram / (lengths.expanded(at: 1) * lengths)
  }
}
