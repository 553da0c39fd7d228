import Inference
import Plots
import Results
import Settings
import Tensor

/// `pushforward fit topics`: the topics of documents.
struct TopicsMethod: FitMethod {
  /// The inference method.
  enum Method: String, Choice {
    case batch, online
  }

  static let name = "topics"
  static let summary =
    "topics by latent Dirichlet allocation (Blei et al. 2003)"
  static let notes = """
    FILE is a folder of texts, one document each; or a table with a row for each
    document and a column for the count of each word; or, if it ends in neither .csv
    nor .npy, a bag of words in the form of the UCI repository. Words of texts are
    runs of letters and digits, in lower case. The perplexity is exp(−bound / words)
    of the same documents, where the bound is that of the whole corpus and includes
    the divergence of the topics from their prior. batch goes through all documents
    in each sweep; online learns from batches of documents at the rate
    (delay + batch)^−decay (Hoffman, Blei and Bach 2010), which takes fewer passes
    over many documents. In a table, weights are counts of documents.
    """

  @Setting("topics", in: 1...10_000) var topics = 10
  @Setting("learn from all documents in each sweep, or from batches") var method = Method.batch
  @Setting("starts; the one of largest bound is kept", in: 1...1_000) var starts = 1
  @Setting("batch: most sweeps per start", in: 1...1_000_000) var iterations = 100
  @Setting("batch: relative gain of the bound in a sweep at which a start ends", in: .atLeast(0))
  var tolerance = 1e-6
  @Setting("online: documents in a batch", in: 1...1_000_000_000) var batchSize = 64
  @Setting("online: passes over the documents", in: 1...1_000_000) var passes = 1
  @Setting("online: τ₀; larger: first batches count less", in: .atLeast(0)) var delay = 10.0
  @Setting("online: κ, how fast the weight of batches decays", in: 0.51...1) var decay = 0.7
  @Setting("α, the prior of topics in a document", in: .above(0), absence: "1 / topics")
  var alpha: Double? = nil
  @Setting("η, the prior of words in a topic", in: .above(0), absence: "1 / topics")
  var eta: Double? = nil
  @Setting("number of words listed for each topic", in: 1...1_000) var words = 10
  @Setting("ignore words that occur in fewer documents of a folder", in: 1...1_000_000)
  var minimumDocuments = 1
  @Setting("file of words to leave out of texts", placeholder: "FILE", absence: "none")
  var stopWords: String? = nil
  @Setting(
    "file with one word per line: the words of a bag, or the words of texts to use",
    placeholder: "FILE", absence: "numbers, or all words of the texts")
  var vocabulary: String? = nil

  init() {}

  func fit(reading settings: FitSettings, using random: Random) throws -> Results {
    guard let path = settings.data else { throw FitError.noData }
    let isFolder = TextDocuments.isFolder(path)
    let isTable = !isFolder && [".csv", ".npy"].contains { path.lowercased().hasSuffix($0) }
    if let column = settings.weights, !isTable {
      throw FitError.unsuitable(
        path: path, expected: "a table with the weights of the documents in column '\(column)'",
        found: isFolder ? "a folder of texts" : "a bag of words")
    }
    if isFolder { return try fitTexts(of: path, using: random) }
    if isTable { return try fit(FitData(reading: settings), using: random) }
    return try fitBag(path, using: random)
  }

  /// Fits topics to a table of counts.
  func fit(_ data: FitData, using random: Random) throws -> Results {
    let (counts, width) = (data.points.doubles, data.names.count)
    if let place = counts.firstIndex(where: { $0 < 0 }) {
      throw FitError.unsuitable(
        path: data.path, expected: "counts of 0 or more",
        found: "\(counts[place]) in row \(place / width + 1), column '\(data.names[place % width])'"
      )
    }
    return try naming(data.path) {
      let corpus = try Corpus(
        documents: (0..<data.count).map { row in
          (0..<width).compactMap { word in
            let count = counts[row * width + word]
            return count > 0 ? (word: word, count: count) : nil
          }
        }, vocabularySize: width, vocabulary: data.names)
      return try fit(
        data.weights.map { corpus.weighted($0.doubles) } ?? corpus,
        names: (1...data.count).map { "row \($0)" }, using: random)
    }
  }

  private func fitTexts(of folder: String, using random: Random) throws -> Results {
    let documents = try TextDocuments(folder: folder)
    let stopWords = try stopWords.map { Set(try Self.list($0).map { $0.lowercased() }) } ?? []
    let vocabulary = try vocabulary.map { path in
      try Self.list(path).map { $0.lowercased() }.filter { !stopWords.contains($0) }
    }
    return try naming(folder) {
      let corpus = try Corpus(
        texts: documents.texts, vocabulary: vocabulary, minimumDocuments: minimumDocuments,
        stopWords: stopWords)
      return try fit(corpus, names: documents.names, using: random)
    }
  }

