import Datasets
import Results
import Settings
import Tensor
import Testing

@testable import Fitting

/// The methods that estimate distributions, regressions, classes and densities.
@Suite struct EstimatorFitTests {
  private func fit<Method: FitMethod>(
    _ method: Method, _ csv: String, target: String? = nil, weights: String? = nil
  ) throws -> Results {
    let table = try Table(csv: Array(csv.utf8), path: "t.csv").selecting(
      target: target, weights: weights)
    return try method.fit(FitData(table), using: Random(seed: 0))
  }

  private func isNear(_ value: ResultValue?, _ expected: ResultValue) -> Bool {
    switch (value, expected) {
    case (.number(let a)?, .number(let b)): abs(a - b) < 1e-9 * max(1, abs(b))
    case (.list(let a)?, .list(let b)): a.count == b.count && zip(a, b).allSatisfy(isNear)
    case (.named(let a)?, .named(let b)):
      a.map(\.name) == b.map(\.name) && zip(a, b).allSatisfy { isNear($0.value, $1.value) }
    default: value == expected
    }
  }

  private func expectComplete(_ results: Results, _ tables: [String]) {
    #expect(results.figures.keys.sorted() == ["figure.svg"])
    #expect(results.tables.keys.sorted() == tables)
    #expect(throws: Never.self) { try results.files(valuesName: "result.json") }
  }

  // MARK: Distributions

  private let three = "x\n1\n2\n6\n"

