/// Random choices, the same for the same seed: SplitMix64 (Steele, Lea and Flood 2014).
public struct Draws: Sendable {
  private var state: UInt64

  /// Choices that depend only on the seed.
  public init(seed: UInt64) { state = seed }

  /// An integer from 0 to below `bound`.
  public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// True with probability 1 / `count`.
  public mutating func isOne(in count: Int) -> Bool { below(count) == 0 }

  /// One of the elements.
  public mutating func element<Elements: RandomAccessCollection>(
    of elements: Elements
  ) -> Elements.Element {
    elements[elements.index(elements.startIndex, offsetBy: below(elements.count))]
  }

  /// Any 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
