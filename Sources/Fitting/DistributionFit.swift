import Estimators
import Plots
import Results
import Settings
import Tensor

/// `pushforward fit distribution`: maximum-likelihood parameters of a family of distributions.
struct DistributionFit: FitMethod {
  /// The families; those of whole rows come last.
  enum Family: String, Choice {
    case normal
    case logNormal = "log-normal"
    case halfNormal = "half-normal"
    case bernoulli, binomial, poisson, geometric, uniform, exponential, gamma
    case inverseGamma = "inverse-gamma"
    case beta
    case chiSquared = "chi-squared"
    case studentT = "student-t"
    case cauchy, laplace
    case vonMises = "von-mises"
    case categorical
    case multivariateNormal = "multivariate-normal"
    case dirichlet
  }

  static let name = "distribution"
  static let summary = "a distribution by maximum likelihood (Fisher 1922)"
  static let notes = """
    Families of one column: normal, log-normal, half-normal, bernoulli, binomial,
    poisson, geometric, uniform, exponential, gamma, inverse-gamma, beta,
    chi-squared, student-t, cauchy, laplace, von-mises, and categorical, whose
    categories are the column's distinct numbers. Families of all columns:
    multivariate-normal, whose covariances are divided by n, and dirichlet.
    Weights are counts of rows.
    """

  @Setting("family of distributions", placeholder: "NAME") var family = Family.normal
  @Setting("number of trials per row", in: 1...1_000_000_000, absence: "must be given for binomial")
  var trials: Int? = nil
  @Setting("added to each variance of multivariate-normal", in: .atLeast(0)) var ridge = 0.0

  init() {}

  func fit(_ data: FitData, using random: Random) throws -> Results {
    switch family {
    case .multivariateNormal:
      let fit = try data.estimating {
        try MaximumLikelihood.multivariateNormal(
          fitting: data.points, weights: data.weights, ridge: ridge)
      }
      return normalResults(fit, data)
    case .dirichlet:
      let fit = try data.estimating {
        try MaximumLikelihood.dirichlet(fitting: data.points, weights: data.weights)
      }
      return dirichletResults(fit, data)
    case .categorical: return try categoricalResults(data)
    case .binomial:
      guard let trials else {
        throw FitError.unsuitable(
          path: data.path, expected: "the number of trials of a binomial distribution (--trials)",
          found: "none")
      }
      return try lineResults(.binomial(trials: trials), data)
    case .normal: return try lineResults(.normal, data)
    case .logNormal: return try lineResults(.logNormal, data)
    case .halfNormal: return try lineResults(.halfNormal, data)
    case .bernoulli: return try lineResults(.bernoulli, data)
    case .poisson: return try lineResults(.poisson, data)
    case .geometric: return try lineResults(.geometric, data)
    case .uniform: return try lineResults(.uniform, data)
    case .exponential: return try lineResults(.exponential, data)
    case .gamma: return try lineResults(.gamma, data)
    case .inverseGamma: return try lineResults(.inverseGamma, data)
    case .beta: return try lineResults(.beta, data)
    case .chiSquared: return try lineResults(.chiSquared, data)
    case .studentT: return try lineResults(.studentT, data)
    case .cauchy: return try lineResults(.cauchy, data)
    case .laplace: return try lineResults(.laplace, data)
    case .vonMises: return try lineResults(.vonMises, data)
    }
  }

  private func numbers(_ data: FitData) throws -> Tensor {
    guard data.names.count == 1 else {
      throw FitError.columnCount(
        path: data.path, expected: "one column for a \(family.rawValue) distribution",
        found: data.names.count)
    }
    return data.points.squeezed(at: 1)
  }

  // MARK: One column

  private func lineResults(_ family: DistributionFamily, _ data: FitData) throws -> Results {
    let x = try numbers(data)
    let fit = try data.estimating {
      try MaximumLikelihood(of: family, fitting: x, weights: data.weights)
    }
    func named(_ numbers: Tensor) -> ResultValue {
      .named(zip(fit.names, numbers.doubles).map { .init($0, .number($1)) })
    }
    var results = results(fit, named(fit.parameters), named(fit.standardErrors))
    results.tables["parameters.csv"] = ResultTable([
      ("parameter", .texts(fit.names)), ("estimate", .numbers(fit.parameters.doubles)),
      ("standard-error", .numbers(fit.standardErrors.doubles)),
    ])
    if let observed = fit.observedInformation {
      results["observed-information"] = ResultValue(observed)
    }
    if let expected = fit.expectedInformation {
      results["expected-information"] = ResultValue(expected)
    }
    let curve = DensityCurve(
      title: self.family.rawValue, column: data.names[0], values: x.doubles,
      weights: data.weights?.doubles, family: family, parameters: fit.parameters)
    results.tables["density.csv"] = ["x": curve.places, "density": curve.densities]
    results.add(curve.figure)
    return results
  }

