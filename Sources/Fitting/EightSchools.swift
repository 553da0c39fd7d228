import Inference
import Tensor

/// The effects of several schools with known standard errors: yⱼ ~ N(θⱼ, sⱼ²), θⱼ ~ N(μ, τ²), μ ~
/// N(0, 25), τ ~ half-Cauchy(5) (Rubin 1981; Gelman, Carlin, Stern and Rubin 2003, section 5.5).
struct EightSchools {
  /// The effects, `[schools]`.
  let effects: Tensor
  /// Their standard errors, `[schools]`.
  let errors: Tensor

  /// Rubin's eight schools.
  init() {
    effects = Tensor([28, 8, -3, 7, -1, 1, 18, 12], dtype: .float64)
    errors = Tensor([15, 10, 16, 11, 9, 11, 10, 18], dtype: .float64)
  }

  /// Reads two columns: effects and standard errors.
  init(_ data: FitData) throws {
    guard data.names.count == 2 else {
      throw FitError.columnCount(
        path: data.path, expected: "two columns, effects and their standard errors",
        found: data.names.count)
    }
    if let row = data.column(1).firstIndex(where: { !($0 > 0) }) {
      throw FitError.unsuitable(
        path: data.path, expected: "standard errors above 0 in column '\(data.names[1])'",
        found: "\(data.column(1)[row]) in row \(row + 1)")
    }
    if data.weights != nil {
      throw FitError.unsuitable(
        path: data.path, expected: "unweighted schools",
        found: "weights; leave out --weights, since the standard errors already weight the effects")
    }
    effects = Tensor(data.column(0), dtype: .float64)
    errors = Tensor(data.column(1), dtype: .float64)
  }

  private var count: Int { effects.count }

  /// The posterior.
  ///
  /// The coordinates are μ, log τ, and either θ itself or, non-centred, η with θ = μ + τ η.
  func posterior(isCentred: Bool) -> PosteriorModel {
    let j = count
    // θ from coordinates, [n, j].
    func schools(_ x: Tensor) -> Tensor {
      let last = columns(x, 2, 2 + j)
      return isCentred ? last : columns(x, 0, 1) + exp(columns(x, 1, 2)) * last
    }
    func parameters(_ theta: @escaping (Tensor) -> Tensor) -> (Tensor) -> Tensor {
      { x in
        let logTau = columns(x, 1, 2)
        return .concatenated([columns(x, 0, 1), exp(logTau), logTau, theta(x)], along: 1)
      }
    }
    let centre = Tensor.zeros([2 + j], dtype: .float64)
    return PosteriorModel(
      names: ["mu", "tau", "log-tau"] + (1...j).map { "theta-\($0)" }, dimensions: 2 + j,
      logDensity: { x in
        let (mu, logTau) = (columns(x, 0, 1), columns(x, 1, 2))
        let white = (effects - schools(x)) / errors
        let ofErrors = log(errors).sum().scalar
        let ofSchools: Tensor
        if isCentred {
          let scaled = (columns(x, 2, 2 + j) - mu) / exp(logTau)
          ofSchools = logNormal(scaled, variance: 1) - Double(j) * logTau.squeezed(at: 1)
        } else {
          ofSchools = logNormal(columns(x, 2, 2 + j), variance: 1)
        }
        return logNormal(white, variance: 1) - ofErrors + ofSchools
          + logNormal(mu, variance: 25) + logHalfCauchy(logTau.squeezed(at: 1))
      }, parameters: parameters(schools), centre: centre,
      starts: PosteriorModel.starts(around: centre),
      gibbs: .sampler(
        gibbs, starts: PosteriorModel.starts(around: centre),
        parameters: parameters { columns($0, 2, 2 + j) }))
  }

  /// The log-density of log τ for τ ~ half-Cauchy(5): 2 / (5 π (1 + (τ/5)²)) · τ.
  private func logHalfCauchy(_ logTau: Tensor) -> Tensor {
    let constant = log(Tensor(2 / (5 * Double.pi), dtype: .float64)).scalar
    return constant + logTau - log1p(exp(2 * logTau) / 25)
  }

  /// Gibbs sweeps over θ, μ and τ in the centred coordinates; τ is drawn with an auxiliary a ~
  /// inverse-Gamma(½, 1/25), given which τ² ~ inverse-Gamma(½, 1/a) (Makalic and Schmidt 2016).
  private var gibbs: Gibbs {
    let j = count
    let precision = 1 / square(errors)
    return Gibbs(
      dimensions: 2 + j,
      blocks: [
        { x, random in
          let tauPrecision = exp(-2 * columns(x, 1, 2))
          let variance = 1 / (precision + tauPrecision)
          let mean = variance * (precision * effects + tauPrecision * columns(x, 0, 1))
          let noise = random.normal([x.shape[0], j], dtype: .float64)
          return .concatenated([columns(x, 0, 2), mean + sqrt(variance) * noise], along: 1)
        },
        { x, random in
          let tauPrecision = exp(-2 * columns(x, 1, 2))
          let variance = 1 / (Double(j) * tauPrecision + 1 / 25)
          let sum = columns(x, 2, 2 + j).sum(along: 1, keepingDimensions: true)
          let noise = random.normal([x.shape[0], 1], dtype: .float64)
          let mu = variance * tauPrecision * sum + sqrt(variance) * noise
          return .concatenated([mu, columns(x, 1, 2 + j)], along: 1)
        },
        { x, random in
          let one = Tensor(1, dtype: .float64)
          let inverse = random.gamma(
            concentration: one, rate: exp(-2 * columns(x, 1, 2)) + 1 / 25)
          let squares = square(columns(x, 2, 2 + j) - columns(x, 0, 1))
            .sum(along: 1, keepingDimensions: true)
          let tauPrecision = random.gamma(
            concentration: Tensor(0.5 * Double(j + 1), dtype: .float64),
            rate: 0.5 * squares + inverse)
          return .concatenated(
            [columns(x, 0, 1), -0.5 * log(tauPrecision), columns(x, 2, 2 + j)], along: 1)
        },
      ])
  }
}
