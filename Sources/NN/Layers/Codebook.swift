import Tensor

/// A table of codes that replaces each vector by the nearest code (van den Oord, Vinyals and
/// Kavukcuoglu, "Neural discrete representation learning", 2017).
///
/// The codes are not learned by gradient: each is a moving average of the vectors that it replaced
/// (appendix A.1). A code that replaces hardly any vectors is dead, and restarts at a vector of the
/// batch (Dhariwal and others, "Jukebox", 2020, section 3.1).
public final class Codebook: Module {
  /// The codes, `[count, size]`.
  @Buffer public private(set) var codes: Tensor
  /// Moving averages of the sum of the vectors that each code replaced in a batch, `[count, size]`.
  @Buffer public private(set) var sums: Tensor
  /// Moving averages of their number, `[count]`.
  @Buffer public private(set) var counts: Tensor
  /// The decay rate of the averages.
  public let decay: Double
  /// The average number of vectors per batch below which a code is dead.
  public let leastCount: Double

  /// A constant added to the counts, so that none is 0.
  private static let epsilon = 1e-5

  /// The codes and the averages.
  public var members: Members { ["codes": $codes, "sums": $sums, "counts": $counts] }

  /// Creates a table whose codes start as draws from N(0, I), each as if it had replaced one
  /// vector.
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

  /// Initialises the codes with some of the vectors `[batch, size]`, each used once if there are
  /// enough.
  ///
  /// Codes that start at N(0, I) may be far from an untrained encoder's vectors, and never be used.
  public func start(at vectors: Tensor, using random: Random) {
    let order = random.permutation(vectors.shape[0])
    codes = stopGradient(vectors).gatheredRows(
      at: (0..<codes.shape[0]).map { order[$0 % order.count] })
    (sums, counts) = (codes, Tensor.ones([codes.shape[0]], dtype: codes.dtype))
  }

  /// The index of the code nearest to each of the vectors `[batch, size]`, the first one in case of
  /// ties.
  public func nearest(to vectors: Tensor) -> [Int] {
    pairwiseSquaredDistances(stopGradient(vectors), codes).argmin(along: 1)
  }

  /// The codes of these indices, `[indices.count, size]`.
  public func callAsFunction(_ indices: [Int]) -> Tensor { codes.gatheredRows(at: indices) }

  /// Moves the codes towards the vectors `[batch, size]` that they replaced.
  ///
  /// N ← γ N + (1 − γ) n and m ← γ m + (1 − γ) Σ v for each code, which becomes m / N with N
  /// smoothed towards equal counts (appendix A.1).
  ///
  /// - Parameters:
  ///   - vectors: The vectors.
  ///   - indices: The code of each.
  ///   - random: Draws the vectors at which dead codes restart.
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

  /// Restarts dead codes at vectors drawn from the batch.
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

  /// exp H of the shares of the codes among some indices: the effective number of codes, from 1 to
  /// the number of codes.
  public func perplexity(of indices: [Int]) -> Double {
    let counts = BatchPart.sums(
      Tensor.ones([indices.count], dtype: .float64)
        .scattered(to: indices, count: codes.shape[0], along: 0))
    let shares = counts / Double(BatchPart.wholeCount(of: indices.count))
    // A share of 0 contributes nothing to the entropy.
    return exp(-(shares * log(shares + (1 - (counts .> 0)))).sum()).scalar
  }

  /// The code that creates the table.
  public var description: String { "Codebook(\(codes.shape[0]), \(codes.shape[1]))" }
}

/// Returns `value`, but passes its gradient to `x` as if it were `x`: the straight-through
/// estimator (Bengio, Léonard and Courville 2013).
public func straightThrough(_ x: Tensor, _ value: Tensor) -> Tensor { x + stopGradient(value - x) }
