import Tensor

/// A square grid of points in the plane that stand for equal shares of the standard normal
/// distribution.
///
/// Along each axis the coordinates are its quantiles at (i + ½) / `side` (Kingma and Welling 2014,
/// appendix A).
///
/// - Returns: `[side · side, 2]`, row after row; the first coordinate grows to the right, the second
///   one upwards.
public func standardNormalGrid(side: Int, dtype: DType = .float32) -> Tensor {
  let quantiles = (0..<side).map { normalQuantile((Double($0) + 0.5) / Double(side)) }
  return Tensor(
    quantiles.reversed().flatMap { y in quantiles.map { x in [x, y] } }, dtype: dtype)
}

/// The number below which the standard normal distribution has the given probability.
///
/// By bisection of the distribution function to double precision: it is called a few dozen times.
func normalQuantile(_ probability: Double) -> Double {
  var (lower, upper) = (-9.0, 9.0)
  for _ in 0..<60 {
    let middle = (lower + upper) / 2
    let below = 0.5 + 0.5 * erf(Tensor(middle / 2.0.squareRoot(), dtype: .float64)).scalar
    if below < probability { lower = middle } else { upper = middle }
  }
  return (lower + upper) / 2
}