  private func results(
    _ fit: MaximumLikelihood, _ parameters: ResultValue, _ errors: ResultValue
  ) -> Results {
    Results([
      "family": .text(family.rawValue),
      "count": .number(fit.count),
      "log-likelihood": .number(fit.logLikelihood),
      "parameters": parameters,
      "standard-errors": errors,
      "search": .text(fit.reason.rawValue),
      "steps": .integer(fit.iterations),
    ])
  }

  private func categoricalResults(_ data: FitData) throws -> Results {
    let values = try numbers(data).doubles
    // A number of weight 0 is not a category.
    let counts = data.weights?.doubles ?? Array(repeating: 1, count: data.count)
    let categories = Set(values.indices.filter { counts[$0] > 0 }.map { values[$0] }).sorted()
    guard categories.count <= 1_000 else {
      throw FitError.unsuitable(
        path: data.path, expected: "at most 1000 different numbers in column '\(data.names[0])'",
        found: "\(categories.count)")
    }
    let places = Dictionary(uniqueKeysWithValues: categories.enumerated().map { ($1, $0) })
    let fit = try data.estimating {
      try MaximumLikelihood.categorical(
        fitting: values.map { places[$0] ?? 0 }, count: categories.count, weights: data.weights)
    }
    var results = results(
      fit, ["probability": ResultValue(fit.parameters)],
      ["probability": ResultValue(fit.standardErrors)])
    results["categories"] = ResultValue(categories)
    results.tables["parameters.csv"] = [
      "category": categories, "probability": fit.parameters.doubles,
      "standard-error": fit.standardErrors.doubles,
    ]
    let names = categories.map { Int(exactly: $0).map(String.init) ?? "\($0)" }
    results.add(
      Figure(
        title: "categorical", x: .categories(names, label: data.names[0]),
        y: .linear("probability")
      ) { Bars(fit.parameters.doubles) })
    return results
  }

  // MARK: All columns

  private func normalResults(_ fit: MaximumLikelihood, _ data: FitData) -> Results {
    let d = data.names.count
    let (mean, covariance) = normalParts(fit.parameters.doubles, d)
    let (meanError, covarianceError) = normalParts(fit.standardErrors.doubles, d)
    func listed(_ mean: [Double], _ covariance: [[Double]]) -> ResultValue {
      ["mean": ResultValue(mean), "covariance": .list(covariance.map { ResultValue($0) })]
    }
    var results = results(
      fit, listed(mean, covariance), listed(meanError, covarianceError))
    results["columns"] = .list(data.names.map { .text($0) })
    results.tables["parameters.csv"] = ResultTable(
      [("column", .texts(data.names)), ("mean", .numbers(mean))]
        + data.names.enumerated().map { index, name in
          ("covariance with \(name)", .numbers(covariance[index]))
        })
    results.add(normalFigure(data, mean, covariance))
    return results
  }

  /// A vector, and the matrix whose lower triangle follows it row by row.
  private func normalParts(_ numbers: [Double], _ d: Int) -> ([Double], [[Double]]) {
    func place(_ row: Int, _ column: Int) -> Int {
      let (high, low) = (max(row, column), min(row, column))
      return d + high * (high + 1) / 2 + low
    }
    return (
      Array(numbers[..<d]), (0..<d).map { row in (0..<d).map { numbers[place(row, $0)] } }
    )
  }

  private func dirichletResults(_ fit: MaximumLikelihood, _ data: FitData) -> Results {
    var results = results(
      fit, ["concentration": ResultValue(fit.parameters)],
      ["concentration": ResultValue(fit.standardErrors)])
    results["columns"] = .list(data.names.map { .text($0) })
    results.tables["parameters.csv"] = ResultTable([
      ("column", .texts(data.names)), ("concentration", .numbers(fit.parameters.doubles)),
      ("standard-error", .numbers(fit.standardErrors.doubles)),
    ])
    results.add(dirichletFigure(data, fit.parameters.doubles))
    return results
  }
}
