/// A text file as symbols.
struct EncodedText {
  /// Where a line begins among the symbols, and its number in the file, from 1.
  typealias Line = (start: Int, number: Int)

  let vocabulary: TextVocabulary
  /// The symbols, of a text taken line by line without the line breaks.
  let symbols: SymbolArray
  /// Of a text taken line by line the lines that are not empty.
  let lines: [Line]

  /// Encodes the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: The contents of the file.
  ///   - path: The file that errors name.
  ///   - unit: Whether to take characters or bytes.
  ///   - byLines: Whether a sequence ends with each line, at LF or CR LF.
  /// - Throws: ``TextError``.
  init(_ bytes: [UInt8], path: String, unit: TextUnit, byLines: Bool) throws(TextError) {
    let reader = UnitReader(bytes, path: path, unit: unit, skipsLineBreaks: byLines)
    let (codePoints, count) = try Self.codePoints(reader, unit)
    guard count > 0 else { throw .empty(path: path) }
    let vocabulary = TextVocabulary(unit: unit, codePoints: codePoints, hasEnd: byLines)
    self.vocabulary = vocabulary
    if vocabulary.count <= 1 << 8 {
      let (symbols, lines): ([UInt8], _) = try Self.encoded(reader, codePoints, count, byLines)
      (self.symbols, self.lines) = (.bytes(symbols), lines)
    } else if vocabulary.count <= 1 << 16 {
      let (symbols, lines): ([UInt16], _) = try Self.encoded(reader, codePoints, count, byLines)
      (self.symbols, self.lines) = (.words(symbols), lines)
    } else {
      let (symbols, lines): ([UInt32], _) = try Self.encoded(reader, codePoints, count, byLines)
      (self.symbols, self.lines) = (.longWords(symbols), lines)
    }
  }

  /// The numbers that occur, of bytes all there are, in ascending order, and the number of units.
  private static func codePoints(
    _ reader: UnitReader, _ unit: TextUnit
  ) throws(TextError) -> (codePoints: [UInt32], count: Int) {
    var reader = reader
    // A megabyte is less than a set of many thousand characters.
    var isUsed = [Bool](repeating: unit == .bytes, count: unit == .bytes ? 256 : 0x11_0000)
    var count = 0
    while let number = try reader.next() {
      isUsed[Int(number)] = true
      count += 1
    }
    return (isUsed.indices.filter { isUsed[$0] }.map(UInt32.init), count)
  }

  private static func encoded<Symbol: FixedWidthInteger>(
    _ reader: UnitReader, _ codePoints: [UInt32], _ count: Int, _ byLines: Bool
  ) throws(TextError) -> (symbols: [Symbol], lines: [Line]) {
    var table = [Symbol](repeating: 0, count: Int(codePoints.last ?? 0) + 1)
    for (symbol, codePoint) in codePoints.enumerated() { table[Int(codePoint)] = Symbol(symbol) }
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
      symbols.append(table[Int(number)])
    }
    return (symbols, lines)
  }
}
