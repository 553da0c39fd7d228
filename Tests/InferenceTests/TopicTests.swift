import Inference
import Tensor
import Testing

@Suite struct TopicTests {
  private func corpus(_ documents: [[Int]], words: Int) throws -> Corpus {
    try Corpus(
      documents: documents.map { $0.map { (word: $0, count: 1) } }, vocabularySize: words)
  }

  @Test func aSweepByHand() throws {
    let corpus = try corpus([[0, 0, 1], [2, 2, 1]], words: 3)
    let start = Tensor([[1.5, 1, 0.5], [0.5, 1, 1.5]], dtype: .float64)
    let fit = try LatentDirichletAllocation.fit(
      corpus, topics: 2, documentPrior: 0.5, topicPrior: 0.5, start: start,
      startWeights: Tensor([[2, 2], [2, 2]], dtype: .float64), sweepLimit: 1, documentUpdates: 1,
      using: Random(seed: 1))
    let rows: [([Double], [Double])] = [
      (fit.trace, [-11.4104441, -10.6320749, -10.3765912]),
      (fit.weights.doubles, [2.76159416, 1.23840584, 1.23840584, 2.76159416]),
      (fit.model.parameters.sliced(0..<1).doubles, [2.26159416, 1.5, 0.73840584]),
      // Σ λ = K V η + words.
      ([fit.model.parameters.sum().scalar], [9]),
    ]
    for (found, expected) in rows {
      #expect(found.count == expected.count)
      for (a, b) in zip(found, expected) { #expect(Swift.abs(a - b) < 1e-7, "\(found)") }
    }
  }

  /// Bars in a grid of 3 × 3.
  private let bars: Tensor = {
    let rows = (0..<6).map { bar in
      (0..<9).map { cell in (bar < 3 ? cell / 3 : cell % 3 + 3) == bar ? 1.0 : 0.01 }
    }
    return Tensor(rows, dtype: .float64)
  }()

  private func barsCorpus() throws -> Corpus {
    try LatentDirichletAllocation(parameters: bars, documentPrior: 0.3, topicPrior: 0.1)
      .sample(lengths: Array(repeating: 40, count: 120), using: Random(seed: 3))
  }

  /// Whether each bar matches the first three words of a topic.
  private func finds(_ model: LatentDirichletAllocation, _ corpus: Corpus) -> Int {
    let found = Set(model.topWords(3, of: corpus).map { Set($0.map(\.word)) })
    return (0..<6).count { bar in
      found.contains(
        Set((0..<9).filter { (bar < 3 ? $0 / 3 : $0 % 3 + 3) == bar }.map { "\($0)" }))
    }
  }

  @Test func findsBars() throws {
    let corpus = try barsCorpus()
    let fit = try LatentDirichletAllocation.fit(
      corpus, topics: 6, documentPrior: 0.3, topicPrior: 0.1, sweepLimit: 30,
      using: Random(seed: 4))
    #expect(finds(fit.model, corpus) >= 5)
    #expect(zip(fit.trace, fit.trace.dropFirst()).allSatisfy { $0 <= $1 + 1e-7 })
    #expect(fit.perplexity > 3 && fit.perplexity < 9)
    let inferred = try fit.model.inferred(corpus)
    #expect(inferred.perplexity < fit.perplexity && inferred.weights.shape == [120, 6])
  }

  /// If documents kept their weights from the first sweep, the bound would stay 16 % lower.
  @Test func isNotCaughtByTheFirstTopics() throws {
    let random = Random(seed: 3)
    let planted = LatentDirichletAllocation(
      parameters: 200 * random.dirichlet([8], concentration: .ones([150], dtype: .float64) * 0.05)
        + 0.05, documentPrior: 0.1, topicPrior: 0.05)
    let corpus = try planted.sample(lengths: Array(repeating: 50, count: 120), using: random)
    func bound(from start: Tensor?) throws -> Double {
      try LatentDirichletAllocation.fit(
        corpus, topics: 8, documentPrior: 0.1, topicPrior: 0.05, start: start, sweepLimit: 25,
        using: Random(seed: 4)
      ).bound
    }
    let (found, best) = (try bound(from: nil), try bound(from: planted.parameters))
    #expect(found > 1.04 * best, "\(found), from the planted topics \(best)")
  }

  @Test func findsBarsOnline() throws {
    let corpus = try barsCorpus()
    let fit = try LatentDirichletAllocation.fitOnline(
      corpus, topics: 6, documentPrior: 0.3, topicPrior: 0.1, batchSize: 20, passes: 8, delay: 2,
      using: Random(seed: 4))
    #expect(finds(fit.model, corpus) >= 4)
    #expect(fit.trace.count == 48 && fit.sweeps == 8 && fit.weights.shape == [120, 6])
    // Estimates by batches scatter around the bound of all documents.
    let last = fit.trace.suffix(6).reduce(0, +) / 6
    #expect(Swift.abs(last / fit.bound - 1) < 0.02)
    #expect(fit.trace[0] < last)
  }

  /// With one batch of all documents and a rate of 1, a step is a sweep.
  @Test func aBatchOfAllDocumentsIsASweep() throws {
    let corpus = try corpus([[0, 0, 1], [2, 2, 1], [2]], words: 3)
    let start = Tensor([[1.5, 1, 0.5], [0.5, 1, 1.5]], dtype: .float64)
    let sweep = try LatentDirichletAllocation.fit(
      corpus, topics: 2, start: start, sweepLimit: 1, using: Random(seed: 1))
    let online = try LatentDirichletAllocation.fitOnline(
      corpus, topics: 2, start: start, batchSize: 3, delay: 0, decay: 1, using: Random(seed: 1))
    #expect(abs(sweep.model.parameters - online.model.parameters).max().scalar < 1e-12)
    #expect(Swift.abs(sweep.trace[0] - online.trace[0]) < 1e-12)
    // The documents' topics for the new λ raise the bound further.
    #expect(online.bound >= sweep.bound - 1e-9)
  }

  @Test func resultsDoNotDependOnThreads() async {
    // The thread count belongs to the whole process.
    await #expect(processExitsWith: .success) {
      let corpus = try TopicTests().barsCorpus()
      let fits = try [1, 2, 3].map { count in
        threadCount = count
        return try LatentDirichletAllocation.fit(
          corpus, topics: 5, sweepLimit: 3, using: Random(seed: 4))
      }
      #expect(fits[0].model.parameters == fits[1].model.parameters)
      #expect(fits[0].model.parameters == fits[2].model.parameters)
      #expect(fits[0].trace == fits[2].trace)
    }
  }

