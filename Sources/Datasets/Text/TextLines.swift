import Files
import NN
import Tensor

/// Lines of a text as sequences: the end symbol, which also represents the beginning, the symbols
/// of the line, and then end symbols.
public struct TextLines: Dataset {
  private let symbols: SymbolArray
  private let lines: [Range<Int>]
  private let length: Int
  /// The symbols and their numbers.
  public let vocabulary: TextVocabulary

  init(
    _ symbols: SymbolArray, _ lines: [Range<Int>], _ vocabulary: TextVocabulary, length: Int
  ) {
    self.symbols = symbols
    self.lines = lines
    self.vocabulary = vocabulary
    self.length = length
  }

  /// The number of lines.
  public var count: Int { lines.count }
  /// A window with room for the longest line and its end.
  public var element: ElementKind { .window(length: length, vocabulary: vocabulary.count) }
  /// A line.
  public var exampleNoun: Noun { Noun("line", "lines") }
  /// A character or a byte.
  public var unit: Noun { vocabulary.unit.noun }
  /// The symbols of all lines, each with its end.
  public var unitCount: Int { lines.reduce(0) { $0 + $1.count + 1 } }

  /// Returns lines as the numbers of their symbols, `[count, length + 1]`; the lengths include the
  /// end.
  public func batch(at indices: [Int], varied variation: Variation?) -> Batch {
    checkIndices(indices, below: count, "TextLines.batch")
    let width = length + 1
    let values = Tensor([indices.count, width], .float32) { memory in
      let result = memory.bindMemory(to: Float.self)
      result.update(repeating: Float(vocabulary.count - 1))
      guard let start = result.baseAddress else { return }
      for (place, index) in indices.enumerated() {
        symbols.write(lines[index], to: start + place * width + 1)
      }
    }
    return Batch(values: values, lengths: indices.map { lines[$0].count + 1 })
  }

  /// The CRC-32 of the lines, their lengths and the vocabulary.
  public var checksum: UInt32 {
    var checksum = Checksum()
    for line in lines { symbols.add(line, to: &checksum) }
    lines.map { UInt32($0.count) }.withUnsafeBytes { checksum.add($0) }
    vocabulary.codePoints.withUnsafeBytes { checksum.add($0) }
    return checksum.value
  }
}
