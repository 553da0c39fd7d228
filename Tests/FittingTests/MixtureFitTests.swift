import Datasets
import Results
import Tensor
import Testing

@testable import Fitting

/// A table from text.
private func table(_ csv: String, missing: Bool = false, weights: String? = nil) throws -> FitData {
  FitData(
    try Table(csv: Array(csv.utf8), path: "t.csv").selecting(
      target: nil, weights: weights, allowingMissing: missing))
}

/// Rows of numbers as text, under a heading.
private func csv(_ heading: String, _ rows: [[Double]]) -> String {
  heading + "\n" + rows.map { $0.map { "\($0)" }.joined(separator: ",") + "\n" }.joined()
}

private func numbers(_ value: ResultValue?) -> [Double] {
  switch value {
  case .number(let number)?: [number]
  case .list(let values)?: values.flatMap { numbers($0) }
  default: []
  }
}

private func unsuitable(_ error: FitError?, _ words: String...) -> Bool {
  guard case .unsuitable("t.csv", _, _)? = error, let error else { return false }
  return words.allSatisfy { "\(error)".contains($0) }
}

@Suite struct ClusterFitTests {
  /// Two groups of five around (0, 0) and (10, 10).
  private let groups = csv(
    "a,b",
    [
      [0, 0], [1, 0.5], [-1, 0.2], [0.3, 1], [0.1, -1], [10, 10], [11, 10.2], [9, 9.7], [10, 11],
      [10.4, 9],
    ])

  @Test func kMeansOfTheTable() throws {
    var method = KMeansMethod()
    method.clusters = 2
    let results = try method.fit(table("x\n0\n1\n4\n5\n"), using: Random(seed: 0))
    #expect(results.number("inertia") == 1)
    #expect(numbers(results["centres"]).sorted() == [0.5, 4.5])
    #expect(results["converged"] == .flag(true) && results["columns"] == .list([.text("x")]))
    #expect(results.figures["figure.svg"] != nil)
    #expect(Set(results.tables.keys) == ["centres.csv", "clusters.csv", "trace.csv"])
  }

  @Test func kMeansTakesWeights() throws {
    var method = KMeansMethod()
    method.clusters = 1
    let results = try method.fit(
      table("x,w\n0,3\n4,1\n", weights: "w"), using: Random(seed: 0))
    #expect(numbers(results["centres"]) == [1] && results.number("inertia") == 12)
  }

  @Test(arguments: MixtureMethod.Kind.allCases)
  func mixturesOfEachKind(_ kind: MixtureMethod.Kind) throws {
    var method = MixtureMethod()
    (method.components, method.covariance, method.starts) = (2, kind, 2)
    let results = try method.fit(table(groups), using: Random(seed: 0))
    #expect(results["converged"] == .flag(true) && results.notes.isEmpty)
    #expect(numbers(results["weights"]).allSatisfy { abs($0 - 0.5) < 1e-6 })
    let means = numbers(results["means"])
    #expect(means.count == 4 && abs(means.reduce(0, +) - 20.28) < 1e-6, "\(means)")
    #expect(numbers(results["covariances"]).count == 8)
    let parameters = [11.0, 8, 9, 7][MixtureMethod.Kind.allCases.firstIndex(of: kind) ?? 0]
    let aic = 2 * parameters - 2 * results.number("log-likelihood")
    #expect(abs(results.number("aic") - aic) < 1e-9)
    let bic = parameters * 2.302585092994046 - 2 * results.number("log-likelihood")
    #expect(abs(results.number("bic") - bic) < 1e-9)
    #expect(results.tables["responsibilities.csv"]?.columns.count == 3)
    #expect(results.tables["components.csv"] != nil && results.tables["trace.csv"] != nil)
  }

  /// One component has the sample's mean and its variance, divided by n.
  @Test func mixturesOfOneColumnWithMissingNumbers() throws {
    var method = MixtureMethod()
    method.components = 1
    let results = try method.fit(
      table("x,y\n1,2\n3,NA\n5,2.5\n2,3\n4,1\n", missing: true), using: Random(seed: 0))
    #expect(abs(numbers(results["means"])[0] - 3) < 1e-9)
    let line = try method.fit(table("x\n1\n3\n5\n"), using: Random(seed: 0))
    #expect(abs(numbers(line["covariances"])[0] - 8.0 / 3) < 1e-12)
    #expect(line.figures["figure.svg"] != nil)
  }

