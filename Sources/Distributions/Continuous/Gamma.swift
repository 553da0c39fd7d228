import Tensor

/// The gamma distribution, with density bᵃ xᵃ⁻¹ e^−bx/Γ(a) for x ≥ 0.
public struct Gamma: KnownMoments, KnownEntropy, KnownQuantile, Reparameterized, Sendable {
  /// The shape a.
  public let concentration: Tensor
  /// The rate b, the inverse of the scale.
  public let rate: Tensor

  /// Creates a distribution from its shape a > 0 and rate b > 0, whose shapes broadcast.
  public init(concentration: Tensor, rate: Tensor) {
    let parameters = Parameters(
      "Gamma", ("concentration", concentration, .positive, 0), ("rate", rate, .positive, 0))
    (self.concentration, self.rate) = (parameters[0], parameters[1])
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { rate.shape }
  /// The parameters' element type.
  public var dtype: DType { rate.dtype }
  /// The numbers of 0 or more.
  public var support: Support { .halfLine(dtype) }
  /// a/b.
  public var mean: Tensor { concentration / rate }
  /// a/b².
  public var variance: Tensor { concentration / square(rate) }
  /// a − log b + log Γ(a) + (1 − a) ψ(a).
  public var entropy: Tensor { gammaEntropy(concentration) - log(rate) }

  /// Samples with gradients to both parameters, by implicit reparameterisation.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.gamma(shape + batchShape, concentration: concentration, rate: rate)
  }

  /// a log b − log Γ(a) + (a − 1) log x − b x; the limit at 0.
  public func logDensity(of x: Tensor) -> Tensor {
    density(of: x, where: isFiniteNonnegative(x), anchor: mean) { x in
      gammaLogDensity(concentration, rate * x) { k, isTiny in
        xlogy(k, select(isTiny, x, Tensor(1, dtype: dtype))) + k * log(rate)
      } + log(rate)
    }
  }

  /// P(a, b x).
  public func cumulative(at x: Tensor) -> Tensor {
    regularizedGammaP(concentration, rate * relu(x))
  }
  /// Q(a, b x).
  public func survival(at x: Tensor) -> Tensor { regularizedGammaQ(concentration, rate * relu(x)) }
  /// P⁻¹(a, p)/b.
  public func quantile(at p: Tensor) -> Tensor { regularizedGammaPInverse(concentration, p) / rate }
  /// Q⁻¹(a, q)/b.
  public func quantile(atUpper q: Tensor) -> Tensor {
    regularizedGammaQInverse(concentration, q) / rate
  }
}
