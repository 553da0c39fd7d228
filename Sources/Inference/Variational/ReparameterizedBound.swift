import Glibc
import Tensor

/// The evidence lower bound of a Gaussian, E[log p(μ + L z)] + H, estimated from draws of z.
struct ReparameterizedBound {
  let family: GaussianFamily
  let dimensions: Int
  let logDensity: LogDensity

  /// The bound as a function of a Gaussian's parameters, estimated from draws `[n, d]`.
  func value(_ parameters: Tensor, _ z: Tensor) throws -> Tensor {
    let gaussian = family.gaussian(parameters, dimensions: dimensions)
    return try checked(logDensity(gaussian.points(z)), z).mean() + gaussian.entropy
  }

  /// Estimates the bound of a Gaussian and its standard error from fresh draws, one block at a
  /// time.
  func estimate(
    _ gaussian: GaussianApproximation, draws: Int, _ random: Random
  ) throws -> (value: Double, error: Double) {
    var values: [Double] = []
    while values.count < draws {
      let count = min(512, draws - values.count)
      let points = gaussian.sample(count, using: random)
      // log p − log q varies less than log p: it is constant if q is the posterior.
      let differences = try checked(logDensity(points), points) - gaussian.logDensity(of: points)
      values += differences.doubles
    }
    return (mean(values[...]), (sampleVariance(values) / Double(values.count)).squareRoot())
  }

  private func checked(_ result: Tensor, _ points: Tensor) -> Tensor {
    precondition(
      result.shape == [points.shape[0]] && result.dtype == .float64,
      "log-density: expected a result of float64[\(points.shape[0])] for points \(points.shape), found"
        + " \(result.dtype)\(result.shape)")
    return result
  }
}

/// The reason why no Gaussian was fitted.
public enum VariationalError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The log-density or its gradient is not finite at the place that the search reached.
  case notFinite(mean: [Double])
  /// The bound rises without limit: the density is improper.
  case unbounded(mean: [Double])

  /// What was expected and what was found.
  public var description: String {
    switch self {
    case .notFinite(let mean):
      "expected a log-density that is finite at all points with a finite gradient, found one that is not"
        + " at draws around \(mean)"
    case .unbounded(let mean):
      "expected an evidence lower bound with a maximum, found one that still rises around \(mean): is the"
        + " posterior proper?"
    }
  }
}

extension VariationalInference {
  func deterministic(
    _ objective: ReparameterizedBound, _ start: Tensor, _ draws: Int, _ random: Random
  ) throws -> Fit {
    let d = objective.dimensions
    let z = Self.balancedDraws(draws, d, random)
    var trace: [Double] = []
    let minimum = try LBFGS(memory: 20, gradientTolerance: 1e-6).minimum(from: start) { point in
      let value = try objective.value(point, z)
      trace.append(value.scalar)
      return -value
    }
    let best = family.gaussian(minimum.point, dimensions: d)
    if minimum.reason == .notFinite {
      throw VariationalError.notFinite(mean: best.mean.doubles)
    }
    // So far out, the sum over the draws is all rounding, and the bound neither rises nor falls.
    let first = family.gaussian(start, dimensions: d)
    if minimum.reason == .unbounded || best.size > 1e15 * max(1, first.size) {
      throw VariationalError.unbounded(mean: best.mean.doubles)
    }
    let (bound, error) = try finalBound(objective, best, random)
    return Fit(
      approximation: best, bound: bound, boundError: error, trace: trace,
      hasConverged: minimum.hasConverged, reason: minimum.reason.rawValue)
  }

  func stochastic(
    _ objective: ReparameterizedBound, _ start: Tensor, _ steps: Int, _ draws: Int, _ rate: Double,
    _ random: Random
  ) throws -> Fit {
    let d = objective.dimensions
    var (point, first, second) = (start, start * 0, start * 0)
    var trace: [Double] = []
    for step in 1...steps {
      let z = random.normal([draws, d], dtype: .float64)
      let (value, gradient) = try valueWithGradient(at: point) { try objective.value($0, z) }
      guard value.isFinite && gradient.isFinite else {
        throw VariationalError.notFinite(mean: point.sliced(0..<d).doubles)
      }
      trace.append(value.scalar)
      first = 0.9 * first + 0.1 * gradient
      second = 0.999 * second + 0.001 * square(gradient)
      let (firstBias, secondBias) = (1 - pow(0.9, Double(step)), 1 - pow(0.999, Double(step)))
      let current = rate * 0.5 * (1 + cos(.pi * Double(step - 1) / Double(steps)))
      point = point + current / firstBias * first / (sqrt(second / secondBias) + 1e-8)
    }
    let best = family.gaussian(point, dimensions: d)
    let (bound, error) = try finalBound(objective, best, random)
    return Fit(
      approximation: best, bound: bound, boundError: error, trace: trace, hasConverged: true,
      reason: "the steps are used up")
  }

  /// Estimates the bound from fresh draws for a Gaussian whose parameters are within bounds.
  private func finalBound(
    _ objective: ReparameterizedBound, _ gaussian: GaussianApproximation, _ random: Random
  ) throws -> (value: Double, error: Double) {
    // A bound without a maximum leads to deviations around e¹⁰⁰.
    guard gaussian.deviations.isFinite, gaussian.deviations.max().scalar < 1e43 else {
      throw VariationalError.unbounded(mean: gaussian.mean.doubles)
    }
    let result = try objective.estimate(gaussian, draws: finalDraws, random)
    guard result.value.isFinite else {
      throw VariationalError.notFinite(mean: gaussian.mean.doubles)
    }
    return result
  }

  /// Normal numbers `[count, d]` in pairs z and −z, whose covariance (or its diagonal, if there are
  /// too few) is made exactly that of the standard normal law, so that the bounds of Gaussian
  /// targets are exact.
  static func balancedDraws(_ count: Int, _ d: Int, _ random: Random) -> Tensor {
    let half = (count + 1) / 2
    var z = random.normal([half, d], dtype: .float64)
    let covariance = z.matmul(z, transposeLeft: true) / Double(half)
    if half > 2 * d, let factor = try? CholeskyFactor(of: covariance) {
      z = factor.whitened(z.transposed()).transposed()
    } else {
      z = z / sqrt(square(z).mean(along: 0))
    }
    return .concatenated([z, -z])
  }
}

extension GaussianApproximation {
  /// The largest number among the means and the scales.
  fileprivate var size: Double { max(abs(mean).max().scalar, abs(scale).max().scalar) }
}
