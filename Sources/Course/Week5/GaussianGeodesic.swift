import OptimalTransport
import Plots
import Results
import Tensor

/// The map, cost and geodesic between two Gaussians in the plane.
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
