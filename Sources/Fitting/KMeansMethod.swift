import Inference
import Plots
import Results
import Settings
import Tensor

/// `pushforward fit k-means`: clusters around centres.
struct KMeansMethod: FitMethod {
  /// The initial centres.
  enum Start: String, Choice {
    case plusPlus = "plus-plus"
    case random
  }

  static let name = "k-means"
  static let summary = "clusters around K centres by Lloyd's sweeps (1982)"
  static let notes = """
    The start of least inertia is kept, the sum of the squared distances of the rows
    from their centres. Columns are not scaled: a column of large numbers outweighs
    the others. A centre that is nearest to no row moves to the row farthest from
    its own centre.
    """

  @Setting("clusters", in: 1...10_000) var clusters = 3
  @Setting("starts", in: 1...10_000) var starts = 10
  @Setting("initial centres: k-means++ (Arthur and Vassilvitskii 2007) or rows at random")
  var start = Start.plusPlus
  @Setting("most sweeps per start", in: 0...1_000_000) var iterations = 300

  init() {}

  func fit(_ data: FitData, using random: Random) throws -> Results {
    let fit = try data.clustering(cure: "ask for fewer --clusters") {
      try KMeans.fit(
        data.points, clusters: clusters, start: start == .random ? .random : .plusPlus,
        starts: starts, weights: data.weights, iterationLimit: iterations, using: random)
    }
    var results = Results([
      "inertia": .number(fit.inertia),
      "centres": ResultValue(fit.model.centres),
      "sizes": ResultValue(fit.sizes),
      "columns": .list(data.names.map { .text($0) }),
      "iterations": .integer(fit.iterations),
      "converged": .flag(fit.hasConverged),
    ])
    if !fit.hasConverged {
      results.notes.append("the fit has not converged: \(fit.reason.rawValue)")
    }
    var centres = ResultTable(fit.model.centres, names: data.names)
    centres.add("size", .numbers(fit.sizes))
    results.tables["centres.csv"] = centres
    results.tables["clusters.csv"] = [
      "row": (1...data.count).map(Double.init), "cluster": fit.assignments.map { Double($0 + 1) },
    ]
    results.tables["trace.csv"] = [
      "sweep": fit.inertias.indices.map(Double.init), "inertia": fit.inertias,
    ]
    results.add(FigureGrid([plane(fit, data), trace(fit)], columns: 2))
    return results
  }

  private func plane(_ fit: KMeansFit, _ data: FitData) -> Figure {
    let centres = fit.model.centres.transposed()
    let x = centres.sliced(0..<1).doubles
    return data.clusterFigure(title: "k-means", clusters: fit.assignments) {
      if data.names.count == 1 {
        for place in x { Rule(x: place) }
      } else {
        Scatter(
          x, centres.sliced(1..<2).doubles, label: "centres", color: .text, marker: .cross, size: 9)
      }
    }
  }

  private func trace(_ fit: KMeansFit) -> Figure {
    traceFigure(fit.inertias, title: "Inertia", label: "inertia")
  }
}
