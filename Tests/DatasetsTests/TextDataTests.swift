import Datasets
import Foundation
import Tensor
import Testing

@Suite struct TextDataTests {
  private func text(
    _ text: String, unit: TextUnit = .characters, window: Int = 4
  ) throws -> TextData {
    try TextData(Array(text.utf8), path: "t.txt", unit: unit, window: window)
  }

  private func message(_ body: () throws -> some Any) -> String {
    do {
      _ = try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  /// 100 characters: the alphabet repeated, with an accented letter and a line break.
  private static let sample = String(
    String(repeating: "abcdefghijklmnopqrstuvwxyzé\n", count: 4).prefix(100))

  @Test func characters() throws {
    let data = try text(Self.sample)
    #expect(data.vocabulary.count == 28)
    #expect(data.vocabulary.codePoints.first == 10 && data.vocabulary.codePoints.last == 0xe9)
    #expect(data.train.element == .window(length: 4, vocabulary: 28))
    #expect(data.train.element.shape == [5] && data.train.unit(1) == "character")
    // 90 and 10 characters: each except the first is predicted once, as far as complete windows
    // reach.
    #expect(data.train.count == 22 && data.test.count == 2)
    #expect(data.train.unitCount == 88 && data.test.unitCount == 8)
    let batch = data.test.batch(at: [0, 1])
    #expect(batch.values.shape == [2, 5] && batch.labels.isEmpty && batch.lengths == nil)
    #expect(batch.unitCount(of: data.test.element) == 8)
    let symbols = batch.values.scalars.map { Int($0) }
    let scalars = Array(Self.sample.unicodeScalars)
    for index in 0..<2 {
      let found = data.vocabulary.decode(symbols[5 * index..<5 * index + 5])
      let expected = scalars[90 + 4 * index..<95 + 4 * index].map { String($0) }.joined()
      #expect(found == expected)
    }
  }

  @Test func bytes() throws {
    let data = try text(Self.sample, unit: .bytes)
    #expect(data.vocabulary.count == 256 && data.vocabulary.end == nil)
    #expect(data.train.unit(2) == "bytes")
    let bytes = Array(Self.sample.utf8)
    let found = data.train.batch(at: Array(0..<data.train.count)).values.scalars
    var expected: [Float] = []
    for window in 0..<data.train.count {
      expected += bytes[4 * window..<4 * window + 5].map { Float($0) }
    }
    #expect(found == expected)
    // Independent of what the bytes encode.
    let latin = try TextData(
      [UInt8](repeating: 0xe9, count: 100), path: "t.txt", unit: .bytes, window: 4)
    #expect(latin.train.batch(at: [0]).values.scalars == [233, 233, 233, 233, 233])
  }

  @Test func trainingWindowsBeginAnywhere() throws {
    let data = try text(String(String(repeating: "0123456789", count: 100)), window: 7)
    let batches = try Batches(data.train, size: 50)
    let random = Random(seed: 1)
    var first: [Int] = []
    for _ in 0..<8 {
      for batch in batches.epoch(shuffledBy: random) {
        let symbols = batch.values.scalars.map { Int($0) }
        for row in 0..<batch.count {
          let window = symbols[8 * row..<8 * row + 8]
          #expect(zip(window, window.dropFirst()).allSatisfy { ($0 + 1) % 10 == $1 })
          first.append(symbols[8 * row])
        }
      }
    }
    // 128 windows of 7 in 900 characters, eight times.
    #expect(batches.count == 128 && first.count == 1_024)
    for symbol in 0..<10 {
      #expect(abs(Double(first.count { $0 == symbol }) - 102.4) < 50)
    }
    // The same seed gives the same windows, in batches of any size.
    let epochs = [1, 50].map { size in
      batches.resized(to: size).epoch(shuffledBy: Random(seed: 3)).flatMap(\.values.scalars)
    }
    #expect(epochs[0] == epochs[1])
    #expect(
      batches.epoch(shuffledBy: nil).flatMap(\.values.scalars)
        == data.train.batch(at: Array(0..<128)).values.scalars)
  }

  @Test func everyPlaceCanBeginATrainingWindow() throws {
    // 18 characters to train on, windows of 5: the last begins at 12.
    let data = try text("abcdefghijklmnopqrst", window: 1)
    let variations = (0..<400).map { Variation(using: Random(seed: $0)) }
    let starts = variations.flatMap { variation in
      (0..<data.train.count).map {
        Int(data.train.batch(at: [$0], varied: variation).values.scalars[0])
      }
    }
    #expect(Set(starts) == Set(0..<17))
  }

  @Test(arguments: [
    ([0x61, 0xff, 0x62] as [UInt8], 1, 1, "0xFF"),
    ([0x61, 0x0a, 0xe9, 0x20], 2, 2, "0xE9"),
    ([0xef, 0xbb, 0xbf, 0x61, 0xc3], 4, 1, "0xC3"),
    ([0x0a, 0x0a, 0xed, 0xa0, 0x80], 2, 3, "0xED"),
    ([0xc0, 0x80], 0, 1, "0xC0"),
  ]) func textThatIsNotUTF8NamesTheByte(
    bytes: [UInt8], offset: Int, line: Int, found: String
  ) {
    for byLines in [false, true] {
      let found = message {
        byLines
          ? try LineData(bytes, path: "t.txt").train.count
          : try TextData(bytes, path: "t.txt", window: 1).train.count
      }
      #expect(
        found == "t.txt: expected a text in UTF-8, found the byte \(self.found(bytes[offset]))"
          + " at offset \(offset), in line \(line)")
    }
    #expect(self.found(bytes[offset]) == found)
  }

