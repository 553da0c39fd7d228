import Tensor

/// The constant kernel, σ²: an unknown offset of that variance.
public struct Constant: Kernel {
  /// `constant`.
  public var name: String { "constant" }
  /// The variance σ².
  public var parameters: [KernelParameter]

  /// Creates a kernel with a given variance.
  public init(variance: Double = 1) {
    parameters = [KernelParameter("constant.variance", variance)]
  }

  /// The covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    checkPoints(x, y, name)
    return logarithms.parameter(0).reshaped(to: [1, 1]).broadcast(to: [x.shape[0], y.shape[0]])
  }

  /// σ² everywhere.
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    logarithms.parameter(0).broadcast(to: [x.shape[0]])
  }
}

/// White noise of variance σ², independent for each observation, even for several at the same
/// point.
///
/// It belongs to the observations y, but not to the function f behind them.
public struct White: Kernel {
  /// `white`.
  public var name: String { "white" }
  /// The variance σ².
  public var parameters: [KernelParameter]

  /// Creates a kernel with a given variance.
  public init(variance: Double = 1) { parameters = [KernelParameter("white.variance", variance)] }

  /// σ² on the diagonal if the observations are the same; zeros between different ones.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    checkPoints(x, y, name)
    guard sameObservations else { return .zeros([x.shape[0], y.shape[0]], dtype: x.dtype) }
    return diagonal(x, sameObservations: true, logarithms: logarithms).diagonalMatrix()
  }

  /// σ², or 0 without the noise.
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    sameObservations
      ? logarithms.parameter(0).broadcast(to: [x.shape[0]]) : .zeros([x.shape[0]], dtype: x.dtype)
  }
}
