import Tensor

/// A density that is constant between neighbouring edges, like a histogram.
public struct PiecewiseConstant: KnownMoments, KnownEntropy, KnownQuantile, Sendable {
  /// The edges in ascending order, `[k + 1]`.
  public let edges: Tensor
  /// The distribution of the interval containing a number, with k categories.
  public let weights: Categorical

  /// Creates a density from ascending edges `[k + 1]` and k intervals with probabilities
  /// proportional to masses.
  ///
  /// - Throws: ``DistributionError`` if the edges do not ascend, a mass is negative or not finite,
  ///   or all are 0.
  public init(edges: Tensor, masses: Tensor) throws {
    precondition(
      edges.rank == 1 && masses.shape == [edges.count - 1] && edges.dtype == masses.dtype,
      "PiecewiseConstant: expected edges [k + 1] and masses [k], found \(edges.shape) and"
        + " \(masses.shape)")
    try expectAscending(edges, "PiecewiseConstant")
    self.edges = edges
    weights = try Categorical(weights: masses)
  }

  /// Creates the density of a histogram.
  ///
  /// - Throws: ``DistributionError`` if the histogram is empty.
  public init(_ histogram: Histogram) throws {
    try self.init(
      edges: Tensor(histogram.edges, dtype: .float64),
      masses: Tensor(histogram.counts, dtype: .float64))
  }

  /// `[]`.
  public var batchShape: [Int] { [] }
  /// The edges' element type.
  public var dtype: DType { edges.dtype }
  /// From the first edge to the last.
  public var support: Support { .interval(lower: start, upper: end) }

  private var count: Int { edges.count - 1 }
  private var start: Tensor { edges.sliced(0..<1).squeezed(at: 0) }
  private var end: Tensor { edges.sliced(count..<count + 1).squeezed(at: 0) }
  private var widths: Tensor { edges.sliced(1..<count + 1) - edges.sliced(0..<count) }
  private var middles: Tensor { 0.5 * edges.sliced(1..<count + 1) + 0.5 * edges.sliced(0..<count) }
  private var masses: Tensor { weights.probabilities }

  /// Σ mass · middle.
  public var mean: Tensor { (masses * middles).sum() }
  /// Σ mass ((middle − mean)² + width²/12).
  public var variance: Tensor {
    (masses * (square(middles - mean) + square(widths) / 12)).sum()
  }
  /// Σ mass (log width − log mass).
  public var entropy: Tensor {
    (masses * (log(widths) - finiteLogarithms(weights.logProbabilities))).sum()
  }

  /// Draws an interval, then a uniform number in it.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    let places = weights.sample(shape, using: random).doubles.map { Int($0) }
    let unit = random.uniform([places.count], dtype: dtype)
    return (edges.gatheredRows(at: places) + unit * widths.gatheredRows(at: places))
      .reshaped(to: shape)
  }

  /// log of mass/width of the interval; an edge belongs to the interval above it, the last one to
  /// that below.
  public func logDensity(of x: Tensor) -> Tensor {
    let logarithms = weights.logProbabilities - log(widths)
    return density(of: x, where: isWithin(x, start, end), anchor: start) { x in
      logarithms.gatheredRows(at: interval(of: x)).reshaped(to: x.shape) + 0 * x
    }
  }

  /// The mass below the interval plus x's share of its own.
  public func cumulative(at x: Tensor) -> Tensor {
    let bounded = minimum(maximum(x, start), end)
    let places = interval(of: bounded)
    func of(_ table: Tensor) -> Tensor { table.gatheredRows(at: places).reshaped(to: x.shape) }
    let below = masses.cumulativeSum(exclusive: true)
    let share = (bounded - of(edges.sliced(0..<count))) / of(widths)
    return minimum(of(below) + of(masses) * share, Tensor(1, dtype: dtype))
  }

  /// The number below which the mass is p.
  public func quantile(at p: Tensor) -> Tensor {
    let sums = masses.cumulativeSum()
    let inside = select(isWithin(p, 0, 1) * (1 - isNaN(p)), p, 0 * p)
    let found = stopGradient(sums).searchSorted(stopGradient(inside)).map { min($0, count - 1) }
    func of(_ table: Tensor) -> Tensor { table.gatheredRows(at: found).reshaped(to: p.shape) }
    let mass = of(masses)
    let share = (inside - of(sums) + mass) / select(mass .> 0, mass, mass * 0 + 1)
    return of(edges.sliced(0..<count)) + clamp(share, to: 0...1) * of(widths) + 0 * level(p)
  }

  private func interval(of x: Tensor) -> [Int] { intervals(of: x, edges) }
}

/// The intervals between edges that contain the numbers; the last one for NaN.
func intervals(of x: Tensor, _ edges: Tensor) -> [Int] {
  stopGradient(edges).searchSorted(stopGradient(x), side: .right)
    .map { min(max($0 - 1, 0), edges.count - 2) }
}

/// Throws if numbers do not ascend or are not finite.
func expectAscending(_ edges: Tensor, _ name: String) throws {
  let numbers = stopGradient(edges).doubles
  if numbers.count < 2 { throw DistributionError.noMass(distribution: name) }
  for index in 1..<numbers.count
  where !(numbers[index] > numbers[index - 1]) || !(numbers[index] - numbers[index - 1]).isFinite {
    throw DistributionError.notAscending(
      distribution: name, found: [numbers[index - 1], numbers[index]], index: index)
  }
}
