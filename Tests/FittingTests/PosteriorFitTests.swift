import Datasets
import Foundation
import Results
import Settings
import Tensor
import TestSupport
import Testing

@testable import Fitting

/// A table from text.
private func table(_ csv: String, target: String? = nil) throws -> FitData {
  FitData(try Table(csv: Array(csv.utf8), path: "t.csv").selecting(target: target))
}

/// The statistics of a parameter.
private func statistics(_ results: Results, _ name: String) -> Results {
  guard case .named(let parameters)? = results["parameters"],
    case .named(let values)? = parameters.first(where: { $0.name == name })?.value
  else { return Results([:]) }
  var found = Results([:])
  for value in values { found[value.name] = value.value }
  return found
}

@Suite struct PosteriorFitTests {
  /// Rows with y near 1 + 2 x.
  private let line = """
    x,y
    -1,-0.9
    -0.5,0.2
    0,1.1
    0.5,1.9
    1,3.2
    1.5,3.9
    """
  private let names = ["constant", "x"]

  private func settings(
    _ model: PosteriorFit.Model, _ method: PosteriorFit.Method
  ) -> PosteriorFit {
    var fit = PosteriorFit()
    (fit.model, fit.method, fit.chains, fit.warmUp, fit.draws) = (model, method, 2, 200, 200)
    return fit
  }

