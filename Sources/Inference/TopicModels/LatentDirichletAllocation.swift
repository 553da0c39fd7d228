import Tensor

/// Latent Dirichlet allocation: topics βₖ ~ Dirichlet(η); for each document, topic shares θ ~
/// Dirichlet(α); and for each of its words, a topic z ~ θ and the word from β of z (Blei, Ng and
/// Jordan 2003).
///
/// A model is the variational posterior of the topics, q(βₖ) = Dirichlet(λₖ).
///
/// ```swift
/// let corpus = try Corpus(texts: texts)
/// let fit = try LatentDirichletAllocation.fit(corpus, topics: 10, using: random)
/// fit.model.topWords(8, of: corpus)
/// ```
public struct LatentDirichletAllocation: Sendable {
  /// λ, float64 `[topics, words]`.
  public let parameters: Tensor
  /// The parameter α of each topic in a document.
  public let documentPrior: Double
  /// The parameter η of each word in a topic.
  public let topicPrior: Double

  /// The number of topics.
  public var topicCount: Int { parameters.shape[0] }

  /// Creates a model from its parameters, λ `[topics, words]`, all above 0.
  public init(parameters: Tensor, documentPrior: Double, topicPrior: Double) {
    precondition(
      parameters.rank == 2 && parameters.count > 0 && documentPrior > 0 && topicPrior > 0
        && (parameters .> 0).all(),
      "LatentDirichletAllocation: expected parameters [topics, words] and priors above 0, found shape"
        + " \(parameters.shape), \(documentPrior) and \(topicPrior)")
    self.parameters = parameters.converted(to: .float64)
    (self.documentPrior, self.topicPrior) = (documentPrior, topicPrior)
  }

  /// The mean probability of each word in each topic, λ divided by its sum, `[topics, words]`.
  public var wordProbabilities: Tensor {
    parameters / parameters.sum(along: 1, keepingDimensions: true)
  }

  /// The most probable words of each topic with their probabilities, in descending order.
  ///
  /// - Parameters:
  ///   - count: The number of words per topic.
  ///   - corpus: The corpus whose vocabulary names the words; without names, their numbers are
  ///     returned.
  public func topWords(
    _ count: Int, of corpus: Corpus
  ) -> [[(word: String, probability: Double)]] {
    let (size, probabilities) = (parameters.shape[1], wordProbabilities)
    let names = corpus.vocabulary
    return (0..<topicCount).map { topic in
      let row = probabilities.sliced(topic..<topic + 1).doubles
      let order = (0..<size).sorted { (row[$0], $1) > (row[$1], $0) }
      return order.prefix(count).map { (names.isEmpty ? "\($0)" : names[$0], row[$0]) }
    }
  }

  /// The inferred topics of documents, with the words of the topics given.
  public struct Inference: Sendable {
    /// γ, the Dirichlet parameters of each document's topics, float64 `[documents, topics]`.
    public let weights: Tensor
    /// The evidence lower bound of the documents given q(β), in nats.
    public let bound: Double
    /// exp(−bound / words): the perplexity per word of the documents under the bound, which is at
    /// least that under their likelihood.
    public let perplexity: Double
  }

  /// Infers the topics of documents, from training or new, while the topics' words stay fixed.
  ///
  /// The bound contains only the terms of the documents, not KL(q(β) ‖ p(β)).
  ///
  /// - Throws: ``CorpusError`` if the size of the vocabulary differs or if there are no words.
  public func inferred(
    _ corpus: Corpus, updates: Int = 200, tolerance: Double = 1e-5
  ) throws -> Inference {
    try check(corpus)
    let (statistics, bound) = statistics(of: corpus, updates: updates, tolerance: tolerance)
    return Inference(
      weights: statistics.weights, bound: bound,
      perplexity: Self.perplexity(bound: bound, words: corpus.wordCount))
  }

  /// A pass over documents with fixed topics, and the terms of the bound for these documents.
  func statistics(
    of corpus: Corpus, updates: Int, tolerance: Double
  ) -> (statistics: TopicStatistics, bound: Double) {
    let logs = TopicStatistics.expectedLogs(parameters).transposed()
    let statistics = TopicStatistics(
      corpus, weights: .ones([corpus.documentCount, topicCount], dtype: .float64),
      logWords: logs, prior: documentPrior, .init(updates: updates, tolerance: tolerance))
    let bound =
      statistics.entropy + (statistics.wordTopics * logs).sum().scalar
      + documentTerms(statistics, weights: statistics.weights)
    return (statistics, bound)
  }

  func check(_ corpus: Corpus) throws {
    guard corpus.vocabularySize == parameters.shape[1] else {
      throw CorpusError.vocabularyCount(
        expected: parameters.shape[1], found: corpus.vocabularySize)
    }
    guard corpus.wordCount > 0 else { throw CorpusError.noWords }
  }

  /// E[log p(z | θ)] − KL(q(θ) ‖ p(θ)) over the documents.
  func documentTerms(_ statistics: TopicStatistics, weights: Tensor) -> Double {
    let logs = TopicStatistics.expectedLogs(weights)
    let prior = Tensor(filledWith: documentPrior, weights.shape, dtype: .float64)
    let divergence = statistics.corpus.counted(dirichletDivergence(weights, prior)).sum()
    return ((statistics.documentTopics * logs).sum() - divergence).scalar
  }

  /// E[log p(w | z, β)] − KL(q(β) ‖ p(β)).
  func topicTerms(_ statistics: TopicStatistics) -> Double {
    let logs = TopicStatistics.expectedLogs(parameters)
    let fit = (statistics.wordTopics.transposed() * logs).sum()
    return fit.scalar - topicDivergence
  }

  /// KL(q(β) ‖ p(β)), in nats.
  var topicDivergence: Double {
    let prior = Tensor(filledWith: topicPrior, parameters.shape, dtype: .float64)
    return dirichletDivergence(parameters, prior).sum().scalar
  }

  /// Draws documents of given lengths from the model with its mean topics, by ancestral sampling.
  public func sample(lengths: [Int], using random: Random) throws -> Corpus {
    let (size, k) = (parameters.shape[1], topicCount)
    let shares = random.dirichlet(
      [lengths.count, k],
      concentration: Tensor(filledWith: documentPrior, [k], dtype: .float64))
    let words = shares.matmul(wordProbabilities)
    let documents = lengths.enumerated().map { document, length in
      let counts = random.multinomial(
        count: length, probabilities: words.sliced(document..<document + 1).squeezed(at: 0)
      ).doubles
      return (0..<size).compactMap { word in
        counts[word] > 0 ? (word: word, count: counts[word]) : nil
      }
    }
    return try Corpus(documents: documents, vocabularySize: size)
  }
}
