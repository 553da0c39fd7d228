import Tensor

/// The kernel exp(−c/ε) between the points of one support, as an operation on logarithms.
///
/// A grid's kernel of squared distances is a product over the axes, so it is applied axis by axis
/// (Solomon et al. 2015): s × s pixels take 2 s³ exponentials or products instead of s⁴.
struct EntropicKernel: Sendable {
  private enum Kind: Sendable {
    case dense(CostRows, transposed: CostRows, epsilon: Double)
    /// The costs along both axes divided by ε, `[h, h]` and `[w, w]`, and the kernel itself if
    /// products with it lose no digits.
    case grid(Tensor, Tensor, GridProduct?)
  }

  private let kind: Kind

  /// The number of source points.
  let sourceCount: Int
  let targetCount: Int

  /// Creates the kernel of a cost matrix `[n, m]`.
  init(_ costs: CostRows, epsilon: Double) {
    kind = .dense(costs, transposed: costs.transposed, epsilon: epsilon)
    (sourceCount, targetCount) = (costs.rowCount, costs.columnCount)
  }

  /// Creates the kernel of squared distances between the pixels of a picture whose neighbours are
  /// `spacing` apart.
  init(height: Int, width: Int, spacing: Double, epsilon: Double) {
    func axis(_ count: Int) -> Tensor {
      let places = Tensor.range(0..<count, dtype: .float64).expanded(at: 1)
      return pairwiseSquaredDistances(places, places) * (spacing * spacing / epsilon)
    }
    let (rows, columns) = (axis(height), axis(width))
    let isSafe = -(rows.max() + columns.max()).scalar > Self.lowestExponent
    kind = .grid(
      rows, columns, isSafe ? GridProduct(rows: exp(-rows), columns: exp(-columns)) : nil)
    (sourceCount, targetCount) = (height * width, height * width)
  }

  /// log Σⱼ exp(hⱼ − cᵢⱼ/ε) for each row of h, `[k, m]` to `[k, n]`.
  func logSums(_ h: Tensor) -> Tensor {
    switch kind {
    case .dense(let costs, _, let epsilon): Self.logSums(h, costs, epsilon)
    case .grid(let rows, let columns, _): Self.gridSums(h, rows, columns)
    }
  }

  /// The same with sources and targets exchanged: `[k, n]` to `[k, m]`.
  func transposedLogSums(_ h: Tensor) -> Tensor {
    switch kind {
    case .dense(_, let costs, let epsilon): Self.logSums(h, costs, epsilon)
    case .grid(let rows, let columns, _): Self.gridSums(h, rows, columns)
    }
  }

  /// log K (b / Kᵀ eᵘ) for each row, `[k, n]`: the first marginals, divided by eᵘ, of the plans
  /// whose second marginals are b.
  ///
  /// - Parameters:
  ///   - u: `[k, n]`.
  ///   - b: `[k, m]`, with the sum 1.
  func logShares(_ u: Tensor, _ b: Tensor) -> Tensor {
    guard case .grid(_, _, let product?) = kind else {
      return logSums(log(b) - transposedLogSums(u))
    }
    // Relative to the largest term, no sum is below e^lowestExponent and no quotient above its
    // inverse.
    let largest = u.max(along: 1, keepingDimensions: true)
    return log(product(b / product(exp(u - largest)))) - largest
  }

  private static func logSums(_ h: Tensor, _ costs: CostRows, _ epsilon: Double) -> Tensor {
    let m = h.shape[1]
    return Tensor.stacked(
      (0..<h.shape[0]).map { k in
        costs.logSums(heights: h.sliced(k..<k + 1).reshaped(to: [m]), scale: 1 / epsilon)
      })
  }

  /// Sums over one axis after the other.
  private static func gridSums(_ h: Tensor, _ rows: Tensor, _ columns: Tensor) -> Tensor {
    let (k, height, width) = (h.shape[0], rows.shape[0], columns.shape[0])
    let along = axisSums(h.reshaped(to: [k * height, width]), columns)
      .reshaped(to: [k, height, width]).permuted(to: [0, 2, 1])
    return axisSums(along.reshaped(to: [k * width, height]), rows)
      .reshaped(to: [k, width, height]).permuted(to: [0, 2, 1])
      .reshaped(to: [k, height * width])
  }

  /// Products with a grid's kernel, axis by axis.
  private struct GridProduct: Sendable {
    /// exp(−c/ε) along both axes, `[h, h]` and `[w, w]`, symmetric.
    let rows: Tensor
    let columns: Tensor

    /// K x for each row of x, `[k, h · w]`.
    func callAsFunction(_ x: Tensor) -> Tensor {
      let (k, height, width) = (x.shape[0], rows.shape[0], columns.shape[0])
      let along = x.reshaped(to: [k * height, width]).matmul(columns)
      return rows.matmul(along.reshaped(to: [k, height, width])).reshaped(to: x.shape)
    }
  }

  /// Below this exponent, products with e^exponent lose digits to underflow.
  private static let lowestExponent = -600.0

  /// log Σₗ exp(hₗ − dⱼₗ) of each row, by a matrix product if nothing underflows.
  ///
  /// The terms of a row are relative to its largest one; no sum is below e^−max d of it.
  private static func axisSums(_ h: Tensor, _ costs: Tensor) -> Tensor {
    if -costs.max().scalar > lowestExponent {
      let largest = h.max(along: 1, keepingDimensions: true)
      let shift = select(isFinite(largest), largest, Tensor(0, dtype: .float64))
      return log(exp(h - shift).matmul(exp(-costs))) + shift
    }
    let (count, size) = (h.shape[0], costs.shape[0])
    // A block of rows at a time, to save memory.
    let step = max(1, 65_536 / (size * size))
    let blocks = stride(from: 0, to: count, by: step).map { start in
      (h.sliced(start..<min(count, start + step)).expanded(at: 1) - costs).logSumExp(along: 2)
    }
    return Tensor.concatenated(blocks)
  }
}
