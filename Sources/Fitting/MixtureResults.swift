import Inference
import Plots
import Results
import Tensor

extension MixtureMethod {
  /// The results of a fit, with its tables and figures.
  ///
  /// - Parameters:
  ///   - parameters: The components' parameters, for `result.json`.
  ///   - columns: The parameters that a component has for each column of the data, `[components,
  ///     columns]`.
  ///   - plane: The figure for rows of several columns.
  func results<Model: MixtureModel>(
    _ fit: MixtureFit<Model>, _ data: FitData, _ parameters: KeyValuePairs<String, ResultValue>,
    columns: [(name: String, values: Tensor)], plane: () -> Figure
  ) -> Results {
    var results = Results([
      "log-likelihood": .number(fit.logLikelihood), "weights": ResultValue(fit.model.weights),
    ])
    for (name, value) in parameters { results[name] = value }
    results["columns"] = .list(data.names.map { .text($0) })
    results["iterations"] = .integer(fit.iterations)
    results["converged"] = .flag(fit.hasConverged)
    results["aic"] = .number(fit.aic)
    results["bic"] = .number(fit.bic)
    let objectives = fit.bounds.map(\.objective)
    let isPenalized = objectives != fit.logLikelihoods
    if isPenalized { results["log-posterior"] = .number(fit.objective) }
    if !fit.hasConverged {
      results.notes.append("the fit has not converged: \(fit.reason.rawValue)")
    }
    if let failure = fit.failures.first {
      results.notes.append(
        "\(fit.failures.count) of \(starts) starts failed; the first: \(failure)")
    }
    addTables(fit, data, columns, objectives, to: &results)
    let trace = traceFigure(
      objectives, title: isPenalized ? "Log-posterior" : "Log-likelihood",
      label: isPenalized ? "log-likelihood and log-prior" : "log-likelihood", unit: "nats")
    let isLine = data.names.count == 1 && family != .bernoulli
    let figure = isLine ? line(fit.model, data) : plane()
    results.add(FigureGrid([figure, trace], columns: 2))
    return results
  }

  private func addTables<Model: MixtureModel>(
    _ fit: MixtureFit<Model>, _ data: FitData, _ columns: [(name: String, values: Tensor)],
    _ objectives: [Double], to results: inout Results
  ) {
    var table = ResultTable([("weight", .numbers(fit.model.weights.doubles))])
    for (place, name) in data.names.enumerated() {
      for column in columns {
        let own = column.values.transposed().sliced(place..<place + 1).doubles
        table.add("\(column.name) of \(name)", .numbers(own))
      }
    }
    results.tables["components.csv"] = table
    var rows = ResultTable(
      fit.responsibilities, names: (1...components).map { "probability of \($0)" })
    rows.add("component", .numbers(fit.assignments.map { Double($0 + 1) }))
    results.tables["responsibilities.csv"] = rows
    var trace: ResultTable = [
      "sweep": fit.logLikelihoods.indices.map(Double.init), "log-likelihood": fit.logLikelihoods,
    ]
    if objectives != fit.logLikelihoods { trace.add("log-posterior", .numbers(objectives)) }
    results.tables["trace.csv"] = trace
  }

  /// A histogram of the only column with the density and those of its components.
  private func line(_ model: some MixtureModel, _ data: FitData) -> Figure {
    let values = data.column(0).filter(\.isFinite)
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let places = Tensor.linearSpace(
      from: low - 0.1 * (high - low), through: high + 0.1 * (high - low), count: 201,
      dtype: .float64)
    let parts = exp(model.logJoint(of: places.expanded(at: 1))).transposed()
    return Figure(
      title: family == .gaussian ? "Mixture of Gaussians" : "Mixture of t distributions",
      x: .linear(data.names[0]), y: .linear("density")
    ) {
      Histogram(values, measure: .density, label: "rows")
      for component in 0..<model.componentCount {
        Line(
          places.doubles, parts.sliced(component..<component + 1).doubles,
          label: "component \(component + 1)", dash: .dashed)
      }
      Line(places.doubles, parts.sum(along: 0).doubles, label: "mixture", color: .text)
    }
  }
}
