import Datasets
import Results
import Tensor
import Testing

@testable import Fitting

/// A row of weight 3 is equivalent to three rows, whatever is fitted.
@Suite struct WeightsTests {
  /// A method with rows and their weights.
  struct Row: CustomTestStringConvertible {
    let method: any FitMethod
    let name: String
    let heading: String
    let rows: [(values: String, count: Int)]
    /// Whether the method may find the same clusters in another order.
    let isUnordered: Bool

    init(
      _ method: some FitMethod, _ name: String, _ heading: String, _ rows: [String],
      counts: [Int] = [1, 3, 2, 1, 0, 2], isUnordered: Bool = false
    ) {
      (self.method, self.heading, self.isUnordered) = (method, heading, isUnordered)
      self.name = name
      self.rows = rows.enumerated().map { ($1, counts[$0 % counts.count]) }
    }

    var testDescription: String { name }
    var hasTarget: Bool { heading.contains("y") }
  }

  static let numbers = [
    "1,2,3.1", "2,1,4", "3,5,9.2", "4,3,8", "9,9,30", "5,1,6.5", "6,8,15", "7,2,9.5", "2.5,3,6",
  ]
  static let classes = [
    "1,2,a", "2,1,a", "3,5,b", "4,3,a", "9,9,b", "5,1,b", "6,8,b", "7,2,a", "2.5,3,b", "4,6,a",
  ]
  static let groups = [
    "0,0", "1,0.5", "-1,0.2", "0.3,1", "0.1,-1", "10,10", "11,10.2", "9,9.7", "10,11", "10.4,9",
    "0.6,0.7", "9.5,10.5",
  ]

  static let documents = ["3,2,0,0", "4,1,0,1", "0,0,5,2", "1,0,3,3", "2,2,0,0", "0,1,2,4"]

  static let families = DistributionFit.Family.allCases.map { family in
    var method = DistributionFit()
    (method.family, method.trials) = (family, 5)
    let (heading, rows) =
      switch family {
      case .bernoulli: ("x", ["0", "1", "1"])
      case .beta: ("x", ["0.2", "0.4", "0.9", "0.5"])
      case .studentT, .cauchy: ("x", ["-30", "-1", "-0.5", "0", "0.4", "1", "40", "0.2", "-0.3"])
      case .dirichlet: ("a,b,c", ["0.2,0.3,0.5", "0.1,0.6,0.3", "0.4,0.4,0.2", "0.25,0.5,0.25"])
      case .multivariateNormal: ("a,b,c", ["0,0,1", "1,0,3", "0,1,0", "1,2,1", "9,1,1", "3,1,1"])
      default: ("x", ["1", "2", "2", "4", "5", "3"])
      }
    return Row(method, "distribution \(family.rawValue)", heading, rows)
  }

  static var estimators: [Row] {
    func made<Method: FitMethod>(_ change: (inout Method) -> Void) -> Method {
      var method = Method()
      change(&method)
      return method
    }
    let rules = KernelDensityFit.Rule.allCases.map { rule in
      Row(
        made { (m: inout KernelDensityFit) in m.rule = rule }, "kernel-density \(rule)", "x",
        ["0", "1", "3", "4", "4.5", "7", "11"])
    }
    return rules + [
      Row(RegressionFit(), "regression", "x,z,y", numbers),
      Row(
        made { (m: inout RegressionFit) in m.standardize = true }, "regression standardized",
        "x,z,y", numbers),
      Row(
        made { (m: inout RegressionFit) in
          (m.priorVariance, m.noiseVariance, m.standardize) = (10, 0.5, true)
        }, "regression with a prior", "x,z,y", numbers),
      Row(
        made { (m: inout RegressionFit) in m.priorVariance = 10 },
        "regression with a prior and unknown noise", "x,z,y", numbers),
      Row(LogisticFit(), "logistic", "x,z,y", classes),
      Row(
        made { (m: inout LogisticFit) in (m.standardize, m.priorVariance) = (true, 2) },
        "logistic with a prior", "x,z,y", classes),
      Row(DiscriminantFit(), "discriminant", "x,z,y", classes),
      Row(
        made { (m: inout DiscriminantFit) in m.kind = .quadratic }, "discriminant quadratic",
        "x,z,y", classes),
    ]
  }

