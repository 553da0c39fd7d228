import Inference
import Plots
import Results
import Settings
import Tensor

/// `pushforward fit dirichlet-mixture`: clusters without a fixed number of them.
struct DirichletMixtureFit: FitMethod {
  /// The inference method.
  enum Method: String, Choice {
    case variational, gibbs
  }

  static let name = "dirichlet-mixture"
  static let summary = "a Dirichlet process mixture of Gaussians (Ferguson 1973)"
  static let notes = """
    variational: coordinate ascent on a truncated process (Blei and Jordan 2006).
    gibbs: a Markov chain of partitions (Neal 2000, algorithm 3), started from the
    variational clusters. Its clusters are those of the most probable partition
    among the draws kept, and count-probabilities gives the share of draws with each
    number of clusters. Weights are counts of rows; gibbs takes none.
    """

  @Setting("variational inference or collapsed Gibbs sampling") var method = Method.variational
  @Setting("concentration of the process: larger for more clusters", in: .above(0)) var alpha = 1.0
  @Setting("most clusters of variational inference", in: 1...1_000) var truncation = 20
  @Setting("starts of variational inference; the best is kept", in: 1...1_000) var starts =
    4
  @Setting("gibbs: sweeps that are kept", in: 1...1_000_000) var sweeps = 200
  @Setting("gibbs: sweeps before those", in: 0...1_000_000) var warmUp = 100
  @Setting("expected cluster variance as a fraction of the data's", in: .above(0)) var within = 0.1
  @Setting("weight of the prior of a cluster's mean, in rows", in: .above(0))
  var meanCount = 0.05

  init() {}

  func fit(_ data: FitData, using random: Random) throws -> Results {
    let base = try prior(of: data)
    switch method {
    case .variational: return try variational(data, base, random)
    case .gibbs: return try gibbs(data, base, random)
    }
  }

  /// A normal–inverse-Wishart distribution around the data's mean, with the columns' variances
  /// times `within`.
  private func prior(of data: FitData) throws -> NormalInverseWishart {
    let variances = data.weights == nil ? data.points.variance(along: 0) : data.variances
    let values = variances.doubles
    if let place = values.firstIndex(where: { !($0 > 0) }) {
      throw FitError.unsuitable(
        path: data.path, expected: "columns that vary",
        found: "the same number in every row of column '\(data.names[place])'")
    }
    // With ν = d + 2 the expected covariance is Ψ.
    return try NormalInverseWishart(
      mean: data.rowMean(data.points), meanCount: meanCount,
      degreesOfFreedom: Double(data.names.count + 2),
      scale: (within * variances).diagonalMatrix())
  }

  private func variational(
    _ data: FitData, _ base: NormalInverseWishart, _ random: Random
  ) throws -> Results {
    let fit = try VariationalDirichletMixture.fit(
      data.points, weights: data.weights, base: base, concentration: alpha,
      truncation: truncation, starts: starts, using: random)
    let weights = fit.mixture.expectedWeights.doubles
    let used = Set(fit.assignments).sorted { (weights[$1], $0) < (weights[$0], $1) }
    let clusters = Clusters(
      components: used.map { fit.mixture.components[$0] }, weights: used.map { weights[$0] },
      assignments: fit.assignments.map { used.firstIndex(of: $0) ?? 0 })
    var results = clusters.results(data)
    results["log-evidence-bound"] = .number(fit.bound)
    results["converged"] = .flag(fit.hasConverged)
    results["sweeps"] = .integer(fit.trace.count)
    if !fit.hasConverged {
      results.notes.append("the bound was still increasing when the sweeps ended")
    }
    return results
  }

  private func gibbs(
    _ data: FitData, _ base: NormalInverseWishart, _ random: Random
  ) throws -> Results {
    if data.weights != nil {
      throw FitError.unsuitable(
        path: data.path, expected: "unweighted rows, since gibbs moves them one by one",
        found: "weights; leave out --weights or --method gibbs")
    }
    let sampler = try CollapsedGibbs(of: data.points, base: base, concentration: alpha)
    // A chain that starts with one cluster may take very long to split it.
    let start = try VariationalDirichletMixture.fit(
      data.points, base: base, concentration: alpha, truncation: truncation, starts: starts,
      tolerance: 1e-4, using: random)
    var state = sampler.start(at: start.assignments)
    for _ in 0..<warmUp { state = sampler.step(state, using: random).state }
    var (best, bestValue) = (state, sampler.logJoint(of: state))
    var counts: [Int: Int] = [:]
    for _ in 0..<sweeps {
      state = sampler.step(state, using: random).state
      counts[state.clusterCount, default: 0] += 1
      let value = sampler.logJoint(of: state)
      if value > bestValue { (best, bestValue) = (state, value) }
    }
    let order = best.clusterSizes.indices.sorted {
      (best.clusterSizes[$1], $0) < (best.clusterSizes[$0], $1)
    }
    let assignments = best.assignments.map { order.firstIndex(of: $0) ?? 0 }
    let total = Double(data.count) + alpha
    let clusters = Clusters(
      components: try order.indices.map { cluster in
        let rows = assignments.indices.filter { assignments[$0] == cluster }
        return try base.posterior(given: data.points.gatheredRows(at: rows))
      },
      weights: order.map { Double(best.clusterSizes[$0]) / total }, assignments: assignments)
    var results = clusters.results(data)
    results["log-joint"] = .number(bestValue)
    results["count-probabilities"] = .named(
      counts.sorted { $0.key < $1.key }.map {
        .init("\($0.key)", .number(Double($0.value) / Double(sweeps)))
      })
    return results
  }
}

/// The clusters of the rows, the heaviest first.
private struct Clusters {
  let components: [NormalInverseWishart]
  let weights: [Double]
  let assignments: [Int]

  func results(_ data: FitData) -> Results {
    let rowWeights = data.weights?.doubles ?? Array(repeating: 1, count: data.count)
    let sizes = components.indices.map { cluster in
      zip(assignments, rowWeights).reduce(0) { $0 + ($1.0 == cluster ? $1.1 : 0) }
    }
    var results = Results([
      "clusters": .integer(components.count), "weights": ResultValue(weights),
      "sizes": .list(sizes.map { data.weights == nil ? .integer(Int($0)) : .number($0) }),
      "means": .list(components.map { ResultValue($0.mean) }),
      "covariances": .list(components.map { ResultValue(covariance(of: $0)) }),
    ])
    var table = ResultTable(data.points, names: data.names)
    table.add("cluster", .numbers(assignments.map(Double.init)))
    results.tables["clusters.csv"] = table
    results.add(figure(data))
    return results
  }

  /// The expected covariance.
  private func covariance(of component: NormalInverseWishart) -> Tensor {
    component.scale / (component.degreesOfFreedom - Double(component.dimensions + 1))
  }

  private func figure(_ data: FitData) -> Figure {
    let title = "Clusters of a Dirichlet process mixture"
    guard data.names.count == 2 else {
      return Figure(
        title: title, x: .linear("cluster", wholeNumbers: true), y: .linear("weight")
      ) { Bars(weights) }
    }
    return Figure(title: title, x: .linear(data.names[0]), y: .linear(data.names[1])) {
      Scatter(data.column(0), data.column(1), classes: assignments)
      for (cluster, component) in components.enumerated() {
        let (mean, covariance) = (component.mean.doubles, covariance(of: component).doubles)
        Ellipse(
          mean: (mean[0], mean[1]), covariance: (covariance[0], covariance[1], covariance[3]),
          color: .series(cluster))
      }
    }
  }
}
