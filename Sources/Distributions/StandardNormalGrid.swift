import Tensor

/// A square grid of points in the plane that represent equal shares of the standard normal
/// distribution.
///
/// Along each axis, the coordinates are the quantiles at (i + ½) / `side` (Kingma and Welling 2014,
/// appendix A).
///
/// - Returns: `[side · side, 2]`, row by row; the first coordinate increases to the right, the
///   second one upwards.
public func standardNormalGrid(side: Int, dtype: DType = .float32) -> Tensor {
  let quantiles = (0..<side).map { normalQuantile((Double($0) + 0.5) / Double(side)) }
  return Tensor(
    quantiles.reversed().flatMap { y in quantiles.map { x in [x, y] } }, dtype: dtype)
}
