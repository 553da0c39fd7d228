import Tensor

/// A Gaussian at the mode of a density with its curvature there (Laplace 1774; MacKay 2003, chapter
/// 27).
///
/// ```swift
/// let approximation = try LaplaceApproximation(of: logJoint, from: .zeros([d], dtype: .float64))
/// approximation.mode          // [d]
/// approximation.logEvidence   // log ∫ p ≈ log p(mode) + ½ d log 2π − ½ log det H
/// ```
public struct LaplaceApproximation: Sendable {
  /// The method that searches for the mode.
  public enum Method: Sendable {
    /// Newton's method in a trust region: for at most a few hundred coordinates.
    case newton
    /// The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno.
    case quasiNewton
  }

  /// The mode, float64 `[d]`.
  public let mode: Tensor
  /// The covariance `[d, d]`: the inverse of the second derivatives of −log p at the mode.
  public let covariance: Tensor
  /// The log-density at the mode.
  public let logDensityAtMode: Double
  /// The approximation of log ∫ p(x) dx, in nats: the log-evidence if p is a joint density.
  public let logEvidence: Double
  /// The report of the search for the mode, which minimises −log p.
  public let search: Minimum

  private let precision: CholeskyFactor

  /// Approximates a density.
  ///
  /// - Parameters:
  ///   - logDensity: The log-density, from `[n, d]` to `[n]`, twice differentiable.
  ///   - start: The start of the search for the mode, float64 `[d]`.
  ///   - method: The method that searches for the mode.
  /// - Throws: ``LaplaceError`` if there is no mode, if none is found, or if the density is not
  ///   curved there.
  public init(of logDensity: LogDensity, from start: Tensor, by method: Method = .newton) throws {
    let d = start.count
    func negative(_ x: Tensor) throws -> Tensor {
      let value = try logDensity(x.reshaped(to: [1, d]))
      precondition(
        value.shape == [1],
        "LaplaceApproximation: expected a log-density [1] of a point [1, \(d)], found"
          + " \(value.shape)")
      return -value.sum()
    }
    switch method {
    case .newton:
      search = try TrustRegionNewton().minimum(from: start, of: negative)
    case .quasiNewton:
      search = try LBFGS().minimum(from: start, of: negative)
    }
    mode = search.point
    logDensityAtMode = -search.value
    if search.reason == .unbounded { throw LaplaceError.unbounded(point: mode.doubles) }
    guard search.hasConverged else { throw LaplaceError.noMode(search) }
    let hessian = try Tensor.hessian(at: mode, negative)
    guard hessian.isFinite else { throw LaplaceError.noMode(search) }
    let curvatures = hessian.symmetricEigendecomposition().values
    let least = 10 * Double(d) * Double.ulpOfOne * curvatures.max().scalar
    guard curvatures.min().scalar > least, let precision = try? CholeskyFactor(of: hessian) else {
      throw LaplaceError.flat(point: mode.doubles)
    }
    // Where the density rises forever, the gradient fades, but a Newton step still goes far.
    let gradient = try Tensor.gradientOf(negative, at: mode)
    let step = abs(precision.solve(gradient)).max().scalar
    if step > 1e-3 * Swift.max(1, abs(mode).max().scalar) {
      throw LaplaceError.unbounded(point: mode.doubles)
    }
    self.precision = precision
    covariance = precision.inverse()
    let constant = 0.5 * Double(d) * log(Tensor(2 * Double.pi, dtype: .float64)).scalar
    logEvidence = logDensityAtMode + constant - 0.5 * precision.logDeterminant.scalar
  }

  /// The standard deviation of each coordinate, `[d]`.
  public var deviations: Tensor { sqrt(covariance.diagonal()) }

  /// Draws from the Gaussian, float64 `[count, d]`.
  public func sample(_ count: Int, using random: Random) throws -> Tensor {
    let z = random.normal([count, mode.count], dtype: .float64)
    return mode + z.matmul(try CholeskyFactor(of: covariance).lower, transposeRight: true)
  }

  /// The Gaussian's log-density at points `[n, d]`, `[n]`.
  public func logDensity(of points: Tensor) -> Tensor {
    let d = mode.count
    let centred = points - mode
    let scaled = centred.matmul(precision.lower)
    let constant = 0.5 * Double(d) * log(Tensor(2 * Double.pi, dtype: .float64)).scalar
    return -0.5 * square(scaled).sum(along: 1) - constant + 0.5 * precision.logDeterminant
  }
}

/// Why a density has no Laplace approximation.
public enum LaplaceError: Error, Sendable, CustomStringConvertible {
  /// The density rises without bound, or rises forever towards a bound: an improper posterior.
  case unbounded(point: [Double])
  /// No mode was found.
  case noMode(Minimum)
  /// The second derivatives at the mode are not negative definite: the density is flat along some
  /// direction.
  case flat(point: [Double])

  /// What was expected and what was found.
  public var description: String {
    switch self {
    case .unbounded(let point):
      "expected a log-density with a maximum, found one that still rises at \(point): is the posterior"
        + " proper?"
    case .noMode(let search):
      "expected a mode, found none: \(search)"
    case .flat(let point):
      "expected a log-density that is curved along every direction at its mode, found one that is flat"
        + " along one at \(point)"
    }
  }
}

extension Tensor {
  fileprivate static func gradientOf(
    _ function: (Tensor) throws -> Tensor, at point: Tensor
  ) rethrows -> Tensor {
    try gradient(at: point, function)
  }
}
