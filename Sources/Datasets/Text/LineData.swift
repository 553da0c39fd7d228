import NN
import Tensor

/// A text whose lines are separate sequences: names, words, molecules.
///
/// ```swift
/// let names = try LineData(path: "names.txt")
/// names.train.batch(at: [0]).lengths      // [5]: four letters and the end
/// ```
///
/// Lines end at LF or CR LF; empty ones are left out. Since files of lines are often sorted, their
/// order is drawn once, from a seed; the last tenth, at least one line, is held out for testing.
public struct LineData: SplitDataset {
  /// The training lines.
  public let train: TextLines
  /// The test lines.
  public let test: TextLines
  /// The symbols, the last of which is the end of a line.
  public let vocabulary: TextVocabulary

  /// The maximum number of symbols in a line for which a window is chosen by default.
  public static let longestLine = 4_095

  /// Reads a file, gzipped or not.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - unit: Whether symbols are characters or bytes.
  ///   - window: The maximum number of symbols in a line, including its end; nil for the longest
  ///     line, up to ``longestLine`` and the end.
  ///   - seed: The seed of the order.
  /// - Throws: ``DatasetError`` for a file that cannot be read, ``TextError`` for one that is not a
  ///   text, or whose lines are too few or too long.
  public init(
    path: String, unit: TextUnit = .characters, window: Int? = nil, seed: UInt64 = 0
  ) throws {
    try self.init(contents(of: path), path: path, unit: unit, window: window, seed: seed)
  }

  /// Takes the bytes of a file; the path is only for errors.
  public init(
    _ bytes: [UInt8], path: String, unit: TextUnit = .characters, window: Int? = nil,
    seed: UInt64 = 0
  ) throws(TextError) {
    precondition(
      window.map { $0 > 0 } ?? true,
      "LineData: expected a window of 1 or more, found \(window ?? 0)"
    )
    let text = try EncodedText(bytes, path: path, unit: unit, byLines: true)
    let count = text.lines.count
    guard count > 1 else { throw .tooFewLines(path: path, found: count) }
    let ends = text.lines.dropFirst().map(\.start) + [text.symbols.count]
    let ranges = zip(text.lines, ends).map { $0.start..<$1 }
    let limit = window.map { $0 - 1 } ?? Self.longestLine
    if let place = ranges.firstIndex(where: { $0.count > limit }) {
      throw .lineTooLong(
        path: path, line: text.lines[place].number, limit: limit, found: ranges[place].count,
        of: unit.noun)
    }
    vocabulary = text.vocabulary
    let length = window ?? 1 + (ranges.map(\.count).max() ?? 0)
    let order = Random(seed: seed).permutation(count)
    func part(_ places: ArraySlice<Int>) -> TextLines {
      TextLines(text.symbols, places.map { ranges[$0] }, text.vocabulary, length: length)
    }
    let testCount = max(1, count / 10)
    train = part(order.dropLast(testCount))
    test = part(order.suffix(testCount))
  }
}