  @Test(arguments: PosteriorFit.Method.allCases)
  func everyMethodFindsTheConjugatePosterior(_ method: PosteriorFit.Method) throws {
    let data = try table(line, target: "y")
    var fit = settings(.regression, method)
    (fit.priorVariance, fit.noiseVariance) = (10, 0.09)
    let results = try fit.fit(data, using: Random(seed: 3))
    var exact = RegressionFit()
    (exact.priorVariance, exact.noiseVariance) = (10, 0.09)
    let expected = try exact.fit(data, using: Random(seed: 0))
    guard case .list(let means)? = expected["coefficients"],
      case .list(let deviations)? = expected["deviations"]
    else {
      Issue.record("there are no coefficients")
      return
    }
    for (place, name) in names.enumerated() {
      guard case .number(let mean) = means[place], case .number(let deviation) = deviations[place]
      else { continue }
      let found = statistics(results, name)
      let error = found.number("error-of-mean")
      let allowed = error.isNaN ? 0.01 * deviation : 5 * error
      #expect(abs(found.number("mean") - mean) < allowed, "\(method) \(name)")
      #expect(abs(found.number("deviation") / deviation - 1) < 0.3, "\(method) \(name)")
      if !error.isNaN {
        #expect(found.number("ess-bulk") > 20 && found.number("ess-tail") > 20)
        #expect(found.number("r-hat") < 1.2)
      }
    }
    switch method {
    case .laplace:
      let difference = results.number("log-evidence") - expected.number("log-evidence")
      #expect(abs(difference) < 1e-8)
    case .advi:
      #expect(abs(results.number("elbo") - expected.number("log-evidence")) < 1e-3)
      #expect(results.number("effective-fraction") > 0.95)
    default:
      #expect(results["divergences"] != nil)
      #expect(
        Set(results.figures.keys) == ["figure.svg", "trace.svg", "rank.svg", "pairs.svg"])
      #expect(results.tables["draws.csv"]?.columns.count == 4)
    }
    #expect(results.printed.count == 2)
  }

  @Test func unknownNoiseIsSampledAlikeByGibbsAndNUTS() throws {
    let data = try table(line, target: "y")
    var found: [Results] = []
    for method in [PosteriorFit.Method.nuts, .gibbs] {
      var fit = settings(.regression, method)
      (fit.priorVariance, fit.warmUp, fit.draws) = (10, 100, method == .nuts ? 150 : 400)
      found.append(statistics(try fit.fit(data, using: Random(seed: 5)), "noise-deviation"))
    }
    let errors = found.map { $0.number("error-of-mean") }
    let allowed = 5 * (errors[0] * errors[0] + errors[1] * errors[1]).squareRoot()
    #expect(abs(found[0].number("mean") - found[1].number("mean")) < allowed)
  }

  @Test func logisticRegressionByLaplace() throws {
    let rows = "x,c\n-2,0\n-1,0\n0.5,1\n1,0\n2,1\n"
    let results = try settings(.logistic, .laplace).fit(
      table(rows, target: "c"), using: Random(seed: 0))
    #expect(results.number("log-evidence") < 0 && results["parameters"] != nil)
    let error = #expect(throws: FitError.self) {
      try settings(.logistic, .gibbs).fit(table(rows, target: "c"), using: Random(seed: 0))
    }
    #expect(
      error.map { "\($0)" }?.hasSuffix("--method nuts, hmc, metropolis, laplace or advi") == true)
    let three = "x,c\n0,a\n1,b\n2,c\n"
    #expect(throws: FitError.self) {
      try settings(.logistic, .nuts).fit(table(three, target: "c"), using: Random(seed: 0))
    }
  }

  @Test func eightSchoolsNeedNoTable() throws {
    var fit = settings(.eightSchools, .gibbs)
    (fit.draws, fit.warmUp) = (500, 50)
    let results = try fit.fit(reading: FitSettings(), using: Random(seed: 1))
    let mu = statistics(results, "mu")
    #expect(abs(mu.number("mean") - 4.4154) < 5 * mu.number("error-of-mean"))
    let theta = statistics(results, "theta-1")
    #expect(abs(theta.number("mean") - 6.2186) < 5 * theta.number("error-of-mean"))
  }

  @Test func bothFormsOfEightSchoolsHaveOnePosterior() throws {
    // At the same μ, τ and θ, the centred density is the non-centred one divided by τ⁸.
    let schools = EightSchools()
    let (centred, other) = (
      schools.posterior(isCentred: true), schools.posterior(isCentred: false)
    )
    let eta = Tensor([0.3, -1, 0.5, 0, 1, -0.2, 0.7, 0.1], dtype: .float64)
    let head = Tensor([2, 0.4], dtype: .float64)
    let theta = 2 + exp(Tensor(0.4, dtype: .float64)) * eta
    func value(_ model: PosteriorModel, _ last: Tensor) throws -> (Double, [Double]) {
      let point = Tensor.concatenated([head, last]).expanded(at: 0)
      return (
        try model.logDensity(point).scalar, model.parameters.map { $0(point).doubles } ?? []
      )
    }
    let (a, b) = (try value(centred, theta), try value(other, eta))
    #expect(abs(a.0 + 8 * 0.4 - b.0) < 1e-10)
    #expect(zip(a.1, b.1).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test(arguments: [PosteriorFit.Method.nuts, .gibbs])
  func hierarchicalMixture(_ method: PosteriorFit.Method) throws {
    var fit = settings(.hierarchicalMixture, method)
    (fit.priorVariance, fit.warmUp, fit.draws) = (10, 60, 80)
    let results = try fit.fit(table("x\n-5\n-4.5\n-5.5\n5\n4.5\n"), using: Random(seed: 4))
    #expect(abs(statistics(results, "mean-1-x").number("mean") + 5) < 0.5)
    #expect(abs(statistics(results, "mean-2-x").number("mean") - 4.5) < 0.6)
    // Dirichlet(1 + 3, 1 + 2).
    #expect(abs(statistics(results, "weight-1").number("mean") - 4.0 / 7) < 0.1)
    #expect(results.notes.contains { $0.contains("order") })
  }

  @Test func badDataAreTold() throws {
    var fit = settings(.hierarchicalMixture, .nuts)
    fit.components = 3
    #expect(throws: FitError.self) { try fit.fit(table("x\n1\n2\n"), using: Random(seed: 0)) }
    #expect(throws: FitError.noData) {
      try settings(.regression, .nuts).fit(reading: FitSettings(), using: Random(seed: 0))
    }
    #expect(throws: FitError.self) {
      try settings(.eightSchools, .nuts).fit(table("y,s\n1,0\n2,1\n"), using: Random(seed: 0))
    }
  }
}

@Suite struct BayesianRegressionFitTests {
  @Test func theWorkedExample() throws {
    var fit = RegressionFit()
    (fit.priorVariance, fit.noiseVariance, fit.withoutConstant) = (1, 0.25, true)
    let data = try table("x,y\n1,1.1\n2,1.9\n3,3.2\n4,3.9\n", target: "y")
    let results = try fit.fit(data, using: Random(seed: 0))
    #expect(results["coefficients"].map { "\($0)".contains("0.99504132") } ?? false)
    guard case .list(let covariance)? = results["covariance"], case .list(let row) = covariance[0],
      case .number(let variance) = row[0]
    else {
      Issue.record("there is no covariance")
      return
    }
    #expect(abs(variance - 0.0082644628) < 1e-9)
    fit.noiseVariance = nil
    let found = try fit.fit(data, using: Random(seed: 0))
    let best = found.number("log-evidence")
    for factor in [0.9, 1.1] {
      fit.noiseVariance = factor * found.number("noise-variance")
      #expect(try fit.fit(data, using: Random(seed: 0)).number("log-evidence") < best)
    }
  }
}