  @Test func mistakesAreNamed() throws {
    let random = Random(seed: 0)
    var clusters = KMeansMethod()
    clusters.clusters = 5
    var error = #expect(throws: FitError.self) {
      try clusters.fit(table("x\n1\n2\n"), using: random)
    }
    #expect(unsuitable(error, "at least 5 rows", "found 2"))
    var mixture = MixtureMethod()
    mixture.components = 2
    error = #expect(throws: FitError.self) {
      try mixture.fit(table("x,flat\n1,7\n2,7\n4,7\n"), using: random)
    }
    #expect(unsuitable(error, "column 'flat'", "--floor"))
    error = #expect(throws: FitError.self) {
      try mixture.fit(table("x\n0\n0.1\n0.2\n0.3\n1000\n"), using: random)
    }
    #expect(unsuitable(error, "component", "collapsed", "--floor"))
    error = #expect(throws: FitError.self) {
      try clusters.fit(table("x\n1e200\n-1e200\n3\n4\n5\n"), using: random)
    }
    #expect(unsuitable(error, "column 'x'", "in row 1", "another unit"))
    error = #expect(throws: FitError.self) {
      try clusters.fit(table("x\n1e-200\n3e-200\n0\n2e-200\n5e-200\n"), using: random)
    }
    #expect(unsuitable(error, "column 'x'", "another unit"))
    mixture.floor = 0.01
    let cured = try mixture.fit(table("x\n0\n0.1\n0.2\n0.3\n1000\n"), using: random)
    #expect(cured["converged"] == .flag(true))
  }
}

@Suite struct MixtureFamilyFitTests {
  /// Nine points around 0, six around 10, and one far away.
  private let rows = csv(
    "x",
    [0, 0.5, -0.4, 0.2, -0.3, 0.1, 0.8, -0.7, -0.2, 10, 10.4, 9.7, 10.1, 9.8, 10.6, 100].map {
      [$0]
    })

  @Test func componentsOfTDistributionsLeaveTheFarPoint() throws {
    var method = MixtureMethod()
    (method.components, method.family, method.starts) = (2, .studentT, 3)
    (method.degreesOfFreedom, method.start) = (1, .random)
    let results = try method.fit(table(rows), using: Random(seed: 1))
    let locations = numbers(results["locations"]).sorted()
    #expect(abs(locations[0]) < 0.3 && abs(locations[1] - 10) < 0.4, "\(locations)")
    #expect(numbers(results["degrees-of-freedom"]) == [1, 1])
    #expect(numbers(results["scales"]).allSatisfy { $0 > 0 && $0 < 1 })
    #expect(results.figures["figure.svg"] != nil && results["log-posterior"] == nil)
    #expect(results.tables["components.csv"]?.columns.map(\.name).contains("location of x") == true)
    let error = #expect(throws: FitError.self) {
      try method.fit(table("x\n1\nNA\n2\n", missing: true), using: Random(seed: 0))
    }
    #expect(unsuitable(error, "student-t", "row 2, column 'x'", "gaussian"))
  }

  @Test func componentsOfBernoulliDistributions() throws {
    var method = MixtureMethod()
    (method.components, method.family, method.starts) = (2, .bernoulli, 4)
    let rows = csv("a,b,c", (0..<12).map { $0 % 3 == 0 ? [1, 1, 0] : [0, 0, 1] })
    let results = try method.fit(table(rows), using: Random(seed: 0))
    let weights = numbers(results["weights"]).sorted()
    #expect(abs(weights[0] - 1.0 / 3) < 1e-3, "\(weights)")
    // (Σ r x + a) / (Σ r + 2 a) with a = 0.1.
    let probabilities = numbers(results["probabilities"]).sorted()
    #expect(abs((probabilities.last ?? 0) - 8.1 / 8.2) < 1e-2)
    #expect(results["log-posterior"] != nil && results["converged"] == .flag(true))
    #expect(
      results.tables["trace.csv"]?.columns.map(\.name)
        == ["sweep", "log-likelihood", "log-posterior"])
    let error = #expect(throws: FitError.self) {
      try method.fit(table("a\n1\n3\n0\n"), using: Random(seed: 0))
    }
    #expect(unsuitable(error, "[0, 1]", "3.0 in row 2"))
  }

  /// With the prior, no component collapses onto the far point; without it, all starts end there.
  @Test func aPriorCuresTheCollapse() throws {
    var method = MixtureMethod()
    (method.components, method.starts, method.prior) = (3, 2, true)
    let results = try method.fit(table(rows), using: Random(seed: 0))
    #expect(results["converged"] == .flag(true) && results["log-posterior"] != nil)
    #expect(numbers(results["covariances"]).allSatisfy { $0 > 1e-3 })
    method.prior = false
    let error = #expect(throws: FitError.self) {
      try method.fit(table(rows), using: Random(seed: 0))
    }
    #expect(unsuitable(error, "collapsed", "--prior", "--family student-t"))
  }

  @Test func missingNumbersAreCompleted() throws {
    var method = MixtureMethod()
    (method.components, method.starts) = (1, 1)
    // The second column is nearly twice the first one.
    let data = try table("x,y\n1,2.1\n2,3.9\n3,6\n4,\n5,10.1\n,\n", missing: true)
    let results = try method.fit(data, using: Random(seed: 0))
    guard case .numbers(let y)? = results.tables["completed.csv"]?.columns.last?.values else {
      Issue.record("there is no column")
      return
    }
    #expect(abs(y[3] - 8) < 0.2 && y[0] == 2.1)
    // An empty row carries no information.
    #expect(abs(y[5] - numbers(results["means"])[1]) < 1e-12)
    let shares = numbers(results["weights"])
    #expect(shares == [1])
  }

  @Test func optionsOfOtherFamiliesAreRefused() throws {
    var method = MixtureMethod()
    (method.family, method.floor) = (.studentT, 0.1)
    #expect(throws: FitError.needed("family gaussian", by: "floor", found: "student-t")) {
      try method.fit(table(rows), using: Random(seed: 0))
    }
    (method.family, method.floor, method.degreesOfFreedom) = (.gaussian, nil, 4)
    let error = #expect(throws: FitError.self) {
      try method.fit(table(rows), using: Random(seed: 0))
    }
    #expect(
      error.map { "\($0)" }
        == "expected --family student-t with --degrees-of-freedom, found gaussian")
  }
}

