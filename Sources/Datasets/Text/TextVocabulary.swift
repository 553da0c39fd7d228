import Files
import Foundation

/// The symbols of a text and their numbers.
///
/// Characters are numbered by their code points, in ascending order; the 256 bytes are their own
/// numbers. If a text is taken line by line, an additional last symbol represents the end of a
/// line.
///
/// ```swift
/// let vocabulary = TextVocabulary(charactersOf: "hello")   // e, h, l, o
/// try vocabulary.encode("hole")                            // [1, 3, 2, 0]
/// ```
public struct TextVocabulary: Equatable, Codable, Sendable {
  /// Whether symbols are characters or bytes.
  public let unit: TextUnit
  /// The code points of the characters, in ascending order; for bytes, 0 to 255.
  public let codePoints: [UInt32]
  /// Whether there is a symbol for the end of a line.
  public let hasEnd: Bool

  /// The number of symbols.
  public var count: Int { codePoints.count + (hasEnd ? 1 : 0) }

  /// The number of the symbol for the end of a line.
  public var end: Int? { hasEnd ? codePoints.count : nil }

  /// Creates the vocabulary of the characters of a text.
  public init(charactersOf text: String, hasEnd: Bool = false) {
    self.init(
      unit: .characters, codePoints: Set(text.unicodeScalars.map(\.value)).sorted(), hasEnd: hasEnd)
  }

  /// Creates a vocabulary of code points in ascending order.
  init(unit: TextUnit, codePoints: [UInt32], hasEnd: Bool) {
    self.unit = unit
    self.codePoints = codePoints
    self.hasEnd = hasEnd
  }

  /// Returns the numbers of a text's symbols, without an end symbol.
  ///
  /// Throws ``TextError/unknownCharacter(found:place:)`` for a character outside the vocabulary.
  public func encode(_ text: String) throws(TextError) -> [Int] {
    if unit == .bytes { return text.utf8.map(Int.init) }
    var symbols: [Int] = []
    for (place, scalar) in text.unicodeScalars.enumerated() {
      guard let symbol = symbol(of: scalar.value) else {
        throw .unknownCharacter(found: String(scalar), place: place + 1)
      }
      symbols.append(symbol)
    }
    return symbols
  }

  /// Returns the numbers of the symbols of a file: of each nonempty line if lines have ends,
  /// otherwise of the whole text.
  ///
  /// - Throws: ``DatasetError`` for a file that cannot be read, ``TextError`` for one that is not a
  ///   text or has other characters.
  public func sequences(path: String) throws -> [[Int]] {
    var reader = UnitReader(
      try contents(of: path), path: path, unit: unit, skipsLineBreaks: hasEnd)
    var (sequences, line, place): ([[Int]], Int, Int) = ([], 0, 0)
    while let number = try reader.next() {
      place += 1
      guard let symbol = symbol(of: number) else {
        let found = Unicode.Scalar(number).map { String($0) } ?? ""
        throw TextError.unknownCharacter(found: found, place: place)
      }
      if sequences.isEmpty || hasEnd && reader.line != line { sequences.append([]) }
      line = reader.line
      sequences[sequences.count - 1].append(symbol)
    }
    guard !sequences.isEmpty else { throw TextError.empty(path: path) }
    return sequences
  }

  /// Returns the text of these symbols, with line feeds at line ends and U+FFFD for bytes that are
  /// not UTF-8; numbers outside the vocabulary stop the program.
  public func decode(_ symbols: some Sequence<Int>) -> String {
    let numbers = symbols.map { symbol in
      precondition(
        symbol >= 0 && symbol < count,
        "TextVocabulary.decode: expected symbols in 0 ..< \(count), found \(symbol)")
      return symbol == end ? UInt32(10) : codePoints[symbol]
    }
    if unit == .bytes { return String(decoding: numbers.map { UInt8($0) }, as: UTF8.self) }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: numbers.compactMap(Unicode.Scalar.init))
    return String(text)
  }

  /// The number of a character or byte, or nil if it is not in the vocabulary.
  private func symbol(of codePoint: UInt32) -> Int? {
    var (low, high) = (0, codePoints.count)
    while low < high {
      let middle = (low + high) / 2
      if codePoints[middle] < codePoint { low = middle + 1 } else { high = middle }
    }
    return low < codePoints.count && codePoints[low] == codePoint ? low : nil
  }
}

// MARK: - Files

extension TextVocabulary {
  /// The name of the vocabulary in a model's file.
  public static let detailName = "symbols"

  /// Reads a text written by ``text``, or an untrusted one; nil if it is not a vocabulary of this
  /// many symbols.
  public init?(text: String, count: Int) {
    guard let read = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)),
      read.count == count, !read.codePoints.isEmpty,
      zip(read.codePoints, read.codePoints.dropFirst()).allSatisfy({ $0 < $1 }),
      read.codePoints.allSatisfy({ Unicode.Scalar($0) != nil }),
      read.unit == .characters || read.codePoints == Array(0..<256)
    else { return nil }
    self = read
  }

  /// The vocabulary as JSON.
  public var text: String { compactJSON(of: self) }

  /// The default symbol to begin a text with: an end, a line feed, a space, or else the first
  /// symbol.
  public var beginning: Int { end ?? symbol(of: 10) ?? symbol(of: 32) ?? 0 }
}
