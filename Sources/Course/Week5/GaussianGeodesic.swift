import OptimalTransport
import Plots
import Results
import Tensor

/// The map, cost and geodesic between two Gaussians in the plane.
///
/// Variants: covariances that commute, for which the deviations are subtracted, |m₁ − m₂|² + Σ (√aᵢ
/// − √bᵢ)², and the map stretches each axis by √(bᵢ/aᵢ); the way back, by the inverse map; and a
/// rotated Gaussian.
let gaussianGeodesicItem = CourseItem(
  "exercise-gaussian-geodesic", week: 5, "exercise: map, cost and geodesic between two Gaussians"
) { _, _ in
  let covariances = [
    Tensor([[2, 0], [0, 1]], dtype: .float64), Tensor([[1, 0.5], [0.5, 2]], dtype: .float64),
  ]
  let start = Tensor([0, 0], dtype: .float64)
  let transport = try GaussianTransport(
    mean: start, covariance: covariances[0], otherMean: Tensor([1, -1], dtype: .float64),
    otherCovariance: covariances[1])
  let times = [0, 0.25, 0.5, 0.75, 1]
  let path = times.map { transport.geodesic(at: $0) }
  let distance = transport.squaredDistance.scalar.squareRoot()
  let lengths = try path.map { step in
    try gaussianWassersteinSquared(
      mean: start, covariance: covariances[0], otherMean: step.mean,
      otherCovariance: step.covariance
    ).scalar.squareRoot()
  }
  let m = transport.matrix
  var results = Results([
    "squared-distance": .number(transport.squaredDistance.scalar), "map": ResultValue(m),
    // M A M = B.
    "pushforward-error": .number(
      abs(m.matmul(covariances[0]).matmul(m) - covariances[1]).max().scalar),
    "shares-of-distance": ResultValue(lengths.map { $0 / distance }),
  ])
  let commuting = try GaussianTransport(
    mean: start, covariance: Tensor([[4, 0], [0, 1]], dtype: .float64),
    otherMean: start, otherCovariance: Tensor([[1, 0], [0, 9]], dtype: .float64))
  results["commuting-squared-distance"] = .number(commuting.squaredDistance.scalar)
  results["commuting-map"] = ResultValue(commuting.matrix)
  let back = try GaussianTransport(
    mean: Tensor([1, -1], dtype: .float64), covariance: covariances[1], otherMean: start,
    otherCovariance: covariances[0])
  results["inverse-error"] = .number(
    abs(back.matrix.matmul(m) - Tensor.identity(2, dtype: .float64)).max().scalar)
  // A quarter turn swaps the variances 2 and 1: 2 (√2 − 1)².
  results["rotated-squared-distance"] = .number(
    try buresSquared(covariances[0], Tensor([[1, 0], [0, 2]], dtype: .float64)).scalar)
  results.tables["values.csv"] = [
    "t": times, "mean-1": path.map { $0.mean.doubles[0] },
    "mean-2": path.map { $0.mean.doubles[1] },
    "covariance-11": path.map { $0.covariance.doubles[0] },
    "covariance-12": path.map { $0.covariance.doubles[1] },
    "covariance-22": path.map { $0.covariance.doubles[3] },
  ]
  results.add(
    Figure(
      title: "Geodesic of Gaussians", x: .linear("x₁"), y: .linear("x₂"), hasEqualScales: true
    ) {
      for (place, step) in path.enumerated() {
        let (mean, covariance) = (step.mean.doubles, step.covariance.doubles)
        Ellipse(
          mean: (mean[0], mean[1]), covariance: (covariance[0], covariance[1], covariance[3]),
          deviations: [1], label: "t = \(times[place])")
      }
    })
  return results
}
