import Tensor

/// The rational quadratic kernel, (1 + r² / (2 α ℓ²))^(−α).
///
/// It is a mixture of squared exponentials whose inverse squared lengths have a gamma distribution,
/// and it tends to a squared exponential as α grows (Rasmussen and Williams 2006, equation 4.19).
public struct RationalQuadratic: Kernel {
  /// `rational-quadratic`.
  public var name: String { "rational-quadratic" }
  /// α, followed by the length or lengths.
  public var parameters: [KernelParameter]

  /// Creates a kernel with one length for all columns.
  public init(length: Double = 1, alpha: Double = 1) { self.init(lengths: [length], alpha: alpha) }

  /// Creates a kernel with a length for each column.
  public init(lengths: [Double], alpha: Double = 1) {
    parameters =
      [KernelParameter("rational-quadratic.alpha", alpha)]
      + lengthParameters("rational-quadratic", lengths)
  }

  /// The covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    let alpha = logarithms.parameter(0)
    let squares = scaledSquaredDistances(
      x, y, logarithms.sliced(1..<logarithms.count), factor: 0.5, name)
    return exp(-alpha * log1p(squares / alpha))
  }

  /// Ones.
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    .ones([x.shape[0]], dtype: x.dtype)
  }
}
