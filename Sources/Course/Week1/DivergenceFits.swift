import Estimators
import Plots
import Results
import Tensor

/// One Gaussian fitted to a mixture with modes at ±3: the forward divergence covers both modes, the
/// reverse one picks one of them, and the Jensen–Shannon divergence lies in between.
let divergenceFitsItem = CourseItem(
  "divergence-fits", week: 1, "the Gaussian nearest to a mixture, by three divergences"
) { isQuick, random in
  let target = GaussianMixture1D(weights: [0.5, 0.5], means: [-3, 3], deviations: [1, 1])
  let fits = try FitCriterion.allCases.map { criterion in
    try DivergenceFit(
      to: { target.logDensity(of: $0) }, on: -20...20, criterion, starts: isQuick ? 3 : 10,
      using: random)
  }
  var results = Results([:])
  for fit in fits {
    let name = fit.criterion.word
    results[name + "-divergence"] = .number(fit.divergence)
    results[name + "-mean"] = .number(fit.mixture.means[0])
    results[name + "-standard-deviation"] = .number(fit.mixture.deviations[0])
  }
  let x = grid(-9...9, count: 241)
  let truth = exp(target.logDensity(of: x)).doubles
  var table: ResultTable = ["x": x.doubles, "target": truth]
  let curves = fits.map { exp($0.mixture.logDensity(of: x)).doubles }
  for (fit, curve) in zip(fits, curves) { table.add(fit.criterion.word, .numbers(curve)) }
  results.tables["values.csv"] = table
  results.add(
    Figure(title: "The nearest Gaussian", x: .linear("x"), y: .linear("density"), width: 480) {
      Line(x.doubles, truth, label: "target", color: .muted)
      for (fit, curve) in zip(fits, curves) { Line(x.doubles, curve, label: fit.criterion.label) }
    })
  return results
}

extension FitCriterion {
  /// The name in values and columns.
  var word: String { self == .jensenShannon ? "jensen-shannon" : rawValue }

  /// The name in a legend.
  var label: String {
    switch self {
    case .forward: "forward KL(p ‖ q)"
    case .reverse: "reverse KL(q ‖ p)"
    case .jensenShannon: "Jensen–Shannon"
    }
  }
}