  static var clusters: [Row] {
    var (means, mixture, process) = (KMeansMethod(), MixtureMethod(), DirichletMixtureFit())
    var topics = TopicsMethod()
    topics.topics = 2
    (means.clusters, mixture.components, mixture.tolerance, process.truncation) = (2, 2, 1e-13, 5)
    return [
      Row(means, "k-means", "x,z", groups, isUnordered: true),
      Row(mixture, "mixture", "x,z", groups, isUnordered: true),
      Row(process, "dirichlet-mixture", "x,z", groups, isUnordered: true),
      Row(topics, "topics", "red,blue,one,two", documents),
    ]
  }

  static var posteriors: [Row] {
    var (known, unknown, logistic) = (PosteriorFit(), PosteriorFit(), PosteriorFit())
    known.noiseVariance = 0.5
    (known.method, unknown.method, logistic.method) = (.laplace, .laplace, .laplace)
    (logistic.model, logistic.standardize) = (.logistic, true)
    var hierarchical = known
    hierarchical.model = .hierarchicalMixture
    return [
      Row(known, "posterior regression", "x,z,y", numbers),
      Row(unknown, "posterior regression with unknown noise", "x,z,y", numbers),
      Row(logistic, "posterior logistic", "x,z,y", classes),
      Row(hierarchical, "posterior hierarchical-mixture", "x", ["0", "1", "4", "5", "4.5", "0.5"]),
    ]
  }

  private func fit(_ row: Row, repeating: Bool) throws -> Results {
    let lines = row.rows.flatMap { values, count in
      repeating ? Array(repeating: values, count: count) : ["\(values),\(count)"]
    }
    let csv = ([row.heading + (repeating ? "" : ",w")] + lines).joined(separator: "\n") + "\n"
    let table = try Table(csv: Array(csv.utf8), path: "t.csv").selecting(
      target: row.hasTarget ? "y" : nil, weights: repeating ? nil : "w")
    return try row.method.fit(FitData(table), using: Random(seed: 1))
  }

  @Test(arguments: families + estimators + clusters + posteriors)
  func aRowOfWeightThreeIsThreeRows(_ row: Row) throws {
    let (weighted, repeated) = (try fit(row, repeating: false), try fit(row, repeating: true))
    #expect(weighted.values.map(\.name) == repeated.values.map(\.name))
    for value in repeated.values where !["steps", "iterations", "sweeps"].contains(value.name) {
      var (found, expected) = (weighted[value.name]?.numbers ?? [], value.value.numbers)
      if row.isUnordered { (found, expected) = (found.sorted(), expected.sorted()) }
      let isNear =
        found.count == expected.count
        && zip(found, expected).allSatisfy { $0 == $1 || abs($0 - $1) < 1e-6 * max(1, abs($1)) }
      #expect(isNear, "\(value.name): \(found) for \(expected)")
    }
  }

  /// Methods that take weights are listed above, and any other says why it takes none.
  @Test func everyMethodIsTested() {
    let tested = Set(
      (Self.families + Self.estimators + Self.clusters + Self.posteriors).map {
        type(of: $0.method).name
      })
    for method in fitRegistry {
      #expect(tested.contains(method.name) == (method.noWeights == nil), "\(method.name)")
    }
  }

  @Test func whereRowsHaveAPartOfTheirOwnWeightsAreRefused() {
    var (gibbs, mixture, schools) = (DirichletMixtureFit(), PosteriorFit(), PosteriorFit())
    gibbs.method = .gibbs
    (mixture.model, mixture.method, schools.model) = (.hierarchicalMixture, .gibbs, .eightSchools)
    for row in [
      Row(gibbs, "dirichlet-mixture gibbs", "x,z", Self.groups),
      Row(mixture, "hierarchical-mixture gibbs", "x", ["0", "1", "4", "5"]),
      Row(schools, "eight-schools", "x,z", ["28,15", "8,10", "-3,16"]),
    ] {
      let error = #expect(throws: FitError.self, "\(row.name)") { try fit(row, repeating: false) }
      #expect(error.map { "\($0)".contains("weight") } == true, "\(row.name)")
    }
  }
}

extension ResultValue {
  /// All numbers in order.
  fileprivate var numbers: [Double] {
    switch self {
    case .number(let number): [number]
    case .integer(let number): [Double(number)]
    case .list(let values): values.flatMap(\.numbers)
    case .named(let entries): entries.flatMap(\.value.numbers)
    default: []
    }
  }
}
