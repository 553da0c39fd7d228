import Tensor

/// The shape that a density estimate places on each point: a radial density with mean 0 and
/// standard deviation 1 along each coordinate.
public enum DensityKernel: String, Sendable, CaseIterable {
  /// (2π)^(−d/2) exp(−‖u‖²/2).
  case gaussian
  /// Constant in the ball of radius √(d + 2).
  case box
  /// Proportional to 1 − ‖u‖²/(d + 4) in the ball of radius √(d + 4): the kernel with the smallest
  /// mean squared error for many points (Epanechnikov 1969).
  case epanechnikov

  /// The log-density at squared distances ‖u‖² from the centre; −∞ outside the ball.
  ///
  /// - Parameters:
  ///   - squared: float64, of any shape.
  ///   - dimension: d.
  func logDensity(squaredDistance squared: Tensor, dimension: Int) -> Tensor {
    let constant = logConstant(dimension: dimension)
    guard let radius = squaredRadius(dimension: dimension) else { return constant - 0.5 * squared }
    let isInside = stopGradient(squared) .<= radius
    let outside = Tensor(-Double.infinity, dtype: .float64)
    switch self {
    case .gaussian, .box:
      return select(isInside, squared * 0 + constant, outside)
    case .epanechnikov:
      let height = 1 - squared / radius
      let isPositive = stopGradient(height) .> 0
      let logHeight = log(select(isPositive, height, Tensor(1, dtype: .float64)))
      return select(isPositive, logHeight + constant, outside)
    }
  }

  /// The squared radius of the ball outside which the density is 0.
  func squaredRadius(dimension: Int) -> Double? {
    switch self {
    case .gaussian: nil
    case .box: Double(dimension + 2)
    case .epanechnikov: Double(dimension + 4)
    }
  }

  /// The log-density at the centre.
  func logConstant(dimension: Int) -> Double {
    let d = Double(dimension)
    guard let radius = squaredRadius(dimension: dimension) else {
      return -0.5 * d * logTwoPi
    }
    // A ball of radius r has volume π^(d/2) r^d / Γ(d/2 + 1).
    let logGammaOfHalf = logGamma(0.5 * d + 1)
    let logPi = 1.1447298858494002
    let logRadius = 0.5 * log(radius)
    let uniform = logGammaOfHalf - 0.5 * d * logPi - d * logRadius
    return self == .box ? uniform : uniform + log1p(0.5 * d)
  }

  /// Draws from the kernel, float64 `[count, d]`.
  func sample(_ count: Int, dimension: Int, using random: Random) -> Tensor {
    guard let radius = squaredRadius(dimension: dimension) else {
      return random.normal([count, dimension], dtype: .float64)
    }
    // ‖u‖² / r² is Beta(d/2, 1) in the ball, and Beta(d/2, 2) under Epanechnikov's kernel.
    let share = random.beta(
      [count, 1], 0.5 * Double(dimension), self == .box ? 1 : 2, dtype: .float64)
    let directions = random.pointsOnSphere([count], dimension: dimension, dtype: .float64)
    return sqrt(radius * share) * directions
  }
}
