import Tensor

/// Increasing functions of a number, each made of rational quadratics between knots on [−B, B] and the
/// identity outside (Gregory and Delbourgo 1982; Durkan, Bekasov, Murray and Papamakarios 2019,
/// equations 4–8 and appendix A).
///
/// Between the knots (x₀, y₀) and (x₁, y₁) with slopes d₀ and d₁, θ = (x − x₀)/(x₁ − x₀) and the mean slope
/// s = (y₁ − y₀)/(x₁ − x₀),
///
/// y = y₀ + (y₁ − y₀) (s θ² + d₀ θ(1 − θ)) / (s + (d₀ + d₁ − 2s) θ(1 − θ)).
///
/// ```swift
/// let spline = RationalQuadraticSpline(
///   x: Tensor([-1, 0, 1]), y: Tensor([-1, 0.5, 1]), slopes: Tensor([1, 1, 1]))
/// spline(Tensor(-0.5)).y   // −0.25
/// ```
public struct RationalQuadraticSpline: Sendable {
  /// The knots, `[…, bins + 1]`, increasing along the last axis, the outermost at ±B.
  public let x: Tensor
  /// The values at the knots, of the same shape, increasing from −B to B.
  public let y: Tensor
  /// The slopes at the knots, of the same shape, above 0; 1 at both ends for a smooth continuation.
  public let slopes: Tensor

  /// The least share of a bin in the width or height of all, and the least slope.
  public static let least = 1e-3

  /// Creates splines from their knots, `[…, bins + 1]`.
  public init(x: Tensor, y: Tensor, slopes: Tensor) {
    precondition(
      x.rank > 0 && x.shape[x.rank - 1] > 1 && y.shape == x.shape && slopes.shape == x.shape,
      "RationalQuadraticSpline: expected two knots or more, as many values and slopes, found"
        + " \(x.shape), \(y.shape) and \(slopes.shape)")
    (self.x, self.y, self.slopes) = (x, y, slopes)
  }

  /// Creates splines from what a network puts out, any numbers; zeros give the identity.
  ///
  /// Widths and heights are 2B (0.001 + (1 − 0.001 · bins) softmax), inner slopes
  /// 0.001 + softplus(· + log(e^0.999 − 1)), outer slopes 1.
  ///
  /// - Parameters:
  ///   - parameters: `[…, 3 · bins − 1]`: of each spline the widths, the heights and the inner slopes.
  ///   - bound: B.
  public init(parameters: Tensor, bound: Double) {
    let count = parameters.shape.last ?? 0
    precondition(
      count > 1 && count % 3 == 2 && bound > 0,
      "RationalQuadraticSpline: expected 3 · bins − 1 numbers for a spline and a bound above 0, found"
        + " shape \(parameters.shape) and \(bound)")
    let bins = (count + 1) / 3
    let axis = parameters.rank - 1
    let parts = parameters.split(into: [bins, bins, bins - 1], along: axis)
    let edge = Tensor.ones(parameters.shape.dropLast() + [1], dtype: parameters.dtype)
    func knots(_ raw: Tensor) -> Tensor {
      let shares = softmax(raw) * (1 - Self.least * Double(bins)) + Self.least
      let sums = shares.sliced(0..<bins - 1, along: axis).cumulativeSum(along: axis)
      let ends = bound * edge
      return Tensor.concatenated([-ends, sums * (2 * bound) - bound, ends], along: axis)
    }
    // log(e^0.999 − 1): a slope of 1 for a parameter of 0.
    let inner = softplus(parts[2] + 0.539742417236952) + Self.least
    self.init(
      x: knots(parts[0]), y: knots(parts[1]),
      slopes: Tensor.concatenated([edge, inner, edge], along: axis))
  }
}

// MARK: - Both directions

extension RationalQuadraticSpline {
  /// The values at `x`, a number for each spline, and log dy/dx there, both of its shape.
  public func callAsFunction(_ x: Tensor) -> (y: Tensor, logSlope: Tensor) {
    let (inside, clamped) = clamped(x, to: self.x)
    let bin = bin(of: clamped, among: self.x)
    let theta = (clamped - bin.x) / bin.width
    let between = theta * (1 - theta)
    let denominator = bin.mean + bin.bend * between
    let y = bin.y + bin.height * (bin.mean * square(theta) + bin.slope * between) / denominator
    let logSlope = bin.logSlope(at: theta, between, denominator)
    return (select(inside, y, x), select(inside, logSlope, Tensor(0, dtype: x.dtype)))
  }

