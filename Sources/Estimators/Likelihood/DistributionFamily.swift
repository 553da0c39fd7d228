import Distributions
import Tensor

/// A family of distributions on the numbers whose parameters can be estimated.
public enum DistributionFamily: Hashable, Sendable {
  /// N(μ, σ²): `mean`, `standard-deviation`.
  case normal
  /// exp of a normal number: `log-mean`, `log-standard-deviation`.
  case logNormal
  /// |x| of N(0, σ²): `scale`.
  case halfNormal
  /// 0 or 1: `probability`.
  case bernoulli
  /// The number of successes in a given number of trials: `probability`.
  case binomial(trials: Int)
  /// `rate`.
  case poisson
  /// The number of trials up to the first success: `probability`.
  case geometric
  /// `lower`, `upper`.
  case uniform
  /// `rate`.
  case exponential
  /// `concentration`, `rate`.
  case gamma
  /// `concentration`, `scale`.
  case inverseGamma
  /// `a`, `b`.
  case beta
  /// `degrees-of-freedom`.
  case chiSquared
  /// `degrees-of-freedom`, `location`, `scale`.
  case studentT
  /// `location`, `scale`.
  case cauchy
  /// `location`, `scale`.
  case laplace
  /// `mean-direction`, `concentration`.
  case vonMises

  /// All families; the binomial one has a single trial.
  public static let all: [DistributionFamily] = [
    .normal, .logNormal, .halfNormal, .bernoulli, .binomial(trials: 1), .poisson, .geometric,
    .uniform, .exponential, .gamma, .inverseGamma, .beta, .chiSquared, .studentT, .cauchy, .laplace,
    .vonMises,
  ]

  /// The names of the parameters, in order.
  public var parameterNames: [String] {
    switch self {
    case .normal: ["mean", "standard-deviation"]
    case .logNormal: ["log-mean", "log-standard-deviation"]
    case .halfNormal: ["scale"]
    case .bernoulli, .binomial, .geometric: ["probability"]
    case .poisson, .exponential: ["rate"]
    case .uniform: ["lower", "upper"]
    case .gamma: ["concentration", "rate"]
    case .inverseGamma: ["concentration", "scale"]
    case .beta: ["a", "b"]
    case .chiSquared: ["degrees-of-freedom"]
    case .studentT: ["degrees-of-freedom", "location", "scale"]
    case .cauchy, .laplace: ["location", "scale"]
    case .vonMises: ["mean-direction", "concentration"]
    }
  }

  /// The numbers that the family produces, in words.
  var support: String {
    switch self {
    case .normal, .uniform, .studentT, .cauchy, .laplace, .vonMises: "numbers"
    case .logNormal, .gamma, .inverseGamma, .chiSquared: "numbers above 0"
    case .halfNormal, .exponential: "numbers of 0 or more"
    case .bernoulli: "0 or 1"
    case .binomial(let trials): "integers from 0 to \(trials)"
    case .poisson: "integers of 0 or more"
    case .geometric: "integers of 1 or more"
    case .beta: "numbers between 0 and 1"
    }
  }

  func contains(_ x: Double) -> Bool {
    switch self {
    case .normal, .uniform, .studentT, .cauchy, .laplace, .vonMises: true
    case .logNormal, .gamma, .inverseGamma, .chiSquared: x > 0
    case .halfNormal, .exponential: x >= 0
    case .bernoulli: x == 0 || x == 1
    case .binomial(let trials): x >= 0 && x <= Double(trials) && x == x.rounded()
    case .poisson: x >= 0 && x == x.rounded()
    case .geometric: x >= 1 && x == x.rounded()
    case .beta: x > 0 && x < 1
    }
  }

  /// The distribution with given parameters, each a float64 scalar or `[1]`.
  func distribution(_ theta: [Tensor]) -> any Distribution {
    switch self {
    case .normal: Normal(mean: theta[0], standardDeviation: theta[1])
    case .logNormal: LogNormal(logMean: theta[0], logStandardDeviation: theta[1])
    case .halfNormal: HalfNormal(scale: theta[0])
    case .bernoulli: Binomial(count: Tensor(1, dtype: .float64), probability: theta[0])
    case .binomial(let trials):
      Binomial(count: Tensor(Double(trials), dtype: .float64), probability: theta[0])
    case .poisson: Poisson(rate: theta[0])
    case .geometric: Geometric(probability: theta[0])
    case .uniform: Uniform(lower: theta[0], upper: theta[1])
    case .exponential: Exponential(rate: theta[0])
    case .gamma: Gamma(concentration: theta[0], rate: theta[1])
    case .inverseGamma: InverseGamma(concentration: theta[0], scale: theta[1])
    case .beta: Beta(theta[0], theta[1])
    case .chiSquared: ChiSquared(degreesOfFreedom: theta[0])
    case .studentT: StudentT(degreesOfFreedom: theta[0], location: theta[1], scale: theta[2])
    case .cauchy: Cauchy(location: theta[0], scale: theta[1])
    case .laplace: Laplace(location: theta[0], scale: theta[1])
    case .vonMises: VonMises(location: theta[0], concentration: theta[1])
    }
  }

