import Tensor

/// The logarithm of a density up to a constant, for many points at once: float64 `[chains, d]` to
/// `[chains]`.
///
/// It is −∞ outside the support, and never NaN or +∞. Samplers that follow its gradient
/// differentiate the sum over the points, so that one tape serves all chains; each element of the
/// result must depend only on its own row.
public typealias LogDensity = (_ positions: Tensor) throws -> Tensor

/// The reason why a sampler cannot continue.
public enum SamplerError: Error, Equatable, Sendable {
  /// The log-density is NaN or +∞ at a point.
  case notADensity(value: Double, point: [Double])
  /// The log-density is finite at a point, but its gradient is not.
  case gradientNotFinite(point: [Double])
  /// The density is 0 at a chain's start.
  case startOutsideSupport(chain: Int, point: [Double])
  /// A chain's start has a coordinate that is not finite.
  case startNotFinite(chain: Int, point: [Double])
  /// No step size was found whose first step is accepted.
  case noStepSize(tried: Double)
  /// No draw of the proposal lies inside the support of the target, so all weights are 0.
  case noWeight
}

extension SamplerError: CustomStringConvertible {
  /// What was expected and what was found, with the point.
  public var description: String {
    switch self {
    case .notADensity(let value, let point):
      "expected a log-density that is finite or −∞, found \(value) at \(Self.text(point))"
    case .gradientNotFinite(let point):
      "expected a finite gradient of the log-density, found one that is not at \(Self.text(point))"
    case .startOutsideSupport(let chain, let point):
      "expected a start inside the support, found density 0 at that of chain \(chain + 1),"
        + " \(Self.text(point))"
    case .startNotFinite(let chain, let point):
      "expected a finite start, found that of chain \(chain + 1), \(Self.text(point))"
    case .noStepSize(let tried):
      "expected a step size whose first step is accepted, found none down to \(tried)"
    case .noWeight:
      "expected a draw of the proposal inside the target's support, found none"
    }
  }

  /// The coordinates of a point; only the first eight if there are more.
  private static func text(_ point: [Double]) -> String {
    let shown = point.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return point.count > 8 ? "(\(shown), … \(point.count) coordinates)" : "(\(shown))"
  }
}

/// A log-density with checked values, for points in rows of flat memory.
struct CheckedDensity {
  let logDensity: LogDensity
  let dimensions: Int

  /// Throws if a value is NaN or +∞.
  func values(at points: [Double]) throws -> [Double] {
    let count = points.count / dimensions
    let result = try logDensity(Tensor(points, shape: [count, dimensions], dtype: .float64))
    return try checked(result, points)
  }

  /// The log-densities, and their gradients in flat memory.
  ///
  /// A point that is not finite has density 0; where the density is 0, so is the gradient.
  func valuesWithGradients(
    at points: [Double]
  ) throws -> (values: [Double], gradients: [Double]) {
    if points.allSatisfy(\.isFinite) { return try finiteValuesWithGradients(at: points) }
    let d = dimensions
    let isFinite = (0..<points.count / d).map { row in
      points[row * d..<(row + 1) * d].allSatisfy(\.isFinite)
    }
    guard isFinite.contains(true) else {
      return (isFinite.map { _ in -.infinity }, points.map { _ in 0 })
    }
    let rows = isFinite.indices.filter { isFinite[$0] }
    let some = try finiteValuesWithGradients(
      at: rows.flatMap { points[$0 * d..<($0 + 1) * d] })
    var values = isFinite.map { _ in -Double.infinity }
    var gradients = [Double](repeating: 0, count: points.count)
    for (place, row) in rows.enumerated() {
      values[row] = some.values[place]
      gradients.replaceSubrange(
        row * d..<(row + 1) * d, with: some.gradients[place * d..<(place + 1) * d])
    }
    return (values, gradients)
  }

  private func finiteValuesWithGradients(
    at points: [Double]
  ) throws -> (values: [Double], gradients: [Double]) {
    let positions = Tensor(points, shape: [points.count / dimensions, dimensions], dtype: .float64)
    let (result, pullback) = try valueWithPullback(at: [positions]) { try logDensity($0[0]) }
    let values = try checked(result, points)
    var gradients = pullback(.ones(result.shape, dtype: .float64))[0].doubles
    if gradients.allSatisfy(\.isFinite) && values.allSatisfy(\.isFinite) {
      return (values, gradients)
    }
    for row in values.indices {
      let range = row * dimensions..<(row + 1) * dimensions
      if values[row] == -.infinity {
        for place in range { gradients[place] = 0 }
      } else if !gradients[range].allSatisfy(\.isFinite) {
        throw SamplerError.gradientNotFinite(point: Array(points[range]))
      }
    }
    return (values, gradients)
  }

  private func checked(_ result: Tensor, _ points: [Double]) throws -> [Double] {
    let count = points.count / dimensions
    precondition(
      result.shape == [count] && result.dtype == .float64,
      "log-density: expected a result of float64[\(count)] for points \([count, dimensions]), found"
        + " \(result.dtype)\(result.shape)")
    let values = result.doubles
    for (row, value) in values.enumerated() where value.isNaN || value == .infinity {
      throw SamplerError.notADensity(
        value: value, point: Array(points[row * dimensions..<(row + 1) * dimensions]))
    }
    return values
  }

  /// Stops the program if the starts are not `[chains, d]`; throws if one is not finite.
  static func checkStart(_ positions: Tensor, _ name: String) throws -> [Double] {
    precondition(
      positions.rank == 2 && positions.dtype == .float64 && positions.count > 0,
      "\(name): expected starts of float64[chains, d], found \(positions.dtype)\(positions.shape)")
    let (values, d) = (positions.doubles, positions.shape[1])
    for chain in 0..<positions.shape[0] {
      let point = Array(values[chain * d..<(chain + 1) * d])
      if !point.allSatisfy(\.isFinite) {
        throw SamplerError.startNotFinite(chain: chain, point: point)
      }
    }
    return values
  }

  /// Throws if a chain's start has density 0.
  func checkSupport(_ values: [Double], _ points: [Double]) throws {
    for (chain, value) in values.enumerated() where value == -.infinity {
      throw SamplerError.startOutsideSupport(
        chain: chain, point: Array(points[chain * dimensions..<(chain + 1) * dimensions]))
    }
  }
}
