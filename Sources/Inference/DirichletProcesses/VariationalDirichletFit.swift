import Tensor

/// The result of coordinate ascent on a Dirichlet process mixture.
public struct VariationalDirichletFit: Sendable {
  /// The posterior.
  public let mixture: VariationalDirichletMixture
  /// The probability of each component for each observation, `[n, K]`.
  public let responsibilities: Tensor
  /// The lower bound of the truncated process's log-evidence after each sweep, in nats.
  public let trace: [Double]
  /// Why the ascent stopped; if a sweep lowered the bound, the mixture is the one before that
  /// sweep.
  public let reason: CoordinateAscent.Reason

  /// The last bound.
  public var bound: Double { trace.last ?? -.infinity }
  /// Whether the bound no longer rises.
  public var hasConverged: Bool { reason == .converged }
  /// The most probable component of each observation.
  public var assignments: [Int] {
    responsibilities.topK(1, along: 1).indices
  }
  /// The number of components that are the most probable one for some observation.
  public var clusterCount: Int { Set(assignments).count }
}

extension VariationalDirichletMixture {
  /// Fits a mixture by coordinate ascent: it alternates between updating the components and sticks
  /// given the responsibilities, and the responsibilities given them (Blei and Jordan 2006, section
  /// 3.2).
  ///
  /// The bound, Σₙ log Σ_k exp E[log π_k N(xₙ; μ_k, Σ_k)] − KL(q ‖ p), never falls, which is
  /// checked. A start assigns the observations, in random order, to clusters one after the other;
  /// the best of several starts is returned.
  ///
  /// - Parameters:
  ///   - x: Observations, `[n, d]`.
  ///   - weights: How often each observation counts, `[n]`, 0 or more; 1 by default.
  ///   - base: The prior of each component.
  ///   - concentration: α, above 0.
  ///   - truncation: K, 1 or more.
  ///   - starts: The number of starts.
  ///   - tolerance: The relative rise of the bound at which the fit has converged.
  ///   - sweepLimit: The largest number of sweeps.
  ///   - random: The stream of random numbers.
  /// - Throws: ``DirichletMixtureError`` if there are no observations, or if some are not finite.
  public static func fit(
    _ x: Tensor, weights: Tensor? = nil, base: NormalInverseWishart, concentration: Double,
    truncation: Int, starts: Int = 1, tolerance: Double = 1e-9, sweepLimit: Int = 1_000,
    using random: Random
  ) throws -> VariationalDirichletFit {
    precondition(
      x.rank == 2 && x.shape[1] == base.dimensions && truncation >= 1 && concentration > 0,
      "VariationalDirichletMixture: expected observations [n, \(base.dimensions)], a truncation of 1"
        + " or more and a concentration above 0, found \(x.shape), \(truncation) and"
        + " \(concentration)")
    precondition(
      weights.map { $0.shape == [x.shape[0]] && !($0 .< 0).any() } ?? true,
      "VariationalDirichletMixture: expected weights [\(x.shape[0])] of 0 or more, found"
        + " \(weights?.shape ?? [])")
    let x = stopGradient(x).converted(to: .float64)
    try DirichletMixtureError.check(x.doubles, rows: x.shape[0], width: base.dimensions)
    let fits = try (0..<Swift.max(1, starts)).map { _ in
      let start = SequentialAssignment(
        x, base, concentration: concentration, limit: truncation, using: random)
      let responsibilities = Tensor.oneHot(start.assignments, count: truncation, dtype: .float64)
      return try ascent(
        x, weights?.converted(to: .float64), from: responsibilities, base, concentration,
        tolerance, Swift.max(1, sweepLimit))
    }
    let best = fits.indices.max { (fits[$0].bound, $1) < (fits[$1].bound, $0) } ?? 0
    return fits[best]
  }

  private static func ascent(
    _ x: Tensor, _ weights: Tensor?, from start: Tensor, _ base: NormalInverseWishart,
    _ concentration: Double, _ tolerance: Double, _ sweepLimit: Int
  ) throws -> VariationalDirichletFit {
    func counted(_ rows: Tensor) -> Tensor { weights.map { $0.expanded(at: 1) * rows } ?? rows }
    var responsibilities = start
    var mixture = try VariationalDirichletMixture(x, counted(start), base, concentration)
    var trace: [Double] = []
    var reason = CoordinateAscent.Reason.sweepLimit
    while trace.count < sweepLimit {
      let next = try VariationalDirichletMixture(
        x, counted(responsibilities), base, concentration)
      let joint = next.expectedLogJoint(x)
      let ofRows = joint.logSumExp(along: 1, keepingDimensions: true)
      let bound = counted(ofRows).sum().scalar - next.divergence
      let rise = bound - (trace.last ?? -.infinity)
      let scale = Swift.max(1, Swift.abs(bound))
      trace.append(bound)
      if rise < -1e-10 * scale {
        reason = .boundFell(factor: "the mixture", sweep: trace.count, by: -rise)
        break
      }
      (mixture, responsibilities) = (next, softmax(joint))
      if rise <= tolerance * scale {
        reason = .converged
        break
      }
    }
    return VariationalDirichletFit(
      mixture: mixture, responsibilities: responsibilities, trace: trace, reason: reason)
  }
}
