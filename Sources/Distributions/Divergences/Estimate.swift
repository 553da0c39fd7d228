import Tensor

/// A number known exactly or approximately, with the method of its computation.
public struct Estimate: CustomStringConvertible, Sendable {
  /// The method by which a value was computed.
  public enum Method: Equatable, Sendable {
    /// A formula.
    case closedForm
    /// A sum over the points of the support, to rounding.
    case sum
    /// Adaptive quadrature, with an estimate of its error.
    case quadrature
    /// The mean over independent samples.
    case monteCarlo(samples: Int)
  }

  /// The value, of the distributions' common batch shape.
  public let value: Tensor
  /// The standard error of a mean over samples, or quadrature's estimate of its error; 0 if the
  /// value is exact up to rounding.
  public let standardError: Tensor
  /// The method.
  public let method: Method

  /// Creates a value without an error.
  init(_ value: Tensor, _ method: Method) {
    (self.value, self.method) = (value, method)
    standardError = .zeros(value.shape, dtype: value.dtype)
  }

  init(_ value: Tensor, error: Tensor, _ method: Method) {
    (self.value, standardError, self.method) = (value, error, method)
  }

  /// The mean over the first axis of draws, and its standard error.
  init(meanOf draws: Tensor) {
    let count = draws.shape[0]
    value = draws.mean(along: 0)
    standardError =
      count > 1
      ? sqrt(stopGradient(draws).variance(along: 0, correction: 1) / Double(count))
      : Tensor(filledWith: .infinity, value.shape, dtype: value.dtype)
    method = .monteCarlo(samples: count)
  }

  /// Applies a function to the value and propagates the error with its slope.
  func mapped(_ function: (Tensor) -> Tensor, slope: (Tensor) -> Tensor) -> Estimate {
    let error = select(
      standardError .> 0, standardError * abs(slope(stopGradient(value))), standardError * 0)
    return Estimate(function(value), error: error, method)
  }

  /// The value, its error and the method.
  public var description: String {
    let number = value.count == 1 ? "\(value.doubles[0])" : "\(value)"
    let error = standardError.count == 1 ? "\(standardError.doubles[0])" : "\(standardError)"
    return switch method {
    case .closedForm: "\(number) (closed form)"
    case .sum: "\(number) (sum)"
    case .quadrature: "\(number) ± \(error) (quadrature)"
    case .monteCarlo(let samples): "\(number) ± \(error) (mean of \(samples) samples)"
    }
  }
}
