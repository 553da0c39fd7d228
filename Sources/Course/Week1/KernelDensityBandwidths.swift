import Estimators
import Inference
import Plots
import Results
import Tensor

/// Kernel densities of one sample with a bandwidth that is too small, one chosen from the data, and
/// one that is too large.
let kernelDensityBandwidthsItem = CourseItem(
  "kernel-density-bandwidths", week: 1, "kernel density estimates for several bandwidths"
) { isQuick, random in
  let truth = try GaussianMixture(
    weights: vector([0.5, 0.5]), means: vector([-2, 1.5]).expanded(at: 1),
    covariances: vector([1, 0.25]).reshaped(to: [2, 1, 1]))
  let points = truth.sample(isQuick ? 200 : 500, using: random).points
  let unseen = truth.sample(isQuick ? 500 : 2_000, using: random).points
  let chosen = try KernelDensity(fitting: points, bandwidth: .crossValidated)
  let bandwidths = [0.05, chosen.bandwidths[0], 1.5]
  let estimates = try bandwidths.map { try KernelDensity(points: points, bandwidths: [$0]) }
  let pair = try KernelDensity(points: vector([-1, 1]), bandwidths: [0.5])
  let atPair = exp(pair.logDensity(of: vector([0, 1]))).doubles
  let scott = try KernelDensity(fitting: points, bandwidth: .scott)
  let unseenMeans = estimates.map { $0.logDensity(of: unseen).mean().scalar }
  var results = Results([
    "pair-at-0": .number(atPair[0]), "pair-at-1": .number(atPair[1]),
    "scott": .number(scott.bandwidths[0]), "bandwidths": ResultValue(bandwidths),
    "mean-log-density-small": .number(unseenMeans[0]),
    "mean-log-density-chosen": .number(unseenMeans[1]),
    "mean-log-density-large": .number(unseenMeans[2]),
    "mean-log-density-truth": .number(truth.logDensity(of: unseen).mean().scalar),
  ])
  let x = grid(-6...4.5, count: 300)
  let densities = estimates.map { exp($0.logDensity(of: x)).doubles }
  let trueDensities = exp(truth.logDensity(of: x.expanded(at: 1))).doubles
  let names = ["h = 0.05", "h by cross-validation", "h = 1.5"]
  results.tables["values.csv"] = [
    "x": x.doubles, "truth": trueDensities, "small": densities[0], "chosen": densities[1],
    "large": densities[2],
  ]
  results.add(
    Figure.grid(
      zip(names, densities).map { name, density in
        Figure(title: name, x: .linear("x"), y: .linear("density"), width: 300, height: 260) {
          Line(x.doubles, density, label: "estimate")
          Line(x.doubles, trueDensities, label: "truth", color: .muted, dash: .dashed)
        }
      }, columns: 3, sharing: [.x, .y], title: "Kernel density of \(points.shape[0]) points"))
  return results
}
