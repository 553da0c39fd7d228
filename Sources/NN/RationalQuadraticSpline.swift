import Tensor

/// Increasing functions of one number, each a rational-quadratic spline between knots on [−B, B]
/// and the identity outside (Gregory and Delbourgo 1982; Durkan, Bekasov, Murray and Papamakarios
/// 2019, equations 4–8 and appendix A).
///
/// Between the knots (x₀, y₀) and (x₁, y₁) with slopes d₀ and d₁, with θ = (x − x₀)/(x₁ − x₀) and
/// the mean slope s = (y₁ − y₀)/(x₁ − x₀),
///
/// y = y₀ + (y₁ − y₀) (s θ² + d₀ θ(1 − θ)) / (s + (d₀ + d₁ − 2s) θ(1 − θ)).
///
/// ```swift
/// let spline = RationalQuadraticSpline(
///   x: Tensor([-1, 0, 1]), y: Tensor([-1, 0.5, 1]), slopes: Tensor([1, 1, 1]))
/// spline(Tensor(-0.5)).y   // −0.25
/// ```
public struct RationalQuadraticSpline: Sendable {
  /// What determines the splines.
  private enum Source {
    /// The position, the value and the slope of each knot, `[3, bins + 1, …]`: the splines are
    /// stored side by side, so that each operation processes long rows.
    case table(Tensor)
    /// Arbitrary numbers, `[…, 3 · bins − 1]`, and B.
    case parameters(Tensor, bound: Double)
  }

  private let source: Source

  /// The least share of a bin in the total width or height, and the least slope.
  public static let least = 1e-3

  /// log(e^0.999 − 1): a parameter of 0 gives a slope of 1.
  private static let slopeShift = 0.539742417236952

  /// Creates splines from their knots.
  ///
  /// - Parameters:
  ///   - x: The knots, `[…, bins + 1]`, increasing along the last axis, the outermost at ±B.
  ///   - y: The values at the knots, of the same shape, increasing from −B to B.
  ///   - slopes: The slopes at the knots, of the same shape, above 0; 1 at both ends for a smooth
  ///     continuation.
  public init(x: Tensor, y: Tensor, slopes: Tensor) {
    precondition(
      x.rank > 0 && x.shape[x.rank - 1] > 1 && y.shape == x.shape && slopes.shape == x.shape,
      "RationalQuadraticSpline: expected two knots or more, as many values and slopes, found"
        + " \(x.shape), \(y.shape) and \(slopes.shape)")
    source = .table(Tensor.stacked([x, y, slopes].map(\.withLastAxisFirst)))
  }

  /// Creates splines from arbitrary numbers, such as a network's output; zeros give the identity.
  ///
  /// Widths and heights are 2B (0.001 + (1 − 0.001 · bins) softmax), inner slopes
  /// 0.001 + softplus(· + log(e^0.999 − 1)), outer slopes 1.
  ///
  /// - Parameters:
  ///   - parameters: `[…, 3 · bins − 1]`: for each spline the widths, the heights and the inner
  ///     slopes.
  ///   - bound: B.
  public init(parameters: Tensor, bound: Double) {
    let count = parameters.shape.last ?? 0
    precondition(
      count > 1 && count % 3 == 2 && bound > 0,
      "RationalQuadraticSpline: expected 3 · bins − 1 numbers for a spline and a bound above 0, found"
        + " shape \(parameters.shape) and \(bound)")
    source = .parameters(parameters, bound: bound)
  }

  /// The table of the splines.
  private var table: Tensor {
    switch source {
    case .table(let table): table
    case .parameters(let parameters, let bound): Self.table(of: parameters, bound: bound)
    }
  }

  private static func table(of parameters: Tensor, bound: Double) -> Tensor {
    let places = parameters.shape.dropLast()
    let bins = (parameters.shape[places.count] + 1) / 3
    let parts = parameters.withLastAxisFirst.split(into: [2 * bins, bins - 1], along: 0)
    func ends(_ value: Double, _ count: Int) -> Tensor {
      Tensor(filledWith: value, [count, 1] + places, dtype: parameters.dtype)
    }
    // Widths and heights are computed in the same way.
    let raw = parts[0].reshaped(to: [2, bins] + places)
    let shares = softmax(raw, along: 1) * (1 - least * Double(bins)) + least
    let sums = shares.sliced(0..<bins - 1, along: 1).cumulativeSum(along: 1)
    let knots = Tensor.concatenated(
      [ends(-bound, 2), sums * (2 * bound) - bound, ends(bound, 2)], along: 1)
    let inner = softplus(parts[1] + slopeShift) + least
    let slopes = Tensor.concatenated([ends(1, 1), inner.expanded(at: 0), ends(1, 1)], along: 1)
    return Tensor.concatenated([knots, slopes], along: 0)
  }

  /// The knots, `[…, bins + 1]`.
  public var x: Tensor { table.row(.place).withFirstAxisLast }
  /// The values at the knots, of the same shape.
  public var y: Tensor { table.row(.value).withFirstAxisLast }
  /// The slopes at the knots, of the same shape.
  public var slopes: Tensor { table.row(.slope).withFirstAxisLast }
}