  private func found(_ byte: UInt8) -> String { "0x" + String(byte, radix: 16, uppercase: true) }

  @Test(arguments: [
    ("", "t.txt: expected a text, found an empty file"),
    ("\u{FEFF}", "t.txt: expected a text, found an empty file"),
    (
      "abcd", "t.txt: expected at least 5 characters to train on for windows of 4, found 3"
    ),
    (
      "abcdefghijklmnop",
      "t.txt: expected at least 5 characters in the last tenth, to test on, for windows of 4,"
        + " found 2"
    ),
  ]) func emptyAndShortTexts(text: String, expected: String) {
    #expect(message { try self.text(text) } == expected)
  }

  @Test func largeVocabulariesTakeWiderSymbols() throws {
    // 300 and 70,000 different characters.
    for count in [300, 70_000] {
      let scalars = (0..<count).compactMap { Unicode.Scalar(UInt32($0 + 0x1_0000)) }
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars)
      let data = try text(String(view), window: 20)
      #expect(data.vocabulary.count == count)
      #expect(
        data.train.batch(at: [2]).values.scalars == (40...60).map { Float($0) })
      let last = count * 9 / 10
      #expect(data.test.batch(at: [0]).values.scalars[0] == Float(last))
    }
  }

  @Test func contentsMatterToTheChecksum() throws {
    let one = try text(Self.sample)
    #expect(try text(Self.sample).train.checksum == one.train.checksum)
    #expect(one.train.checksum != one.test.checksum)
    // The same codes with other characters.
    let moved = String(
      String.UnicodeScalarView(
        Self.sample.unicodeScalars.compactMap { Unicode.Scalar($0.value + 1_000) }))
    #expect(try text(moved).train.checksum != one.train.checksum)
  }

  @Test func filesGzippedOrNot() throws {
    let scratch = try Scratch()
    try scratch.write(Array(Self.sample.utf8), "t.txt")
    let plain = try TextData(path: scratch("t.txt"), window: 4).train.checksum
    try scratch.gzip("t.txt")
    #expect(try TextData(path: scratch("t.txt.gz"), window: 4).train.checksum == plain)
    #expect(throws: DatasetError.missingFile(path: scratch("no.txt"))) {
      try TextData(path: scratch("no.txt"))
    }
  }

  // MARK: Vocabulary

  @Test func encodingAndDecoding() throws {
    let vocabulary = TextVocabulary(charactersOf: "hello\n\u{1F600}", hasEnd: true)
    #expect(vocabulary.count == 7 && vocabulary.end == 6)
    #expect(try vocabulary.encode("hole") == [2, 4, 3, 1])
    #expect(vocabulary.decode([2, 4, 3, 1, 6, 5]) == "hole\n\u{1F600}")
    #expect(
      message { try vocabulary.encode("help") }
        == "expected characters of the text that the model was trained on, found 'p' at place 4")
    let data = try JSONEncoder().encode(vocabulary)
    #expect(try JSONDecoder().decode(TextVocabulary.self, from: data) == vocabulary)
  }

  @Test func bytesRoundTrip() throws {
    let data = try text(Self.sample, unit: .bytes)
    #expect(data.vocabulary.decode(try data.vocabulary.encode("é?")) == "é?")
    #expect(data.vocabulary.decode([0x61, 0xff]) == "a\u{FFFD}")
  }
}

@Suite struct LineDataTests {
  private func lines(_ text: String, window: Int? = nil) throws -> LineData {
    try LineData(Array(text.utf8), path: "t.txt", window: window)
  }

