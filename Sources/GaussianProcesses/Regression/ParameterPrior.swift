import Tensor

/// A prior distribution of a positive parameter, for training.
///
/// Training finds the mode in the logarithm of the parameter, so what counts is the density of the
/// logarithm.
public enum ParameterPrior: Sendable, Equatable {
  /// The logarithm is normal around that of the median.
  case logNormal(median: Double, deviation: Double)
  /// Of mean shape / rate; it keeps noise and lengths from 0 if the shape is above 1.
  case gamma(shape: Double, rate: Double)
  /// Of mode scale / (shape + 1): lengths far below it are all but excluded.
  case inverseGamma(shape: Double, scale: Double)

  /// The log density of the logarithm `t` of the parameter, in nats, of `t`'s shape, with gradients.
  public func logDensity(ofLogarithm t: Tensor) -> Tensor {
    func constant(_ x: Double) -> Tensor { Tensor(x, dtype: t.dtype) }
    switch self {
    case .logNormal(let median, let deviation):
      let z = (t - log(constant(median))) / deviation
      return -0.5 * square(z) - log(constant(deviation)) - 0.5 * logTwoPi
    case .gamma(let shape, let rate):
      return shape * t - rate * exp(t) + shape * log(constant(rate)) - logGamma(constant(shape))
    case .inverseGamma(let shape, let scale):
      return -shape * t - scale * exp(-t) + shape * log(constant(scale))
        - logGamma(constant(shape))
    }
  }
}