@Suite struct SequenceFitTests {
  /// Twelve rows around 0, twelve around 10, twelve around 0.
  private let steps = csv(
    "x",
    (0..<36).map { row in
      let mean = (12..<24).contains(row) ? 10.0 : 0
      return [mean + 0.5 * Double(row * 7 % 5 - 2)]
    })

  @Test func statesOfASeries() throws {
    var method = HiddenMarkovMethod()
    method.starts = 1
    let results = try method.fit(table(steps), using: Random(seed: 0))
    let means = numbers(results["means"]).sorted()
    #expect(abs(means[0]) < 0.2 && abs(means[1] - 10) < 0.2, "\(means)")
    #expect(results["converged"] == .flag(true))
    // Each state is left once: in one of 23 steps from the first state, and in one of 12 from the
    // second.
    let transition = numbers(results["transition"]).sorted()
    #expect(abs(transition[0] - 1.0 / 23) < 1e-3 && abs(transition[1] - 1.0 / 12) < 1e-3)
    guard case .numbers(let path)? = results.tables["states.csv"]?.columns.last?.values else {
      Issue.record("there is no path")
      return
    }
    #expect(path[0] == path[35] && path[0] != path[12] && Set(path[12..<24]).count == 1)
    #expect(results.figures["figure.svg"] != nil && results.tables["trace.csv"] != nil)
  }

  /// With one state the probabilities are the frequencies.
  @Test func categories() throws {
    var method = HiddenMarkovMethod()
    (method.states, method.emissions, method.starts) = (1, .categorical, 1)
    let results = try method.fit(table("c\n0\n2\n2\n1\n"), using: Random(seed: 0))
    let found = numbers(results["probabilities"])
    #expect(zip(found, [0.25, 0.25, 0.5]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(results.number("log-likelihood") + 4.1588830833596715) < 1e-9)  // −6 log 2
    let error = #expect(throws: FitError.self) {
      try method.fit(table("c\n0\n1.5\n"), using: Random(seed: 0))
    }
    #expect(unsuitable(error, "whole numbers", "1.5 in row 2"))
  }

  @Test(arguments: [StateSpaceMethod.Model.localLevel, .localLinearTrend])
  func levelOfASeries(_ model: StateSpaceMethod.Model) throws {
    var method = StateSpaceMethod()
    (method.model, method.iterations, method.forecast) = (model, 20, 3)
    let data = try table("x\n1\n2.5\nNA\n2\n3.5\n3\n4.5\n5\n", missing: true)
    let results = try method.fit(data, using: Random(seed: 0))
    #expect(results.number("observation-variance") > 0 && results.number("level-variance") >= 0)
    #expect((results["slope-variance"] != nil) == (model == .localLinearTrend))
    let counted = results.number("log-likelihood") - results.number("log-likelihood-counting-all")
    let diffuse = model == .localLevel ? 1.0 : 2
    #expect(abs(counted - diffuse * 0.9189385332046727) < 1e-10)
    #expect(results.tables["smoothed.csv"]?.columns.count == 3)
    #expect(results.tables["forecast.csv"]?.columns.count == 3)
    #expect(results.figures["figure.svg"] != nil)
  }

  @Test func seriesThatHaveNoFit() throws {
    let error = #expect(throws: FitError.self) {
      try StateSpaceMethod().fit(table("x\n3\n3\n3\n3\n"), using: Random(seed: 0))
    }
    #expect(unsuitable(error, "column 'x'", "one value in all rows"))
    var trend = StateSpaceMethod()
    trend.model = .localLinearTrend
    let exact = #expect(throws: FitError.self) {
      try trend.fit(table(csv("x", (0..<20).map { [Double($0)] })), using: Random(seed: 0))
    }
    #expect(unsuitable(exact, "maximum", "without noise"))
    #expect(
      throws: FitError.columnCount(path: "t.csv", expected: "one column, the series", found: 2)
    ) {
      try StateSpaceMethod().fit(table("x,y\n3,1\n4,2\n"), using: Random(seed: 0))
    }
  }
}