  @Test func aLineIsASequenceWithItsEnd() throws {
    let data = try lines("ada\r\nbob\n\nemma\r\n")
    #expect(data.train.count == 2 && data.test.count == 1)
    // a, b, d, e, m, o and the end; carriage returns are left out.
    #expect(data.vocabulary.count == 7 && data.vocabulary.end == 6)
    #expect(data.train.element == .window(length: 5, vocabulary: 7))
    let all = [data.train.batch(at: [0, 1]), data.test.batch(at: [0])]
    let rows = all.flatMap { batch in
      (0..<batch.count).map { row in
        let symbols = batch.values.scalars[6 * row..<6 * row + 6].map { Int($0) }
        let length = batch.lengths?[row] ?? 0
        // The end symbol comes first, after the line, and from there on.
        #expect(symbols[0] == 6 && symbols[length...].allSatisfy { $0 == 6 })
        return data.vocabulary.decode(symbols[1...length])
      }
    }
    #expect(rows.sorted() == ["ada\n", "bob\n", "emma\n"])
    // Padding is not counted.
    #expect(all[0].unitCount(of: data.train.element) == data.train.unitCount)
    #expect(data.train.unitCount + data.test.unitCount == 4 + 4 + 5)
  }

  @Test func carriageReturnsWithinLinesStay() throws {
    let data = try lines("a\rb\r\r\nc\r")
    #expect(data.vocabulary.codePoints == [13, 97, 98, 99])
    #expect((data.train.unitCount, data.test.unitCount) == (5, 3) || data.train.unitCount == 3)
  }

  @Test func theOrderIsDrawnOnceAndATenthHeldOut() throws {
    let text = (0..<200).map { "n\($0)\n" }.joined()
    let data = try lines(text)
    #expect(data.train.count == 180 && data.test.count == 20)
    #expect(try lines(text).test.checksum == data.test.checksum)
    let batch = data.test.batch(at: Array(0..<20))
    let width = data.test.element.shape[0]
    let symbols = batch.values.scalars.map { Int($0) }
    var found: [Int] = []
    for (row, length) in (batch.lengths ?? []).enumerated() {
      // Without the beginning, the letter n and the end.
      let digits = symbols[row * width + 2..<row * width + length]
      found.append(try #require(Int(data.vocabulary.decode(digits))))
    }
    #expect(Set(found).count == 20 && (found.max() ?? 0) > 150 && (found.min() ?? 0) < 50)
  }

  @Test func linesThatAreTooLongOrTooFew() {
    #expect(
      throws: TextError.lineTooLong(
        path: "t.txt", line: 3, limit: 3, found: 4, of: .character)
    ) { try lines("abc\n\nabcd\n", window: 4) }
    #expect(
      throws: TextError.lineTooLong(
        path: "t.txt", line: 1, limit: 4_095, found: 4_096, of: .character)
    ) { try lines(String(repeating: "x", count: 4_096) + "\ny\n") }
    #expect(throws: TextError.tooFewLines(path: "t.txt", found: 1)) { try lines("abc\n\n") }
    #expect(throws: TextError.empty(path: "t.txt")) { try lines("\n\r\n\n") }
    #expect(
      TextError.lineTooLong(path: "t.txt", line: 3, limit: 3, found: 4, of: .character).description
        == "t.txt: expected lines of at most 3 characters, found 4 in line 3")
    #expect(
      TextError.tooFewLines(path: "t.txt", found: 1).description
        == "t.txt: expected at least 2 lines, for training and testing, found 1")
  }

  @Test(arguments: [TextUnit.characters, .bytes]) func aVocabularyIsReadFromItsText(
    unit: TextUnit
  ) throws {
    let vocabulary = try TextData(
      Array(String(repeating: "año\n", count: 9).utf8), path: "a", unit: unit, window: 1
    ).vocabulary
    let count = vocabulary.count
    #expect(TextVocabulary(text: vocabulary.text, count: count) == vocabulary)
    #expect(TextVocabulary(text: vocabulary.text, count: count + 1) == nil)
    #expect(vocabulary.beginning == (unit == .bytes ? 10 : 0))
    for wrong in [
      "", "{}", #"{"codePoints":[2,1],"hasEnd":false,"unit":"characters"}"#,
      #"{"codePoints":[1,55296],"hasEnd":false,"unit":"characters"}"#,
      #"{"codePoints":[1,2],"hasEnd":false,"unit":"bytes"}"#,
    ] { #expect(TextVocabulary(text: wrong, count: 2) == nil) }
  }
}
