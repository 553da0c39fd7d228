import Tensor

/// W₁ by its dual: the largest ∫ f dμ − ∫ f dν over 1-Lipschitz functions f (Kantorovich and
/// Rubinstein 1958).
///
/// The critic of a Wasserstein GAN approximates this function f; here it is exact, on the points of
/// both measures.
public struct KantorovichRubinstein: Sendable {
  /// W₁ by the plan.
  public let primal: Double
  /// Σ aᵢ f(xᵢ) − Σ bⱼ f(yⱼ): equal to ``primal`` up to rounding.
  public let dual: Double
  /// The critic at the sources, `[n]`, float64.
  public let sourceValues: Tensor
  /// The critic at the targets, `[m]`, float64.
  public let targetValues: Tensor
  /// The largest |f(p) − f(q)| / |p − q| over two different points, at most 1 up to rounding.
  public let lipschitzConstant: Double

  /// Finds a critic for two measures and the Euclidean distance.
  ///
  /// f(p) = minⱼ (|p − yⱼ| − vⱼ), with the potentials v of the linear programme, is 1-Lipschitz
  /// everywhere.
  ///
  /// - Throws: ``TransportError``.
  public init(_ source: DiscreteMeasure, _ target: DiscreteMeasure) throws {
    let transport = try ExactTransport(from: source, to: target, cost: .euclidean)
    let y = target.points
    func critic(_ points: Tensor) -> Tensor {
      CostRows(from: points, to: y, .euclidean).leastOfRows(less: transport.targetPotential)
    }
    primal = transport.cost
    (sourceValues, targetValues) = (critic(source.points), critic(y))
    let gain = (source.weights.converted(to: .float64) * sourceValues).doubles
    let loss = (target.weights.converted(to: .float64) * targetValues).doubles
    dual = exactSum(gain + loss.map { -$0 })
    let points = Tensor.concatenated([source.points, y]).converted(to: .float64)
    lipschitzConstant = largestSlope(points, Tensor.concatenated([sourceValues, targetValues]))
  }

  /// The gap of any critic, Σ aᵢ f(xᵢ) − Σ bⱼ f(yⱼ), divided by its Lipschitz constant on the
  /// points: a lower bound of W₁.
  ///
  /// - Parameters:
  ///   - critic: The function f of points, `[n, d]` to `[n]`.
  ///   - source: The measure a, at points `[n, d]`.
  ///   - target: The measure b, at points `[m, d]`.
  public static func bound(
    by critic: (Tensor) -> Tensor, _ source: DiscreteMeasure, _ target: DiscreteMeasure
  ) -> Double {
    let (x, y) = (source.points.converted(to: .float64), target.points.converted(to: .float64))
    let (f, g) = (critic(x), critic(y))
    let gain =
      (source.weights.converted(to: .float64) * f).sum()
      - (target.weights.converted(to: .float64) * g).sum()
    let slope = largestSlope(Tensor.concatenated([x, y]), Tensor.concatenated([f, g]))
    return slope > 0 ? gain.scalar / slope : 0
  }
}

/// The largest |f(p) − f(q)| / |p − q| over two different points.
private func largestSlope(_ points: Tensor, _ values: Tensor) -> Double {
  let distances = sqrt(pairwiseSquaredDistances(points, points))
  let isApart = distances .> 0
  let safe = select(isApart, distances, Tensor.ones(distances.shape, dtype: .float64))
  return (isApart * abs(values.expanded(at: 1) - values) / safe).max().scalar
}
