import CKernels

extension Tensor {
  /// The matrix product, of matrices or of stacks of matrices.
  ///
  /// `[m, k] · [k, n]` gives `[m, n]`; `[…, m, k] · […, k, n]` gives `[…, m, n]`, where the leading
  /// axes broadcast as NumPy's do, and the gradients are summed over repeated axes. Operands with a
  /// single axis are not accepted: write a vector as a row or a column.
  ///
  /// - Parameters:
  ///   - other: The right factor.
  ///   - transposeLeft: Whether this tensor is stored transposed, `[k, m]`.
  ///   - transposeRight: Whether `other` is stored transposed, `[n, k]`.
  public func matmul(
    _ other: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false
  ) -> Tensor {
    let isStack = rank == 3 && other.rank == 3 && shape[0] == other.shape[0] && shape[0] != 1
    if rank >= 2 && other.rank >= 2 && (rank > 2 || other.rank > 2) && !isStack {
      return stackedProduct(
        other, transposeLeft: transposeLeft, transposeRight: transposeRight)
    }
    let factors = Factors(
      left: self, right: other, transposeLeft: transposeLeft, transposeRight: transposeRight)
    return factors.product().tracked(
      from: self, TrackedInput(self, factorsOfGradient: factors.ofLeftGradient),
      other, TrackedInput(other, factorsOfGradient: factors.ofRightGradient))
  }
}