  private func fitBag(_ path: String, using random: Random) throws -> Results {
    let text = try TextDocuments.text(of: path)
    let names = try vocabulary.map { try Self.list($0) } ?? []
    return try naming(path) {
      let corpus = try Corpus(bagOfWords: text, vocabulary: names)
      return try fit(
        corpus, names: (0..<corpus.documentCount).map { "document \($0 + 1)" }, using: random)
    }
  }

  /// The words of a file, one per line.
  private static func list(_ path: String) throws -> [String] {
    try TextDocuments.text(of: path).split { $0.isNewline || $0.isWhitespace }.map(String.init)
  }

  private func naming<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as CorpusError {
      throw FitError.corpus(path: path, error)
    }
  }

  private func fit(_ corpus: Corpus, names: [String], using random: Random) throws -> Results {
    var best: LatentDirichletAllocation.Fit?
    for _ in 0..<starts {
      let fit = try fit(corpus, using: random.split())
      if fit.bound > best?.bound ?? -.infinity { best = fit }
    }
    guard let fit = best else { throw CorpusError.noWords }
    let isNamed = !corpus.vocabulary.isEmpty
    let listed = fit.model.topWords(words, of: corpus).map { topic in
      // The words of a bag without names are numbered from 1, as in its file.
      topic.map {
        (word: isNamed ? $0.word : "\((Int($0.word) ?? 0) + 1)", probability: $0.probability)
      }
    }
    var results = Results([
      "bound": .number(fit.bound),
      "perplexity": .number(fit.perplexity),
      "documents": corpus.documentWeights.map { .number($0.reduce(0, +)) }
        ?? .integer(corpus.documentCount),
      "words": .number(corpus.wordCount),
      "vocabulary-size": .integer(corpus.vocabularySize),
      method == .batch ? "iterations" : "passes": .integer(fit.sweeps),
    ])
    if method == .batch { results["converged"] = .flag(fit.hasConverged) }
    results["topics"] = .list(listed.map { .list($0.map { .text($0.word) }) })
    results.printed = listed.enumerated().map { topic, words in
      "topic \(topic + 1): " + words.map(\.word).joined(separator: " ")
    }
    addNotes(fit, corpus, to: &results)
    addTables(fit, corpus, names, to: &results)
    let figures = listed.prefix(12).enumerated().map { topic, words in
      Figure(
        title: "Topic \(topic + 1)", x: .linear("probability"),
        y: .categories(words.map(\.word)).reversed
      ) {
        for (place, word) in words.enumerated() {
          Line(
            [0, word.probability], [Double(place), Double(place)], color: .series(0), width: 8,
            dash: .solid)
        }
      }
    }
    results.add(FigureGrid(Array(figures), columns: min(3, topics)))
    return results
  }

  private func fit(
    _ corpus: Corpus, using random: Random
  ) throws -> LatentDirichletAllocation.Fit {
    switch method {
    case .batch:
      try LatentDirichletAllocation.fit(
        corpus, topics: topics, documentPrior: alpha, topicPrior: eta, sweepLimit: iterations,
        tolerance: tolerance, using: random)
    case .online:
      try LatentDirichletAllocation.fitOnline(
        corpus, topics: topics, documentPrior: alpha, topicPrior: eta, batchSize: batchSize,
        passes: passes, delay: delay, decay: decay, using: random)
    }
  }

  private func addNotes(
    _ fit: LatentDirichletAllocation.Fit, _ corpus: Corpus, to results: inout Results
  ) {
    if method == .batch && !fit.hasConverged {
      results.notes.append("the fit has not converged: \(fit.reason)")
    }
    let empty = corpus.lengths.count { $0 == 0 }
    if empty > 0 {
      results.notes.append(
        "\(empty) document\(empty == 1 ? " has" : "s have") no words: their topics are the prior"
      )
    }
    if corpus.unknownWords > 0 {
      results.notes.append("\(corpus.unknownWords) words not in the vocabulary are left out")
    }
    if corpus.documentCount == 1 {
      results.notes.append("one document hardly determines the topics")
    }
  }

  private func addTables(
    _ fit: LatentDirichletAllocation.Fit, _ corpus: Corpus, _ names: [String],
    to results: inout Results
  ) {
    let columns = (1...topics).map { "topic \($0)" }
    let vocabulary =
      corpus.vocabulary.isEmpty
      ? (1...corpus.vocabularySize).map { "\($0)" } : corpus.vocabulary
    let probabilities = fit.model.wordProbabilities
    var table = ResultTable([("word", .texts(vocabulary))])
    for (topic, name) in columns.enumerated() {
      table.add(name, .numbers(probabilities.sliced(topic..<topic + 1).doubles))
    }
    results.tables["topics.csv"] = table
    let shares = (fit.weights / fit.weights.sum(along: 1, keepingDimensions: true)).transposed()
    var documents = ResultTable([("document", .texts(names))])
    for (topic, name) in columns.enumerated() {
      documents.add(name, .numbers(shares.sliced(topic..<topic + 1).doubles))
    }
    results.tables["documents.csv"] = documents
    results.tables["trace.csv"] = [
      method == .batch ? "update" : "batch": fit.trace.indices.map { Double($0 + 1) },
      "bound": fit.trace,
    ]
  }
}
