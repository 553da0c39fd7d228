import OptimalTransport
import Plots
import Results
import Tensor

// The barycenters of `pushforward transport --barycenter`.
extension TransportTask {
  /// The entropic barycenter of pictures of one size, each normalised to sum 1.
  ///
  /// - Parameters:
  ///   - images: Brightness values, `[k, height, width]`, 0 or more.
  ///   - paths: Their files, as named in error messages.
  /// - Returns: The results, and the barycenter, `[height, width]`, of sum 1.
  public func barycenter(
    ofImages images: Tensor, paths: [String]
  ) throws -> (results: Results, image: Tensor) {
    try checkShares(paths)
    let images = images.converted(to: .float64)
    let sums = images.sum(along: [1, 2], keepingDimensions: true)
    if let place = sums.doubles.firstIndex(where: { !($0 > 0) }) {
      throw FitError.unsuitable(
        path: paths[place], expected: "a picture with bright pixels", found: "a black one")
    }
    let found = try EntropicBarycenter(
      ofImages: images / sums, weights: shareWeights, epsilon: settings.epsilon ?? 2,
      isDebiased: settings.debias, tolerance: settings.tolerance ?? 1e-6,
      sweepLimit: settings.sweeps)
    var results = Self.summary(found, epsilon: settings.epsilon ?? 2)
    let (height, width) = (images.shape[1], images.shape[2])
    let values = found.weights.doubles
    results.tables["barycenter.csv"] = [
      "row": values.indices.map { Double($0 / width + 1) },
      "column": values.indices.map { Double($0 % width + 1) }, "mass": values,
    ]
    results.add(
      Figure(
        title: "Barycenter of \(paths.count) pictures", x: .linear("column"),
        y: .linear("row").reversed, width: 400, height: 90 + 310 * Double(height) / Double(width)
      ) {
        HeatMap(Field(matrix: values, columns: width), label: "mass")
      })
    return (results, found.weights)
  }

  /// The barycenter of weighted points: exact, by quantiles, on the line; otherwise entropic, on
  /// the points of all tables.
  public func barycenter(of tables: [FitData]) throws -> Results {
    try checkShares(tables.map(\.path))
    guard let first = tables.first else { throw TransportError.empty(.source) }
    for table in tables where table.names.count != first.names.count {
      throw FitError.columnCount(
        path: table.path, expected: "\(first.names.count) columns, as many as in \(first.path)",
        found: table.names.count)
    }
    return first.names.count == 1 ? try onLine(tables) : try inSpace(tables)
  }

  private func onLine(_ tables: [FitData]) throws -> Results {
    let parts = try tables.map {
      try SortedPoints($0.points.reshaped(to: [-1]), weights: $0.weights)
    }
    let center = try LineBarycenter(of: parts, weights: settings.shares?.map(Double.init))
    // The quantile function is constant between its jumps: one point for each piece.
    let ends = [0] + center.steps + [1]
    let masses = zip(ends, ends.dropFirst()).map { $1 - $0 }
    let points = zip(ends, ends.dropFirst()).map { center.quantile(0.5 * ($0 + $1)) }
    let weights = Tensor(masses, shape: [masses.count], dtype: .float64)
    let places = Tensor(points, shape: [points.count], dtype: .float64)
    var results = Results([
      "points": .integer(points.count), "mean": .number((weights * places).sum().scalar),
      "distances": ResultValue(try parts.map { try wassersteinDistance(center, $0, p: 2) }),
      "converged": true,
    ])
    results.tables["barycenter.csv"] = ResultTable([
      (name: tables[0].names[0], values: .numbers(points)),
      (name: "weight", values: .numbers(masses)),
    ])
    let probabilities = (0...200).map { (Double($0) + 0.5) / 201 }
    results.add(
      Figure(
        title: "Barycenter on the line", x: .linear(tables[0].names[0]),
        y: .linear("cumulative probability", range: 0...1)
      ) {
        for (table, part) in zip(tables, parts) {
          Line(probabilities.map(part.quantile), probabilities, label: table.path, width: 1.5)
        }
        Line(
          probabilities.map(center.quantile), probabilities, label: "barycenter", color: .text,
          width: 3)
      })
    return results
  }

  private func inSpace(_ tables: [FitData]) throws -> Results {
    let measures = tables.map { measure($0) }
    let support = Tensor.concatenated(measures.map(\.points))
    let costs = cost.matrix(support, support)
    let epsilon = settings.epsilon ?? max(costs.mean().scalar / 20, .leastNormalMagnitude)
    var rows: [Tensor] = []
    var start = 0
    for measure in measures {
      let places = Array(start..<start + measure.count)
      rows.append(measure.weights.scattered(to: places, count: support.shape[0], along: 0))
      start += measure.count
    }
    let found = try EntropicBarycenter(
      of: .stacked(rows), costs: costs, weights: shareWeights, epsilon: epsilon,
      isDebiased: settings.debias, tolerance: settings.tolerance ?? 1e-6,
      sweepLimit: settings.sweeps)
    var results = Self.summary(found, epsilon: epsilon)
    var table = ResultTable(support, names: tables[0].names)
    table.add("weight", .numbers(found.weights.doubles))
    results.tables["barycenter.csv"] = table
    if tables[0].names.count == 2 {
      let values = support.transposed().doubles
      let (count, weights) = (support.shape[0], found.weights.doubles)
      let largest = weights.max() ?? 1
      results.add(
        Figure(
          title: "Barycenter on the points of all tables", x: .linear(tables[0].names[0]),
          y: .linear(tables[0].names[1])
        ) {
          for (data, measure) in zip(tables, measures) {
            Scatter(
              data.column(0), data.column(1), label: data.path,
              size: measure.count > 200 ? 2 : 4, opacity: 0.5)
          }
          Scatter(
            Array(values[0..<count]), Array(values[count...]), label: "barycenter, mass by area",
            color: .text, sizes: weights.map { 12 * ($0 / largest).squareRoot() }, opacity: 0.6)
        })
    }
    return results
  }

  private static func summary(_ found: EntropicBarycenter, epsilon: Double) -> Results {
    var results = Results([
      "marginal-errors": .number(found.marginalError), "converged": .flag(found.hasConverged),
      "epsilon": .number(epsilon), "sweeps": .integer(found.sweeps),
    ])
    if !found.hasConverged {
      results.notes.append("not converged: increase --sweeps, --epsilon or --tolerance")
    }
    return results
  }

  private var shareWeights: Tensor? {
    settings.shares.map { Tensor($0.map(Double.init), shape: [$0.count], dtype: .float64) }
  }

  private func checkShares(_ paths: [String]) throws {
    guard let shares = settings.shares else { return }
    if shares.count != paths.count || !shares.contains(where: { $0 > 0 }) {
      throw FitError.unsuitable(
        path: paths.first ?? "", expected: "--shares of \(paths.count) numbers, not all 0",
        found: "\(shares)")
    }
  }
}
