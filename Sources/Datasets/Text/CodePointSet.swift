/// The code points that occur in a text, a bit for each, which numbers them in ascending order.
struct CodePointSet {
  private var words = [UInt64](repeating: 0, count: 0x11_0000 / 64)
  /// How many code points are in the words before each.
  private var ranks: [Int] = []

  /// Adds a code point.
  mutating func insert(_ codePoint: UInt32) {
    words[Int(codePoint >> 6)] |= 1 << UInt64(codePoint & 63)
  }

  /// The code points in ascending order.
  ///
  /// From here on ``subscript(_:)`` knows their places.
  mutating func sorted() -> [UInt32] {
    ranks = []
    ranks.reserveCapacity(words.count)
    var codePoints: [UInt32] = []
    for (place, word) in words.enumerated() {
      ranks.append(codePoints.count)
      var rest = word
      while rest != 0 {
        codePoints.append(UInt32(place * 64 + rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
    return codePoints
  }

  /// The place of a code point of the set among them all.
  subscript(_ codePoint: UInt32) -> Int {
    let place = Int(codePoint >> 6)
    let before = words[place] & ((1 << UInt64(codePoint & 63)) - 1)
    return ranks[place] + before.nonzeroBitCount
  }
}