  @Test func normalDistribution() throws {
    let results = try fit(DistributionFit(), three)
    let variance = 14.0 / 3
    #expect(
      isNear(
        results["parameters"],
        ["mean": 3.0, "standard-deviation": .number(variance.squareRoot())]))
    #expect(
      isNear(
        results["standard-errors"],
        [
          "mean": .number((variance / 3).squareRoot()),
          "standard-deviation": .number((variance / 6).squareRoot()),
        ]))
    let expected = -1.5 * (1.8378770664093453 + log(Tensor(variance, dtype: .float64)).scalar + 1)
    #expect(abs(results.number("log-likelihood") - expected) < 1e-12)
    expectComplete(results, ["density.csv", "parameters.csv"])
  }

  @Test func weightsCountRows() throws {
    var poisson = DistributionFit()
    poisson.family = .poisson
    let weighted = try fit(poisson, "x,w\n1,2\n4,1\n", weights: "w")
    let repeated = try fit(poisson, "x\n1\n1\n4\n")
    for name in ["count", "log-likelihood", "parameters", "standard-errors"] {
      let expected = try #require(repeated[name])
      #expect(isNear(weighted[name], expected), "\(name)")
    }
    #expect(isNear(weighted["parameters"], ["rate": 2.0]))
  }

  @Test(arguments: DistributionFit.Family.allCases)
  func everyFamily(_ family: DistributionFit.Family) throws {
    var method = DistributionFit()
    (method.family, method.trials) = (family, 5)
    let numbers =
      switch family {
      case .bernoulli: "x\n0\n1\n1\n"
      case .beta: "x\n0.2\n0.4\n0.9\n"
      case .studentT, .cauchy: "x\n-30\n-1\n-0.5\n0\n0.4\n1\n40\n"
      case .dirichlet: "a,b,c\n0.2,0.3,0.5\n0.1,0.6,0.3\n0.4,0.4,0.2\n"
      case .multivariateNormal: "a,b,c\n0,0,1\n1,0,3\n0,1,0\n1,2,1\n3,1,1\n"
      default: "x\n1\n2\n2\n4\n"
      }
    let results = try fit(method, numbers)
    #expect(results.number("log-likelihood").isFinite)
    #expect(results["parameters"] != nil && results["standard-errors"] != nil)
    #expect(results.figures["figure.svg"] != nil)
    #expect(try !results.files(valuesName: "result.json").isEmpty)
  }

  @Test func helpNamesEveryFamilyAndFitsAScreen() {
    let words = Set(DistributionFit.notes.split { ",.: \n".contains($0) }.map(String.init))
    #expect(DistributionFit.Family.allCases.allSatisfy { words.contains($0.rawValue) })
    for method in fitRegistry {
      #expect(method.notes.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(method.name)")
    }
  }

  @Test func multivariateNormal() throws {
    var method = DistributionFit()
    method.family = .multivariateNormal
    let results = try fit(method, "a,b\n0,0\n2,0\n0,4\n2,4\n")
    #expect(
      isNear(
        results["parameters"],
        ["mean": [1.0, 2.0], "covariance": [[1.0, 0.0], [0.0, 4.0]]]))
    #expect(isNear(results["standard-errors"]?["mean"], [0.5, 1.0]))
  }

  // MARK: Regression and classes

  @Test func regression() throws {
    let results = try fit(RegressionFit(), "x,y\n0,1\n1,2\n2,6\n", target: "y")
    #expect(isNear(results["coefficients"], [0.5, 2.5]))
    #expect(results["columns"] == ["constant", "x"])
    #expect(isNear(results["noise-variance"], 0.5))
    #expect(
      isNear(results["standard-errors"], [.number(1.25.squareRoot()), .number(0.75.squareRoot())]))
    expectComplete(results, ["coefficients.csv", "predictions.csv"])
    var method = RegressionFit()
    method.withoutConstant = true
    let straight = try fit(method, "x,y\n0,1\n1,2\n2,6\n", target: "y")
    #expect(isNear(straight["coefficients"], [2.8]))
  }

  /// For a column that carries no information, the constant is the log-odds of the shares.
  @Test func logistic() throws {
    let csv = "x,y\n-1,a\n1,a\n-1,b\n1,b\n-1,b\n1,b\n"
    let results = try fit(LogisticFit(), csv, target: "y")
    let logOdds = log(Tensor(2, dtype: .float64)).scalar
    #expect(isNear(results["coefficients"], [.number(logOdds), 0.0]))
    #expect(isNear(results["accuracy"], .number(2.0 / 3)))
    #expect(results["log-evidence"] == nil)
    expectComplete(results, ["coefficients.csv", "predictions.csv"])
    var method = LogisticFit()
    (method.priorVariance, method.standardize) = (1, true)
    let prior = try fit(
      method, "x,z,u,y\n1,2,0,a\n2,1,5,a\n3,5,1,b\n4,3,2,b\n0,9,2,c\n", target: "y")
    #expect(prior.number("log-evidence") < prior.number("log-likelihood"))
    #expect(prior["coefficient-classes"] == ["a", "b", "c"])
    expectComplete(prior, ["coefficients.csv", "predictions.csv"])
  }

  @Test(arguments: [1, 2, 3])
  func discriminant(_ columns: Int) throws {
    let rows = ["0,1,1", "1,0,0", "2,3,1", "1,2,2", "8,9,7", "9,9,1", "7,8,4", "9,6,9"]
    let names = ["x", "z", "u"].prefix(columns).joined(separator: ",")
    let csv = rows.enumerated().map { index, row in
      row.split(separator: ",").prefix(columns).joined(separator: ",") + (index < 4 ? ",a" : ",b")
    }
    let text = names + ",y\n" + csv.joined(separator: "\n") + "\n"
    for kind in ["linear", "quadratic"] {
      let method = try DiscriminantFit(["kind": .text(kind)])
      let results = try fit(method, text, target: "y")
      #expect(isNear(results["accuracy"], 1.0))
      #expect(isNear(results["priors"], [0.5, 0.5]))
      expectComplete(results, ["classes.csv", "predictions.csv"])
    }
  }

  // MARK: Densities

  /// Points ±1, h = ½, at 1.
  @Test func kernelDensity() throws {
    var method = KernelDensityFit()
    (method.bandwidth, method.samples) = (0.5, 3)
    let results = try fit(method, "x\n-1\n1\n")
    let expected = log(Tensor(0.3990761, dtype: .float64)).scalar
    #expect(abs(results.number("mean-log-density") - expected) < 1e-6)
    #expect(results.number("bandwidth") == 0.5)
    expectComplete(results, ["density.csv", "rows.csv", "samples.csv"])
  }

  @Test(arguments: KernelDensityFit.Rule.allCases)
  func bandwidthsScaleWithTheData(_ rule: KernelDensityFit.Rule) throws {
    var method = KernelDensityFit()
    method.rule = rule
    let numbers = [0.0, 1, 3, 4, 4.5, 7, 11]
    func bandwidth(_ scale: Double) throws -> Double {
      let csv = "x\n" + numbers.map { "\(scale * $0)\n" }.joined()
      return try fit(method, csv).number("bandwidth")
    }
    let (own, greater) = (try bandwidth(1), try bandwidth(1000))
    #expect(abs(greater / own - 1000) < 0.5)
    let plane = try fit(method, "x,z\n0,1\n1,0\n3,2\n5,9\n7,3\n2,6\n")
    expectComplete(plane, ["density.csv", "rows.csv"])
  }

  // MARK: Bad input

  private func message<Method: FitMethod>(
    _ method: Method, _ csv: String, target: String? = nil
  ) -> String {
    do {
      _ = try fit(method, csv, target: target)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func classesThatAPlaneSeparates() {
    let csv = "x,y\n0,a\n1,a\n2,b\n3,b\n"
    #expect(message(LogisticFit(), csv, target: "y").contains("--prior-variance"))
    var method = LogisticFit()
    method.priorVariance = 100
    #expect(message(method, csv, target: "y") == "no error")
  }

  @Test func oneClass() {
    let expected = "t.csv: expected at least two classes in column 'y', found only 'a'"
    #expect(message(LogisticFit(), "x,y\n0,a\n1,a\n", target: "y") == expected)
    #expect(message(DiscriminantFit(), "x,y\n0,a\n1,a\n", target: "y") == expected)
  }

  @Test func singularCovariance() {
    let csv = "x,z,y\n0,0,a\n1,2,a\n2,4,a\n5,1,b\n3,2,b\n4,7,b\n"
    var method = DiscriminantFit()
    method.kind = .quadratic
    let found = message(method, csv, target: "y")
    #expect(found.contains("class 'a'") && found.contains("--ridge"))
    method.ridge = 0.1
    #expect(message(method, csv, target: "y") == "no error")
    var normal = DistributionFit()
    normal.family = .multivariateNormal
    #expect(message(normal, "a,b\n0,0\n1,2\n2,4\n").contains("--ridge"))
  }

  @Test func columnsThatDependOnEachOther() {
    let csv = "x,z,y\n0,0,1\n1,2,2\n2,4,5\n5,10,4\n"
    #expect(
      message(RegressionFit(), csv, target: "y")
        == "t.csv: expected 3 linearly independent columns, including the constant, found"
        + " 2; leave some out with --without")
    #expect(message(RegressionFit(), "x,y\n1,a\n2,b\n", target: "y").contains("found texts"))
    #expect(message(RegressionFit(), "x,y\n1,2\n", target: "y").contains("at least 2 rows"))
  }

  @Test func zeroVariance() {
    let found = "t.csv: expected varying numbers in column 'x', found one value in all rows"
    #expect(message(DistributionFit(), "x\n2\n2\n") == found)
    #expect(message(KernelDensityFit(), "x\n2\n2\n") == found)
    #expect(
      message(KernelDensityFit(), "z,x\n1,2\n2,2\n") == found + "; leave it out with --without")
  }

  @Test func numbersTooGreatToSquare() {
    let found =
      "t.csv: expected numbers up to 1e+150 in modulus in column 'x', found 1e+200 in row 2; use another unit"
    #expect(message(KernelDensityFit(), "x\n1\n1e200\n") == found)
    #expect(message(RegressionFit(), "z,x\n1,3\n2,1e200\n4,2\n", target: "x") == found)
  }

  /// A single row has no leave-one-out likelihood, but with a bandwidth it still has a density.
  @Test func oneRow() throws {
    var method = KernelDensityFit()
    method.bandwidth = 1
    let results = try fit(method, "x\n3\n")
    #expect(abs(results.number("mean-log-density") + 0.9189385332046727) < 1e-12)
    #expect(results["leave-one-out-log-likelihood"] == nil)
    #expect(message(KernelDensityFit(), "x\n3\n") == "t.csv: expected at least 2 rows, found 1")
  }

  @Test func numbersOutsideTheSupport() {
    var method = DistributionFit()
    method.family = .gamma
    #expect(
      message(method, "x\n2\n-1\n")
        == "t.csv: expected numbers above 0 in column 'x', found -1.0 in row 2")
    #expect(
      message(method, "x,z\n2,1\n-1,2\n")
        == "t.csv: expected one column for a gamma distribution, found 2; choose some with --columns"
    )
    method.family = .binomial
    #expect(message(method, "x\n2\n3\n").contains("--trials"))
  }
}

extension ResultValue {
  /// The value with a name among named values.
  fileprivate subscript(name: String) -> ResultValue? {
    guard case .named(let entries) = self else { return nil }
    return entries.first { $0.name == name }?.value
  }
}
