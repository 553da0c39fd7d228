import Inference
import Tensor

/// Rows with a constant, and coefficients with a normal prior.
struct CoefficientPosterior {
  /// The constant and the columns, `[n, d]`.
  let design: Tensor
  /// "constant", then the columns.
  let names: [String]
  /// The variance of each coefficient's prior.
  let priorVariance: Double
  /// The weight of each row, `[n]`; nil if all are 1.
  private let weights: Tensor?
  /// n, or the sum of the weights.
  private let rowCount: Double

  init(_ data: FitData, priorVariance: Double, standardize: Bool) throws {
    let x = standardize ? try data.standardized().data.points : data.points
    design = .concatenated([Tensor.ones([data.count, 1], dtype: .float64), x], along: 1)
    names = ["constant"] + data.names
    self.priorVariance = priorVariance
    (weights, rowCount) = (data.weights, data.totalWeight)
  }

  private var count: Int { names.count }

  /// The model of these rows, given the log-likelihood of each row; with too many rows, advi with
  /// draws is cheaper than quadrature.
  private func linear(
    _ logLikelihood: @escaping (Tensor) -> Tensor
  ) -> PosteriorModel.LinearModel? {
    design.shape[0] <= 20_000
      ? .init(design: design, priorVariance: priorVariance) { weighted(logLikelihood($0)) } : nil
  }

  /// Numbers of the rows, `[n, …]`, times the rows' weights.
  private func weighted(_ numbers: Tensor) -> Tensor {
    weights.map { $0.expanded(at: 1) * numbers } ?? numbers
  }

  /// Rows and targets times the roots of the weights, so that their squares are weighted.
  private func rooted(_ y: Tensor) -> (design: Tensor, y: Tensor) {
    guard let weights else { return (design, y) }
    let roots = sqrt(weights)
    return (roots.expanded(at: 1) * design, roots * y)
  }

  /// Σ log p(y | logits) + log p(w) for two classes, y `[n]` of zeros and ones.
  func logistic(_ y: Tensor) -> PosteriorModel {
    let centre = Tensor.zeros([count], dtype: .float64)
    return PosteriorModel(
      names: names, dimensions: count,
      logDensity: { w in
        let logits = w.matmul(design, transposeRight: true)
        let likelihoods = y * logits - softplus(logits)
        return (weights.map { $0 * likelihoods } ?? likelihoods).sum(along: 1)
          + logNormal(w, variance: priorVariance)
      }, parameters: nil, centre: centre, starts: PosteriorModel.starts(around: centre),
      gibbs: .none(
        "a logistic regression, whose coefficients have no conditional distribution to draw from"),
      linear: linear { logits in y.expanded(at: 1) * logits - softplus(logits) })
  }

  /// y ~ N(X w, σ²) with known σ².
  func regression(_ y: Tensor, noiseVariance: Double) -> PosteriorModel {
    let centre = Tensor.zeros([count], dtype: .float64)
    let targets = y
    let (design, y) = rooted(y)
    let sweep = CoefficientSweep(design, y, priorVariance: priorVariance)
    let gibbs = Gibbs(
      dimensions: count,
      blocks: [
        { w, random in
          let precision = Tensor(filledWith: 1 / noiseVariance, [w.shape[0]], dtype: .float64)
          return try sweep.coefficients(noisePrecision: precision, using: random)
        }
      ])
    let starts = PosteriorModel.starts(around: centre)
    return PosteriorModel(
      names: names, dimensions: count,
      logDensity: { w in
        let residuals = y - w.matmul(design, transposeRight: true)
        return logNormal(residuals, variance: noiseVariance, count: rowCount)
          + logNormal(w, variance: priorVariance)
      }, parameters: nil, centre: centre, starts: starts,
      gibbs: .sampler(gibbs, starts: starts, parameters: nil),
      linear: linear { means in
        logNormal((targets.expanded(at: 1) - means).expanded(at: 2), variance: noiseVariance)
      })
  }

