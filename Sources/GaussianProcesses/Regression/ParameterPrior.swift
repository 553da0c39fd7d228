import Tensor

/// The prior distribution of a positive parameter, for training.
///
/// Training finds the mode in the logarithm of the parameter, so it uses the density of the
/// logarithm.
public enum ParameterPrior: Sendable, Equatable {
  /// A normal distribution of the logarithm, centred on the logarithm of the median.
  case logNormal(median: Double, deviation: Double)
  /// A gamma distribution with mean shape / rate; it keeps noise and lengths away from 0 if the
  /// shape is above 1.
  case gamma(shape: Double, rate: Double)
  /// An inverse gamma distribution with mode scale / (shape + 1); it practically excludes lengths
  /// far below the mode.
  case inverseGamma(shape: Double, scale: Double)

  /// The log-density of the logarithm `t` of the parameter, in nats, in the shape of `t`, with
  /// gradients.
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
