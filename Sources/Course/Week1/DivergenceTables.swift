import Estimators
import Plots
import Results
import Tensor

/// Mixtures of one, two and three Gaussians, fitted to a mixture of three by each of three
/// divergences: a table of all three divergences for each fit, which is best under its own.
let divergenceFitsByComponentsItem = CourseItem(
  "divergence-fits-by-components", week: 1,
  "fits with one, two and three components: three divergences of each"
) { isQuick, random in
  try divergenceTable(
    of: GaussianMixture1D(
      weights: [0.4, 0.35, 0.25], means: [-4, 0, 3.5], deviations: [0.8, 0.5, 1]),
    components: [1, 2, 3], starts: isQuick ? 1 : 12, random)
}

/// Two Gaussians fitted to a mixture of two: if the class contains the target, all divergences lead
/// to it and are 0 there, whereas the best single Gaussian depends on the divergence.
let divergenceFitsWithTargetItem = CourseItem(
  "divergence-fits-with-target", week: 1,
  "fits in a class with and in one without the target: three divergences of each"
) { isQuick, random in
  try divergenceTable(
    of: GaussianMixture1D(weights: [0.3, 0.7], means: [-2, 2], deviations: [0.7, 1]),
    components: [1, 2], starts: isQuick ? 1 : 12, random)
}

/// The fits for each number of components and each divergence, with a table row for each.
private func divergenceTable(
  of target: GaussianMixture1D, components: [Int], starts: Int, _ random: Random
) throws -> Results {
  let fits = try components.map { count in
    try FitCriterion.allCases.map { criterion in
      try DivergenceFit(
        to: { target.logDensity(of: $0) }, on: -16...16, components: count, criterion,
        starts: starts, using: random)
    }
  }
  let rows = fits.joined()
  var table = ResultTable([
    (name: "components", values: .numbers(rows.map { Double($0.mixture.weights.count) })),
    (name: "minimised", values: .texts(rows.map(\.criterion.word))),
  ])
  for criterion in FitCriterion.allCases {
    table.add(criterion.word, .numbers(rows.map { $0.divergences[criterion] ?? .nan }))
  }
  var results = Results([:])
  for fit in rows {
    let values = FitCriterion.allCases.map { fit.divergences[$0] ?? .nan }
    results["\(fit.criterion.word)-\(fit.mixture.weights.count)"] = ResultValue(values)
  }
  results.tables["values.csv"] = table
  let x = grid(-8...8, count: 241)
  let truth = exp(target.logDensity(of: x)).doubles
  results.add(
    Figure.grid(
      zip(components, fits).map { count, fits in
        Figure(
          title: "\(count) component\(count == 1 ? "" : "s")", x: .linear("x"),
          y: .linear("density"), width: 320
        ) {
          Line(x.doubles, truth, label: "target", color: .muted)
          for fit in fits {
            Line(
              x.doubles, exp(fit.mixture.logDensity(of: x)).doubles, label: fit.criterion.label)
          }
        }
      }, columns: components.count, sharing: [.x, .y]))
  return results
}
