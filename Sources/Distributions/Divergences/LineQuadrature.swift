import Tensor

/// Integrals over the line of functions of two densities, in parts between points where the two
/// have their mass.
struct LineQuadrature {
  private let p: any Distribution
  private let q: any Distribution
  private let edges: [Double]

  init(_ p: any Distribution, _ q: any Distribution, ends: [Tensor]) {
    (self.p, self.q) = (p, q)
    let numbers = ends.map(\.scalar)
    let (lower, upper) = (
      min(numbers[0], numbers[2]), max(numbers[1], numbers[3])
    )
    var inner = numbers
    for distribution in [p, q] {
      if let known = distribution as? any KnownQuantile {
        let levels = Tensor([1e-9, 1e-4, 0.02, 0.5, 0.98, 1 - 1e-4, 1 - 1e-9], dtype: .float64)
        inner += known.quantile(at: levels).doubles
      } else if let known = distribution as? any KnownMoments {
        let (mean, deviation) = (known.mean.scalar, known.standardDeviation.scalar)
        inner += [-8, -3, -1, 0, 1, 3, 8].map { mean + $0 * deviation }
      }
      if let mixture = distribution as? any LineMixture { inner += mixture.componentEdges }
    }
    let kept = Set(inner.filter { $0 > lower && $0 < upper && $0.isFinite }).sorted()
    edges = [lower] + kept + [upper]
  }

  /// The integral of a divergence's integrand.
  func integral(of divergence: Divergence) -> Estimate {
    var isInfinite = false
    func part(_ start: Double, _ end: Double, tolerance: Double, limit: Int) -> AdaptiveIntegral {
      AdaptiveIntegral(
        from: start, to: end, absoluteTolerance: tolerance, relativeTolerance: 1e-11,
        partLimit: limit
      ) { x in
        let point = Tensor(x, dtype: .float64)
        let term = divergence.integrand(
          p.logDensity(of: point), q.logDensity(of: point), logScale: Tensor(0, dtype: .float64)
        ).scalar
        if term == .infinity { isInfinite = true }
        return term == .infinity ? 0 : term
      }
    }
    // Parts that contribute little are not refined.
    let intervals = zip(edges, edges.dropFirst()).filter { $0.0 < $0.1 }
    var parts = intervals.map { part($0.0, $0.1, tolerance: 0, limit: 1) }
    let tolerance = 1e-13 * parts.reduce(0) { $0 + Swift.abs($1.value) }
    for (index, (start, end)) in intervals.enumerated()
    where parts[index].errorEstimate > tolerance && !isInfinite {
      parts[index] = part(start, end, tolerance: tolerance, limit: 200)
    }
    var (value, error) = parts.reduce((0, 0)) { ($0.0 + $1.value, $0.1 + $1.errorEstimate) }
    if isInfinite { (value, error) = (.infinity, 0) }
    return Estimate(
      Tensor(value, dtype: .float64), error: Tensor(error, dtype: .float64), .quadrature)
  }
}

/// A mixture that reports where its components have their mass.
protocol LineMixture {
  var componentEdges: [Double] { get }
}

extension MixtureDistribution: LineMixture {
  var componentEdges: [Double] {
    guard let known = components as? any KnownMoments, eventShape == [] else { return [] }
    let (means, deviations) = (known.mean.doubles, known.standardDeviation.doubles)
    return zip(means, deviations).flatMap { mean, deviation in
      [-8, -3, -1, 0, 1, 3, 8].map { mean + $0 * deviation }
    }
  }
}
