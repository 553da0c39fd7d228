import Tensor

/// The contribution of one term of a sum of kernels.
public struct GaussianProcessPart: Sendable {
  /// The term's name.
  public let name: String
  /// The mean and variance of the term's function at the requested points.
  public let prediction: GaussianProcessPrediction
  /// The variance of the term's mean over the observed inputs, divided by that of the targets.
  ///
  /// The shares of all terms add up to 1 only if the terms are uncorrelated.
  public let share: Double
}

extension GaussianProcessPosterior {
  /// The posterior of each term of the kernel at points `[m, d]`; f is the sum of the terms.
  ///
  /// Each of the independent functions whose sum is f has mean k_i(x, X) C⁻¹ (y − m) and variance
  /// k_i(x, x) − k_i(x, X) C⁻¹ k_i(X, x) (Duvenaud 2014, section 2.4.5). A white term has no
  /// function at new points: its prediction has mean 0, and its share is that of the noise it
  /// explains.
  public func parts(at x: Tensor) -> [GaussianProcessPart] {
    let x = x.converted(to: .float64)
    let spread = targets.variance().scalar
    return prior.kernel.summands.map { kernel in
      let explained = fittedValues(of: kernel).variance().scalar
      return GaussianProcessPart(
        name: kernel.name, prediction: prediction(of: kernel, at: x),
        share: spread > 0 ? explained / spread : 0)
    }
  }

  private func prediction(of kernel: any Kernel, at x: Tensor) -> GaussianProcessPrediction {
    let cross = kernel(inputs, x)
    let own = kernel.diagonal(x, sameObservations: false, logarithms: kernel.logarithms)
    return GaussianProcessPrediction(
      .function, mean: weights.expanded(at: 0).matmul(cross).reshaped(to: [-1]),
      rawVariance: own - square(factor.whitened(cross)).sum(along: 0))
  }

  /// k_i(X, X) C⁻¹ (y − m), `[n]`, by blocks of rows.
  private func fittedValues(of kernel: any Kernel) -> Tensor {
    let n = targets.count
    let logarithms = kernel.logarithms
    let smooth = stride(from: 0, to: n, by: 256).map { begin in
      kernel(inputs.sliced(begin..<min(n, begin + 256)), inputs)
        .matmul(weights.expanded(at: 1)).reshaped(to: [-1])
    }
    // White noise of the same observations contributes only to the diagonal.
    let noise =
      kernel.diagonal(inputs, sameObservations: true, logarithms: logarithms)
      - kernel.diagonal(inputs, sameObservations: false, logarithms: logarithms)
    return .concatenated(smooth) + noise * weights
  }
}
