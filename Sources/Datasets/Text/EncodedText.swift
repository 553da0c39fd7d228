/// A text file as symbols.
struct EncodedText {
  /// The start of a line among the symbols, and its number in the file, from 1.
  typealias Line = (start: Int, number: Int)

  let vocabulary: TextVocabulary
  /// The symbols; without the line breaks if the text is taken line by line.
  let symbols: SymbolArray
  /// The nonempty lines, if the text is taken line by line.
  let lines: [Line]

  /// Encodes the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: The contents of the file.
  ///   - path: The file, for errors.
  ///   - unit: Whether to use characters or bytes.
  ///   - byLines: Whether a sequence ends with each line, at LF or CR LF.
  /// - Throws: ``TextError``.
  init(_ bytes: [UInt8], path: String, unit: TextUnit, byLines: Bool) throws(TextError) {
    let reader = UnitReader(bytes, path: path, unit: unit, skipsLineBreaks: byLines)
    // All 256 bytes.
    var set = CodePointSet()
    if unit == .bytes { for byte in UInt32(0)..<256 { set.insert(byte) } }
    let count = try Self.insert(reader, to: &set)
    guard count > 0 else { throw .empty(path: path) }
    let codePoints = set.sorted()
    let vocabulary = TextVocabulary(unit: unit, codePoints: codePoints, hasEnd: byLines)
    self.vocabulary = vocabulary
    if vocabulary.count <= 1 << 8 {
      let (symbols, lines): ([UInt8], _) = try Self.encoded(reader, set, count, byLines)
      (self.symbols, self.lines) = (.bytes(symbols), lines)
    } else if vocabulary.count <= 1 << 16 {
      let (symbols, lines): ([UInt16], _) = try Self.encoded(reader, set, count, byLines)
      (self.symbols, self.lines) = (.words(symbols), lines)
    } else {
      let (symbols, lines): ([UInt32], _) = try Self.encoded(reader, set, count, byLines)
      (self.symbols, self.lines) = (.longWords(symbols), lines)
    }
  }

  /// Adds the occurring numbers to a set, and returns the number of units.
  private static func insert(
    _ reader: UnitReader, to set: inout CodePointSet
  ) throws(TextError) -> Int {
    var reader = reader
    var count = 0
    while let number = try reader.next() {
      set.insert(number)
      count += 1
    }
    return count
  }

  private static func encoded<Symbol: FixedWidthInteger>(
    _ reader: UnitReader, _ set: CodePointSet, _ count: Int, _ byLines: Bool
  ) throws(TextError) -> (symbols: [Symbol], lines: [Line]) {
    var reader = reader
    var symbols: [Symbol] = []
    symbols.reserveCapacity(count)
    var lines: [Line] = []
    var line = 0
    while let number = try reader.next() {
      if byLines, reader.line != line {
        line = reader.line
        lines.append((start: symbols.count, number: line))
      }
      symbols.append(Symbol(set[number]))
    }
    return (symbols, lines)
  }
}