@Suite struct TopicsFitTests {
  @Test func topicsOfATable() throws {
    var fit = TopicsMethod()
    (fit.topics, fit.words, fit.starts) = (2, 2, 3)
    let rows = "cat,dog,star,moon\n" + String(repeating: "9,8,0,0\n0,0,7,9\n", count: 5)
    let results = try fit.fit(table(rows), using: Random(seed: 1))
    guard case .list(let topics)? = results["topics"] else {
      Issue.record("there are no topics")
      return
    }
    let words = topics.map { topic -> Set<String> in
      guard case .list(let words) = topic else { return [] }
      return Set(words.compactMap { if case .text(let word) = $0 { word } else { nil } })
    }
    #expect(Set(words) == [["cat", "dog"], ["star", "moon"]])
    let perplexity = results.number("perplexity")
    #expect(perplexity > 2 && perplexity < 4)
    let logPerplexity = -results.number("bound") / results.number("words")
    #expect(abs(exp(Tensor(logPerplexity, dtype: .float64)).scalar - perplexity) < 1e-9)
    #expect(results.printed.count == 2 && results.figures["figure.svg"] != nil)
    #expect(Set(results.tables.keys) == ["topics.csv", "documents.csv", "trace.csv"])
    #expect(throws: FitError.self) {
      try fit.fit(table("a,b\n1,-2\n3,4\n"), using: Random(seed: 0))
    }
    #expect(throws: FitError.corpus(path: "t.csv", .noWords)) {
      try fit.fit(table("a,b\n0,0\n0,0\n"), using: Random(seed: 0))
    }
    let empty = try fit.fit(table("a,b\n0,0\n3,4\n"), using: Random(seed: 0))
    #expect(empty.notes.contains { $0.contains("no words") })
    (fit.method, fit.batchSize, fit.passes, fit.delay) = (.online, 2, 6, 1)
    let online = try fit.fit(table(rows), using: Random(seed: 1))
    #expect(online.number("passes") == 6 && online["converged"] == nil)
    #expect(abs(online.number("perplexity") / perplexity - 1) < 0.05)
    #expect(online.tables["trace.csv"]?.columns.map(\.name) == ["batch", "bound"])
  }

  @Test func topicsOfFilesAndOfBags() throws {
    let place = try TemporaryFolder()
    let folder = place.path
    try FileManager.default.createDirectory(
      atPath: folder + "/texts", withIntermediateDirectories: true)
    func write(_ text: String, to path: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
    let texts = folder + "/texts"
    try write("The cat, the DOG and the cat", to: texts + "/a.txt")
    try write("stars and the moon; the moon", to: texts + "/b.txt")
    try write("the\nand\n", to: folder + "/stop.txt")
    var fit = TopicsMethod()
    (fit.topics, fit.stopWords) = (2, folder + "/stop.txt")
    var settings = FitSettings()
    settings.data = texts
    let found = try fit.fit(reading: settings, using: Random(seed: 1))
    #expect(found.number("words") == 6 && found.number("vocabulary-size") == 4)
    #expect(found.notes.contains { $0.contains("7 words") })
    try write("moon\nCat\nthe\n", to: folder + "/words.txt")
    fit.vocabulary = folder + "/words.txt"
    let chosen = try fit.fit(reading: settings, using: Random(seed: 1))
    #expect(chosen.number("words") == 4 && chosen.number("vocabulary-size") == 2)
    #expect(chosen.notes.contains { $0.contains("9 words not in the vocabulary") })
    try write("2\n3\n3\n1 1 4\n1 2 1\n2 3 5\n", to: folder + "/docword.txt")
    try write("x\ny\nz\n", to: folder + "/vocab.txt")
    settings.data = folder + "/docword.txt"
    fit.vocabulary = folder + "/vocab.txt"
    let bag = try fit.fit(reading: settings, using: Random(seed: 1))
    #expect(bag.number("words") == 10 && bag.printed.joined().contains("z"))
    try write("2\n3\n3\n1 1 4\n1 9 1\n2 3 5\n", to: folder + "/docword.txt")
    #expect(throws: FitError.self) {
      try fit.fit(reading: settings, using: Random(seed: 1))
    }
  }
}
