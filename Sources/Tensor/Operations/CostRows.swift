import CKernels

/// Costs cᵢⱼ between n sources and m targets for the solvers of optimal transport: stored, or
/// distances between points, computed one row at a time and not stored.
///
/// All in float64, without gradients.
package struct CostRows: Sendable {
  /// A distance between two points from which costs can be computed.
  package enum Distance: Sendable {
    /// |x − y|².
    case squaredEuclidean
    /// |x − y|.
    case euclidean
  }

  private enum Source: Sendable {
    case stored(Tensor)
    /// Points [n, d], others transposed, [d, m].
    case points(Tensor, Tensor, Distance)
  }

  private let source: Source
  /// The number of sources.
  package let rowCount: Int
  /// The number of targets.
  package let columnCount: Int

  /// Stored costs, `[n, m]`.
  package init(_ costs: Tensor) {
    precondition(costs.rank == 2, "CostRows: expected costs [n, m], found \(costs.shape)")
    source = .stored(stopGradient(costs).converted(to: .float64))
    (rowCount, columnCount) = (costs.shape[0], costs.shape[1])
  }

  /// Distances of the points `x`, `[n, d]`, from `y`, `[m, d]`.
  package init(from x: Tensor, to y: Tensor, _ distance: Distance) {
    precondition(
      x.rank == 2 && y.rank == 2 && x.shape[1] == y.shape[1],
      "CostRows: expected points [n, d] and [m, d], found \(x.shape) and \(y.shape)")
    source = .points(
      stopGradient(x).converted(to: .float64),
      stopGradient(y).converted(to: .float64).transposed(), distance)
    (rowCount, columnCount) = (x.shape[0], y.shape[0])
  }

  /// The costs with sources and targets exchanged, [m, n].
  package var transposed: CostRows {
    switch source {
    case .stored(let costs): CostRows(costs.transposed())
    case .points(let x, let y, let distance): CostRows(from: y.transposed(), to: x, distance)
    }
  }

  private static let loops = LoopsOfProcessor()

  /// Calls `body` with the arguments of the loops, valid only during the call.
  private func withCosts<Result>(
    _ body: (CKTransport, UnsafePointer<CKCosts>) throws -> Result
  ) rethrows -> Result {
    var costs = CKCosts()
    costs.m = columnCount
    switch source {
    case .stored(let stored):
      costs.kind = CKGroundCostStored
      return try stored.withUnsafeBytes { bytes in
        costs.costs = bytes.baseAddress?.assumingMemoryBound(to: Double.self)
        return try body(Self.loops.table, &costs)
      }
    case .points(let x, let y, let distance):
      costs.kind =
        distance == .euclidean ? CKGroundCostDistance : CKGroundCostSquaredDistance
      costs.d = x.shape[1]
      return try x.withUnsafeBytes { sources in
        try y.withUnsafeBytes { targets in
          costs.sources = sources.baseAddress?.assumingMemoryBound(to: Double.self)
          costs.targets = targets.baseAddress?.assumingMemoryBound(to: Double.self)
          return try body(Self.loops.table, &costs)
        }
      }
    }
  }
}

/// The loops for this processor, looked up once.
private struct LoopsOfProcessor: @unchecked Sendable {
  let table = ck_transport().pointee
}

// MARK: - Rows

extension CostRows {
  /// Reads single rows while the costs are kept in memory.
  package struct Reader {
    fileprivate let table: CKTransport
    fileprivate let costs: UnsafePointer<CKCosts>

    /// cᵢⱼ.
    package func cost(_ i: Int, _ j: Int) -> Double {
      var value = 0.0
      table.row(costs, i, j, j + 1, &value)
      return value
    }

    /// The least cᵢⱼ − vⱼ of row i, and the first column that has it; +∞ and column 0 if all are
    /// +∞.
    package func least(
      _ i: Int, less potentials: UnsafePointer<Double>
    ) -> (value: Double, column: Int) {
      var column = 0
      let value = table.least(costs, i, potentials, &column)
      return (value, column)
    }

    /// Writes row i.
    package func copyRow(_ i: Int, to row: UnsafeMutablePointer<Double>) {
      table.row(costs, i, 0, costs.pointee.m, row)
    }
  }

  /// Calls `body` with a reader of single rows, valid only during the call.
  package func reading<Result>(_ body: (Reader) throws -> Result) rethrows -> Result {
    try withCosts { try body(Reader(table: $0, costs: $1)) }
  }

  /// The least cᵢⱼ − vⱼ of every row, `[n]`: the c-transform of v, `[m]`.
  package func leastOfRows(less potentials: Tensor) -> Tensor {
    filled([rowCount]) { table, costs, memory, begin, end in
      potentials.withDoubles { v in
        var place = 0
        for i in begin..<end { memory[i] = table.least(costs, i, v, &place) }
      }
    }
  }

  /// All costs, `[n, m]`.
  package func dense() -> Tensor {
    if case .stored(let costs) = source { return costs }
    return filled([rowCount, columnCount]) { table, costs, memory, begin, end in
      for i in begin..<end { table.row(costs, i, 0, columnCount, memory + i * columnCount) }
    }
  }

  /// log Σⱼ exp(hⱼ − s·cᵢⱼ) of every row, `[n]`.
  ///
  /// - Parameter heights: h, `[m]`; −∞ for an excluded column.
  package func logSums(heights: Tensor, scale: Double) -> Tensor {
    filled([rowCount]) { table, costs, memory, begin, end in
      heights.withDoubles { table.log_sums(costs, $0, scale, memory, begin, end) }
    }
  }

