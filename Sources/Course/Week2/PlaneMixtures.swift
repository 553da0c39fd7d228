import Inference
import Plots
import Tensor

/// Three Gaussians in the plane: a long one, a round one and a small one.
func threeGaussians() throws -> GaussianMixture {
  try GaussianMixture(
    weights: Tensor([0.5, 0.3, 0.2], dtype: .float64),
    means: Tensor([[0, 0], [4, 3], [-3, 4]], dtype: .float64),
    covariances: Tensor(
      [2, 1.2, 1.2, 1, 0.8, 0, 0, 0.8, 0.3, -0.1, -0.1, 0.4], shape: [3, 2, 2], dtype: .float64))
}

/// The rows in the plane, coloured by cluster and counted from 1.
func clusterScatter(_ x: Tensor, _ clusters: [Int]) -> Scatter {
  let columns = x.transposed()
  return Scatter(
    columns.sliced(0..<1).doubles, columns.sliced(1..<2).doubles, classes: clusters,
    names: (0...(clusters.max() ?? 0)).map { "\($0 + 1)" }, size: 3, opacity: 0.7)
}

/// The ellipses at two standard deviations for a mixture in the plane.
func mixtureEllipses(_ mixture: GaussianMixture) -> [any Mark] {
  let (means, covariances) = (mixture.means.doubles, mixture.covariances.doubles)
  return (0..<mixture.componentCount).map { k in
    Ellipse(
      mean: (x: means[2 * k], y: means[2 * k + 1]),
      covariance: (xx: covariances[4 * k], xy: covariances[4 * k + 1], yy: covariances[4 * k + 3]),
      color: .text)
  }
}
