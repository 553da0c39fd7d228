/// Makes broken files of whole ones, the same for the same seed.
public struct Mutator {
  private var state: UInt64
  private let corpus: [[UInt8]]
  private let tokens: [[UInt8]]

  /// Creates a mutator.
  ///
  /// - Parameters:
  ///   - corpus: Whole files.
  ///   - tokens: What stands in such files and may be put anywhere.
  ///   - seed: By which the files differ.
  public init(of corpus: [[UInt8]], tokens: [String] = [], seed: UInt64) {
    self.corpus = corpus
    self.tokens = tokens.map { Array($0.utf8) }
    state = seed
  }

  /// One of the files with one to `most` changes, made between `first` and the end.
  public mutating func next(after first: Int = 0, most: Int = 8) -> [UInt8] {
    var bytes = corpus[below(corpus.count)]
    for _ in 0...below(most) { change(&bytes, after: min(first, bytes.count)) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], after first: Int) {
    // Most files are much longer than the part that says what they are.
    let span = bytes.count - first
    let place = first + below(below(2) == 0 ? min(span, 200) + 1 : span + 1)
    let length = min(1 + below(below(4) == 0 ? 64 : 8), bytes.count - place)
    switch below(tokens.isEmpty ? 6 : 8) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
    case 1 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: draw())
    case 2 where place < bytes.count: bytes[place] = [0, 0x7f, 0x80, 0xff][below(4)]
    case 3: bytes.removeSubrange(place..<place + length)
    case 4: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
    case 5 where below(4) == 0: bytes.removeSubrange(place...)
    case 6: bytes.insert(contentsOf: tokens[below(tokens.count)], at: place)
    case 7: bytes.replaceSubrange(place..<place + length, with: tokens[below(tokens.count)])
    default: break
    }
  }

  private mutating func below(_ bound: Int) -> Int { Int(draw() % UInt64(bound)) }

  /// SplitMix64 (Steele, Lea and Flood 2014).
  private mutating func draw() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// Sets the length of a safetensors file's header to what it is up to the last brace and the spaces
/// after it, so that the header's contents are what is looked at.
public func repairingHeaderLength(_ file: [UInt8], endingIn ending: String) -> [UInt8] {
  var file = file
  guard file.count > 8,
    var end = file[8...].firstRange(of: Array(ending.utf8))?.upperBound
  else { return file }
  while end < file.count, file[end] == UInt8(ascii: " ") { end += 1 }
  for place in 0..<8 { file[place] = UInt8((end - 8) >> (8 * place) & 0xff) }
  return file
}
