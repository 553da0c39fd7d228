import Distributions
import Tensor

/// Evenly spaced numbers, including both ends, float64 `[count]`.
func grid(_ range: ClosedRange<Double>, count: Int = 201) -> Tensor {
  .linearSpace(from: range.lowerBound, through: range.upperBound, count: count, dtype: .float64)
}

/// A number as a float64 tensor without axes.
func scalar(_ number: Double) -> Tensor { Tensor(number, dtype: .float64) }

/// Numbers as a float64 tensor `[n]`.
func vector(_ numbers: [Double]) -> Tensor { Tensor(numbers, dtype: .float64) }

extension Distribution {
  /// The densities at numbers `[n]`.
  func densities(at x: Tensor) -> [Double] { exp(logDensity(of: x)).doubles }

  /// The density at a number.
  func density(at x: Double) -> Double { exp(logDensity(of: scalar(x))).scalar }
}
