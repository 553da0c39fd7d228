import Inference
import Results
import Tensor

extension PosteriorFit {
  func laplace(_ posterior: PosteriorModel, using random: Random) throws -> Results {
    let fit: LaplaceApproximation
    do {
      fit = try LaplaceApproximation(of: posterior.logDensity, from: posterior.centre)
    } catch let error as LaplaceError {
      throw FitError.noPosterior(method: "laplace", reason: "\(error)")
    }
    var results = approximated(
      posterior, draws: try fit.sample(chains * draws, using: random), mean: fit.mode,
      deviations: fit.deviations)
    results["log-evidence"] = .number(fit.logEvidence)
    results["log-joint-at-mode"] = .number(fit.logDensityAtMode)
    results["iterations"] = .integer(fit.search.iterations)
    return results
  }

  func variational(_ posterior: PosteriorModel, using random: Random) throws -> Results {
    let fit: BoundedGaussian
    do {
      fit =
        if let model = posterior.linear {
          try BoundedGaussian(model, family: family.gaussians)
        } else {
          try BoundedGaussian(posterior, family: family.gaussians, using: random.split())
        }
    } catch let error as VariationalError {
      throw FitError.noPosterior(method: "advi", reason: "\(error)")
    }
    let sample = fit.approximation.sample(chains * draws, using: random.split())
    let weighted = try ImportanceSample(
      draws: sample, logTarget: posterior.logDensity(sample),
      logProposal: fit.approximation.logDensity(of: sample))
    var results = approximated(
      posterior, draws: sample, mean: fit.approximation.mean,
      deviations: fit.approximation.deviations)
    results["elbo"] = .number(fit.bound)
    results["elbo-error"] = .number(fit.boundError)
    results["log-evidence"] = .number(weighted.logEvidence)
    results["log-evidence-error"] = .number(weighted.errorOfLogEvidence)
    let share = weighted.effectiveSize / Double(chains * draws)
    results["effective-fraction"] = .number(share)
    results["converged"] = .flag(fit.hasConverged)
    if !fit.hasConverged { results.notes.append("the fit has not converged: \(fit.reason)") }
    if share < 0.1 {
      results.notes.append(
        "the approximation is far from the posterior: by importance weights, the draws are worth"
          + " \(sixDigits(share)) of their number; log-evidence is unreliable")
    }
    if !fit.trace.isEmpty {
      results.tables["trace.csv"] = [
        "evaluation": fit.trace.indices.map { Double($0 + 1) }, "bound": fit.trace,
      ]
    }
    return results
  }

  /// The parameters of a Gaussian's draws, with exact moments if the coordinates are the
  /// parameters.
  private func approximated(
    _ posterior: PosteriorModel, draws: Tensor, mean: Tensor, deviations: Tensor
  ) -> Results {
    let values = PosteriorDraws(
      posterior.parameters.map { $0(draws) } ?? draws, chains: 1, names: posterior.names)
    let isExact = posterior.parameters == nil
    let means = isExact ? mean : values.pooled.mean(along: 0)
    let spreads = isExact ? deviations : sqrt(values.pooled.variance(along: 0))
    let moments = zip(means.doubles, spreads.doubles)
    var results = Results([
      "model": .text(model.rawValue), "method": .text(method.rawValue),
      "parameters": .named(
        zip(posterior.names, moments).map { name, moments in
          .init(name, ["mean": .number(moments.0), "deviation": .number(moments.1)])
        }),
    ])
    results.printed = zip(posterior.names, moments).map { name, moments in
      "\(name): mean \(sixDigits(moments.0)), deviation \(sixDigits(moments.1))"
    }
    results.tables["parameters.csv"] = ResultTable([
      ("parameter", .texts(posterior.names)), ("mean", .numbers(means.doubles)),
      ("deviation", .numbers(spreads.doubles)),
    ])
    results.tables["draws.csv"] = values.table
    results.add(values.marginals)
    results.add(values.pairs, as: "pairs.svg")
    return results
  }
}

/// The Gaussian that maximises the bound, found with or without draws.
private struct BoundedGaussian {
  let approximation: GaussianApproximation
  let bound: Double
  /// The bound's standard error: 0 without draws.
  let boundError: Double
  let trace: [Double]
  let hasConverged: Bool
  let reason: String

  /// Maximises the bound with draws.
  init(_ posterior: PosteriorModel, family: GaussianFamily, using random: Random) throws {
    let start = GaussianApproximation(
      mean: posterior.centre, scale: .ones([posterior.dimensions], dtype: .float64))
    let fit = try VariationalInference(family: family).fit(
      posterior.logDensity, dimensions: posterior.dimensions, from: start, using: random)
    (approximation, bound, boundError) = (fit.approximation, fit.bound, fit.boundError)
    (trace, hasConverged, reason) = (fit.trace, fit.hasConverged, fit.reason)
  }

  /// Maximises the bound with quadrature along each row's linear predictor.
  init(_ model: PosteriorModel.LinearModel, family: GaussianFamily) throws {
    let fit = try LinearModelApproximation(
      design: model.design, priorVariance: model.priorVariance, family: family,
      logLikelihood: model.logLikelihood)
    (approximation, bound, boundError, trace) = (fit.approximation, fit.bound, 0, [])
    (hasConverged, reason) = (fit.search.hasConverged, fit.search.reason.rawValue)
  }
}
