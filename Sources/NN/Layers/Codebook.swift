import Tensor

/// A table of codes, the nearest of which takes the place of a vector (van den Oord, Vinyals and
/// Kavukcuoglu, "Neural discrete representation learning", 2017).
///
/// The codes are not learned by gradient: each is a moving average of the vectors that it stood for
/// (appendix A.1). One that stands for hardly any is dead, and begins again at a vector of the batch
/// (Dhariwal and others, "Jukebox", 2020, section 3.1).
public final class Codebook: Module {
  /// The codes, `[count, size]`.
  @Buffer public private(set) var codes: Tensor
  /// Moving averages of the sum of the vectors of a batch that each code stood for, `[count, size]`.
  @Buffer public private(set) var sums: Tensor
  /// Moving averages of their number, `[count]`.
  @Buffer public private(set) var counts: Tensor
  /// How much of the averages is kept at each batch.
  public let decay: Double
  /// The number of vectors of a batch, on average, below which a code is dead.
  public let leastCount: Double

  /// What is added to the counts, so that none is 0.
  private static let epsilon = 1e-5

  /// The codes and the averages.
  public var members: Members { ["codes": $codes, "sums": $sums, "counts": $counts] }

  /// Creates a table whose codes begin as draws from N(0, I), each as if it had stood for one vector.
  public init(
    _ count: Int, _ size: Int, decay: Double = 0.99, leastCount: Double = 0, using random: Random
  ) {
    precondition(
      count > 0 && size > 0 && decay >= 0 && decay < 1 && leastCount >= 0,
      "Codebook: expected sizes above 0, a decay in 0 ..< 1 and a count of 0 or more, found \(count),"
        + " \(size), \(decay) and \(leastCount)")
    let codes = Initializer.normal(standardDeviation: 1)(
      [count, size], fanIn: count, fanOut: size, using: random)
    (self.codes, sums, counts) = (codes, codes, Initializer.ones([count]))
    (self.decay, self.leastCount) = (decay, leastCount)
  }

  /// Lets the codes begin at some of the vectors `[batch, size]`, each drawn once where there are enough.
  ///
  /// Codes that begin at N(0, I) may be far from an untrained encoder's vectors, and never be used.
  public func start(at vectors: Tensor, using random: Random) {
    let order = random.permutation(vectors.shape[0])
    codes = stopGradient(vectors).gatheredRows(
      at: (0..<codes.shape[0]).map { order[$0 % order.count] })
    (sums, counts) = (codes, Tensor.ones([codes.shape[0]], dtype: codes.dtype))
  }

  /// The index of the code nearest to each of the vectors `[batch, size]`, the first of equally near ones.
  public func nearest(to vectors: Tensor) -> [Int] {
    pairwiseSquaredDistances(stopGradient(vectors), codes).argmin(along: 1)
  }

  /// The codes of these indices, `[indices.count, size]`.
  public func callAsFunction(_ indices: [Int]) -> Tensor { codes.gatheredRows(at: indices) }

  /// Moves the codes towards the vectors `[batch, size]` that they stood for.
  ///
  /// N ← γ N + (1 − γ) n and m ← γ m + (1 − γ) Σ v for each code, which becomes m / N with N smoothed
  /// towards all counts being equal (appendix A.1).
  ///
  /// - Parameters:
  ///   - vectors: The vectors.
  ///   - indices: The code of each.
  ///   - random: Draws the vectors at which dead codes begin again.
  public func learn(_ vectors: Tensor, _ indices: [Int], using random: Random) {
    let (vectors, count) = (stopGradient(vectors), codes.shape[0])
    let found = BatchPart.sums(
      Tensor.ones([indices.count], dtype: codes.dtype)
        .scattered(to: indices, count: count, along: 0))
    counts.interpolate(towards: found, weight: 1 - decay)
    sums.interpolate(
      towards: BatchPart.sums(vectors.scatteredRows(to: indices, count: count)), weight: 1 - decay)
    restart(at: vectors, using: random)
    let total = counts.sum()
    let smoothed =
      (counts + Self.epsilon) * (total / (total + Double(count) * Self.epsilon))
    codes = sums / smoothed.expanded(at: 1)
  }

  /// Lets dead codes begin again at vectors drawn from the batch.
  private func restart(at vectors: Tensor, using random: Random) {
    let isAlive = counts .>= leastCount
    let dead = isAlive.doubles.enumerated().filter { $0.element == 0 }.map(\.offset)
    if dead.isEmpty { return }
    let rows = dead.map { _ in
      random.integer(below: BatchPart.wholeCount(of: vectors.shape[0]))
    }
    let restarted = BatchPart.rows(rows, of: vectors)
      .scatteredRows(to: dead, count: codes.shape[0])
    sums = sums * isAlive.expanded(at: 1) + restarted
    counts = counts * isAlive + (1 - isAlive)
  }

  /// exp H of the shares of the codes among some indices: the number of codes that, used equally often, had
  /// as much entropy; from 1 to the number of codes.
  public func perplexity(of indices: [Int]) -> Double {
    let counts = BatchPart.sums(
      Tensor.ones([indices.count], dtype: .float64)
        .scattered(to: indices, count: codes.shape[0], along: 0))
    let shares = counts / Double(BatchPart.wholeCount(of: indices.count))
    // A share of 0 has none of the entropy.
    return exp(-(shares * log(shares + (1 - (counts .> 0)))).sum()).scalar
  }

  /// The table as the code that makes it.
  public var description: String { "Codebook(\(codes.shape[0]), \(codes.shape[1]))" }
}

/// `value`, with the gradient handed to `x` as if it were `x` itself: the straight-through estimator (Bengio,
/// Léonard and Courville 2013).
public func straightThrough(_ x: Tensor, _ value: Tensor) -> Tensor { x + stopGradient(value - x) }
