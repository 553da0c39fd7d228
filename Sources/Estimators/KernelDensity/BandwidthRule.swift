import Tensor

/// The rule that chooses the bandwidths of a kernel density.
///
/// Every rule scales with the data: if the data changes its units, so do the bandwidths. (In some
/// libraries, a rule's name stands for its factor alone, without the data's standard deviation.)
public enum BandwidthRule: Sendable, Equatable {
  /// n^(−1/(d + 4)) times each column's standard deviation (Scott 1992).
  case scott
  /// (n (d + 2) / 4)^(−1/(d + 4)) times each column's standard deviation (Silverman 1986).
  case silverman
  /// The multiple of the columns' standard deviations that maximises the leave-one-out likelihood
  /// (Habbema, Hermans and van den Broek 1974). It tries about 40 multiples, and each costs O(n²).
  case crossValidated
  /// The same bandwidth for every coordinate, in the data's units.
  case fixed(Double)
}

extension KernelDensity {
  /// Estimates a density from points, with bandwidths that a rule chooses.
  ///
  /// The rules use variances divided by n − 1. With weights, n is their sum, so a point of weight 2
  /// is the same as two points. (SciPy treats weights as reliabilities and uses Kish's effective
  /// sample size for n.)
  ///
  /// - Parameters:
  ///   - points: `[n, d]`, or `[n]` for numbers.
  ///   - rule: The rule that chooses the bandwidths.
  ///   - kernel: The kernel.
  ///   - weights: How often each point counts, `[n]`, 0 or more.
  /// - Throws: ``EstimationError`` for fewer than two points or a total weight of at most 1, for
  ///   numbers that are not finite, for a column with a single value and, with cross-validation,
  ///   for values that repeat so often that no bandwidth is best.
  public init(
    fitting points: Tensor, bandwidth rule: BandwidthRule = .scott,
    kernel: DensityKernel = .gaussian, weights: Tensor? = nil
  ) throws {
    if case .fixed(let bandwidth) = rule {
      try self.init(points: points, bandwidths: [bandwidth], kernel: kernel, weights: weights)
      return
    }
    let rows = try Rows(points, weights: weights, atLeast: 2, "kernel density")
    let spread = try Spread(rows)
    switch rule {
    case .silverman: self.init(rows, spread.scaled(by: spread.silvermanFactor), kernel)
    case .crossValidated:
      let factor = try Self.bestFactor(rows, spread, kernel)
      self.init(rows, spread.scaled(by: factor), kernel)
    case .scott, .fixed: self.init(rows, spread.scaled(by: spread.scottFactor), kernel)
    }
  }

  /// The factor with the largest leave-one-out likelihood: the best point of a grid that has a
  /// lower neighbour on either side, refined between these neighbours by golden-section search.
  private static func bestFactor(
    _ rows: Rows, _ spread: Spread, _ kernel: DensityKernel
  ) throws -> Double {
    func likelihood(_ logFactor: Double) -> Double {
      let bandwidths = spread.scaled(by: exp(logFactor))
      return KernelDensity(rows, bandwidths, kernel).leaveOneOutLogLikelihood
    }
    let (centre, step) = (log(spread.scottFactor), 0.25)
    let grid = (-14...8).map { centre + step * Double($0) }
    let values = grid.map(likelihood)
    let peaks = grid.indices.dropFirst().dropLast().filter {
      values[$0] > -.infinity && values[$0] >= values[$0 - 1] && values[$0] >= values[$0 + 1]
    }
    guard let best = peaks.max(by: { values[$0] < values[$1] }) else {
      throw EstimationError.noBandwidth(operation: rows.operation)
    }
    var (low, high) = (grid[best - 1], grid[best + 1])
    let ratio = 0.6180339887498949
    var (a, b) = (high - ratio * (high - low), low + ratio * (high - low))
    var (left, right) = (likelihood(a), likelihood(b))
    while high - low > 1e-4 {
      if left < right {
        (low, a, left) = (a, b, right)
        b = low + ratio * (high - low)
        right = likelihood(b)
      } else {
        (high, b, right) = (b, a, left)
        a = high - ratio * (high - low)
        left = likelihood(a)
      }
    }
    return exp(0.5 * (low + high))
  }
}

/// The columns' standard deviations and the number of points behind them.
private struct Spread {
  let deviations: [Double]
  let count: Double

  init(_ rows: Rows) throws {
    if let column = rows.counted.constantColumn {
      throw EstimationError.zeroVariance(operation: rows.operation, column: column)
    }
    // A row's share of the total.
    let part = rows.isWeighted ? 1 / rows.totalWeight : square(rows.shares).sum().scalar
    guard part < 1 else {
      throw EstimationError.tooLittleWeight(operation: rows.operation, sum: rows.totalWeight)
    }
    count = 1 / part
    deviations = sqrt(rows.variance / (1 - part)).doubles
    if let column = deviations.firstIndex(of: 0) {
      throw EstimationError.zeroVariance(operation: rows.operation, column: column)
    }
  }

  private var exponent: Double { -1 / Double(deviations.count + 4) }
  var scottFactor: Double { exp(exponent * log(count)) }
  var silvermanFactor: Double {
    exp(exponent * log(count * Double(deviations.count + 2) / 4))
  }

  func scaled(by factor: Double) -> [Double] { deviations.map { factor * $0 } }
}
