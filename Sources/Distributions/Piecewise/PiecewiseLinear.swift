import Tensor

/// A density that is linear between neighbouring nodes.
public struct PiecewiseLinear: KnownMoments, KnownQuantile, Sendable {
  /// The nodes in ascending order, `[k + 1]`.
  public let nodes: Tensor
  /// The density at the nodes, `[k + 1]`.
  public let heights: Tensor

  /// Creates a density from ascending nodes and heights, both `[k + 1]`, which are scaled to an
  /// integral of 1.
  ///
  /// - Throws: ``DistributionError`` if the nodes do not ascend, a height is negative or not
  ///   finite, or all are 0.
  public init(nodes: Tensor, heights: Tensor) throws {
    precondition(
      nodes.rank == 1 && heights.shape == nodes.shape && nodes.dtype == heights.dtype,
      "PiecewiseLinear: expected nodes and heights [k + 1], found \(nodes.shape) and"
        + " \(heights.shape)")
    try expectAscending(nodes, "PiecewiseLinear")
    _ = try checkedSums(of: heights, "PiecewiseLinear")
    self.nodes = nodes
    let count = nodes.count - 1
    let widths = nodes.sliced(1..<count + 1) - nodes.sliced(0..<count)
    let area = (0.5 * widths * (heights.sliced(1..<count + 1) + heights.sliced(0..<count))).sum()
    self.heights = heights / area
  }

  /// `[]`.
  public var batchShape: [Int] { [] }
  /// The nodes' element type.
  public var dtype: DType { nodes.dtype }
  /// From the first node to the last.
  public var support: Support { .interval(lower: first(nodes), upper: last(nodes)) }

  private var count: Int { nodes.count - 1 }
  private func first(_ x: Tensor) -> Tensor { x.sliced(0..<1).squeezed(at: 0) }
  private func last(_ x: Tensor) -> Tensor { x.sliced(count..<count + 1).squeezed(at: 0) }
  private func left(_ x: Tensor) -> Tensor { x.sliced(0..<count) }
  private func right(_ x: Tensor) -> Tensor { x.sliced(1..<count + 1) }
  private var widths: Tensor { right(nodes) - left(nodes) }
  private var slopes: Tensor { (right(heights) - left(heights)) / widths }
  private var masses: Tensor { 0.5 * widths * (left(heights) + right(heights)) }

  /// Σ over the pieces of w (x̄ h̄ + w Δh/12).
  public var mean: Tensor { moment { left(nodes) * 0 + $0 } }
  /// The second moment about the mean.
  public var variance: Tensor {
    let mean = mean
    return moment { square($0 - mean) }
  }

  /// ∫ f p by the three-point Gauss rule on each piece, exact for polynomials f of degree 4.
  private func moment(_ function: (Tensor) -> Tensor) -> Tensor {
    let rule = GaussianQuadrature.legendre(3, over: 0...1)
    let pieces = zip(rule.nodes.doubles, rule.weights.doubles).map { node, weight in
      let x = left(nodes) + node * widths
      let density = left(heights) * (1 - node) + right(heights) * node
      return weight * (widths * density * function(x)).sum()
    }
    return pieces.dropFirst().reduce(pieces[0], +)
  }

  /// Samples by inversion of the distribution function.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    stopGradient(quantile(at: random.uniform(shape, dtype: dtype)))
  }

  /// log of the interpolated height.
  public func logDensity(of x: Tensor) -> Tensor {
    let height = density(of: x, where: isWithin(x, first(nodes), last(nodes)), anchor: first(nodes))
    { x in
      let places = intervals(of: x, nodes)
      return value(left(heights), places, x)
        + value(slopes, places, x) * (x - value(left(nodes), places, x))
    }
    return density(of: height, where: 1 - (height .<= 0), anchor: 1) { log($0) }
  }

  /// The mass below the piece plus that of the trapezium up to x.
  public func cumulative(at x: Tensor) -> Tensor {
    let bounded = minimum(maximum(x, first(nodes)), last(nodes))
    let places = intervals(of: bounded, nodes)
    let t = bounded - value(left(nodes), places, x)
    let inner = value(left(heights), places, x) + 0.5 * value(slopes, places, x) * t
    let below = value(masses.cumulativeSum(exclusive: true), places, x)
    return minimum(below + t * inner, Tensor(1, dtype: dtype))
  }

  /// The root of the quadratic equation for the piece in which the mass reaches p.
  public func quantile(at p: Tensor) -> Tensor {
    let sums = masses.cumulativeSum()
    let inside = select(isWithin(p, 0, 1) * (1 - isNaN(p)), p, 0 * p)
    let places = stopGradient(sums).searchSorted(stopGradient(inside)).map { min($0, count - 1) }
    let (h, s) = (value(left(heights), places, p), value(slopes, places, p))
    let rest = relu(inside - value(sums, places, p) + value(masses, places, p))
    let root = sqrt(relu(square(h) + 2 * s * rest))
    let denominator = h + root
    let isFlat = denominator .<= 0
    let t = 2 * rest / select(isFlat, denominator * 0 + 1, denominator)
    let x = value(left(nodes), places, p) + minimum(t, value(widths, places, p))
    return x + 0 * level(p)
  }

  private func value(_ table: Tensor, _ places: [Int], _ like: Tensor) -> Tensor {
    table.gatheredRows(at: places).reshaped(to: like.shape)
  }
}
