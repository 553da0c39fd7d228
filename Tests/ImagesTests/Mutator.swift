/// Makes inputs that are nearly right: of a sample, by a few random changes.
///
/// The same seed gives the same inputs (SplitMix64; Steele, Lea and Flood 2014).
struct Mutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A number from 0 to below a count.
  mutating func number(below count: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(count))
  }

  /// The bytes with one to four changes, half of them near the start, where headers are.
  mutating func mutated(_ sample: [UInt8]) -> [UInt8] {
    var bytes = sample
    for _ in 0...number(below: 4) where !bytes.isEmpty {
      let reach = number(below: 2) == 0 ? min(64, bytes.count) : bytes.count
      let place = number(below: reach)
      let end = min(bytes.count, place + 1 + number(below: 16))
      switch number(below: 8) {
      case 0, 1: bytes[place] ^= 1 << UInt8(number(below: 8))
      case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF][number(below: 6)]
      case 3: bytes[place] = UInt8(number(below: 256))
      case 4: for index in place..<min(bytes.count, place + 4) { bytes[index] = 0xFF }
      case 5: bytes.insert(contentsOf: bytes[place..<end], at: number(below: bytes.count + 1))
      case 6: bytes.removeSubrange(place..<end)
      default: bytes.removeLast(number(below: min(bytes.count, 40) + 1))
      }
    }
    return bytes
  }
}
