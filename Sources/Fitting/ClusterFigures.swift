import Plots
import Tensor

extension FitData {
  /// Plots rows by cluster in the first two columns; a single column is plotted against the row
  /// number.
  ///
  /// - Parameters:
  ///   - title: The figure's title.
  ///   - clusters: The cluster of each row.
  ///   - marks: Further marks in the plane.
  func clusterFigure(
    title: String, clusters: [Int], @MarkBuilder adding marks: () -> [any Mark]
  ) -> Figure {
    let isLine = names.count == 1
    let y = isLine ? (0..<count).map { Double($0 + 1) } : column(1)
    return Figure(
      title: title, caption: names.count > 2 ? "The first two columns." : "",
      x: .linear(names[0]), y: .linear(isLine ? "row" : names[1])
    ) {
      Scatter(
        column(0), y, classes: clusters, names: clusterNames(clusters), opacity: 0.75)
      marks()
    }
  }

  /// The names of clusters, numbered from 1.
  private func clusterNames(_ clusters: [Int]) -> [String] {
    (0...(clusters.max() ?? 0)).map { "\($0 + 1)" }
  }
}

/// Ellipses of two standard deviations of Gaussians in their first two coordinates.
///
/// - Parameters:
///   - means: `[k, d]`.
///   - covariances: `[k, d, d]`.
func ellipses(means: Tensor, covariances: Tensor) -> [any Mark] {
  let d = means.shape[1]
  return zip(rows(of: means), rows(of: covariances)).map { mean, covariance in
    Ellipse(
      mean: (x: mean[0], y: mean[1]),
      covariance: (xx: covariance[0], xy: covariance[1], yy: covariance[d + 1]), color: .text)
  }
}

/// The numbers of each slice along the first axis.
func rows(of tensor: Tensor) -> [[Double]] {
  (0..<tensor.shape[0]).map { tensor.sliced($0..<$0 + 1).doubles }
}

/// Plots the values of an objective after each sweep.
func traceFigure(_ values: [Double], title: String, label: String, unit: String = "") -> Figure {
  Figure(
    title: title, x: .linear("sweep", wholeNumbers: true), y: .linear(label, unit: unit)
  ) {
    Line(values.indices.map(Double.init), values, hasDots: values.count <= 40)
  }
}
