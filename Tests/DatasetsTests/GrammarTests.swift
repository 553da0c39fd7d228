import Datasets
import Foundation
import NN
import Tensor
import Testing

@Suite struct GrammarTests {
  /// Words of a's, each the last with probability ¾: entropy h(¼) / ¾, mean length 4 / 3.
  @Test func aGeometricWord() {
    let grammar = Grammar(["word": [(3, "a"), (1, "a<word>")]])
    let choice = -(0.25 * log(0.25) + 0.75 * log(0.75))
    #expect(abs(grammar.entropy - choice / 0.75) < 1e-12)
    #expect(abs(grammar.meanLength - 4.0 / 3) < 1e-12)
    let (text, logProbability) = grammar.draw(using: Random(seed: 3))
    let expected = log(0.75) + Double(text.count - 1) * log(0.25)
    #expect(abs(logProbability - expected) < 1e-12)
  }

  /// All texts: ax, ay, b with probabilities ⅓, ⅙, ½.
  @Test func aFewTexts() {
    let grammar = Grammar(["text": [(1, "a<end>"), (1, "b")], "end": [(2, "x"), (1, "y")]])
    let shares = [1.0 / 3, 1.0 / 6, 0.5]
    #expect(abs(grammar.entropy + shares.reduce(0) { $0 + $1 * log($1) }) < 1e-12)
    #expect(abs(grammar.meanLength - 1.5) < 1e-12)
    let random = Random(seed: 1)
    let texts = (0..<6_000).map { _ in grammar.draw(using: random).text }
    for (text, share) in zip(["ax", "ay", "b"], shares) {
      let found = Double(texts.filter { $0 == text }.count) / 6_000
      #expect(abs(found - share) < 4 * (share * (1 - share) / 6_000).squareRoot())
    }
  }

  /// The means of −log p and of the length over draws are the entropy and the mean length, and a
  /// repeated sentence always has the same probability, because it has a single derivation.
  @Test func theEntropyOfSentencesIsExact() {
    let grammar = Sentences.grammar
    let random = Random(seed: 2)
    let draws = (0..<4_000).map { _ in grammar.draw(using: random) }
    func check(_ numbers: [Double], _ expected: Double) {
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let error = squares.squareRoot() / Double(numbers.count)
      #expect(abs(mean - expected) < 4 * error, "\(mean) for \(expected)")
    }
    check(draws.map { -$0.logProbability }, grammar.entropy)
    check(draws.map { Double($0.text.count) }, grammar.meanLength)
    var known: [String: Double] = [:]
    var repeated = 0
    for (text, logProbability) in draws {
      if let before = known[text] {
        #expect(abs(before - logProbability) < 1e-9, "\(text)")
        repeated += 1
      }
      known[text] = logProbability
    }
    #expect(repeated > 100)
    let perCharacter = grammar.entropy / (grammar.meanLength + 1)
    #expect(Sentences.entropyPerCharacter == perCharacter)
    // The values computed by a program in another language.
    #expect(abs(grammar.entropy - 10.883381080404071) < 1e-10)
    #expect(abs(grammar.meanLength - 37.46297619047618) < 1e-10)
  }

  @Test func sentencesAreTheSameInATextOfAnyLength() throws {
    let (few, more) = (Sentences.text(count: 3), Sentences.text(count: 20))
    #expect(Array(more.prefix(few.count)) == few)
    #expect(few.filter { $0 == 10 }.count == 3 && few.last == 10)
    let lines = try LineData(more, path: Sentences.name)
    #expect(lines.train.count + lines.test.count == 20 && lines.vocabulary.hasEnd)
    #expect(lines.train.exampleNoun == Noun("line", "lines"))
  }

  @Test func givenTextsAreEncoded() throws {
    let scratch = try Scratch()
    let path = try scratch.write(Array("ab\n\nba\r\na".utf8), "lines.txt")
    let vocabulary = TextVocabulary(charactersOf: "ab", hasEnd: true)
    #expect(try vocabulary.sequences(path: path) == [[0, 1], [1, 0], [0]])
    #expect(throws: TextError.unknownCharacter(found: "\n", place: 3)) {
      try TextVocabulary(charactersOf: "ab").sequences(path: path)
    }
    let empty = try scratch.write([10], "empty.txt")
    #expect(throws: TextError.empty(path: empty)) { try vocabulary.sequences(path: empty) }
  }
}
