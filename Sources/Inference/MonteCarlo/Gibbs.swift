import Tensor

/// A Gibbs sampler: a sweep draws each block of coordinates from its law given all the others
/// (Geman and Geman 1984).
///
/// ```swift
/// let sampler = Gibbs(dimensions: 2, blocks: [{ x, random in … }, { x, random in … }])
/// ```
public struct Gibbs: Sampler {
  /// The state of the chains.
  public struct State: ChainState {
    /// The position of each chain, `[chains, d]`.
    public let positions: Tensor
    /// Always `nil`, since no density is evaluated.
    public var logDensities: Tensor? { nil }
  }

  /// Draws a block: it maps positions `[chains, d]` to positions whose block is replaced by draws
  /// given the rest.
  public typealias Block = (_ positions: Tensor, _ random: Random) throws -> Tensor

  private let dimensions: Int
  private let blocks: [Block]

  /// Creates a sampler that draws the blocks in the given order in every sweep.
  public init(dimensions: Int, blocks: [Block]) {
    precondition(
      dimensions > 0 && !blocks.isEmpty,
      "Gibbs: expected a dimension above 0 and at least one block, found \(dimensions) and"
        + " \(blocks.count)")
    (self.dimensions, self.blocks) = (dimensions, blocks)
  }

  /// The chains at their starts.
  public func start(at positions: Tensor) throws -> State {
    _ = try CheckedDensity.checkStart(positions, "Gibbs")
    precondition(
      positions.shape[1] == dimensions,
      "Gibbs: expected starts of [chains, \(dimensions)], found \(positions.shape)")
    return State(positions: stopGradient(positions))
  }

  /// Sweeps over all blocks; the step is always accepted.
  public func step(
    _ state: State, using random: Random
  ) throws -> (state: State, info: StepInfo) {
    var positions = state.positions
    for block in blocks {
      let next = try block(positions, random)
      precondition(
        next.shape == positions.shape,
        "Gibbs: expected positions \(positions.shape) of a block, found \(next.shape)")
      positions = next
    }
    let chains = positions.shape[0]
    return (
      State(positions: positions),
      StepInfo(acceptance: [Double](repeating: 1, count: chains), evaluations: chains)
    )
  }

  /// The sampler of a Gaussian that draws one coordinate at a time, from N(μᵢ − Σⱼ≠ᵢ Λᵢⱼ (xⱼ − μⱼ)
  /// / Λᵢᵢ, 1 / Λᵢᵢ) with the precision Λ.
  ///
  /// - Parameters:
  ///   - mean: `[d]`.
  ///   - covariance: `[d, d]`.
  /// - Throws: `LinearAlgebraError` if the covariance is not positive definite.
  public static func gaussian(mean: Tensor, covariance: Tensor) throws -> Gibbs {
    let d = mean.count
    let mean = mean.converted(to: .float64)
    let precision = try CholeskyFactor(of: covariance.converted(to: .float64)).inverse()
    let diagonal = precision.diagonal().doubles
    let blocks = (0..<d).map { index -> Block in
      let row = precision.sliced(index..<index + 1)
      return { positions, random in
        let chains = positions.shape[0]
        let pull = ((positions - mean) * row).sum(along: 1, keepingDimensions: true)
        let own = positions.sliced(index..<index + 1, along: 1)
        let noise = random.normal([chains, 1], dtype: .float64)
        let drawn = own - pull / diagonal[index] + noise / diagonal[index].squareRoot()
        return .concatenated(
          [
            positions.sliced(0..<index, along: 1), drawn,
            positions.sliced(index + 1..<d, along: 1),
          ], along: 1)
      }
    }
    return Gibbs(dimensions: d, blocks: blocks)
  }
}
