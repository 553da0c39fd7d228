import Tensor

/// The linear kernel, σ² x·x′, of straight functions that are 0 at 0; add a ``Constant`` for an
/// offset.
public struct Linear: Kernel {
  /// `linear`.
  public var name: String { "linear" }
  /// The variance σ² of the slopes.
  public var parameters: [KernelParameter]

  /// Creates a kernel with a given variance of the slopes.
  public init(variance: Double = 1) { parameters = [KernelParameter("linear.variance", variance)] }

  /// The covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    checkPoints(x, y, name)
    return (x * logarithms.parameter(0)).matmul(y, transposeRight: true)
  }

  /// σ² |x|².
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    logarithms.parameter(0) * square(x).sum(along: 1)
  }
}

/// The polynomial kernel, (x·x′ + c)^p, whose functions are polynomials of degree p.
public struct Polynomial: Kernel {
  /// The degree p.
  public let degree: Int
  /// `polynomial`.
  public var name: String { "polynomial" }
  /// The offset c.
  public var parameters: [KernelParameter]

  /// Creates a kernel with a degree of 1 or more and an offset above 0.
  public init(degree: Int, offset: Double = 1) {
    precondition(degree >= 1, "polynomial: expected a degree of 1 or more, found \(degree)")
    self.degree = degree
    parameters = [KernelParameter("polynomial.offset", offset)]
  }

  /// The covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    checkPoints(x, y, name)
    return power(x.matmul(y, transposeRight: true) + logarithms.parameter(0))
  }

  /// (|x|² + c)^p.
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    power(square(x).sum(along: 1) + logarithms.parameter(0))
  }

  private func power(_ base: Tensor) -> Tensor {
    degree == 1 ? base : pow(base, Double(degree))
  }
}
