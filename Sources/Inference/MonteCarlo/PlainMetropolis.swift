import Glibc
import Tensor

/// Random-walk Metropolis for a single chain whose log-density is a plain function of numbers in
/// memory: for millions of cheap steps, where the overhead of tensors would dominate the time.
///
/// ```swift
/// let chain = try PlainMetropolis(dimensions: 1, stepSize: 2.38) { x in -0.5 * x[0] * x[0] }
///   .sample(from: [0], draws: 1_000_000, using: random)
/// ```
///
/// ``RandomWalkMetropolis`` runs several chains and tunes its steps.
public struct PlainMetropolis {
  /// The log-density of a point's coordinates, up to a constant; −∞ outside the support.
  public typealias PointDensity = (UnsafeBufferPointer<Double>) -> Double

  /// The result of a chain.
  public struct Result: Sendable {
    /// The kept draws, float64 `[draws, d]`.
    public let draws: Tensor
    /// The fraction of accepted proposals.
    public let acceptance: Double
  }

  private let dimensions: Int
  private let stepSize: Double
  private let logDensity: PointDensity

  /// Creates a sampler whose steps are N(0, stepSize² I).
  public init(dimensions: Int, stepSize: Double, logDensity: @escaping PointDensity) {
    precondition(
      dimensions > 0 && stepSize > 0,
      "PlainMetropolis: expected a dimension and a step size above 0, found \(dimensions) and"
        + " \(stepSize)")
    (self.dimensions, self.stepSize, self.logDensity) = (dimensions, stepSize, logDensity)
  }

  /// Runs the chain.
  ///
  /// - Parameters:
  ///   - start: The start of the chain, d coordinates.
  ///   - warmUp: The number of steps that are not kept.
  ///   - draws: The number of draws to keep, 1 or more.
  ///   - thinning: Keeps one in this many steps.
  ///   - random: The stream of random numbers.
  /// - Throws: ``SamplerError`` if the start has density 0, or if the log-density is NaN or +∞.
  public func sample(
    from start: [Double], warmUp: Int = 0, draws: Int, thinning: Int = 1, using random: Random
  ) throws -> Result {
    precondition(
      start.count == dimensions && warmUp >= 0 && draws > 0 && thinning > 0,
      "PlainMetropolis: expected a start of \(dimensions) coordinates, a warm-up of 0 or more, a draw or"
        + " more and a thinning of 1 or more, found \(start.count), \(warmUp), \(draws), \(thinning)"
    )
    var walk = PlainWalk(at: start)
    walk.value = start.withUnsafeBufferPointer(logDensity)
    try check(walk.value, start)
    if walk.value == -.infinity {
      throw SamplerError.startOutsideSupport(chain: 0, point: start)
    }
    var kept = Tensor.zeros([draws, dimensions], dtype: .float64)
    let steps = warmUp + draws * thinning
    try kept.withMutableMemory { memory in
      let kept = memory.assumingMemoryBound(to: Double.self)
      // Random numbers are generated a block at a time.
      let block = 4_096
      for first in stride(from: 0, to: steps, by: block) {
        let count = min(block, steps - first)
        let noise = random.normal([count, dimensions], dtype: .float64)
        let levels = log(random.uniform([count], dtype: .float64))
        try noise.withUnsafeBytes { noise in
          try levels.withUnsafeBytes { levels in
            try walk.run(
              count, noise.bindMemory(to: Double.self), levels.bindMemory(to: Double.self), self
            ) { step, position in
              let after = first + step + 1 - warmUp
              guard after > 0 && after % thinning == 0 else { return }
              let row = kept + (after / thinning - 1) * dimensions
              for place in 0..<dimensions { row[place] = position[place] }
            }
          }
        }
      }
    }
    return Result(draws: kept, acceptance: Double(walk.accepted) / Double(steps))
  }

  private func check(_ value: Double, _ point: [Double]) throws {
    if value.isNaN || value == .infinity {
      throw SamplerError.notADensity(value: value, point: point)
    }
  }

  /// The position of the chain.
  private struct PlainWalk {
    var value = 0.0
    private(set) var accepted = 0
    private var position, proposal: [Double]

    init(at start: [Double]) { (position, proposal) = (start, start) }

    mutating func run(
      _ count: Int, _ noise: UnsafeBufferPointer<Double>, _ levels: UnsafeBufferPointer<Double>,
      _ sampler: PlainMetropolis, _ visit: (Int, UnsafeBufferPointer<Double>) -> Void
    ) throws {
      let (d, scale) = (sampler.dimensions, sampler.stepSize)
      for step in 0..<count {
        proposal.withUnsafeMutableBufferPointer { proposal in
          position.withUnsafeBufferPointer { position in
            for place in 0..<d {
              proposal[place] = position[place] + scale * noise[step * d + place]
            }
          }
        }
        let proposed = proposal.withUnsafeBufferPointer(sampler.logDensity)
        if !(proposed < .infinity) { try sampler.check(proposed, proposal) }
        if levels[step] < proposed - value {
          value = proposed
          accepted += 1
          swap(&position, &proposal)
        }
        position.withUnsafeBufferPointer { visit(step, $0) }
      }
    }
  }
}
