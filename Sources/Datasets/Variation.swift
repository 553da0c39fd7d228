import Tensor

/// The random numbers with which an epoch varies its examples: distorts an image, moves a window.
///
/// Each example has its own stream, which depends only on the seed, the epoch and the example's
/// index. So the examples are the same in any order, in batches of any size, with any number of
/// threads and after a run is resumed.
public struct Variation: Sendable {
  private let state: Random.State

  /// The first of a stream's children used for examples; an epoch has fewer batches.
  private static let firstChild: UInt64 = 1 << 40

  /// Creates the variation of an epoch from a stream for that epoch.
  ///
  /// Nothing is drawn from `random`, which may be split before and afterwards, up to 2⁴⁰ times.
  public init(using random: Random) { state = random.state }

  /// Returns the stream of the example at `index`, from its beginning.
  public func random(for index: Int) -> Random {
    var state = state
    state.children = Self.firstChild + UInt64(index)
    return Random(state: state).split()
  }
}
