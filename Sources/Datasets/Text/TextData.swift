import NN

/// A text split into windows of equal length, for models that predict each symbol from those before
/// it.
///
/// ```swift
/// let text = try TextData(path: "book.txt", window: 128)
/// text.vocabulary.count                             // as many as the book has characters
/// text.train.batch(at: [0, 1]).values               // [2, 129]
/// ```
///
/// The last tenth of the text, rounded up, is held out for testing. The vocabulary is that of the
/// whole file.
public struct TextData: SplitDataset {
  /// The training windows.
  public let train: TextWindows
  /// The test windows.
  public let test: TextWindows
  /// The symbols.
  public let vocabulary: TextVocabulary

  /// Reads a file, gzipped or not.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - unit: Whether symbols are characters or bytes.
  ///   - window: The number of predicted symbols in a window, at least 1.
  /// - Throws: ``DatasetError`` for a file that cannot be read, ``TextError`` for one that is not a text or
  ///   too short.
  public init(path: String, unit: TextUnit = .characters, window: Int = 128) throws {
    try self.init(contents(of: path), path: path, unit: unit, window: window)
  }

  /// Takes the bytes of a file; the path is only for errors.
  public init(
    _ bytes: [UInt8], path: String, unit: TextUnit = .characters, window: Int = 128
  ) throws(TextError) {
    precondition(window > 0, "TextData: expected a window of 1 or more, found \(window)")
    let text = try EncodedText(bytes, path: path, unit: unit, byLines: false)
    vocabulary = text.vocabulary
    let border = text.symbols.count * 9 / 10
    func part(_ range: Range<Int>, _ name: String) throws(TextError) -> TextWindows {
      guard range.count > window else {
        throw .tooShort(
          path: path, part: name, window: window, found: range.count, of: unit.noun)
      }
      return TextWindows(text.symbols, range, text.vocabulary, window: window)
    }
    train = try part(0..<border, "to train on")
    test = try part(border..<text.symbols.count, "in the last tenth, to test on,")
  }
}