  /// Both halves of a log-domain sweep of Sinkhorn's algorithm, in one pass with one exponential
  /// for each pair: lᵢ = log Σⱼ exp(hⱼ − s·cᵢⱼ), `[n]`, and Σᵢ aᵢ exp(hⱼ − s·cᵢⱼ − lᵢ), `[m]`.
  ///
  /// Terms of a column below the smallest normal number are 0.
  ///
  /// - Parameters:
  ///   - heights: h, `[m]`; −∞ for an excluded column.
  ///   - weights: a, `[n]`.
  package func logSweep(
    heights: Tensor, scale: Double, weights: Tensor
  ) -> (rows: Tensor, columns: Tensor) {
    summingColumns(rowCount, columnCount, rowsOfScratch: 1) { rows, columns, scratch, begin, end in
      withCosts { table, costs in
        heights.withDoubles { heights in
          weights.withDoubles { weights in
            table.log_sweep(costs, heights, scale, weights, rows, scratch, columns, begin, end)
          }
        }
      }
    }
  }

  /// exp(fᵢ + gⱼ − s·cᵢⱼ), `[n, m]`.
  package func kernel(_ f: Tensor, _ g: Tensor, scale: Double) -> Tensor {
    filled([rowCount, columnCount]) { table, costs, memory, begin, end in
      f.withDoubles { f in
        g.withDoubles { g in table.kernel(costs, f, g, scale, memory, begin, end) }
      }
    }
  }

  /// A tensor that `body` fills for ranges of rows, in parallel.
  private func filled(
    _ shape: [Int], _ name: String = #function,
    _ body: (CKTransport, UnsafePointer<CKCosts>, UnsafeMutablePointer<Double>, Int, Int) -> Void
  ) -> Tensor {
    let step = Swift.max(1, elementwiseGrain / Swift.max(1, columnCount))
    return Tensor.uninitialized(shape, .float64, name, reading: rowCount * columnCount) {
      result, _ in
      let memory = result.assumingMemoryBound(to: Double.self)
      withCosts { table, costs in
        nonisolated(unsafe) let (memory, costs) = (memory, costs)
        parallel(over: rowCount, step: step, of: .float64) { body(table, costs, memory, $0, $1) }
      }
    }
  }
}

extension Tensor {
  fileprivate func withDoubles<Result>(_ body: (UnsafePointer<Double>) -> Result) -> Result {
    precondition(dtype == .float64, "CostRows: expected potentials of float64, found \(dtype)")
    return body(UnsafePointer(pointer.assumingMemoryBound(to: Double.self)))
  }
}

// MARK: - Scalings

/// Both halves of a sweep of Sinkhorn's scaling iteration, in one pass over the kernel K, `[n, m]`:
/// uᵢ = aᵢ / Σⱼ Kᵢⱼ vⱼ and sⱼ = Σᵢ uᵢ Kᵢⱼ.
///
/// A row of weight 0 has u = 0. Float64, no gradients.
package func scaledRows(
  of kernel: Tensor, weights: Tensor, _ v: Tensor
) -> (u: Tensor, columnSums: Tensor) {
  let (n, m) = (kernel.shape[0], kernel.shape[1])
  precondition(
    weights.shape == [n] && v.shape == [m],
    "scaledRows: expected weights [\(n)] and scalings [\(m)], found \(weights.shape) and \(v.shape)"
  )
  let table = ck_transport().pointee
  let (u, columnSums) = summingColumns(n, m) { u, sums, _, begin, end in
    kernel.withDoubles { kernel in
      weights.withDoubles { weights in
        v.withDoubles { v in table.scale_rows(kernel, weights, v, u, sums, m, begin, end) }
      }
    }
  }
  return (u, columnSums)
}

/// One number for each of n rows, and a sum over the rows for each of m columns, which `body` fills
/// and adds to for ranges of rows, in parallel.
///
/// - Parameters:
///   - rowsOfScratch: The number of scratch rows of m numbers for each call.
///   - body: Receives the numbers of all rows, its own sums, its own scratch memory, and a range of
///     rows.
private func summingColumns(
  _ n: Int, _ m: Int, rowsOfScratch: Int = 0,
  _ body: (
    _ rows: UnsafeMutablePointer<Double>, _ sums: UnsafeMutablePointer<Double>,
    _ scratch: UnsafeMutablePointer<Double>, _ begin: Int, _ end: Int
  ) -> Void
) -> (rows: Tensor, columns: Tensor) {
  // Enough parts to keep their separate sums small, independent of the number of threads.
  let step = Swift.max(1, Swift.max(n / 8, 4 * elementwiseGrain / Swift.max(1, m)))
  let parts = (n + step - 1) / step
  let width = (1 + rowsOfScratch) * m
  var rows = Tensor.zeros([n], dtype: .float64)
  var sums = Tensor.zeros([parts, width], dtype: .float64)
  rows.withMutableMemory { rows in
    sums.withMutableMemory { sums in
      nonisolated(unsafe) let (rows, sums) = (
        rows.assumingMemoryBound(to: Double.self), sums.assumingMemoryBound(to: Double.self)
      )
      parallel(over: n, step: step, of: .float64) { begin, end in
        let own = sums + begin / step * width
        body(rows, own, own + m, begin, end)
      }
    }
  }
  let columns = rowsOfScratch == 0 ? sums : sums.sliced(0..<m, along: 1)
  return (rows, parts == 1 ? columns.reshaped(to: [m]) : columns.sum(along: 0))
}