  /// y ~ N(X w, σ²) with 1/σ² ~ Gamma(1, 1); the last coordinate is log σ.
  func regression(_ y: Tensor) -> PosteriorModel {
    let (d, n) = (count, rowCount)
    let spread = maximum(y.variance(), Tensor(1e-6, dtype: .float64))
    let centre = Tensor.concatenated([
      .zeros([d], dtype: .float64), (0.5 * log(spread)).reshaped(to: [1]),
    ])
    let (design, y) = rooted(y)
    let sweep = CoefficientSweep(design, y, priorVariance: priorVariance)
    let gibbs = Gibbs(
      dimensions: d + 1,
      blocks: [
        { position, random in
          let w = try sweep.coefficients(
            noisePrecision: exp(-2 * column(position, d)), using: random)
          return .concatenated([w, columns(position, d, d + 1)], along: 1)
        },
        { position, random in
          let w = columns(position, 0, d)
          let precision = random.gamma(
            concentration: Tensor(1 + 0.5 * n, dtype: .float64),
            rate: 1 + 0.5 * sweep.squaredErrors(w))
          return .concatenated([w, -0.5 * log(precision).expanded(at: 1)], along: 1)
        },
      ])
    let starts = PosteriorModel.starts(around: centre)
    let parameters: (Tensor) -> Tensor = { position in
      .concatenated([columns(position, 0, d), exp(columns(position, d, d + 1))], along: 1)
    }
    return PosteriorModel(
      names: names + ["noise-deviation"], dimensions: d + 1,
      logDensity: { position in
        let (w, s) = (columns(position, 0, d), column(position, d))
        let residuals = y - w.matmul(design, transposeRight: true)
        let precision = exp(-2 * s)
        let fit = -0.5 * precision * square(residuals).sum(along: 1) - n * s
        let constant = -0.5 * n * logTwoPi + log(Tensor(2, dtype: .float64)).scalar
        // The density of τ = e^(−2 s) is e^(−τ), and |dτ/ds| = 2 τ.
        return fit - precision - 2 * s + constant + logNormal(w, variance: priorVariance)
      }, parameters: parameters, centre: centre, starts: starts,
      gibbs: .sampler(gibbs, starts: starts, parameters: parameters))
  }

  private var logTwoPi: Double { log(Tensor(2 * Double.pi, dtype: .float64)).scalar }
}

/// The conditional distribution of a regression's coefficients given the noise, for several chains
/// at once.
private struct CoefficientSweep {
  let design, outputs, squares, products: Tensor
  let priorVariance: Double

  init(_ design: Tensor, _ outputs: Tensor, priorVariance: Double) {
    (self.design, self.outputs, self.priorVariance) = (design, outputs, priorVariance)
    squares = design.matmul(design, transposeLeft: true)
    products = design.matmul(outputs.expanded(at: 1), transposeLeft: true)
  }

  /// w ~ N(A⁻¹ τ Xᵀ y, A⁻¹) with A = τ XᵀX + I / v, for each τ `[chains]`: `[chains, d]`.
  func coefficients(noisePrecision: Tensor, using random: Random) throws -> Tensor {
    let (chains, d) = (noisePrecision.count, squares.shape[0])
    let tau = noisePrecision.reshaped(to: [chains, 1, 1])
    let factor = try CholeskyFactor(
      of: tau * squares + Tensor.identity(d, dtype: .float64) / priorVariance)
    let noise = random.normal([chains, d, 1], dtype: .float64)
    let spread = try factor.lower.solveTriangular(noise, .lower, transposed: true)
    return (factor.solve(tau * products) + spread).squeezed(at: 2)
  }

  /// |y − X w|² of each chain, `[chains]`.
  func squaredErrors(_ w: Tensor) -> Tensor {
    square(outputs - w.matmul(design, transposeRight: true)).sum(along: 1)
  }
}
