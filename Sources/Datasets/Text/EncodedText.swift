/// A text file as symbols.
struct EncodedText {
  let vocabulary: TextVocabulary
  /// The symbols, of a text taken line by line without the line breaks.
  let symbols: SymbolArray
  /// Of a text taken line by line: where each line begins that is not empty, and its number in the file.
  let lines: [(start: Int, number: Int)]

  private static let lineFeed: UInt32 = 10
  private static let carriageReturn: UInt32 = 13

  /// Encodes the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: The contents of the file.
  ///   - path: The file that errors name.
  ///   - unit: Whether to take characters or bytes.
  ///   - byLines: Whether a sequence ends with each line, at LF or CR LF.
  /// - Throws: ``TextError``.
  init(_ bytes: [UInt8], path: String, unit: TextUnit, byLines: Bool) throws(TextError) {
    var reader = LineReader(isActive: byLines)
    // Which numbers occur; the few megabytes that this takes go at the end.
    var isUsed = [Bool](repeating: unit == .bytes, count: unit == .bytes ? 256 : 0x11_0000)
    var count = 0
    func note(_ number: UInt32, _ line: Int) {
      isUsed[Int(number)] = true
      count += 1
    }
    try unit.forEach(in: bytes, path: path) { number in
      reader.take(number, note)
    }
    reader.finish(note)
    guard count > 0 else { throw .empty(path: path) }

    let codePoints = isUsed.indices.filter { isUsed[$0] }.map(UInt32.init)
    vocabulary = TextVocabulary(unit: unit, codePoints: codePoints, hasEnd: byLines)
    var symbols = [UInt32](repeating: 0, count: Int(codePoints.last ?? 0) + 1)
    for (symbol, codePoint) in codePoints.enumerated() { symbols[Int(codePoint)] = UInt32(symbol) }

    var lines: [(start: Int, number: Int)] = []
    var place = 0
    reader = LineReader(isActive: byLines)
    self.symbols = try SymbolArray(count: count, vocabulary: vocabulary.count) {
      append throws(TextError) in
      func add(_ number: UInt32, _ line: Int) {
        if byLines, lines.last?.number != line { lines.append((start: place, number: line)) }
        append(symbols[Int(number)])
        place += 1
      }
      try unit.forEach(in: bytes, path: path) { reader.take($0, add) }
      reader.finish(add)
    }
    self.lines = lines
  }

  /// Tells a text's units from its line breaks.
  private struct LineReader {
    let isActive: Bool
    private var line = 1
    /// Whether the last unit was a carriage return, which may begin a line break.
    private var isReturnPending = false

    init(isActive: Bool) { self.isActive = isActive }

    /// Takes the next unit and calls `body` with what is known to belong to a line.
    mutating func take(_ number: UInt32, _ body: (_ number: UInt32, _ line: Int) -> Void) {
      guard isActive else { return body(number, line) }
      if number == EncodedText.lineFeed {
        isReturnPending = false
        line += 1
        return
      }
      finish(body)
      if number == EncodedText.carriageReturn { isReturnPending = true } else { body(number, line) }
    }

    /// Hands over a carriage return that no line feed followed.
    mutating func finish(_ body: (_ number: UInt32, _ line: Int) -> Void) {
      if isReturnPending { body(EncodedText.carriageReturn, line) }
      isReturnPending = false
    }
  }
}
