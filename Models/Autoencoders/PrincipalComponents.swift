import Tensor

/// Principal component analysis: the mean of data and the directions of largest variance (Pearson
/// 1901; Hotelling 1933).
///
/// No linear map through a code of the same size has a smaller squared error, so it is the baseline
/// for an autoencoder.
public struct PrincipalComponents: Sendable {
  /// The mean of the data, float64 `[1, features]`.
  public let mean: Tensor
  /// The directions as orthonormal rows, the one of the largest variance first, float64
  /// `[count, features]`.
  public let directions: Tensor
  /// The variance along each direction, float64 `[count]`.
  public let variances: Tensor

  /// Analyses batches of data, accumulating their covariance in float64.
  ///
  /// Takes 2 · features² operations for each example, plus the eigenvectors of a matrix of that
  /// size: a few seconds for MNIST.
  ///
  /// - Parameters:
  ///   - batches: Each `[batch, features]`; at least one example in all.
  ///   - count: The number of directions to keep; at most the number of features.
  public init(of batches: some Sequence<Tensor>, count: Int) {
    self.init(of: batches, count: count, beforeEach: {})
  }

  /// Analyses batches of data, with a callback that can stop the analysis.
  ///
  /// - Parameters:
  ///   - batches: Each `[batch, features]`; at least one example in all.
  ///   - count: The number of directions to keep; at most the number of features.
  ///   - beforeEach: Called before each batch is added; an error it throws ends the analysis.
  public init(
    of batches: some Sequence<Tensor>, count: Int, beforeEach: () throws -> Void
  ) rethrows {
    var sums: (first: Tensor, second: Tensor)?
    var examples = 0
    for batch in batches {
      try beforeEach()
      let x = batch.converted(to: .float64)
      let first = x.sum(along: 0, keepingDimensions: true)
      let second = x.matmul(x, transposeLeft: true)
      sums = sums.map { ($0.first + first, $0.second + second) } ?? (first, second)
      examples += x.shape[0]
    }
    guard let sums, examples > 0 else {
      preconditionFailure("PrincipalComponents: expected one example or more, found none")
    }
    let features = sums.first.count
    precondition(
      count > 0 && count <= features,
      "PrincipalComponents: expected 1 to \(features) directions, found \(count)")
    mean = sums.first / Double(examples)
    let covariance = sums.second / Double(examples) - mean.matmul(mean, transposeLeft: true)
    let (values, vectors) = covariance.symmetricEigendecomposition()
    // The eigenvalues are in ascending order.
    let kept = (features - count..<features).reversed()
    directions = vectors.transposed().gatheredRows(at: Array(kept))
    variances = values.gatheredRows(at: Array(kept))
  }

  /// The data's projections onto the space of the directions, `[batch, features]`, in float64.
  public func reconstruct(_ x: Tensor) -> Tensor {
    let codes = (x.converted(to: .float64) - mean).matmul(directions, transposeRight: true)
    return codes.matmul(directions) + mean
  }
}
