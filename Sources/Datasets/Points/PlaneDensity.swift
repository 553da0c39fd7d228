import Foundation
import Tensor

extension PlaneDistribution {
  /// log p of points, for comparison with a model's log-density; its mean is the negative entropy.
  ///
  /// It is exact: formulas for Gaussians and squares, the change of variables for a pinwheel's
  /// arms, and for noise about a curve Gauss–Legendre quadrature along the curve, to rounding.
  ///
  /// - Parameter points: `[count, 2]`.
  /// - Returns: `[count]`, float64, in nats; −∞ outside the squares of the checkerboard.
  public func logDensity(of points: Tensor) -> Tensor {
    precondition(
      points.rank == 2 && points.shape[1] == 2,
      "PlaneDistribution.logDensity: expected points [count, 2], found \(points.shape)")
    let points = stopGradient(points).converted(to: .float64)
    if let (centres, deviation) = mixture { return centres.logDensity(of: points, deviation) }
    let values = points.doubles
    let densities = (0..<points.shape[0]).map { row in
      let (x, y) = (values[2 * row], values[2 * row + 1])
      return self == .checkerboard ? checkerboardDensity(x, y) : pinwheelDensity(x, y)
    }
    return log(Tensor(densities, shape: [densities.count], dtype: .float64))
  }

  /// The curve or the centres surrounded by Gaussian noise, and its standard deviation; nil for
  /// other distributions.
  private var mixture: (centres: WeightedPoints, standardDeviation: Double)? {
    switch self {
    case .moons:
      return (
        .along(0...Double.pi, 128) { [(cos($0), sin($0)), (1 - cos($0), 0.5 - sin($0))] }, 0.1
      )
    case .eightGaussians:
      let angles = (0..<8).map { Double($0) * .pi / 4 }
      return (WeightedPoints(angles.map { (2 * cos($0), 2 * sin($0), 1.0 / 8) }), 0.2)
    case .spirals:
      // An angle a = 3π s with s = √u has the density 2 s in s.
      return (
        .along(0...1, 640, density: { 2 * $0 }) { s in
          let a = 3 * Double.pi * s
          return [(-a * cos(a) / 3, a * sin(a) / 3), (a * cos(a) / 3, -a * sin(a) / 3)]
        }, 0.1
      )
    case .swissRoll:
      return (
        .along(1.5 * Double.pi...4.5 * Double.pi, 256) { [($0 * cos($0) / 5, $0 * sin($0) / 5)] },
        0.2
      )
    case .checkerboard, .pinwheel: return nil
    }
  }
}

/// Points with weights that sum to one.
private struct WeightedPoints {
  private let points: Tensor
  private let logWeights: Tensor

  init(_ rows: [(x: Double, y: Double, weight: Double)]) {
    points = Tensor(rows.flatMap { [$0.x, $0.y] }, shape: [rows.count, 2], dtype: .float64)
    logWeights = log(Tensor(rows.map(\.weight), shape: [rows.count], dtype: .float64))
  }

  /// Quadrature nodes along equally probable curves, with the parameter's `density` over an
  /// interval; uniform by default.
  static func along(
    _ interval: ClosedRange<Double>, _ count: Int, density: ((Double) -> Double)? = nil,
    _ curves: (Double) -> [(Double, Double)]
  ) -> WeightedPoints {
    let rule = GaussianQuadrature.legendre(count, over: interval)
    let uniform = 1 / (interval.upperBound - interval.lowerBound)
    return WeightedPoints(
      zip(rule.nodes.doubles, rule.weights.doubles).flatMap { node, weight in
        let points = curves(node)
        return points.map { point in
          (point.0, point.1, weight * (density?(node) ?? uniform) / Double(points.count))
        }
      })
  }

  /// The log-density of Gaussians about the points, log Σ w N(x; point, σ² I).
  func logDensity(of x: Tensor, _ standardDeviation: Double) -> Tensor {
    let variance = standardDeviation * standardDeviation
    let portion = 1_000
    return Tensor.concatenated(
      stride(from: 0, to: x.shape[0], by: portion).map { start in
        let rows = x.sliced(start..<min(start + portion, x.shape[0]))
        return
          (logWeights - pairwiseSquaredDistances(rows, points) / (2 * variance))
          .logSumExp(along: 1) - Foundation.log(2 * .pi * variance)
      })
  }
}

/// 1/8 on a dark square, including its border.
private func checkerboardDensity(_ x: Double, _ y: Double) -> Double {
  guard abs(x) <= 2, abs(y) <= 2 else { return 0 }
  func cells(_ value: Double) -> Set<Int> {
    [Int(value.rounded(.down)), Int(value.rounded(.up)) - 1]
  }
  let isDark = cells(x).contains { column in
    cells(y).contains { row in (column + row).isMultiple(of: 2) && -2...1 ~= column && -2...1 ~= row
    }
  }
  return isDark ? 1.0 / 8 : 0
}

/// The density of the five arms 2 R(α + ¼ eʳ) (r, t), with r from N(1, 0.3²) and t from N(0,
/// 0.05²).
///
/// At a point with polar coordinates 2 ρ, φ, r solves r = ρ cos(φ − α − ¼ eʳ), and t is ρ times the
/// sine of the same angle. The map's determinant is 4 (1 − ¼ eʳ t).
private func pinwheelDensity(_ x: Double, _ y: Double) -> Double {
  let (radius, angle) = ((x * x + y * y).squareRoot() / 2, atan2(y, x))
  return (0..<5).reduce(0) { sum, arm in
    func place(_ r: Double) -> (along: Double, across: Double) {
      let turned = angle - 2 * .pi * Double(arm) / 5 - 0.25 * exp(r)
      return (radius * cos(turned), radius * sin(turned))
    }
    return sum
      + roots(of: { $0 - place($0).along }, from: -radius, to: radius).reduce(0) { sum, r in
        let t = place(r).across
        let exponent = -0.5 * ((r - 1) * (r - 1) / 0.09 + t * t / 0.0025)
        return sum + exp(exponent) / (2 * .pi * 0.3 * 0.05)
          / (5 * 4 * abs(1 - 0.25 * exp(r) * t))
      }
  }
}

/// The zeros of a function that changes sign between neighbours of a fine grid, by bisection.
private func roots(
  of function: (Double) -> Double, from low: Double, to high: Double
) -> [Double] {
  let count = 64
  let grid = (0...count).map { low + (high - low) * Double($0) / Double(count) }
  let values = grid.map(function)
  return (0..<count).compactMap { index in
    guard (values[index] < 0) != (values[index + 1] < 0) else { return nil }
    var (left, right) = (grid[index], grid[index + 1])
    let isRising = values[index] < 0
    for _ in 0..<50 {
      let middle = (left + right) / 2
      if (function(middle) < 0) == isRising { left = middle } else { right = middle }
    }
    return (left + right) / 2
  }
}
