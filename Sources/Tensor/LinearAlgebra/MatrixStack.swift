import CKernels

/// The sizes of a matrix or of a stack of matrices, `[…, rows, columns]`.
struct MatrixStack {
  /// The sizes along the axes before the last two.
  let leading: [Int]
  let rows: Int
  let columns: Int

  /// Reads the sizes of a tensor of two dimensions or more; any other tensor stops the program.
  init(_ x: Tensor, _ operation: String) {
    precondition(
      x.rank >= 2,
      "\(operation): expected a matrix [m, n] or a stack […, m, n], found \(x.dtype)\(x.shape)")
    leading = Array(x.shape.dropLast(2))
    rows = x.shape[x.rank - 2]
    columns = x.shape[x.rank - 1]
  }

  /// Reads the sizes of square matrices; others stop the program.
  init(square x: Tensor, _ operation: String) {
    precondition(
      x.rank >= 2 && x.shape[x.rank - 2] == x.shape[x.rank - 1],
      "\(operation): expected a matrix [n, n] or a stack […, n, n], found \(x.dtype)\(x.shape)")
    self.init(x, operation)
  }

  /// The number of matrices.
  var count: Int { leading.reduce(1, *) }
  /// The number of elements of a matrix.
  var size: Int { rows * columns }

  /// The index along the leading axes of a matrix, counted in row-major order.
  func index(of matrix: Int) -> [Int] {
    var rest = matrix
    return leading.reversed().map { size in
      defer { rest /= size }
      return rest % size
    }.reversed()
  }

  /// The index of the first matrix of `x` with an element that is not finite.
  func firstNotFinite(in x: Tensor) -> [Int]? {
    if x.isFinite { return nil }
    let check = x.dtype.kernels.pointee.all_finite
    let first = (0..<count).first { !check(x.pointer, $0 * size, ($0 + 1) * size) }
    return first.map(index(of:))
  }

  /// The number of matrices that make a call worthwhile, if one takes `operations` operations.
  static func grain(operations: Int) -> Int { max(1, 100_000 / max(1, operations)) }
}

/// The right-hand sides of A X = B, arranged to the leading axes of A, and the reverse arrangement.
struct RightHandSide {
  /// B in float64, `[…, n, m]` with A's leading axes.
  let matrices: Tensor
  private let shape: [Int]
  private let leading: [Int]
  private let dtype: DType
  private let isVector: Bool
  private let isFolded: Bool

  /// Arranges `b`: vectors `[…, n]` of one dimension less than A and with its leading axes; or
  /// matrices `[…, n, m]`, whose leading axes are repeated to match A's, or are arbitrary for a
  /// single A.
  init(_ b: Tensor, for a: MatrixStack, _ matrixType: DType, size n: Int, _ operation: String) {
    (shape, dtype) = (b.shape, b.dtype)
    isVector = b.rank == a.leading.count + 1
    leading = Array(b.shape.dropLast(2))
    let common = Broadcast.shape(leading, a.leading)
    let fits =
      isVector
      ? b.shape == a.leading + [n]
      : b.rank >= 2 && b.shape[b.rank - 2] == n && (a.leading.isEmpty || common == a.leading)
    precondition(
      fits && b.dtype == matrixType,
      "\(operation): expected right-hand sides \(matrixType)\(Self.text(a, n)) for a matrix of shape"
        + " \(a.leading + [a.rows, a.columns]), found \(b.dtype)\(b.shape)")
    let wide = b.converted(to: .float64)
    isFolded = !isVector && a.leading.isEmpty && !leading.isEmpty
    if isVector {
      matrices = wide.expanded(at: -1)
    } else if isFolded {
      // The right-hand sides of all matrices side by side.
      let axes = Array(leading.indices)
      matrices = wide.permuted(to: [leading.count] + axes + [leading.count + 1])
        .reshaped(to: [n, leading.reduce(1, *) * shape[shape.count - 1]])
    } else {
      matrices = wide.broadcast(to: a.leading + [n, b.shape[b.rank - 1]])
    }
  }

  /// A solution, `[…, k, m]`, in the shape and the type that `b` had.
  func restored(_ x: Tensor) -> Tensor {
    let narrow = x.converted(to: dtype)
    if isVector { return narrow.squeezed(at: -1) }
    guard isFolded else { return narrow }
    let axes = Array(1...leading.count)
    return narrow.reshaped(to: [x.shape[0]] + leading + [shape[shape.count - 1]])
      .permuted(to: axes + [0, leading.count + 1])
  }

  private static func text(_ a: MatrixStack, _ n: Int) -> String {
    let sizes = (a.leading.map(String.init) + ["\(n)"]).joined(separator: ", ")
    return "[\(sizes)] or [\(sizes), m]"
  }
}

/// The product of matrices, or of stacks of them with the same leading axes.
func product(
  _ a: Tensor, _ b: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false
) -> Tensor {
  let leading = Array(a.shape.dropLast(2))
  func flat(_ x: Tensor) -> Tensor {
    leading.count < 2
      ? x : x.reshaped(to: [leading.reduce(1, *)] + Array(x.shape.suffix(2)))
  }
  let result = flat(a).matmul(
    flat(b), transposeLeft: transposeLeft, transposeRight: transposeRight)
  return leading.count < 2 ? result : result.reshaped(to: leading + Array(result.shape.suffix(2)))
}

/// The symmetric part of square matrices, ½ (A + Aᵀ).
func symmetricPart(_ a: Tensor) -> Tensor { 0.5 * (a + a.transposed()) }

/// Calls `body` with scratch memory for solves and factorisations of n × n elements and `columns`
/// columns.
func withFactorScratch(
  _ n: Int, columns: Int = 0, _ body: (UnsafeMutablePointer<Double>) -> Void
) {
  let byteCount = DType.factors.scratch_count(n, columns) * DType.float64.byteCount
  let scratch = BufferPool.shared.take(byteCount: byteCount)
  defer { BufferPool.shared.giveBack(scratch, byteCount: byteCount) }
  body(scratch.assumingMemoryBound(to: Double.self))
}

extension Tensor {
  /// The memory of a float64 tensor's elements, to be read or, in a newly created tensor, written.
  var float64Pointer: UnsafeMutablePointer<Double> {
    precondition(dtype == .float64, "expected float64, found \(dtype)")
    return pointer.assumingMemoryBound(to: Double.self)
  }
}
