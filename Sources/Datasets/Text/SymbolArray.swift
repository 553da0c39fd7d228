import Files

/// The symbols of a text, in one, two or four bytes each, depending on the size of the vocabulary.
enum SymbolArray: Equatable, Sendable {
  case bytes([UInt8])
  case words([UInt16])
  case longWords([UInt32])

  var count: Int {
    switch self {
    case .bytes(let symbols): symbols.count
    case .words(let symbols): symbols.count
    case .longWords(let symbols): symbols.count
    }
  }

  /// Writes the symbols of a range as floating-point numbers.
  func write(_ range: Range<Int>, to result: UnsafeMutablePointer<Float>) {
    switch self {
    case .bytes(let symbols): copy(symbols, range, to: result)
    case .words(let symbols): copy(symbols, range, to: result)
    case .longWords(let symbols): copy(symbols, range, to: result)
    }
  }

  /// Adds the symbols of a range to a checksum.
  func add(_ range: Range<Int>, to checksum: inout Checksum) {
    switch self {
    case .bytes(let symbols): symbols[range].withUnsafeBytes { checksum.add($0) }
    case .words(let symbols): symbols[range].withUnsafeBytes { checksum.add($0) }
    case .longWords(let symbols): symbols[range].withUnsafeBytes { checksum.add($0) }
    }
  }
}

private func copy<Symbol: FixedWidthInteger>(
  _ symbols: [Symbol], _ range: Range<Int>, to result: UnsafeMutablePointer<Float>
) {
  for (place, symbol) in symbols[range].enumerated() { result[place] = Float(symbol) }
}
