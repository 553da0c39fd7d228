import Tensor

/// The random numbers with which one epoch varies its examples: distorts an image, moves a window.
///
/// Each example has a stream of its own, which depends on the seed, the epoch and the example's index
/// alone. So the examples are the same in any order, in batches of any size, at any number of threads
/// and after a run is resumed.
public struct Variation: Sendable {
  private let state: Random.State

  /// The children of a stream from this number on are the examples'; an epoch has fewer batches.
  private static let firstChild: UInt64 = 1 << 40

  /// Creates the variation of an epoch from a stream that is the epoch's own.
  ///
  /// Nothing is drawn from `random`, and it may be split before and after, up to 2⁴⁰ times.
  public init(using random: Random) { state = random.state }

  /// Returns the stream of the example at `index`, from its beginning.
  public func random(for index: Int) -> Random {
    var state = state
    state.children = Self.firstChild + UInt64(index)
    return Random(state: state).split()
  }
}
