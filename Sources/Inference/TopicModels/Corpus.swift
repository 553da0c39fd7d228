import Tensor

/// Documents as bags of words: the words that each document contains, and how often.
///
/// A document without words is kept; the distribution of its topics is the prior.
public struct Corpus: Sendable {
  /// The names of the words; empty if they have none.
  public let vocabulary: [String]
  /// The number of words in the vocabulary.
  public let vocabularySize: Int
  /// The number of words in the texts that were left out because the vocabulary does not contain
  /// them.
  public let unknownWords: Int

  /// The start of each document's entries, followed by the end of the last one's.
  let offsets: [Int]
  /// The word of each entry, and how often the document contains it.
  let words: [Int32]
  let counts: [Double]
  /// How often each document counts; nil if each counts once.
  public private(set) var documentWeights: [Double]?

  /// The number of documents.
  public var documentCount: Int { offsets.count - 1 }
  /// The number of documents, each counted by its weight.
  var totalWeight: Double { documentWeights?.reduce(0, +) ?? Double(documentCount) }
  /// The total number of words in the documents, each document counted by its weight.
  public var wordCount: Double {
    documentWeights.map { zip($0, lengths).reduce(0) { $0 + $1.0 * $1.1 } } ?? counts.reduce(0, +)
  }

  /// The number of words in each document.
  public var lengths: [Double] {
    (0..<documentCount).map { counts[offsets[$0]..<offsets[$0 + 1]].reduce(0, +) }
  }

  /// Creates a corpus from its entries.
  ///
  /// - Parameters:
  ///   - documents: For each document, its words, which are below `vocabularySize`, and their
  ///     counts, which are above 0. A word may occur in several entries.
  ///   - vocabularySize: The number of words in the vocabulary.
  ///   - vocabulary: The names of the words, or none.
  /// - Throws: ``CorpusError`` if a word is outside the vocabulary or a count is not above 0 and
  ///   finite.
  public init(
    documents: [[(word: Int, count: Double)]], vocabularySize: Int, vocabulary: [String] = []
  ) throws {
    try self.init(
      documents: documents, vocabularySize: vocabularySize, vocabulary: vocabulary,
      unknownWords: 0)
  }

  private init(
    documents: [[(word: Int, count: Double)]], vocabularySize: Int, vocabulary: [String],
    unknownWords: Int
  ) throws {
    precondition(
      vocabularySize > 0 && (vocabulary.isEmpty || vocabulary.count == vocabularySize),
      "Corpus: expected a vocabulary of at least one word, and a name for each or none, found"
        + " \(vocabularySize) and \(vocabulary.count)")
    var (offsets, words, counts) = ([0], [Int32](), [Double]())
    for (document, entries) in documents.enumerated() {
      for (word, count) in entries {
        guard (0..<vocabularySize).contains(word), word <= Int(Int32.max) else {
          throw CorpusError.wordBeyondVocabulary(
            document: document, word: word, size: vocabularySize)
        }
        guard count > 0 && count.isFinite else {
          throw CorpusError.badCount(document: document, word: word, count: count)
        }
        words.append(Int32(word))
        counts.append(count)
      }
      offsets.append(words.count)
    }
    (self.offsets, self.words, self.counts) = (offsets, words, counts)
    (self.vocabularySize, self.vocabulary) = (vocabularySize, vocabulary)
    self.unknownWords = unknownWords
  }

  /// Creates a corpus from texts: words are runs of letters and digits, in lower case.
  ///
  /// - Parameters:
  ///   - texts: A text for each document.
  ///   - vocabulary: The words to count; others are left out, and ``unknownWords`` counts them. By
  ///     default, all words that occur in enough documents, in alphabetical order.
  ///   - minimumDocuments: The number of documents in which a word must occur to enter the default
  ///     vocabulary.
  ///   - stopWords: Words to exclude from the default vocabulary.
  /// - Throws: ``CorpusError/noWords`` if the vocabulary is empty.
  public init(
    texts: [String], vocabulary: [String]? = nil, minimumDocuments: Int = 1,
    stopWords: Set<String> = []
  ) throws {
    let documents = texts.map(Self.words)
    let names: [String]
    if let vocabulary {
      names = vocabulary
    } else {
      var containing: [String: Int] = [:]
      for document in documents {
        for word in Set(document) { containing[word, default: 0] += 1 }
      }
      names = containing.filter { $0.value >= minimumDocuments && !stopWords.contains($0.key) }
        .keys.sorted()
    }
    guard !names.isEmpty else { throw CorpusError.noWords }
    let places = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
    var unknown = 0
    let entries = documents.map { document in
      var counts: [Int: Double] = [:]
      for word in document {
        if let place = places[word] { counts[place, default: 0] += 1 } else { unknown += 1 }
      }
      return counts.sorted { $0.key < $1.key }.map { (word: $0.key, count: $0.value) }
    }
    try self.init(
      documents: entries, vocabularySize: names.count, vocabulary: names, unknownWords: unknown)
  }

