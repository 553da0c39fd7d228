import Tensor

/// The entropic Wasserstein barycenter of measures on a fixed support, by iterative Bregman projections (Benamou,
/// Carlier, Cuturi, Nenna and Peyré 2015): the measure α with the least Σₖ λₖ T_ε(α, bₖ).
///
/// It is blurred at the scale √ε, sharp peaks included; debiased, by one more scaling (Janati, Cuturi and Gramfort
/// 2020), it is not.
public struct EntropicBarycenter: Sendable {
  /// The barycenter's weights, float64, with the measures' mass: `[n]`, or `[height, width]` of pictures.
  public let weights: Tensor
  /// The largest Σ |sums − bₖ| of the plans to the measures, as a part of the mass; debiased, or the last
  /// sweep's change if that is larger.
  public let marginalError: Double
  /// Whether the error is within the tolerance.
  public let hasConverged: Bool
  /// The number of sweeps.
  public let sweeps: Int

  /// The barycenter of measures on `m` points, itself on `n` points.
  ///
  /// - Parameters:
  ///   - measures: bₖ, `[k, m]`, of equal sums.
  ///   - costs: Between the barycenter's points and the measures', `[n, m]`; debiased, n = m and symmetric.
  ///   - weights: λ, `[k]`, divided by their sum; without them equal.
  ///   - epsilon: ε in the unit of the costs.
  ///   - isDebiased: Whether the blur is taken away.
  ///   - tolerance: The error that is small enough.
  ///   - sweepLimit: The most sweeps.
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

  /// The barycenter of pictures of one size, for the squared distance of pixels, by separable convolution.
  ///
  /// - Parameters:
  ///   - images: `[k, height, width]`, not negative, of equal sums.
  ///   - weights: λ, `[k]`; without them equal.
  ///   - epsilon: ε in squared pixels times `spacing²`.
  ///   - spacing: The distance of neighbouring pixels.
  ///   - isDebiased: Whether the blur is taken away.
  ///   - tolerance: The error that is small enough.
  ///   - sweepLimit: The most sweeps.
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

  /// How often the error is looked at, which costs as much as a sweep.
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
        // The plans' sums before v makes them right, b times what Kᵀu has changed by.
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

  /// The measures' mass, and λ as a column with the sum 1.
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