  @Test func emptyAndSingleDocuments() throws {
    let corpus = try corpus([[], [0, 1, 1]], words: 2)
    let fit = try LatentDirichletAllocation.fit(
      corpus, topics: 2, documentPrior: 0.7, using: Random(seed: 1))
    #expect(fit.weights.sliced(0..<1).doubles == [0.7, 0.7] && fit.bound.isFinite)
    let single = try self.corpus([[0, 1, 1]], words: 2)
    #expect(
      try LatentDirichletAllocation.fit(single, topics: 3, using: Random(seed: 1)).bound.isFinite)
    #expect(throws: CorpusError.noWords) {
      try LatentDirichletAllocation.fit(
        self.corpus([[], []], words: 2), topics: 2, using: Random(seed: 1))
    }
    #expect(throws: CorpusError.wordBeyondVocabulary(document: 0, word: 5, size: 2)) {
      try self.corpus([[5]], words: 2)
    }
    #expect(throws: CorpusError.vocabularyCount(expected: 2, found: 3)) {
      try fit.model.inferred(self.corpus([[0]], words: 3))
    }
    // A small prior: logarithms whose exponentials underflow.
    let sharp = try LatentDirichletAllocation.fit(
      corpus, topics: 2, documentPrior: 1e-4, topicPrior: 1e-4, using: Random(seed: 2))
    #expect(sharp.bound.isFinite && sharp.model.parameters.isFinite)
  }

  @Test func textsBecomeWords() throws {
    let corpus = try Corpus(texts: ["The cat, the dog.", "A dog!", ""], stopWords: ["the", "a"])
    #expect(corpus.vocabulary == ["cat", "dog"] && corpus.lengths == [2, 1, 0])
    #expect(corpus.unknownWords == 3)
    let bag = try Corpus(bagOfWords: "2\n3\n3\n1 1 2\n1 3 1\n2 2 4\n")
    #expect(bag.lengths == [3, 4] && bag.vocabularySize == 3)
    #expect(throws: CorpusError.entryCount(expected: 4, found: 1)) {
      try Corpus(bagOfWords: "2\n3\n4\n1 1 2\n")
    }
    #expect(throws: CorpusError.badLine(4, expected: 3, found: "1 x 2")) {
      try Corpus(bagOfWords: "2\n3\n1\n1 x 2\n")
    }
    #expect(throws: CorpusError.documentBeyondCount(line: 4, document: 3, count: 2)) {
      try Corpus(bagOfWords: "2\n3\n1\n3 1 2\n")
    }
    #expect(throws: CorpusError.wordBeyondCount(line: 4, word: 4, count: 3)) {
      try Corpus(bagOfWords: "2\n3\n1\n1 4 2\n")
    }
    #expect(throws: CorpusError.noWords) { try Corpus(texts: ["", "…"]) }
  }
}
