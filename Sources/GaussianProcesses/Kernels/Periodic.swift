import Tensor

/// The periodic kernel, exp(−2 Σ_d sin²(π (x_d − x′_d) / p) / ℓ²) (MacKay 1998).
public struct Periodic: Kernel {
  /// `periodic`.
  public var name: String { "periodic" }
  /// The period and the length.
  public var parameters: [KernelParameter]

  /// Creates a kernel.
  ///
  /// - Parameters:
  ///   - period: p, in the points' units.
  ///   - length: ℓ, without a unit: the smoothness of the functions within a period.
  public init(period: Double = 1, length: Double = 1) {
    parameters = [
      KernelParameter("periodic.period", period), KernelParameter("periodic.length", length),
    ]
  }

  /// The covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    checkPoints(x, y, name)
    return exp(-periodicExponent(x, y, logarithms.sliced(0..<1), logarithms.sliced(1..<2)))
  }

  /// Ones.
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    .ones([x.shape[0]], dtype: x.dtype)
  }
}

/// The locally periodic kernel, a periodic function whose shape changes slowly:
/// exp(−2 Σ_d sin²(π (x_d − x′_d) / p) / ℓ_p² − |x − x′|² / (2 ℓ²)), with two lengths.
public struct LocallyPeriodic: Kernel {
  /// `locally-periodic`.
  public var name: String { "locally-periodic" }
  /// The period, the length within a period and the length of the decay.
  public var parameters: [KernelParameter]

  /// Creates a kernel.
  ///
  /// - Parameters:
  ///   - period: p, in the points' units.
  ///   - length: ℓ_p, without a unit: the smoothness of the functions within a period.
  ///   - decay: ℓ, in the points' units: the distance over which the shape of a period changes.
  public init(period: Double = 1, length: Double = 1, decay: Double = 1) {
    parameters = [
      KernelParameter("locally-periodic.period", period),
      KernelParameter("locally-periodic.length", length),
      KernelParameter("locally-periodic.decay", decay),
    ]
  }

  /// The covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    let decay = scaledSquaredDistances(x, y, logarithms.sliced(2..<3), factor: 0.5, name)
    let period = periodicExponent(x, y, logarithms.sliced(0..<1), logarithms.sliced(1..<2))
    return exp(-(period + decay))
  }

  /// Ones.
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    .ones([x.shape[0]], dtype: x.dtype)
  }
}

/// 2 Σ_d sin²(π (x_d − y_d) / p) / ℓ², computed as half the squared distance of points on circles,
/// (cos, sin) of 2π x / p, over ℓ²: this takes n sines instead of n².
private func periodicExponent(
  _ x: Tensor, _ y: Tensor, _ logPeriod: Tensor, _ logLength: Tensor
) -> Tensor {
  let frequency = 2 * Double.pi * exp(-logPeriod)
  func circle(_ points: Tensor) -> Tensor {
    let angles = points * frequency
    return .concatenated([cos(angles), sin(angles)], along: 1)
  }
  return pairwiseSquaredDistances(circle(x), circle(y)) * (0.5 * exp(-2 * logLength))
}
