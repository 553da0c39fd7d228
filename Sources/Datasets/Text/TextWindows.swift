import Files
import NN
import Tensor

/// Windows of a text: one symbol and `window` more, each to be predicted from those before it.
///
/// Without variation, window *i* begins at symbol `i * window`, so that each symbol except the
/// first is predicted once; a remainder shorter than a window is left out. With variation, as in
/// training, each window begins at a position drawn anew in each epoch, with all positions equally
/// likely.
public struct TextWindows: Dataset {
  private let symbols: SymbolArray
  private let range: Range<Int>
  private let window: Int
  /// The symbols and their numbers.
  public let vocabulary: TextVocabulary

  init(_ symbols: SymbolArray, _ range: Range<Int>, _ vocabulary: TextVocabulary, window: Int) {
    self.symbols = symbols
    self.range = range
    self.vocabulary = vocabulary
    self.window = window
  }

  /// The number of adjacent windows.
  public var count: Int { (range.count - 1) / window }
  /// A window with this number of predicted symbols.
  public var element: ElementKind { .window(length: window, vocabulary: vocabulary.count) }
  /// A character or a byte.
  public var unit: Noun { vocabulary.unit.noun }

  /// Returns windows as the numbers of their symbols, `[count, window + 1]`.
  public func batch(at indices: [Int], varied variation: Variation?) -> Batch {
    checkIndices(indices, below: count, "TextWindows.batch")
    let length = window + 1
    let values = Tensor([indices.count, length], .float32) { memory in
      guard let result = memory.bindMemory(to: Float.self).baseAddress else { return }
      for (place, index) in indices.enumerated() {
        let start =
          range.lowerBound
          + (variation?.random(for: index).integer(below: range.count - window) ?? index * window)
        symbols.write(start..<start + length, to: result + place * length)
      }
    }
    return Batch(values: values)
  }

  /// The CRC-32 of the symbols and the vocabulary.
  public var checksum: UInt32 {
    var checksum = Checksum()
    symbols.add(range, to: &checksum)
    vocabulary.codePoints.withUnsafeBytes { checksum.add($0) }
    return checksum.value
  }
}
