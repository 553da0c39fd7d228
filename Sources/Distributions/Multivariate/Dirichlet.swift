import Tensor

/// The Dirichlet distribution over shares that sum to 1, with density Π xᵢ^(αᵢ−1)/B(α) of the first
/// k − 1 shares.
public struct Dirichlet: KnownMoments, KnownEntropy, Reparameterized, Sendable {
  /// The concentrations α, `batchShape + [k]`.
  public let concentration: Tensor

  /// Creates a distribution from α > 0, `[…, k]`.
  public init(concentration: Tensor) {
    self.concentration =
      Parameters("Dirichlet", ("concentration", concentration, .positive, 1))[0]
  }

  /// The leading axes of the concentrations.
  public var batchShape: [Int] { Array(concentration.shape.dropLast()) }
  /// `[k]`.
  public var eventShape: [Int] { concentration.shape.suffix(1) }
  /// The concentrations' element type.
  public var dtype: DType { concentration.dtype }
  /// The simplex.
  public var support: Support { .simplex }
  /// The sum of the concentrations, `batchShape + [1]`.
  private var total: Tensor { concentration.sum(along: -1, keepingDimensions: true) }
  /// αᵢ/Σ α.
  public var mean: Tensor { concentration / total }
  /// mᵢ (1 − mᵢ)/(Σ α + 1) for the mean m.
  public var variance: Tensor { mean * (1 - mean) / (total + 1) }

  /// log B(α) = Σ log Γ(αᵢ) − log Γ(Σ αᵢ), summed pairwise.
  var logNormalizer: Tensor {
    let k = eventShape[0]
    if k == 1 { return 0 * total.squeezed(at: -1) }
    let before = concentration.cumulativeSum().sliced(0..<k - 1, along: -1)
    return logBeta(before, concentration.sliced(1..<k, along: -1)).sum(along: -1)
  }

  /// log B(α) + (Σ α − k) ψ(Σ α) − Σ (αᵢ − 1) ψ(αᵢ).
  public var entropy: Tensor {
    let sum = total.squeezed(at: -1)
    let own = ((concentration - 1) * digamma(concentration)).sum(along: -1)
    return logNormalizer + (sum - Double(eventShape[0])) * digamma(sum) - own
  }

  /// Shares of gamma samples, with gradients to the concentrations.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.dirichlet(shape + batchShape, concentration: concentration)
  }

  /// Σ (αᵢ − 1) log xᵢ − log B(α).
  public func logDensity(of x: Tensor) -> Tensor {
    let inside = isInSimplex(x)
    let anchor = Tensor(1 / Double(eventShape[0]), dtype: dtype)
    let safe = select(inside.expanded(at: -1), x, anchor)
    let value = xlogy(concentration - 1, safe).sum(along: -1) - logNormalizer
    return select(inside, value, outsideLogDensity(of: x, eventRank: 1))
  }
}