  /// log p(x; θ) of numbers in the support, `[n]`.
  func logDensity(of x: Tensor, _ theta: [Tensor]) -> Tensor {
    distribution(theta).logDensity(of: self == .vonMises ? VonMises.wrapped(x) : x)
  }

  /// Whether these parameters belong to a distribution.
  func admits(_ theta: [Double]) -> Bool {
    guard theta.allSatisfy(\.isFinite) else { return false }
    return switch self {
    case .bernoulli, .binomial, .poisson: theta[0] >= 0
    case .uniform: theta[0] < theta[1]
    case .normal, .logNormal, .cauchy, .laplace, .vonMises: theta[1] > 0
    case .studentT: theta[0] > 0 && theta[2] > 0
    case .halfNormal, .geometric, .exponential, .gamma, .inverseGamma, .beta, .chiSquared:
      theta.allSatisfy { $0 > 0 }
    }
  }

  /// The expected information of one observation at given parameters, as the rows of a matrix;
  /// `nil` where the family is not regular.
  func expectedInformation(_ theta: [Double]) -> [[Double]]? {
    switch self {
    case .normal, .logNormal:
      let precision = 1 / (theta[1] * theta[1])
      return [[precision, 0], [0, 2 * precision]]
    case .halfNormal: return [[2 / (theta[0] * theta[0])]]
    case .bernoulli: return [[1 / (theta[0] * (1 - theta[0]))]]
    case .binomial(let trials): return [[Double(trials) / (theta[0] * (1 - theta[0]))]]
    case .poisson: return [[1 / theta[0]]]
    case .geometric: return [[1 / (theta[0] * theta[0] * (1 - theta[0]))]]
    case .uniform: return nil
    case .exponential: return [[1 / (theta[0] * theta[0])]]
    case .gamma, .inverseGamma:
      let (k, rate) = (theta[0], theta[1])
      return [[trigamma(k), -1 / rate], [-1 / rate, k / (rate * rate)]]
    case .beta:
      let shared = trigamma(theta[0] + theta[1])
      return [[trigamma(theta[0]) - shared, -shared], [-shared, trigamma(theta[1]) - shared]]
    case .chiSquared: return [[0.25 * trigamma(0.5 * theta[0])]]
    case .studentT: return studentTInformation(theta[0], theta[2])
    case .cauchy:
      let half = 0.5 / (theta[1] * theta[1])
      return [[half, 0], [0, half]]
    case .laplace:
      let precision = 1 / (theta[1] * theta[1])
      return [[precision, 0], [0, precision]]
    case .vonMises:
      let (kappa, ratio) = (theta[1], besselRatio(theta[1]))
      return [[kappa * ratio, 0], [0, besselRatioSlope(kappa)]]
    }
  }
}

/// Lange, Little and Taylor 1989, "Robust statistical modeling using the t distribution", appendix B.
private func studentTInformation(_ nu: Double, _ scale: Double) -> [[Double]] {
  let precision = 1 / (scale * scale)
  let freedom =
    0.25 * (trigamma(0.5 * nu) - trigamma(0.5 * (nu + 1)))
    - (nu + 5) / (2 * nu * (nu + 1) * (nu + 3))
  let cross = -2 / (scale * (nu + 1) * (nu + 3))
  return [
    [freedom, 0, cross],
    [0, precision * (nu + 1) / (nu + 3), 0],
    [cross, 0, 2 * precision * nu / (nu + 3)],
  ]
}

/// A(κ) = I₁(κ) / I₀(κ), the mean length of directions under von Mises.
func besselRatio(_ kappa: Double) -> Double {
  let kappa = Tensor(kappa, dtype: .float64)
  return besselI1Scaled(kappa).scalar / besselI0Scaled(kappa).scalar
}

/// A′(κ) = 1 − A/κ − A², which is ½ at 0; from κ = 1000 on, the derivative of A's expansion (Mardia
/// and Jupp 2000, equation A.1).
func besselRatioSlope(_ kappa: Double) -> Double {
  if kappa < 1e-8 { return 0.5 }
  if kappa > 1000 {
    let w = 1 / kappa
    return w * w * (0.5 + w * (0.25 + w * (0.375 + w * (25.0 / 32 + w * (65.0 / 32)))))
  }
  let ratio = besselRatio(kappa)
  return 1 - ratio / kappa - ratio * ratio
}