  /// The places where the splines have the values `y`, and log dx/dy there, both of its shape.
  ///
  /// θ is the root 2c / (−b − √(b² − 4ac)) of a quadratic, the form that loses no digits.
  public func inverse(_ y: Tensor) -> (x: Tensor, logSlope: Tensor) {
    let (inside, clamped) = clamped(y, to: self.y)
    let bin = bin(of: clamped, among: self.y)
    let rise = clamped - bin.y
    let rest = rise * bin.bend
    let a = bin.height * (bin.mean - bin.slope) + rest
    let b = bin.height * bin.slope - rest
    let c = -bin.mean * rise
    // Rounding can take the discriminant below 0 (no more than that: the slopes are above 0).
    let root = sqrt(clamp(square(b) - 4 * a * c, to: 0...Double.greatestFiniteMagnitude))
    let theta = 2 * c / (-b - root)
    let between = theta * (1 - theta)
    let logSlope = bin.logSlope(at: theta, between, bin.mean + bin.bend * between)
    let x = bin.x + theta * bin.width
    return (select(inside, x, y), select(inside, -logSlope, Tensor(0, dtype: y.dtype)))
  }

  /// Whether a number lies between the outermost knots, and the nearest one that does.
  private func clamped(_ x: Tensor, to knots: Tensor) -> (inside: Tensor, clamped: Tensor) {
    precondition(
      x.shape == Array(knots.shape.dropLast()),
      "RationalQuadraticSpline: expected numbers of shape \(knots.shape.dropLast()), found \(x.shape)"
    )
    let count = knots.shape[knots.rank - 1]
    let low = stopGradient(knots).sliced(0..<1, along: knots.rank - 1).squeezed(at: -1)
    let high = stopGradient(knots).sliced(count - 1..<count, along: knots.rank - 1).squeezed(at: -1)
    let inside = (x .> low) * (x .< high)
    return (inside, select(inside, x, maximum(low, minimum(high, stopGradient(x)))))
  }

  /// What the bins that numbers lie in look like.
  private func bin(of value: Tensor, among knots: Tensor) -> Bin {
    let (axis, count) = (knots.rank - 1, knots.shape[knots.rank - 1])
    let inner = stopGradient(knots).sliced(1..<count - 1, along: axis)
    let index = (stopGradient(value).expanded(at: -1) .>= inner).sum(along: axis)
    let first = index.doubles.map { Int($0) }
    let second = first.map { $0 + 1 }
    func taken(_ table: Tensor, _ indices: [Int]) -> Tensor {
      table.gatheredElements(at: indices, along: axis).squeezed(at: -1)
    }
    let (x0, y0) = (taken(x, first), taken(y, first))
    return Bin(
      x: x0, y: y0, width: taken(x, second) - x0, height: taken(y, second) - y0,
      slope: taken(slopes, first), nextSlope: taken(slopes, second))
  }

  /// For each number, the bin that it lies in.
  private struct Bin {
    let x, y, width, height, slope, nextSlope: Tensor
    /// The mean slope s.
    let mean: Tensor
    /// d₀ + d₁ − 2s.
    let bend: Tensor

    init(x: Tensor, y: Tensor, width: Tensor, height: Tensor, slope: Tensor, nextSlope: Tensor) {
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
      (self.slope, self.nextSlope) = (slope, nextSlope)
      mean = height / width
      bend = slope + nextSlope - 2 * mean
    }

    /// log dy/dx (Durkan et al., equation 5).
    func logSlope(at theta: Tensor, _ between: Tensor, _ denominator: Tensor) -> Tensor {
      let ends = nextSlope * square(theta) + slope * square(1 - theta)
      return 2 * log(mean) + log(ends + 2 * mean * between) - 2 * log(denominator)
    }
  }
}
