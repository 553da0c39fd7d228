import Inference
import Plots
import Results
import Tensor

/// Draws of named parameters from several chains, with their figures.
struct PosteriorDraws {
  /// All draws, chain after chain, `[chains · draws, parameters]`.
  let pooled: Tensor
  let names: [String]
  private let chains: Int
  /// The draws of each parameter, chain after chain.
  private let values: [[Double]]

  init(_ pooled: Tensor, chains: Int, names: [String]) {
    (self.pooled, self.chains, self.names) = (pooled, chains, names)
    let columns = pooled.transposed()
    values = names.indices.map { columns.sliced($0..<$0 + 1).doubles }
  }

  private var count: Int { pooled.shape[0] / chains }

  /// The draws of a parameter in one chain.
  private func chain(_ chain: Int, _ parameter: Int) -> [Double] {
    Array(values[parameter][chain * count..<(chain + 1) * count])
  }

  /// A summary of each parameter.
  var summaries: [ParameterSummary] {
    names.indices.map { place in
      ParameterSummary(
        names[place], Tensor(values[place], shape: [chains, count], dtype: .float64))
    }
  }

  /// A table with the number of the chain, the number of the draw, and the parameters.
  var table: ResultTable {
    let numbers = 0..<chains * count
    var table: ResultTable = [
      "chain": numbers.map { Double($0 / count + 1) },
      "draw": numbers.map { Double($0 % count + 1) },
    ]
    for (name, values) in zip(names, values) { table.add(name, .numbers(values)) }
    return table
  }

  /// The summaries as lines to print.
  static func lines(_ summaries: [ParameterSummary]) -> [String] {
    summaries.map { summary in
      func text(_ value: Double?) -> String { value.map(sixDigits) ?? "none" }
      return "\(summary.name): mean \(sixDigits(summary.mean)), deviation"
        + " \(sixDigits(summary.deviation)), ess \(text(summary.bulkSampleSize)) (bulk)"
        + " \(text(summary.tailSampleSize)) (tail), r-hat \(text(summary.rHat))"
    }
  }

  /// The summaries as a table.
  static func table(_ summaries: [ParameterSummary]) -> ResultTable {
    ResultTable([
      ("parameter", .texts(summaries.map(\.name))),
      ("mean", .numbers(summaries.map(\.mean))),
      ("deviation", .numbers(summaries.map(\.deviation))),
      ("ess-bulk", .numbers(summaries.map { $0.bulkSampleSize ?? .nan })),
      ("ess-tail", .numbers(summaries.map { $0.tailSampleSize ?? .nan })),
      ("r-hat", .numbers(summaries.map { $0.rHat ?? .nan })),
    ])
  }
}

// MARK: Figures

extension PosteriorDraws {
  /// The parameters shown in figures.
  private var shown: Range<Int> { 0..<min(12, names.count) }

  private func grid(
    _ figures: [Figure], columns: Int, title: String, caption: String = ""
  ) -> FigureGrid {
    let rest = names.count > 12 && columns == 3 ? "The first 12 of \(names.count) parameters." : ""
    let texts = [caption, rest].filter { !$0.isEmpty }
    return FigureGrid(
      figures, columns: min(columns, figures.count), title: title,
      caption: texts.joined(separator: " "))
  }

  /// A histogram of each parameter.
  var marginals: FigureGrid {
    let figures = shown.map { place in
      Figure(title: names[place], x: .linear(names[place]), y: .linear("density")) {
        Histogram(withoutFarTails(values[place]), bins: 40, measure: .density)
      }
    }
    return grid(figures, columns: 3, title: "Posterior")
  }

  /// The trace of each chain; long ones are thinned.
  var traces: FigureGrid {
    let step = max(1, count / 1_000)
    let places = Array(stride(from: 0, to: count, by: step))
    let figures = shown.map { place in
      Figure(title: names[place], x: .linear("draw"), y: .linear(names[place])) {
        for number in 0..<min(8, chains) {
          let path = chain(number, place)
          Line(
            places.map { Double($0 + 1) }, places.map { path[$0] }, label: "chain \(number + 1)",
            width: 0.8, dash: .solid)
        }
      }
    }
    return grid(
      figures, columns: 3, title: "Traces", caption: step > 1 ? "Every \(step) draws." : "")
  }

  /// A histogram of the ranks of each chain's draws among all draws; uniform if the chains agree.
  ///
  /// (Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021, section 4.)
  var ranks: FigureGrid {
    let bins = 20
    let size = Double(chains * count) / Double(bins)
    let figures = shown.map { place in
      let order = values[place].indices.sorted { (values[place][$0], $0) < (values[place][$1], $1) }
      var counts = [[Double]](repeating: [Double](repeating: 0, count: bins), count: chains)
      for (rank, draw) in order.enumerated() {
        counts[draw / count][min(bins - 1, Int(Double(rank) / size))] += 1
      }
      let middles = (0..<bins).map { (Double($0) + 0.5) * size }
      return Figure(title: names[place], x: .linear("rank"), y: .linear("draws")) {
        for number in 0..<min(8, chains) {
          Line(
            middles, counts[number], label: "chain \(number + 1)", dash: .solid, isStepped: true)
        }
        Rule(y: Double(count) / Double(bins))
      }
    }
    return grid(
      figures, columns: 3, title: "Ranks",
      caption: "Dashed: the mean for chains with the same distribution.")
  }

  /// Scatter plots of each pair of the first four parameters.
  var pairs: FigureGrid {
    let several = Array(0..<min(4, names.count))
    let step = max(1, pooled.shape[0] / 1_000)
    func thinned(_ place: Int) -> [Double] {
      stride(from: 0, to: pooled.shape[0], by: step).map { values[place][$0] }
    }
    var figures: [Figure] = []
    for row in several {
      for column in several {
        let isHistogram = row == column
        figures.append(
          Figure(
            title: "", x: .linear(names[column]),
            y: .linear(isHistogram ? "density" : names[row]), width: 260, height: 220
          ) {
            if isHistogram {
              Histogram(withoutFarTails(values[row]), bins: 30, measure: .density)
            } else {
              Scatter(thinned(column), thinned(row), size: 2, opacity: 0.4)
            }
          })
      }
    }
    return FigureGrid(figures, columns: max(1, several.count), title: "Pairs")
  }
}

extension ParameterSummary {
  /// The summary as recorded in `result.json`.
  var value: ResultValue {
    func number(_ value: Double?) -> ResultValue { .number(value ?? .nan) }
    return [
      "mean": .number(mean), "deviation": .number(deviation), "ess-bulk": number(bulkSampleSize),
      "ess-tail": number(tailSampleSize), "r-hat": number(rHat),
      "error-of-mean": number(errorOfMean), "error-of-deviation": number(errorOfDeviation),
      "quantiles": ResultValue(quantiles),
    ]
  }
}