  /// Reads a bag of words in the format of the UCI repository: three lines with the numbers of
  /// documents, words and entries, followed by a line for each entry, "document word count", in
  /// which documents and words are counted from 1.
  ///
  /// - Throws: ``CorpusError`` if a line does not have this format or a number is out of range.
  public init(bagOfWords text: String, vocabulary: [String] = []) throws {
    let lines = text.split(omittingEmptySubsequences: true) { $0.isNewline }
    func numbers(_ line: Int, _ count: Int) throws -> [Int] {
      let fields = line < lines.count ? lines[line].split { $0.isWhitespace } : []
      let values = fields.compactMap { Int($0) }
      guard fields.count == count, values.count == count, values.allSatisfy({ $0 >= 0 }) else {
        throw CorpusError.badLine(
          line + 1, expected: count, found: line < lines.count ? String(lines[line]) : "")
      }
      return values
    }
    let sizes = try (0..<3).map { try numbers($0, 1)[0] }
    guard sizes[2] == lines.count - 3 else {
      throw CorpusError.entryCount(expected: sizes[2], found: lines.count - 3)
    }
    guard sizes[1] > 0, vocabulary.isEmpty || vocabulary.count == sizes[1] else {
      throw CorpusError.vocabularyCount(expected: sizes[1], found: vocabulary.count)
    }
    // Documents are created when entries name them, so that a false number at the top reserves no
    // memory.
    var documents: [[(word: Int, count: Double)]] = []
    for line in 3..<lines.count {
      let entry = try numbers(line, 3)
      guard (1...max(1, sizes[0])).contains(entry[0]), entry[0] - documents.count <= 1 << 24 else {
        throw CorpusError.documentBeyondCount(line: line + 1, document: entry[0], count: sizes[0])
      }
      guard (1...sizes[1]).contains(entry[1]) else {
        throw CorpusError.wordBeyondCount(line: line + 1, word: entry[1], count: sizes[1])
      }
      while documents.count < entry[0] { documents.append([]) }
      documents[entry[0] - 1].append((entry[1] - 1, Double(entry[2])))
    }
    try self.init(
      documents: documents, vocabularySize: sizes[1], vocabulary: vocabulary, unknownWords: 0)
  }

  /// The corpus with weighted documents: one of weight 2 counts like two equal documents.
  ///
  /// - Parameter weights: A weight of 0 or more for each document.
  public func weighted(_ weights: [Double]) -> Corpus {
    precondition(
      weights.count == documentCount && weights.allSatisfy { $0 >= 0 && $0.isFinite },
      "Corpus.weighted: expected \(documentCount) weights of 0 or more, found \(weights.count)")
    var corpus = self
    corpus.documentWeights = weights
    return corpus
  }

  /// Rows of documents, `[documents, …]`, each multiplied by the document's weight.
  func counted(_ rows: Tensor) -> Tensor {
    guard let documentWeights else { return rows }
    let weights = Tensor(documentWeights, dtype: .float64)
    return rows.rank == 1 ? weights * rows : weights.expanded(at: 1) * rows
  }

  /// Numbers of entries, each multiplied by the weight of the entry's document.
  func counted(ofEntries numbers: [Double]) -> [Double] {
    guard let documentWeights else { return numbers }
    return documentWeights.enumerated().flatMap { document, weight in
      numbers[offsets[document]..<offsets[document + 1]].map { weight * $0 }
    }
  }

  /// Some of the documents, in the given order.
  func documents(at places: [Int]) -> Corpus {
    var (offsets, words, counts) = ([0], [Int32](), [Double]())
    for place in places {
      let range = self.offsets[place]..<self.offsets[place + 1]
      words += self.words[range]
      counts += self.counts[range]
      offsets.append(words.count)
    }
    var part = Corpus(self, offsets, words, counts)
    part.documentWeights = documentWeights.map { weights in places.map { weights[$0] } }
    return part
  }

  private init(_ whole: Corpus, _ offsets: [Int], _ words: [Int32], _ counts: [Double]) {
    (self.offsets, self.words, self.counts) = (offsets, words, counts)
    (vocabulary, vocabularySize) = (whole.vocabulary, whole.vocabularySize)
    unknownWords = whole.unknownWords
  }

  private static func words(of text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }
}

/// An error in a corpus.
public enum CorpusError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The index of a word is not below the size of the vocabulary.
  case wordBeyondVocabulary(document: Int, word: Int, size: Int)
  /// A count is not a finite number above 0.
  case badCount(document: Int, word: Int, count: Double)
  /// The corpus contains no words.
  case noWords
  /// A line does not contain the expected number of whole numbers.
  case badLine(Int, expected: Int, found: String)
  /// The number of entries differs from the one in the header of the file.
  case entryCount(expected: Int, found: Int)
  /// The number of words in the vocabulary differs from the one in the header of the file.
  case vocabularyCount(expected: Int, found: Int)
  /// The number of a document exceeds the count in the header of the file.
  case documentBeyondCount(line: Int, document: Int, count: Int)
  /// The number of a word exceeds the count in the header of the file.
  case wordBeyondCount(line: Int, word: Int, count: Int)

  /// What was expected and what was found.
  public var description: String {
    switch self {
    case .wordBeyondVocabulary(let document, let word, let size):
      "expected words below \(size) in document \(document + 1), found word \(word)"
    case .badCount(let document, let word, let count):
      "expected a count above 0 of word \(word) in document \(document + 1), found \(count)"
    case .noWords: "expected a corpus with at least one word, found none"
    case .badLine(let line, let expected, let found):
      "expected \(expected) whole numbers in line \(line), found \"\(found)\""
    case .entryCount(let expected, let found):
      "expected \(expected) entries, as the header says, found \(found)"
    case .vocabularyCount(let expected, let found):
      "expected a vocabulary of \(expected) words, found \(found)"
    case .documentBeyondCount(let line, let document, let count):
      "expected a document in 1 ... \(count) in line \(line), found \(document)"
    case .wordBeyondCount(let line, let word, let count):
      "expected a word in 1 ... \(count) in line \(line), found \(word)"
    }
  }
}
