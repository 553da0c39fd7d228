import Tensor

/// Evenly spaced places that extend the range of the numbers by a tenth on either side, and at any
/// rate far enough apart to be distinct numbers.
func evenPlaces(over values: [Double], count: Int = 201) -> [Double] {
  let (lowest, highest) = (values.min() ?? 0, values.max() ?? 1)
  let range = highest - lowest
  let margin =
    range > 1e-290
    ? max(0.1 * range, 1e-9 * max(abs(lowest), abs(highest))) : 0.1 * max(1, abs(lowest))
  let limit = 0.25 * Double.greatestFiniteMagnitude
  let (start, end) = (max(lowest - margin, -limit), min(highest + margin, limit))
  let step = (end - start) / Double(count - 1)
  return (0..<count).map { start + step * Double($0) }
}

/// All pairs of two lists of places, the first varying fastest, `[x.count * y.count, 2]`.
func planePoints(_ x: [Double], _ y: [Double]) -> Tensor {
  let pairs = y.flatMap { y in x.flatMap { [$0, y] } }
  return Tensor(pairs, shape: [x.count * y.count, 2], dtype: .float64)
}

/// The numbers without those far outside the middle half, which would leave a figure no room for
/// the rest.
func withoutFarTails(_ values: [Double]) -> [Double] {
  let sorted = values.sorted()
  guard sorted.count > 3 else { return sorted }
  let (low, high) = (sorted[sorted.count / 4], sorted[3 * sorted.count / 4])
  let reach = 8 * (high - low)
  let kept = sorted.filter { $0 >= low - reach && $0 <= high + reach }
  return high > low ? kept : sorted
}
