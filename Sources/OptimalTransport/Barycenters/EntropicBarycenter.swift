import Tensor

/// The entropic Wasserstein barycenter of measures on a fixed support: the measure α that minimises
/// Σₖ λₖ T_ε(α, bₖ), computed by iterative Bregman projections (Benamou, Carlier, Cuturi, Nenna and
/// Peyré 2015).
///
/// The barycenter is blurred at the scale √ε, including its sharp peaks. The debiased one, which
/// takes one more scaling (Janati, Cuturi and Gramfort 2020), is not.
public struct EntropicBarycenter: Sendable {
  /// The barycenter's weights, float64, with the mass of the measures: `[n]`, or `[height, width]`
  /// for pictures.
  public let weights: Tensor
  /// The largest Σ |sums − bₖ| of the plans to the measures, as a fraction of the mass.
  ///
  /// For a debiased barycenter, the last sweep's change instead, if that is larger.
  public let marginalError: Double
  /// Whether the error is within the tolerance.
  public let hasConverged: Bool
  /// The number of sweeps.
  public let sweeps: Int

  /// Computes the barycenter, on `n` points, of measures on `m` points.
  ///
  /// - Parameters:
  ///   - measures: bₖ, `[k, m]`, with equal sums.
  ///   - costs: The costs between the barycenter's points and those of the measures, `[n, m]`; for
  ///     a debiased barycenter, n = m and the costs are symmetric.
  ///   - weights: λ, `[k]`, which are divided by their sum; equal by default.
  ///   - epsilon: ε, in the unit of the costs.
  ///   - isDebiased: Whether to remove the blur.
  ///   - tolerance: The error at which the sweeps stop.
  ///   - sweepLimit: The largest number of sweeps.
  /// - Throws: ``TransportError``.
  public init(
    of measures: Tensor, costs: Tensor, weights: Tensor? = nil, epsilon: Double,
    isDebiased: Bool = false, tolerance: Double = 1e-9, sweepLimit: Int = 10_000
  ) throws {
    precondition(
      measures.rank == 2 && costs.rank == 2 && measures.shape[1] == costs.shape[1]
        && (!isDebiased || costs.shape[0] == costs.shape[1]),
      "EntropicBarycenter: expected measures [k, m] and costs [n, m], found \(measures.shape) and"
        + " \(costs.shape)")
    if !(epsilon > 0 && epsilon.isFinite) { throw TransportError.badEpsilon(epsilon) }
    let kernel = EntropicKernel(CostRows(costs), epsilon: epsilon)
    try self.init(
      measures, kernel, weights, isDebiased, tolerance, sweepLimit, shape: [costs.shape[0]])
  }

  /// Computes the barycenter of pictures of the same size, for the squared distance between pixels,
  /// by separable convolutions.
  ///
  /// - Parameters:
  ///   - images: `[k, height, width]`, non-negative, with equal sums.
  ///   - weights: λ, `[k]`; equal by default.
  ///   - epsilon: ε, in squared pixels times `spacing²`.
  ///   - spacing: The distance between neighbouring pixels.
  ///   - isDebiased: Whether to remove the blur.
  ///   - tolerance: The error at which the sweeps stop.
  ///   - sweepLimit: The largest number of sweeps.
  /// - Throws: ``TransportError``.
  public init(
    ofImages images: Tensor, weights: Tensor? = nil, epsilon: Double, spacing: Double = 1,
    isDebiased: Bool = false, tolerance: Double = 1e-7, sweepLimit: Int = 1_000
  ) throws {
    precondition(
      images.rank == 3 && spacing > 0,
      "EntropicBarycenter: expected images [k, height, width], found \(images.shape)")
    if !(epsilon > 0 && epsilon.isFinite) { throw TransportError.badEpsilon(epsilon) }
    let (height, width) = (images.shape[1], images.shape[2])
    let kernel = EntropicKernel(height: height, width: width, spacing: spacing, epsilon: epsilon)
    try self.init(
      images.reshaped(to: [images.shape[0], height * width]), kernel, weights, isDebiased,
      tolerance, sweepLimit, shape: [height, width])
  }

  /// The number of sweeps between checks of the error, each of which costs as much as a sweep.
  private static let interval = 10

  private init(
    _ measures: Tensor, _ kernel: EntropicKernel, _ weights: Tensor?, _ isDebiased: Bool,
    _ tolerance: Double, _ limit: Int, shape: [Int]
  ) throws {
    let given = stopGradient(measures).converted(to: .float64)
    let (mass, lambda) = try Self.checked(given, weights)
    let b = given / mass
    let (k, n) = (b.shape[0], kernel.sourceCount)
    var u = Tensor.zeros([k, n], dtype: .float64)
    var correction = Tensor.zeros([n], dtype: .float64)
    var logCenter = correction
    var (last, lastCenter) = (u, logCenter)
    var (error, sweep) = (Double.infinity, 0)
    while true {
      if sweep > 0 && (sweep == limit || sweep % Self.interval == 0) {
        // The plans' sums before v corrects them: b times the change of Kᵀu.
        let change = exp(kernel.transposedLogSums(u) - kernel.transposedLogSums(last))
        error = (b * abs(change - 1)).sum(along: 1).max().scalar
        if isDebiased { error = max(error, abs(exp(logCenter) - exp(lastCenter)).sum().scalar) }
      }
      if error <= tolerance || sweep >= limit { break }
      let shares = kernel.logShares(u, b)
      lastCenter = logCenter
      logCenter = (lambda * shares).sum(along: 0) + correction
      (last, u) = (u, logCenter - shares)
      if isDebiased {
        let own = kernel.logSums(correction.expanded(at: 0)).reshaped(to: [n])
        correction = 0.5 * (correction + logCenter - own)
      }
      sweep += 1
    }
    self.weights = mass * exp(logCenter).reshaped(to: shape)
    (marginalError, hasConverged, sweeps) = (error, error <= tolerance, sweep)
  }

  /// The mass of the measures, and λ as a column that sums to 1.
  private static func checked(
    _ measures: Tensor, _ weights: Tensor?
  ) throws -> (mass: Double, lambda: Tensor) {
    let k = measures.shape[0]
    if measures.count == 0 { throw TransportError.empty(.source) }
    let first = measures.sliced(0..<1).flattened(from: 0)
    for index in 0..<k {
      try checkSums(first, measures.sliced(index..<index + 1).flattened(from: 0))
    }
    let given = weights?.converted(to: .float64) ?? Tensor.ones([k], dtype: .float64)
    precondition(
      given.shape == [k],
      "EntropicBarycenter: expected weights [\(k)], found \(given.shape)")
    let sum = try checkWeights(given, .source)
    return (first.sum().scalar, (given / sum).expanded(at: 1))
  }
}
