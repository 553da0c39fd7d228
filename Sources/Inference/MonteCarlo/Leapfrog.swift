import Tensor

/// Positions, momenta and gradients of several trajectories, each in rows of flat memory.
struct PhasePoints {
  var positions: [Double]
  var momenta: [Double]
  var gradients: [Double]
  var logDensities: [Double]
}

/// The leapfrog integrator of Hamilton's equations for the energy −log p(x) + ½ pᵀΣp (Neal 2011, section 2.3).
struct Leapfrog {
  let density: CheckedDensity
  let metric: Metric

  /// Advances each trajectory by a step of its own signed size.
  func step(_ points: consuming PhasePoints, by steps: [Double]) throws -> PhasePoints {
    let d = density.dimensions
    Self.addScaled(&points.momenta, points.gradients, steps, by: 0.5, d)
    Self.addScaled(&points.positions, metric.scaled(points.momenta, d), steps, by: 1, d)
    (points.logDensities, points.gradients) = try density.valuesWithGradients(
      at: points.positions)
    Self.addScaled(&points.momenta, points.gradients, steps, by: 0.5, d)
    return points
  }

  /// −log p(x) + ½ pᵀΣp of each trajectory, in nats; +∞ outside the support.
  func energies(_ points: PhasePoints) -> [Double] {
    let d = density.dimensions
    let velocities = metric.scaled(points.momenta, d)
    return points.logDensities.indices.map { row in
      var sum = 0.0
      for place in row * d..<(row + 1) * d { sum += points.momenta[place] * velocities[place] }
      let energy = 0.5 * sum - points.logDensities[row]
      return energy.isNaN ? .infinity : energy
    }
  }

  private static func addScaled(
    _ result: inout [Double], _ addend: [Double], _ steps: [Double], by factor: Double, _ d: Int
  ) {
    result.withUnsafeMutableBufferPointer { result in
      addend.withUnsafeBufferPointer { addend in
        for (row, step) in steps.enumerated() {
          let scale = factor * step
          for place in row * d..<(row + 1) * d { result[place] += scale * addend[place] }
        }
      }
    }
  }
}

/// The state of the chains of a gradient-based sampler.
public struct GradientState: ChainState {
  /// Each chain's position, `[chains, d]`.
  public let positions: Tensor
  /// The log-density at each position, `[chains]`.
  public var logDensities: Tensor? { Tensor(values, dtype: .float64) }
  /// The gradient of the log-density at each position, `[chains, d]`.
  public let gradients: Tensor
  let values: [Double]

  /// The chains at their starting points.
  init(at positions: Tensor, _ density: CheckedDensity, _ name: String) throws {
    let points = try CheckedDensity.checkStart(positions, name)
    let (values, gradients) = try density.valuesWithGradients(at: points)
    try density.checkSupport(values, points)
    self.init(points, values, gradients, positions.shape)
  }

  init(_ points: [Double], _ values: [Double], _ gradients: [Double], _ shape: [Int]) {
    positions = Tensor(points, shape: shape, dtype: .float64)
    self.gradients = Tensor(gradients, shape: shape, dtype: .float64)
    self.values = values
  }

  /// The chains' positions with momenta drawn from N(0, Σ⁻¹).
  func phasePoints(_ metric: Metric, using random: Random) -> PhasePoints {
    let z = random.normal(positions.shape, dtype: .float64).doubles
    return PhasePoints(
      positions: positions.doubles, momenta: metric.momenta(z, positions.shape[1]),
      gradients: gradients.doubles, logDensities: values)
  }
}

extension Leapfrog {
  /// The step size, found by doubling or halving, at which the acceptance of a single step,
  /// averaged over the chains, crosses 0.8 (Hoffman and Gelman 2014, algorithm 4).
  func reasonableStepSize(
    at state: GradientState, from first: Double, using random: Random
  ) throws -> Double {
    let threshold = 0.8
    func acceptance(_ stepSize: Double) throws -> Double {
      let points = state.phasePoints(metric, using: random)
      let before = energies(points)
      let after = energies(try step(points, by: before.map { _ in stepSize }))
      return mean(zip(before, after).map { Swift.min(1, exponential($0 - $1)) }[...])
    }
    var stepSize = first
    let grows = try acceptance(stepSize) > threshold
    for _ in 0..<100 {
      let next = grows ? 2 * stepSize : 0.5 * stepSize
      guard next < 1e7 else { return stepSize }
      let isAccepted = try acceptance(next) > threshold
      if isAccepted != grows { return grows ? stepSize : next }
      stepSize = next
    }
    throw SamplerError.noStepSize(tried: stepSize)
  }
}