/// The rows of a table of splines.
private enum Row: Int {
  case place, value, slope
}

extension Tensor {
  fileprivate var withLastAxisFirst: Tensor { permuted(to: [rank - 1] + (0..<rank - 1)) }
  fileprivate var withFirstAxisLast: Tensor { permuted(to: (1..<rank) + [0]) }

  /// One of a table's rows, `[bins + 1, …]`.
  fileprivate func row(_ row: Row) -> Tensor {
    sliced(row.rawValue..<row.rawValue + 1, along: 0).squeezed(at: 0)
  }
}

// MARK: - Both directions

extension RationalQuadraticSpline {
  /// The values at `x`, one number for each spline, and log dy/dx there, both of its shape.
  public func callAsFunction(_ x: Tensor) -> (y: Tensor, logSlope: Tensor) {
    switch source {
    case .table(let table):
      return Self.values(at: x, table)
    case .parameters(let parameters, let bound):
      let both = splinePoints(
        at: x, parameters: parameters, bound: bound, least: Self.least, slopeShift: Self.slopeShift
      ) { parameters, x in
        let (y, logSlope) = Self.values(at: x, Self.table(of: parameters, bound: bound))
        return Tensor.stacked([y, logSlope])
      }
      let parts = both.split(count: 2, along: 0)
      return (parts[0].squeezed(at: 0), parts[1].squeezed(at: 0))
    }
  }

  private static func values(at x: Tensor, _ table: Tensor) -> (y: Tensor, logSlope: Tensor) {
    let (bin, inside, clamped) = bin(of: x, by: .place, table)
    let theta = (clamped - bin.x) / bin.width
    let between = theta * (1 - theta)
    let denominator = bin.mean + bin.bend * between
    let y = bin.y + bin.height * (bin.mean * square(theta) + bin.slope * between) / denominator
    let logSlope = bin.logSlope(at: theta, between, denominator)
    return (select(inside, y, x), select(inside, logSlope, Tensor(0, dtype: x.dtype)))
  }

  /// The positions where the splines have the values `y`, and log dx/dy there, both of its shape.
  ///
  /// θ is the root 2c / (−b − √(b² − 4ac)) of a quadratic, in the form that loses no digits.
  public func inverse(_ y: Tensor) -> (x: Tensor, logSlope: Tensor) {
    let (bin, inside, clamped) = Self.bin(of: y, by: .value, table)
    let rise = clamped - bin.y
    let rest = rise * bin.bend
    let a = bin.height * (bin.mean - bin.slope) + rest
    let b = bin.height * bin.slope - rest
    let c = -bin.mean * rise
    // Only rounding can take the discriminant below 0, since the slopes are above 0.
    let root = sqrt(clamp(square(b) - 4 * a * c, to: 0...Double.greatestFiniteMagnitude))
    let theta = 2 * c / (-b - root)
    let between = theta * (1 - theta)
    let logSlope = bin.logSlope(at: theta, between, bin.mean + bin.bend * between)
    let x = bin.x + theta * bin.width
    return (select(inside, x, y), select(inside, -logSlope, Tensor(0, dtype: y.dtype)))
  }

  /// The bins that contain numbers by position or value, whether any bin does, and the nearest
  /// numbers inside.
  private static func bin(
    of value: Tensor, by row: Row, _ table: Tensor
  ) -> (bin: Bin, inside: Tensor, clamped: Tensor) {
    precondition(
      value.shape == Array(table.shape.dropFirst(2)),
      "RationalQuadraticSpline: expected numbers of shape \(table.shape.dropFirst(2)), found"
        + " \(value.shape)")
    let count = table.shape[1]
    let (knots, number) = (stopGradient(table.row(row)), stopGradient(value))
    func knot(_ index: Int) -> Tensor { knots.sliced(index..<index + 1, along: 0).squeezed(at: 0) }
    let (low, high) = (knot(0), knot(count - 1))
    let inside = (number .> low) * (number .< high)
    let clamped = select(inside, value, maximum(low, minimum(high, number)))
    let inner = knots.sliced(1..<count - 1, along: 0)
    let index = (stopGradient(clamped).expanded(at: 0) .>= inner).sum(along: 0)
    let first = index.doubles.map { Int($0) }
    func taken(_ indices: [Int]) -> [Tensor] {
      table.gatheredElements(at: indices + indices + indices, along: 1).squeezed(at: 1)
        .split(count: 3, along: 0).map { $0.squeezed(at: 0) }
    }
    return (Bin(from: taken(first), to: taken(first.map { $0 + 1 })), inside, clamped)
  }

  /// The bin that contains each number.
  private struct Bin {
    let x, y, width, height, slope, nextSlope: Tensor
    /// The mean slope s.
    let mean: Tensor
    /// d₀ + d₁ − 2s.
    let bend: Tensor

    /// Creates the bin between two knots, each given by position, value and slope.
    init(from first: [Tensor], to second: [Tensor]) {
      (x, y, slope, nextSlope) = (first[0], first[1], first[2], second[2])
      (width, height) = (second[0] - x, second[1] - y)
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