/// x·W + b, in one pass: `[…, inputs] · [inputs, outputs] + [outputs]`, with one leading axis or more.
public func affine(_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor {
  affine(x, weight, bias, rectifier: .none)
}

/// x·W + b and a rectifier, in one pass.
package func affine(_ x: Tensor, _ weight: Tensor, _ bias: Tensor, rectifier: Rectifier) -> Tensor {
  if x.rank > 2 {
    // The rows of all leading axes form one matrix.
    precondition(
      weight.rank == 2 && x.shape.last == weight.shape[0],
      "affine: shapes \(x.shape) and \(weight.shape) do not multiply")
    let leading = Array(x.shape.dropLast())
    let rows = x.reshaped(to: [leading.elementCount(for: "affine"), weight.shape[0]])
    return affine(rows, weight, bias, rectifier: rectifier).reshaped(
      to: leading + [weight.shape[1]])
  }
  let factors = Factors(left: x, right: weight)
  let size = ProductSize(factors, "affine")
  precondition(
    bias.shape == [size.n] && size.batch == nil && bias.dtype == x.dtype,
    "affine: expected a bias of shape [\(size.n)] for weight \(weight.shape), found"
      + " \(bias.dtype)\(bias.shape)")
  let value = Tensor.uninitialized(
    [size.m, size.n], x.dtype, reading: x.count + weight.count, arithmetic: size.arithmetic
  ) { result, _ in
    size.run(
      x.pointer, weight.pointer, result, x.dtype, bias: bias.pointer, rectifier: rectifier.forward)
  }
  let columnSums = ColumnSums(for: bias)
  return value.tracked(
    from: [
      TrackedInput(x, factorsOfGradient: factors.ofLeftGradient),
      TrackedInput(
        weight,
        direct: { dy, destination in
          factors.ofRightGradient(dy).product(
            to: &destination, columnSums: columnSums.begin(of: dy))
        },
        pullback: { _, dy in x.matmul(dy, transposeLeft: true) }),
      columnSums.edge(of: bias),
    ], rectifiedBy: rectifier)
}

/// The gradient of a bias that an operation adds to rows: the sums of dy's columns.
///
/// The product that computes the weights' gradient reads dy and sums its columns on the way, for the
/// bias' edge, which comes after it.
final class ColumnSums {
  private let isWanted: Bool
  private let sums = PassedOn<Tensor>()

  init(for bias: Tensor) { isWanted = bias.isBeingRecorded }

  /// The sums for the product to write, or nil if the bias needs no gradient.
  func begin(of dy: Tensor) -> Tensor? {
    guard isWanted else { return nil }
    return sums.leave(Tensor.uninitialized([dy.shape[1]], dy.dtype), for: dy)
  }

  /// The bias' edge.
  func edge(of bias: Tensor) -> TrackedInput {
    TrackedInput(
      bias,
      direct: { [sums] dy, destination in
        destination.receive(sums.take(for: dy) ?? dy.sum(along: 0))
      },
      pullback: { _, dy in dy.sum(along: 0) })
  }
}

/// The two factors of a product, as they are stored.
///
/// A class, because the pullbacks share them: a small product would spend more time counting the
/// references of copies than multiplying.
private final class Factors {
  let left: Tensor
  let right: Tensor
  let transposeLeft: Bool
  let transposeRight: Bool

  init(left: Tensor, right: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false) {
    (self.left, self.right) = (left, right)
    (self.transposeLeft, self.transposeRight) = (transposeLeft, transposeRight)
  }

  // C = A·B: dA = dC·Bᵀ and dB = Aᵀ·dC, each in the layout in which its factor is stored.

  func ofLeftGradient(_ dy: Tensor) -> Factors {
    transposeLeft
      ? Factors(left: right, right: dy, transposeLeft: transposeRight, transposeRight: true)
      : Factors(left: dy, right: right, transposeRight: !transposeRight)
  }

  func ofRightGradient(_ dy: Tensor) -> Factors {
    transposeRight
      ? Factors(left: dy, right: left, transposeLeft: true, transposeRight: transposeLeft)
      : Factors(left: left, right: dy, transposeLeft: !transposeLeft)
  }

  /// The product, without recording it on a tape.
  func product() -> Tensor {
    var destination = GradientDestination.empty
    return product(to: &destination)
  }

  /// The product, without recording it on a tape, added to its destination's contents or taken back
  /// through a rectifier.
  ///
  /// - Parameter columnSums: Receives the sums of the right factor's columns, if that is not
  ///   transposed.
  func product(to destination: inout GradientDestination, columnSums: Tensor? = nil) -> Tensor {
    let size = ProductSize(self, "matmul")
    let (dtype, reading) = (left.dtype, left.count + right.count)
    func run(_ c: UnsafeMutableRawPointer, accumulates: Bool, _ rectifier: CKRectifier) {
      size.run(
        left.pointer, right.pointer, c, dtype, accumulates: accumulates, rectifier: rectifier,
        columnSums: columnSums?.pointer)
    }
    if var sum = destination.takeSum() {
      sum.change("matmul", reading: reading, arithmetic: size.arithmetic) { result in
        run(result, accumulates: true, .none)
      }
      return sum
    }
    if var place = destination.takePlace(size.shape, dtype) {
      place.change("matmul", reading: reading, arithmetic: size.arithmetic) { result in
        run(result, accumulates: false, .none)
      }
      return place
    }
    return destination.receive { rectifier in
      Tensor.uninitialized(
        size.shape, dtype, "matmul", reading: reading, arithmetic: size.arithmetic
      ) { result, _ in run(result, accumulates: false, rectifier) }
    }
  }
}

extension TrackedInput {
  /// A factor of a product, whose gradient is a product too.
  fileprivate init(_ input: Tensor, factorsOfGradient: @escaping (_ dy: Tensor) -> Factors) {
    self.init(
      input, direct: { dy, destination in factorsOfGradient(dy).product(to: &destination) },
      pullback: { _, dy in
        let factors = factorsOfGradient(dy)
        return factors.left.matmul(
          factors.right, transposeLeft: factors.transposeLeft,
          transposeRight: factors.transposeRight)
      })
  }
}

/// The sizes of one matrix product or of a stack of them, and how the work is split.
private struct ProductSize {
  let batch: Int?
  let m: Int
  let n: Int
  let k: Int
  let transposeLeft: Bool
  let transposeRight: Bool

  init(_ factors: Factors, _ name: String) {
    let (a, b) = (factors.left, factors.right)
    transposeLeft = factors.transposeLeft
    transposeRight = factors.transposeRight
    let rank = a.rank
    precondition(
      a.dtype == b.dtype && rank == b.rank && (rank == 2 || rank == 3),
      "\(name): expected two matrices or two stacks of one element type, found"
        + " \(a.dtype)\(a.shape) and \(b.dtype)\(b.shape)")
    let (left, right) = (
      (rows: a.shape[rank - 2], columns: a.shape[rank - 1]),
      (rows: b.shape[rank - 2], columns: b.shape[rank - 1])
    )
    batch = rank == 3 ? a.shape[0] : nil
    m = transposeLeft ? left.columns : left.rows
    k = transposeLeft ? left.rows : left.columns
    n = transposeRight ? right.rows : right.columns
    let inner = transposeRight ? right.columns : right.rows
    precondition(
      k == inner && (rank == 2 || a.shape[0] == b.shape[0]),
      "\(name): shapes \(a.shape)\(transposeLeft ? "ᵀ" : "") and"
        + " \(b.shape)\(transposeRight ? "ᵀ" : "") do not multiply")
  }

  /// The number of multiplications and additions.
  ///
  /// The factors' sizes are multiplied first: if k is 0, m · n may overflow 64 bits.
  var arithmetic: Int { 2 * (batch ?? 1) * k * m * n }

  var shape: [Int] { batch.map { [$0, m, n] } ?? [m, n] }

  /// Computes the product, adds to each row the row `bias` if there is one, or adds the product to
  /// the result, and applies the rectifier.
  func run(
    _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer, _ c: UnsafeMutableRawPointer,
    _ dtype: DType, bias: UnsafeMutableRawPointer? = nil, accumulates: Bool = false,
    rectifier: CKRectifier = .none, columnSums: UnsafeMutableRawPointer? = nil
  ) {
    let width = dtype.byteCount
    let whole = MatrixBlock(
      a: a, b: b, bias: bias, c: c, m: m, n: n, k: k, transposeLeft: transposeLeft,
      transposeRight: transposeRight,
      rowLengths: (transposeLeft ? m : k, transposeRight ? k : n, n), dtype: dtype,
      accumulates: accumulates, rectifier: rectifier,
      columnSums: CKColumnSums(sums: columnSums, block: Tensor.sumBlockLength(inner: n)))
    if m == 0 || n == 0 || batch == 0 { return whole.sumColumns() }
    if let batch {
      parallel(count: batch, of: dtype) { i in
        var block = whole
        block.a += i * m * k * width
        block.b += i * k * n * width
        block.c += i * m * n * width
        block.rectifier = rectifier.advanced(by: i * m * n * width)
        block.multiply(work: 2 * m * n * k)
      }
      return
    }
    if Self.pieceCount(work: work) == 1 {
      parallel(count: 1, of: dtype) { _ in whole.multiply(work: 2 * m * n * k) }
      return
    }
    let isTiled = dtype == .float64 && work >= ProductTiles.leastWork
    let blocks =
      isTiled
      ? ProductTiles(m: m, n: n, rowUnit: Self.rowUnit, columnUnit: Self.columnUnit).blocks : blocks
    parallel(count: blocks.count, of: dtype) {
      whole.part(blocks[$0].rows, blocks[$0].columns).multiply(work: 2 * m * n * k)
    }
  }

  /// The blocks of the result that are single-threaded products.
  ///
  /// They are cut along its longer side: this is faster than the library's own threads, and the
  /// bits do not depend on the number of threads.
  private var blocks: [(rows: Range<Int>, columns: Range<Int>)] {
    let side = max(m, n)
    let unit = m > n ? Self.rowUnit : Self.columnUnit
    let units = (side + unit - 1) / unit
    let pieces = min(units, Self.pieceCount(work: work))
    // One leftover unit is shared by cutting its rows: otherwise, of 400 columns, one of two
    // threads would get 208.
    let sharesLast = m <= n && pieces > 1 && units % pieces == 1
    let even = sharesLast ? units - 1 : units
    var blocks: [(rows: Range<Int>, columns: Range<Int>)] = []
    blocks.reserveCapacity(3 * pieces)
    for piece in 0..<pieces {
      let (begin, end) = (even * piece / pieces, even * (piece + 1) / pieces)
      // The end of a large piece is a separate block, which another thread can take over: on a
      // shared machine a thread may temporarily be half as fast as the others.
      let tail = work < Self.leastWorkWithTail ? 0 : (end - begin + 8) / 16 * 2
      for range in [begin..<end - tail, end - tail..<end] where !range.isEmpty {
        let range = range.lowerBound * unit..<min(side, range.upperBound * unit)
        blocks.append(m > n ? (range, 0..<n) : (0..<m, range))
      }
      let rows = m * piece / pieces..<m * (piece + 1) / pieces
      if sharesLast && !rows.isEmpty { blocks.append((rows, even * unit..<n)) }
    }
    return blocks
  }

  /// The number of operations that determines the number of pieces: a thin product takes the time
  /// of reading its factors or writing its result.
  private var work: Int { 2 * max(m, Self.thin) * max(n, Self.thin) * max(k, Self.thin) }

  /// Pieces of rows begin at multiples of this.
  private static let rowUnit = 4
  /// Pieces of columns begin at multiples of this, the width of the widest vector.
  private static let columnUnit = 16

  /// A side shorter than this takes as long as this.
  private static let thin = 8

  /// The number of floating-point operations from which a product's pieces have tails.
  private static let leastWorkWithTail = 60_000_000

  /// The number of pieces that a product of `work` floating-point operations is cut into.
  private static func pieceCount(work: Int) -> Int {
    work < 400_000 ? 1 : max(2, min(16, work / 128_000_000))
  }
}
