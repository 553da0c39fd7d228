/// A section of a file, by its type of content.
public enum Part: Sendable {
  /// Bytes of any kind.
  case bytes([UInt8])
  /// A text of words, numbers and punctuation.
  case text([UInt8])
  /// An integer with a given number of bytes.
  case number(UInt64, width: Int, isBigEndian: Bool)
  /// Floating-point numbers of 4 or 8 bytes each, little-endian.
  case figures([UInt8], width: Int)

  /// The bytes of the part in the file.
  public var content: [UInt8] {
    switch self {
    case .bytes(let bytes), .text(let bytes), .figures(let bytes, _): return bytes
    case .number(let number, let width, let isBigEndian):
      let bytes = (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
      return isBigEndian ? bytes.reversed() : bytes
    }
  }

  /// Changes it according to its type.
  ///
  /// - Parameter tokens: Words that may occur in a text.
  mutating func change(_ draws: inout Draws, tokens: [[UInt8]]) {
    switch self {
    case .bytes(var bytes):
      bytes.change(&draws)
      self = .bytes(bytes)
    case .text(let text):
      var words = Self.words(of: text)
      for _ in 0...draws.below(3) { Self.change(&words, &draws, tokens: tokens) }
      self = .text(words.flatMap(\.self))
    case .number(let number, let width, let isBigEndian):
      let changed =
        switch draws.below(4) {
        case 0: draws.next()
        case 1: number &+ (draws.isOne(in: 2) ? 1 : .max)
        default: UInt64(truncatingIfNeeded: draws.element(of: Extremes.sizes))
        }
      self = .number(changed, width: width, isBigEndian: isBigEndian)
    case .figures(var bytes, let width):
      for _ in 0..<[1, 4, bytes.count][draws.below(3)] where bytes.count >= width {
        let place = draws.below(bytes.count / width) * width
        let figure = draws.element(of: Extremes.figures)
        let bits = width == 8 ? figure.bitPattern : UInt64(Float(figure).bitPattern)
        for index in 0..<width {
          bytes[place + index] = UInt8(truncatingIfNeeded: bits >> (8 * index))
        }
      }
      self = .figures(bytes, width: width)
    }
  }

  // MARK: Texts

  /// The numbers and words of a text, and the characters between them one by one.
  private static func words(of text: [UInt8]) -> [[UInt8]] {
    var words: [[UInt8]] = []
    var isInWord = false
    for byte in text {
      let isOfWord =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte >= 0x80
      if isOfWord, isInWord { words[words.count - 1].append(byte) } else { words.append([byte]) }
      isInWord = isOfWord
    }
    return words
  }

  private static func change(
    _ words: inout [[UInt8]], _ draws: inout Draws, tokens: [[UInt8]]
  ) {
    func isNumber(_ word: [UInt8]) -> Bool {
      word.first.map { (0x30...0x39).contains($0) } ?? false
    }
    guard !words.isEmpty else { return words.append(draws.element(of: Extremes.texts)) }
    var place = draws.below(words.count)
    switch draws.below(10) {
    case 0...3:
      // A number replaces a number, if there is one.
      let numbers = words.indices.filter { isNumber(words[$0]) }
      if !numbers.isEmpty { place = draws.element(of: numbers) }
      words[place] =
        draws.isOne(in: 3)
        ? draws.element(of: Extremes.texts)
        : Array("\(draws.element(of: Extremes.sizes))".utf8)
    case 4 where !tokens.isEmpty: words[place] = draws.element(of: tokens)
    case 5 where !tokens.isEmpty: words.insert(draws.element(of: tokens), at: place)
    case 6: words[place] = draws.element(of: words)
    case 7: words.swapAt(place, draws.below(words.count))
    case 8:
      let end = min(words.count, place + 1 + draws.below(draws.isOne(in: 4) ? 40 : 3))
      if draws.isOne(in: 2) {
        words.removeSubrange(place..<end)
      } else {
        words.insert(contentsOf: words[place..<end], at: draws.below(words.count))
      }
    default: words[place].change(&draws)
    }
  }
}

extension [UInt8] {
  /// Flips a bit, replaces a byte, or removes or duplicates a piece.
  mutating func change(_ draws: inout Draws) {
    // Most files are much longer than the part that describes their contents.
    let place = draws.below(draws.isOne(in: 2) ? Swift.min(count, 200) + 1 : count + 1)
    let length = Swift.min(1 + draws.below(draws.isOne(in: 4) ? 64 : 8), count - place)
    switch draws.below(6) {
    case 0 where place < count: self[place] ^= 1 << UInt8(draws.below(8))
    case 1 where place < count: self[place] = UInt8(truncatingIfNeeded: draws.next())
    case 2 where place < count: self[place] = [0, 0x7f, 0x80, 0xff][draws.below(4)]
    case 3: removeSubrange(place..<place + length)
    case 4: insert(contentsOf: self[place..<place + length], at: place)
    case 5 where draws.isOne(in: 4): removeSubrange(place...)
    default: break
    }
  }
}
