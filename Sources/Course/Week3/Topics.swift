import Inference
import Plots
import Results
import Tensor

/// Latent Dirichlet allocation of a synthetic corpus whose topics are the rows and columns of a
/// square (Griffiths and Steyvers 2004).
let topicsItem = CourseItem(
  "topics", week: 3, "topics found in documents made of ten bars of a 5 × 5 square"
) { isQuick, random in
  let truth = LatentDirichletAllocation(
    parameters: bars(), documentPrior: 0.3, topicPrior: 0.1)
  let corpus = try truth.sample(
    lengths: [Int](repeating: isQuick ? 50 : 100, count: isQuick ? 60 : 1_000),
    using: random.split())
  let fits = try (0..<(isQuick ? 1 : 5)).map { _ in
    try LatentDirichletAllocation.fit(
      corpus, topics: 10, documentPrior: 0.3, topicPrior: 0.1, sweepLimit: isQuick ? 25 : 200,
      using: random.split())
  }
  guard let fit = fits.max(by: { $0.bound < $1.bound }) else { return Results([:]) }
  let (expected, found) = (rows(truth.wordProbabilities), rows(fit.model.wordProbabilities))
  // The topic nearest to each true one: similarity is 1 minus the total variation distance.
  let matches = expected.map { bar in
    found.map { topic in zip(bar, topic).reduce(0) { $0 + min($1.0, $1.1) } }
  }
  let best = matches.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
  let overlaps = zip(matches, best).map { $0[$1] }
  var results = Results([
    "documents": .integer(corpus.documentCount), "words": .number(corpus.wordCount),
    "bound": .number(fit.bound), "perplexity": .number(fit.perplexity),
    "sweeps": .integer(fit.sweeps), "converged": .flag(fit.hasConverged),
    "overlaps": ResultValue(overlaps),
    "topics-found": .integer(Set(best).count),
    "sum-of-parameters": .number(fit.model.parameters.sum().scalar),
  ])
  results.tables["values.csv"] = ResultTable(
    fit.model.wordProbabilities.transposed(), names: (1...10).map { "topic \($0)" })
  let figures = best.enumerated().map { place, topic in
    Figure(
      title: "Topic \(place + 1)", x: .linear("column", wholeNumbers: true),
      y: .linear("row", wholeNumbers: true).reversed, width: 180, height: 180
    ) {
      HeatMap(Field(matrix: found[topic], columns: 5), range: 0...0.25, hasColorBar: false)
    }
  }
  results.add(
    FigureGrid(
      figures, columns: 5, title: "Topics of a synthetic corpus",
      caption: "The topic nearest to each of five rows and five columns."))
  return results
}

/// The parameters of ten topics over 25 words, each a row or a column of a 5 × 5 square, `[10,
/// 25]`.
private func bars() -> Tensor {
  let bars = (0..<10).flatMap { bar in
    (0..<25).map { cell -> Double in
      let place = bar < 5 ? cell / 5 : 5 + cell % 5
      return place == bar ? 1 : 1e-6
    }
  }
  return Tensor(bars, shape: [10, 25], dtype: .float64)
}

/// The rows of a matrix.
private func rows(_ matrix: Tensor) -> [[Double]] {
  (0..<matrix.shape[0]).map { matrix.sliced($0..<$0 + 1).doubles }
}
