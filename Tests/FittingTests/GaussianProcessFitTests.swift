import Datasets
import GaussianProcesses
import Results
import Tensor
import Testing

@testable import Fitting

/// Creates a table from these lines.
func fitData(
  _ csv: String, columns: [String]? = nil, target: String? = nil, weights: String? = nil
) throws -> FitData {
  FitData(
    try Table(csv: Array(csv.utf8), path: "t.csv").selecting(
      columns: columns, target: target, weights: weights))
}

@Suite struct GaussianProcessFitTests {
  private let wave = (0..<16).map { "\($0),\([0.0, 1, 0, -1][$0 % 4] + 0.1 * Double($0 % 3))\n" }

  @Test func forecastsAWave() throws {
    var method = GaussianProcessRegressionFit()
    method.kernel = "periodic(period = 4 fixed) + rbf(length = 5) + white(variance = 0.1)"
    (method.starts, method.until, method.points) = (2, 20, 21)
    let data = try fitData("t,y\n" + wave.joined(), target: "y")
    let results = try method.fit(data, using: Random(seed: 1))
    let table = try #require(results.tables["predictions.csv"])
    guard case .numbers(let mean)? = table.columns.first(where: { $0.name == "mean" })?.values,
      case .numbers(let x) = table.columns[0].values
    else { throw FitError.noTarget(path: "", kind: "") }
    #expect(x.last == 20)
    #expect(abs(mean[17] - 1.1) < 0.25 && abs(mean[19] + 0.9) < 0.25, "\(mean)")
    #expect(results.number("log-marginal-likelihood").isFinite)
    #expect(results.number("jitter") == 0)
    guard case .named(let parameters)? = results["parameters"] else {
      throw FitError.noTarget(path: "", kind: "")
    }
    #expect(parameters.contains { $0.name == "periodic.period" && $0.value == .number(4) })
    #expect(results.figures["figure.svg"]?.figures.count == 3)
  }

  @Test func severalColumnsPredictTheirRows() throws {
    var method = GaussianProcessRegressionFit()
    method.starts = 1
    let csv = "a,b,y\n" + (0..<9).map { "\($0 % 3),\($0 / 3),\($0 % 3 + 2 * ($0 / 3))\n" }.joined()
    let results = try method.fit(fitData(csv, target: "y"), using: Random(seed: 1))
    #expect(
      results.tables["predictions.csv"]?.columns.prefix(4).map(\.name) == ["a", "b", "y", "mean"])
  }

  @Test func mistakesAreTold() throws {
    var method = GaussianProcessRegressionFit()
    #expect(throws: GaussianProcessError.constantTargets(value: 2, count: 2)) {
      try method.fit(fitData("x,y\n0,2\n1,2\n", target: "y"), using: Random(seed: 0))
    }
    method.kernel = "rbf +"
    #expect(throws: KernelExpressionError.self) {
      try method.fit(fitData("x,y\n0,2\n1,3\n", target: "y"), using: Random(seed: 0))
    }
    method.kernel = "rbf"
    do {
      _ = try method.fit(fitData("x,y\n0,2\n0,3\n", target: "y"), using: Random(seed: 0))
      Issue.record("equal inputs without noise were accepted")
    } catch let error as GaussianProcessError {
      guard case .notPositiveDefinite(minor: 2, _, equalInput: 0) = error else {
        throw error
      }
    }
  }
}
