import CKernels
import Glibc

/// The packed factors of float64 matrices by Gaussian elimination with partial pivoting, blocked so
/// that most work is in matrix products.
struct LUBlocks: Sendable {
  /// The sizes of the matrices.
  let stack: MatrixStack
  /// U, with L below its diagonal.
  let packed: Tensor
  /// The row that each row was exchanged with, in order, n numbers for each matrix.
  private let exchanges: [Int]
  private var n: Int { stack.rows }

  /// The smallest order at which the threads share one matrix.
  private static let leastShared = 256
  /// The number of columns eliminated at once.
  private static let block = 64
  /// The number of columns that a thread updates at once.
  private static let strip = 128

  init(_ a: Tensor, _ stack: MatrixStack) {
    self.stack = stack
    let n = stack.rows
    var packed = a.untracked
    var exchanges = [Int](repeating: 0, count: stack.count * n)
    packed.change("lu", reading: 0, arithmetic: stack.count * n * n * n * 2 / 3) { memory in
      let matrices = memory.assumingMemoryBound(to: Double.self)
      exchanges.withUnsafeMutableBufferPointer { exchanges in
        guard let exchanges = exchanges.baseAddress else { return }
        if n >= Self.leastShared {
          for i in 0..<stack.count {
            Self.factorShared(matrices + i * n * n, n, exchanges + i * n)
          }
          return
        }
        let step = MatrixStack.grain(operations: n * n * n)
        parallel(over: stack.count, step: step, of: .float64) { begin, end in
          withFactorScratch(n, columns: n) { scratch in
            for i in begin..<end {
              DType.factors.lu(matrices + i * n * n, n, n, n, exchanges + i * n, scratch)
            }
          }
        }
      }
    }
    (self.packed, self.exchanges) = (packed, exchanges)
  }

  /// Factors one matrix in place, on all threads.
  private static func factorShared(
    _ a: UnsafeMutablePointer<Double>, _ n: Int, _ exchanges: UnsafeMutablePointer<Int>
  ) {
    let factors = DType.factors
    for begin in stride(from: 0, to: n, by: block) {
      let end = min(begin + block, n)
      let (width, corner) = (end - begin, a + begin * (n + 1))
      let own = exchanges + begin
      withFactorScratch(n, columns: width) { factors.lu(corner, n, n - begin, width, own, $0) }
      // The columns left of the block, whose rows are exchanged too, and those right of it.
      let strips = columnStrips(0..<begin) + columnStrips(end..<n)
      parallel(count: strips.count) { number in
        let columns = strips[number]
        let top = a + begin * n + columns.lowerBound
        factors.exchange_rows(top, n, columns.count, own, width, false)
        if columns.lowerBound < begin { return }
        withFactorScratch(width, columns: columns.count) { scratch in
          factors.solve(corner, n, 1, true, true, top, n, width, columns.count, scratch)
          DType.float64.product.subtract(
            corner + width * n, n, 1, top, n, 1, top + width * n, n, n - end, columns.count, width,
            scratch)
        }
      }
      for i in 0..<width { own[i] += begin }
    }
  }

  private static func columnStrips(_ range: Range<Int>) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: strip).map {
      $0..<min(range.upperBound, $0 + strip)
    }
  }

  // MARK: Use

  /// The solution X of A X = B or Aᵀ X = B, for B `[…, n, m]`.
  ///
  /// Since A = Pᵀ L U, the rows of B are permuted first or, for Aᵀ, the rows of X at the end.
  func solution(_ b: Tensor, transposed: Bool) -> Tensor {
    let sides = MatrixStack(b, "solve")
    let m = sides.columns
    var x = b.untracked
    let lower = TriangularSolve(isTransposed: transposed, hasUnitDiagonal: true)
    let upper = TriangularSolve(triangle: .upper, isTransposed: transposed)
    let factors = packed.float64Pointer
    x.change("solve", reading: packed.count, arithmetic: 2 * stack.count * n * n * m) { memory in
      let solutions = memory.assumingMemoryBound(to: Double.self)
      ColumnStrips(sides).forEach { matrix, columns in
        let part = solutions + matrix * n * m + columns.lowerBound
        exchanges.withUnsafeBufferPointer { exchanges in
          guard let own = exchanges.baseAddress.map({ $0 + matrix * n }) else { return }
          let exchange = DType.factors.exchange_rows
          if !transposed { exchange(part, m, columns.count, own, n, false) }
          withFactorScratch(n, columns: columns.count) { scratch in
            for solve in transposed ? [upper, lower] : [lower, upper] {
              solve.solve(
                factors + matrix * n * n, part, rowLength: m, size: n, columns: columns.count,
                scratch)
            }
          }
          if transposed { exchange(part, m, columns.count, own, n, true) }
        }
      }
    }
    return x
  }

  /// The position of the first zero on the diagonal of U.
  var firstZeroPivot: (matrix: Int, pivot: Int)? {
    pivots.firstIndex(of: 0).map { $0.quotientAndRemainder(dividingBy: n) }
      .map { ($0.quotient, $0.remainder) }
  }

  /// For each i, the row of a matrix that became row i.
  func permutation(of matrix: Int) -> [Int] {
    var rows = Array(0..<n)
    for i in 0..<n { rows.swapAt(i, exchanges[matrix * n + i]) }
    return rows
  }

  /// The determinants of the stack's matrices.
  var determinants: Tensor {
    let pivots = pivots
    let values = (0..<stack.count).map { matrix in
      var (significand, exponent) = (sign(ofExchangesIn: matrix), 0)
      for pivot in pivots[matrix * n..<(matrix + 1) * n] {
        significand *= pivot
        if significand == 0 { return 0.0 }
        exponent += Int(significand.exponent)
        significand =
          significand.sign == .minus ? -significand.significand : significand.significand
      }
      return scalbln(significand, exponent)
    }
    return Tensor(values, shape: stack.leading, dtype: .float64)
  }

  /// The determinants' signs and the logarithms of their absolute values.
  var signsAndLogarithms: (sign: Tensor, logarithm: Tensor) {
    let pivots = pivots
    var (signs, logarithms) = ([Double](), [Double]())
    for matrix in 0..<stack.count {
      let own = pivots[matrix * n..<(matrix + 1) * n]
      let sign = own.reduce(sign(ofExchangesIn: matrix)) { $1 == 0 ? 0 : $1 < 0 ? -$0 : $0 }
      signs.append(sign)
      logarithms.append(own.reduce(0) { $0 + Glibc.log(Swift.abs($1)) })
    }
    return (
      Tensor(signs, shape: stack.leading, dtype: .float64),
      Tensor(logarithms, shape: stack.leading, dtype: .float64)
    )
  }

  private var pivots: [Double] { packed.diagonal().doubles }

  private func sign(ofExchangesIn matrix: Int) -> Double {
    (0..<n).reduce(1) { exchanges[matrix * n + $1] == $1 ? $0 : -$0 }
  }
}
