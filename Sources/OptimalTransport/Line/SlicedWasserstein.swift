import Tensor

/// The sliced Wasserstein distance to the power p, as a loss: the mean of W_p^p over projections
/// onto some directions (Rabin, Peyré, Delon and Bernot 2011).
///
/// Points are sorted along each direction, so a gradient flows to all of them. In one dimension and
/// with one direction, the loss is W_p^p itself.
///
/// - Parameters:
///   - x: Points, `[n, d]`, with equal weights.
///   - y: The other points, `[m, d]`; n and m may differ.
///   - directions: Unit vectors, `[k, d]`, for instance from `random.pointsOnSphere([k], dimension:
///     d)`.
///   - p: The exponent, p ≥ 1.
/// - Returns: A scalar.
public func slicedWasserstein(
  _ x: Tensor, _ y: Tensor, directions: Tensor, p: Double = 2
) -> Tensor {
  precondition(
    x.rank == 2 && y.rank == 2 && directions.rank == 2 && x.shape[1] == y.shape[1]
      && x.shape[1] == directions.shape[1] && x.shape[0] > 0 && y.shape[0] > 0,
    "slicedWasserstein: expected points [n, d] and [m, d] and directions [k, d], found \(x.shape),"
      + " \(y.shape) and \(directions.shape)")
  precondition(p >= 1, "slicedWasserstein: expected an exponent p ≥ 1, found \(p)")
  let (n, m) = (x.shape[0], y.shape[0])
  var left = directions.matmul(x, transposeRight: true).sorted()
  var right = directions.matmul(y, transposeRight: true).sorted()
  if n == m { return meanPower(left - right, p) }
  var (rows, columns, masses) = ([Int](), [Int](), [Double]())
  // Whole numbers, so that pieces that should end together do.
  forEachOrderedPart(
    Array(repeating: Double(m), count: n), Array(repeating: Double(n), count: m)
  ) { i, j, mass in
    rows.append(i)
    columns.append(j)
    masses.append(mass / Double(n * m))
  }
  left = left.gathered(at: rows, along: 1)
  right = right.gathered(at: columns, along: 1)
  let weights = Tensor(masses, shape: [masses.count], dtype: x.dtype)
  return (absolutePower(left - right, p) * weights).sum() / Double(directions.shape[0])
}

private func meanPower(_ x: Tensor, _ p: Double) -> Tensor { absolutePower(x, p).mean() }

/// |x|^p, with the gradient 0 at 0.
private func absolutePower(_ x: Tensor, _ p: Double) -> Tensor {
  p == 2 ? square(x) : p == 1 ? abs(x) : pow(abs(x), p)
}
