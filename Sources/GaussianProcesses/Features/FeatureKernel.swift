import Tensor

/// The kernel φ(x)ᵀ Σ φ(x′) of a function Σ_k w_k φ_k(x) with weights w ~ N(0, Σ), Σ = σ² I.
///
/// It is the kernel form of ``BayesianLinearModel``: K = Φ Σ Φᵀ, whose rank is at most the number
/// of features.
public struct FeatureKernel: Kernel {
  private let features: any FeatureMap
  /// `features`.
  public var name: String { "features" }
  /// The variance σ² of the weights.
  public var parameters: [KernelParameter]

  /// Creates a kernel of features whose weights have a given variance.
  public init(_ features: some FeatureMap, variance: Double = 1) {
    self.features = features
    parameters = [KernelParameter("features.variance", variance)]
  }

  /// The covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    checkPoints(x, y, name)
    return (features(x) * logarithms.parameter(0)).matmul(features(y), transposeRight: true)
  }

  /// σ² |φ(x)|².
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    logarithms.parameter(0) * square(features(x)).sum(along: 1)
  }
}
