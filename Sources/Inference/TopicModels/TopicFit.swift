import Tensor

extension LatentDirichletAllocation {
  /// A fitted model with a report of the fit.
  public struct Fit: Sendable {
    /// The model.
    public let model: LatentDirichletAllocation
    /// γ, the Dirichlet parameters of each document's topics, float64 `[documents, topics]`.
    public let weights: Tensor
    /// The evidence lower bound of the corpus, in nats, after each update: in each sweep, after φ
    /// and γ and after λ.
    ///
    /// In an online fit, the estimate from each batch.
    public let trace: [Double]
    /// The evidence lower bound of the corpus, in nats, including KL(q(β) ‖ p(β)).
    public let bound: Double
    /// The number of sweeps or passes.
    public let sweeps: Int
    /// Why the fit ended.
    public let reason: CoordinateAscent.Reason
    /// exp(−bound / words).
    public let perplexity: Double

    /// Whether the bound no longer rises.
    public var hasConverged: Bool { reason == .converged }
  }

  /// Fits the model by coordinate ascent (Blei, Ng and Jordan 2003; Hoffman, Blei and Bach 2010,
  /// algorithm 1): each sweep updates φ and γ of every document, and then λ.
  ///
  /// Documents that keep their γ from the first sweeps on remain attached to the topics of that
  /// time. Therefore each sweep restarts the documents as long as that raises the bound; from then
  /// on, they keep their γ. The bound is checked after each update.
  ///
  /// - Parameters:
  ///   - corpus: The documents.
  ///   - topics: The number of topics, unless `start` is given.
  ///   - documentPrior: α, by default 1 / topics.
  ///   - topicPrior: η, by default 1 / topics.
  ///   - start: The initial λ, `[topics, words]`; by default numbers around 1, from Gamma(100,
  ///     100).
  ///   - startWeights: The initial γ, `[documents, topics]`; ones by default.
  ///   - sweepLimit: The largest number of sweeps.
  ///   - documentUpdates: The largest number of updates of a document's φ and γ in a sweep. With a
  ///     single one, γ is kept from sweep to sweep.
  ///   - documentTolerance: The mean change of γ at which the updates of a document stop.
  ///   - tolerance: The relative rise of the bound in a sweep at which the fit has converged.
  ///   - random: The stream of random numbers.
  /// - Throws: ``CorpusError/noWords``.
  public static func fit(
    _ corpus: Corpus, topics: Int, documentPrior: Double? = nil, topicPrior: Double? = nil,
    start: Tensor? = nil, startWeights: Tensor? = nil, sweepLimit: Int = 100,
    documentUpdates: Int = 100, documentTolerance: Double = 1e-3, tolerance: Double = 1e-6,
    using random: Random
  ) throws -> Fit {
    precondition(
      topics > 0 && sweepLimit > 0 && documentUpdates > 0,
      "LatentDirichletAllocation.fit: expected topics, sweeps and updates above 0, found \(topics),"
        + " \(sweepLimit) and \(documentUpdates)")
    let shape = [topics, corpus.vocabularySize]
    var ascent = TopicAscent(
      model: LatentDirichletAllocation(
        parameters: start
          ?? random.gamma(shape, concentration: 100, rate: 100, dtype: .float64),
        documentPrior: documentPrior ?? 1 / Double(topics),
        topicPrior: topicPrior ?? 1 / Double(topics)),
      weights: startWeights ?? .ones([corpus.documentCount, topics], dtype: .float64))
    precondition(
      ascent.model.parameters.shape == shape
        && ascent.weights.shape == [corpus.documentCount, topics],
      "LatentDirichletAllocation.fit: expected starts \(shape) and"
        + " \([corpus.documentCount, topics]), found \(ascent.model.parameters.shape) and"
        + " \(ascent.weights.shape)")
    try ascent.model.check(corpus)
    var (sweeps, reason) = (0, CoordinateAscent.Reason.sweepLimit)
    while sweeps < sweepLimit {
      sweeps += 1
      let before = ascent.bound
      if let fault = ascent.sweep(
        corpus, .init(updates: documentUpdates, tolerance: documentTolerance), number: sweeps)
      {
        reason = fault
        break
      }
      if ascent.bound - before <= tolerance * Swift.max(1, Swift.abs(ascent.bound)) {
        reason = .converged
        break
      }
    }
    return Fit(
      model: ascent.model, weights: ascent.weights, trace: ascent.trace, bound: ascent.bound,
      sweeps: sweeps, reason: reason,
      perplexity: Self.perplexity(bound: ascent.bound, words: corpus.wordCount))
  }
}

/// A model during the ascent of the bound.
private struct TopicAscent {
  var model: LatentDirichletAllocation
  var weights: Tensor
  private(set) var trace: [Double] = []
  private(set) var bound = -Double.infinity
  private let start: Tensor
  /// Whether documents restart in every sweep.
  private var restarts = true

  init(model: LatentDirichletAllocation, weights: Tensor) {
    (self.model, self.weights, start) = (model, weights, weights)
  }

  /// Updates φ and γ, and then λ.
  ///
  /// - Returns: The fault if the bound fell or is not finite.
  mutating func sweep(
    _ corpus: Corpus, _ limits: TopicStatistics.Limits, number: Int
  ) -> CoordinateAscent.Reason? {
    restarts = restarts && limits.updates > 1
    var (statistics, topicTerms, ofDocuments) = pass(
      over: corpus, from: restarts ? start : weights, limits)
    if restarts && topicTerms + ofDocuments < bound {
      restarts = false
      (statistics, topicTerms, ofDocuments) = pass(over: corpus, from: weights, limits)
    }
    // With one update per document, the γ from which φ was computed is still available.
    if limits.updates == 1 {
      let value = topicTerms + model.documentTerms(statistics, weights: weights)
      if let fault = add(value, "the words' topics", number) { return fault }
    }
    weights = statistics.weights
    if let fault = add(topicTerms + ofDocuments, "the documents' topics", number) { return fault }
    model = LatentDirichletAllocation(
      parameters: model.topicPrior + statistics.wordTopics.transposed(),
      documentPrior: model.documentPrior, topicPrior: model.topicPrior)
    let value = model.topicTerms(statistics) + statistics.entropy + ofDocuments
    return add(value, "the topics' words", number)
  }

  /// Updates φ and γ of every document for the current topics, and computes the two parts of the
  /// bound.
  private func pass(
    over corpus: Corpus, from weights: Tensor, _ limits: TopicStatistics.Limits
  ) -> (TopicStatistics, topicTerms: Double, ofDocuments: Double) {
    let statistics = TopicStatistics(
      corpus, weights: weights,
      logWords: TopicStatistics.expectedLogs(model.parameters).transposed(),
      prior: model.documentPrior, limits)
    return (
      statistics, model.topicTerms(statistics) + statistics.entropy,
      model.documentTerms(statistics, weights: statistics.weights)
    )
  }

  private mutating func add(
    _ value: Double, _ factor: String, _ sweep: Int
  ) -> CoordinateAscent.Reason? {
    trace.append(value)
    defer { bound = value }
    if !value.isFinite { return .notFinite(factor: factor, sweep: sweep) }
    let allowed = 1e-10 * Swift.max(1, Swift.abs(bound))
    return value < bound - allowed
      ? .boundFell(factor: factor, sweep: sweep, by: bound - value) : nil
  }
}
