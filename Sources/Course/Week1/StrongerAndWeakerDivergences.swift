import Distributions
import OptimalTransport
import Plots
import Results
import Tensor

/// Divergences between two distributions, one of which is shifted more and more.
///
/// Between normal distributions, all are finite and bound each other. Between uniform ones, KL is
/// infinite at once, the bounded ones stay constant once the supports separate, and only the
/// Wasserstein distance keeps growing.
let strongerAndWeakerDivergencesItem = CourseItem(
  "stronger-and-weaker-divergences", week: 1,
  "six divergences and a distance against the shift of a distribution"
) { isQuick, _ in
  let shifts = grid(0...2.5, count: isQuick ? 6 : 26).doubles
  let normal = curves(shifts) { Normal(mean: $0, standardDeviation: 1) }
  let uniform = curves(shifts) { Uniform(lower: $0, upper: $0 + 1) }
  let distances = try shifts.map {
    try wassersteinDistance(LineDensity.uniform(on: 0...1), LineDensity.uniform(on: $0...$0 + 1))
  }
  let (p, q) = (
    try Categorical(probabilities: vector([0.2, 0.5, 0.3])),
    Categorical(logits: vector([0, 0, 0]))
  )
  var results = Results(["reverse-kl-three": .number(klDivergence(q, p).value.scalar)])
  for divergence in Divergence.allCases {
    results[divergence.word + "-three"] = .number(divergence(p, q).value.scalar)
    results[divergence.word + "-normal"] = .number(
      divergence(
        Normal(mean: 0, standardDeviation: 1), Normal(mean: 1, standardDeviation: 1)
      ).value.scalar)
    results[divergence.word + "-uniform"] = .number(
      divergence(Uniform(lower: 0, upper: 1), Uniform(lower: 0.5, upper: 1.5)).value.scalar)
  }
  results["wasserstein"] = ResultValue(distances)
  var table: ResultTable = ["shift": shifts, "uniform-wasserstein": distances]
  for (divergence, values) in zip(Divergence.allCases, normal) {
    table.add("normal-" + divergence.word, .numbers(values))
  }
  for (divergence, values) in zip(Divergence.allCases, uniform) {
    table.add("uniform-" + divergence.word, .numbers(values))
  }
  results.tables["values.csv"] = table
  let (x, y) = (Axis.linear("shift"), Axis.linear("divergence", range: 0...2.5))
  results.add(
    Figure.grid(
      [
        Figure(title: "N(0, 1) and N(t, 1)", x: x, y: y, height: 340) {
          for (divergence, values) in zip(Divergence.allCases, normal) {
            Line(shifts, values, label: divergence.word)
          }
        },
        Figure(title: "Uniform on 0 … 1 and t … t + 1", x: x, y: y, height: 340) {
          for (divergence, values) in zip(Divergence.allCases, uniform)
          where values.allSatisfy(\.isFinite) {
            Line(shifts, values, label: divergence.word)
          }
          Line(shifts, distances, label: "Wasserstein", color: .text)
        },
      ], columns: 2, caption: "On the right KL and χ² are infinite for every shift above 0."))
  return results
}

/// Each divergence of the unshifted distribution from the shifted ones.
private func curves(
  _ shifts: [Double], _ distribution: (Double) -> any Distribution
) -> [[Double]] {
  Divergence.allCases.map { divergence in
    shifts.map { divergence(distribution(0), distribution($0)).value.scalar }
  }
}

extension Divergence {
  /// The name in values and legends.
  fileprivate var word: String {
    switch self {
    case .kullbackLeibler: "kl"
    case .jensenShannon: "jensen-shannon"
    case .l1: "l1"
    case .totalVariation: "total-variation"
    case .chiSquared: "chi-squared"
    case .hellinger: "hellinger"
    }
  }
}
