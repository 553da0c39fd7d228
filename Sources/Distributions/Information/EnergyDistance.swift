import Tensor

/// The energy distance 2 E‖x − y‖ − E‖x − x′‖ − E‖y − y′‖ of two distributions, estimated from a
/// sample of each (Székely and Rizzo 2013, "Energy statistics", equation 2).
///
/// It is 0 if and only if the distributions are equal. The estimate is unbiased: its means are over
/// pairs of distinct points, so it can be negative if the distributions are alike. Every point
/// counts, in n·m + n²/2 + m²/2 distances, in float64, without an array of all distances.
///
/// ```swift
/// let x = Tensor([[0], [1]]), y = Tensor([[2], [4]])
/// energyDistance(x, y).scalar   // 2 · 2.5 − 1 − 2 = 2
/// ```
///
/// Gradients flow to both samples; equal points contribute nothing. On a tape, all distances are
/// stored.
///
/// - Parameters:
///   - x: A sample, `[n, d]`, n ≥ 2.
///   - y: A sample of the other distribution, `[m, d]`, m ≥ 2.
/// - Returns: A scalar in the data's units, of x's type.
public func energyDistance(_ x: Tensor, _ y: Tensor) -> Tensor {
  let samples = PairwiseSums.samples(x, y, "energyDistance")
  let difference = PairwiseSums.unbiasedDifference(samples.x, samples.y, valueAtZero: 0) {
    PairwiseSums.distance($0)
  }
  return difference.converted(to: x.dtype)
}
