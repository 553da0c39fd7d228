import Tensor

/// The linear model y = φ(x)·w + ε with weights w ~ N(0, Σ) and noise ε of variance σ².
///
/// In weight form, the posterior is N(S Φᵀ y / σ², S) with S = (Φᵀ Φ / σ² + Σ⁻¹)⁻¹; in kernel form,
/// it is the Gaussian process with covariance Φ Σ Φᵀ. Both give the same predictions (Rasmussen and
/// Williams 2006, section 2.1). The cost of the first is cubic in the number of weights, that of
/// the second in the number of observations.
public struct BayesianLinearModel: Sendable {
  /// The features; `nil` for the columns of the points themselves.
  public let features: (any FeatureMap)?
  /// The prior variance of each weight.
  public let weightVariance: Double
  /// The variance of the noise.
  public let noiseVariance: Double

  /// Creates a model with independent weights of equal variance, on features or on the points
  /// themselves.
  public init(
    features: (any FeatureMap)? = nil, weightVariance: Double, noiseVariance: Double
  ) {
    precondition(
      weightVariance > 0 && noiseVariance > 0,
      "BayesianLinearModel: expected variances above 0, found \(weightVariance) and"
        + " \(noiseVariance)")
    self.features = features
    (self.weightVariance, self.noiseVariance) = (weightVariance, noiseVariance)
  }

  /// The same model as a Gaussian process.
  public var gaussianProcess: GaussianProcess {
    if let features {
      GaussianProcess(
        FeatureKernel(features, variance: weightVariance), noiseVariance: noiseVariance)
    } else {
      GaussianProcess(Linear(variance: weightVariance), noiseVariance: noiseVariance)
    }
  }

  /// The distribution of the weights given targets `[n]` at points `[n, d]`.
  ///
  /// - Throws: ``GaussianProcessError`` if the data are empty or not finite;
  ///   ``/Tensor/LinearAlgebraError`` if features are so large that Φᵀ Φ is not finite.
  public func conditioned(on y: Tensor, at x: Tensor) throws -> WeightPosterior {
    let data = try Observations(y, at: x)
    return try WeightPosterior(self, design(data.inputs), data.targets)
  }

  /// Φ, `[n, features]`.
  func design(_ x: Tensor) -> Tensor { features.map { $0(x) } ?? x }
}

/// The normal distribution of the weights of a linear model given observations.
public struct WeightPosterior: Sendable {
  /// The model.
  public let model: BayesianLinearModel
  /// The mean of the weights, float64 `[features]`: the weights of ridge regression with λ = σ² /
  /// variance of the weights.
  public let mean: Tensor
  /// The log marginal likelihood of the observations, in nats.
  public let logMarginalLikelihood: Double
  /// The factor of the precision S⁻¹.
  private let precision: CholeskyFactor

  fileprivate init(_ model: BayesianLinearModel, _ phi: Tensor, _ y: Tensor) throws {
    let (count, weights) = (Double(y.count), phi.shape[1])
    let gram = phi.matmul(phi, transposeLeft: true) / model.noiseVariance
    let prior = Tensor(filledWith: 1 / model.weightVariance, [weights], dtype: .float64)
    precision = try CholeskyFactor(of: gram + prior.diagonalMatrix())
    let projection = y.expanded(at: 0).matmul(phi).reshaped(to: [-1]) / model.noiseVariance
    mean = precision.solve(projection)
    self.model = model
    // log N(y; 0, σ² I + Φ Σ Φᵀ) by the Woodbury identity and the matrix determinant lemma.
    let misfit = square(y).sum().scalar / model.noiseVariance - (projection * mean).sum().scalar
    let variances = Tensor([model.noiseVariance, model.weightVariance], dtype: .float64)
    let logs = log(variances).doubles
    let determinant =
      precision.logDeterminant.scalar + count * logs[0] + Double(weights) * logs[1]
    logMarginalLikelihood = -0.5 * (misfit + determinant + count * logTwoPi)
  }

  /// The covariance matrix S of the weights, `[features, features]`.
  public var covariance: Tensor { precision.inverse() }

  /// The mean and the variance of the function, or of new observations, at points `[m, d]`.
  public func prediction(of quantity: Quantity, at x: Tensor) -> GaussianProcessPrediction {
    let phi = model.design(x.converted(to: .float64))
    let mean = phi.matmul(self.mean.expanded(at: 1)).reshaped(to: [-1])
    let variance = square(precision.whitened(phi.transposed())).sum(along: 0)
    return GaussianProcessPrediction(
      quantity, mean: mean,
      rawVariance: variance + (quantity == .observations ? model.noiseVariance : 0))
  }

  /// Draws weights, `[count, features]`.
  public func weightSamples(_ count: Int, using random: Random) -> Tensor {
    let noise = random.normal([mean.count, count], dtype: .float64)
    // L⁻ᵀ z has covariance (L Lᵀ)⁻¹ = S, and L⁻ᵀ z = S L z.
    return mean + precision.solve(precision.lower.matmul(noise)).transposed()
  }
}
