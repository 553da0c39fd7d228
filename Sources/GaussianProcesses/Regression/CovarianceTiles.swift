import Tensor

/// The covariance matrix of observations at some points, computed tile by tile.
///
/// Only one matrix of n² numbers is stored: the intermediate results of a kernel are as small as a
/// tile and stay in a processor's cache, and each tile is computed by one thread.
struct CovarianceTiles {
  private let kernel: any Kernel
  /// The points of each row of tiles.
  private let points: [Tensor]
  private let count: Int
  private static let edge = CholeskyFactor.inverseTileEdge

  init(_ kernel: any Kernel, _ x: Tensor) {
    self.kernel = kernel
    let (x, n) = (stopGradient(x), x.shape[0])
    count = n
    points = stride(from: 0, to: n, by: Self.edge).map {
      x.sliced($0..<min(n, $0 + Self.edge))
    }
  }

  /// The kernel's covariances plus `variance` on the diagonal; zeros above the diagonal tiles.
  func matrix(logarithms: Tensor, addingToDiagonal variance: Double) -> Tensor {
    let (n, edge, logarithms) = (count, Self.edge, stopGradient(logarithms))
    return Tensor([n, n], .float64) { memory in
      guard let result = memory.baseAddress?.assumingMemoryBound(to: Double.self) else { return }
      let rows = points.count
      parallel(count: rows * (rows + 1) / 2) { number in
        let (row, column) = Self.place(of: number)
        let tile = tile(row, column, logarithms)
        let (height, width) = (points[row].shape[0], points[column].shape[0])
        tile.withUnsafeBytes { bytes in
          guard let source = bytes.baseAddress?.assumingMemoryBound(to: Double.self) else { return }
          let target = result + row * edge * n + column * edge
          for i in 0..<height {
            (target + i * n).update(from: source + i * width, count: width)
            if row != column { continue }
            target[i * (n + 1)] += variance
            (target + i * n + height).update(
              repeating: 0, count: n - row * edge - height)
          }
        }
      }
    }
  }

  private func tile(_ row: Int, _ column: Int, _ logarithms: Tensor) -> Tensor {
    kernel.matrix(
      points[row], points[column], sameObservations: row == column, logarithms: logarithms)
  }

  /// The gradient of a function of the matrix K + σ² I with respect to the logarithms, and the
  /// trace of its gradient with respect to the matrix.
  ///
  /// The function is the log marginal likelihood, whose gradient with respect to the matrix is ½ (α
  /// αᵀ − (K + σ² I)⁻¹) (Rasmussen and Williams 2006, equation 5.9).
  func gradient(
    logarithms: Tensor, factor: CholeskyFactor, weights: Tensor
  ) -> (logarithms: [Double], trace: Double) {
    let (parameters, logarithms) = (logarithms.count, stopGradient(logarithms))
    let tiles = points.count * (points.count + 1) / 2
    let width = parameters + 1
    var sums = [Double](repeating: 0, count: tiles * width)
    let weights = stopGradient(weights).doubles
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      factor.forEachInverseTile { number, rows, columns, inverse in
        let isDiagonal = rows == columns
        let adjoint = Self.adjoint(rows, columns, inverse, weights)
        if isDiagonal {
          sums[number * width + parameters] = adjoint.trace().scalar
        }
        if parameters == 0 { return }
        let (row, column) = (rows.lowerBound / Self.edge, columns.lowerBound / Self.edge)
        let (_, pullback) = valueWithPullback(at: [logarithms]) { tile(row, column, $0[0]) }
        let gradient = pullback(adjoint)[0].doubles
        for index in 0..<parameters { sums[number * width + index] = gradient[index] }
      }
    }
    // In the order of the tiles, whichever thread finished first.
    var total = [Double](repeating: 0, count: width)
    for (index, sum) in sums.enumerated() { total[index % width] += sum }
    return (Array(total.dropLast()), total[parameters])
  }

  /// The gradient with respect to a tile, which also counts for its mirror image across the
  /// diagonal.
  private static func adjoint(
    _ rows: Range<Int>, _ columns: Range<Int>, _ inverse: UnsafeMutablePointer<Double>,
    _ weights: [Double]
  ) -> Tensor {
    let scale = rows == columns ? 0.5 : 1
    return Tensor([rows.count, columns.count], .float64) { memory in
      guard let result = memory.baseAddress?.assumingMemoryBound(to: Double.self) else { return }
      weights.withUnsafeBufferPointer { weights in
        for i in 0..<rows.count {
          let weight = weights[rows.lowerBound + i]
          let line = i * columns.count
          for j in 0..<columns.count {
            result[line + j] =
              scale * (weight * weights[columns.lowerBound + j] - inverse[line + j])
          }
        }
      }
    }
  }

  /// The row and column of a tile in the lower triangle, counted row by row.
  private static func place(of number: Int) -> (row: Int, column: Int) {
    var (row, column) = (0, number)
    while column > row {
      row += 1
      column -= row
    }
    return (row, column)
  }
}
