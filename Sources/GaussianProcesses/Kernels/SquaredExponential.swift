import Tensor

/// The squared exponential kernel, exp(−½ Σ_d (x_d − x′_d)² / ℓ_d²), with one length for all
/// columns or one for each.
public struct SquaredExponential: Kernel {
  /// `squared-exponential`.
  public var name: String { "squared-exponential" }
  /// The length or lengths.
  public var parameters: [KernelParameter]

  /// Creates a kernel with one length for all columns, in the points' units.
  public init(length: Double = 1) {
    parameters = [KernelParameter("squared-exponential.length", length)]
  }

  /// Creates a kernel with a length for each column.
  public init(lengths: [Double]) { parameters = lengthParameters("squared-exponential", lengths) }

  /// The covariances.
  public func matrix(
    _ x: Tensor, _ y: Tensor, sameObservations: Bool, logarithms: Tensor
  ) -> Tensor {
    exp(-scaledSquaredDistances(x, y, logarithms, factor: 0.5, name))
  }

  /// Ones.
  public func diagonal(_ x: Tensor, sameObservations: Bool, logarithms: Tensor) -> Tensor {
    .ones([x.shape[0]], dtype: x.dtype)
  }
}

/// The parameters for lengths, numbered from 1 if there are several.
func lengthParameters(_ name: String, _ lengths: [Double]) -> [KernelParameter] {
  precondition(!lengths.isEmpty, "\(name): expected at least one length, found none")
  return lengths.enumerated().map { index, length in
    KernelParameter("\(name).length\(lengths.count == 1 ? "" : "-\(index + 1)")", length)
  }
}

/// `factor` · Σ_d (x_d − y_d)² / ℓ_d², from the logarithms of one length or of one for each column.
func scaledSquaredDistances(
  _ x: Tensor, _ y: Tensor, _ logLengths: Tensor, factor: Double, _ name: String
) -> Tensor {
  if logLengths.count == 1 {
    checkPoints(x, y, name)
    return pairwiseSquaredDistances(x, y) * (factor * exp(-2 * logLengths))
  }
  checkPoints(x, y, columns: logLengths.count, name)
  let scales = factor.squareRoot() * exp(-logLengths)
  return pairwiseSquaredDistances(x * scales, y * scales)
}
