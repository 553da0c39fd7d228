/// The set of code points in a text, one bit for each, numbered in ascending order.
struct CodePointSet {
  private var words = [UInt64](repeating: 0, count: 0x11_0000 / 64)
  /// The number of code points in the words before each.
  private var ranks: [Int] = []

  /// Adds a code point.
  mutating func insert(_ codePoint: UInt32) {
    words[Int(codePoint >> 6)] |= 1 << UInt64(codePoint & 63)
  }

  /// The code points in ascending order.
  ///
  /// After this call, ``subscript(_:)`` knows their indices.
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

  /// The index of a code point of the set.
  subscript(_ codePoint: UInt32) -> Int {
    let place = Int(codePoint >> 6)
    let before = words[place] & ((1 << UInt64(codePoint & 63)) - 1)
    return ranks[place] + before.nonzeroBitCount
  }
}
