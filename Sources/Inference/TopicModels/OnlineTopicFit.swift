import Tensor

extension LatentDirichletAllocation {
  /// Fits the model to a stream of batches of documents: online variational Bayes (Hoffman, Blei and Bach 2010,
  /// algorithm 2).
  ///
  /// After batch t, λ ← (1 − ρ) λ + ρ (η + D / S · Σ n φ), with ρ = (delay + t)^−decay. The bound
  /// of a batch, D / S times the terms of its documents minus KL(q(β) ‖ p(β)), estimates the bound
  /// of the corpus, which a final pass over all documents computes.
  ///
  /// - Parameters:
  ///   - corpus: The documents.
  ///   - topics: The number of topics, unless `start` is given.
  ///   - documentPrior: α, by default 1 / topics.
  ///   - topicPrior: η, by default 1 / topics.
  ///   - start: The initial λ, `[topics, words]`; by default numbers around 1, from Gamma(100,
  ///     100).
  ///   - batchSize: S, the number of documents in a batch.
  ///   - passes: The number of passes over the corpus, each in a different order.
  ///   - delay: τ₀, 0 or more; a larger one reduces the influence of the first batches.
  ///   - decay: κ in (½, 1], which makes the fit converge.
  ///   - documentUpdates: The largest number of updates of a document's φ and γ.
  ///   - documentTolerance: The mean change of γ at which the updates of a document stop.
  ///   - random: The stream of random numbers.
  /// - Throws: ``CorpusError/noWords``.
  public static func fitOnline(
    _ corpus: Corpus, topics: Int, documentPrior: Double? = nil, topicPrior: Double? = nil,
    start: Tensor? = nil, batchSize: Int = 64, passes: Int = 1, delay: Double = 10,
    decay: Double = 0.7, documentUpdates: Int = 100, documentTolerance: Double = 1e-3,
    using random: Random
  ) throws -> Fit {
    precondition(
      topics > 0 && batchSize > 0 && passes > 0 && delay >= 0 && decay > 0.5 && decay <= 1,
      "LatentDirichletAllocation.fitOnline: expected topics, a batch and passes above 0, a delay of 0 or"
        + " more and a decay in (0.5, 1], found \(topics), \(batchSize), \(passes), \(delay), \(decay)"
    )
    let shape = [topics, corpus.vocabularySize]
    var model = LatentDirichletAllocation(
      parameters: start ?? random.gamma(shape, concentration: 100, rate: 100, dtype: .float64),
      documentPrior: documentPrior ?? 1 / Double(topics),
      topicPrior: topicPrior ?? 1 / Double(topics))
    try model.check(corpus)
    var bounds: [Double] = []
    for _ in 0..<passes {
      let order = random.permutation(corpus.documentCount)
      for first in stride(from: 0, to: order.count, by: batchSize) {
        let places = Array(order[first..<Swift.min(order.count, first + batchSize)])
        let batch = corpus.documents(at: places)
        if batch.totalWeight == 0 { continue }
        let (statistics, bound) = model.statistics(
          of: batch, updates: documentUpdates, tolerance: documentTolerance)
        let share = corpus.totalWeight / batch.totalWeight
        bounds.append(share * bound - model.topicDivergence)
        let best = model.topicPrior + share * statistics.wordTopics.transposed()
        let rate = pow(Tensor(delay + Double(bounds.count), dtype: .float64), -decay).scalar
        model = LatentDirichletAllocation(
          parameters: (1 - rate) * model.parameters + rate * best,
          documentPrior: model.documentPrior, topicPrior: model.topicPrior)
      }
    }
    let inferred = try model.inferred(
      corpus, updates: documentUpdates, tolerance: documentTolerance)
    let bound = inferred.bound - model.topicDivergence
    return Fit(
      model: model, weights: inferred.weights, trace: bounds, bound: bound, sweeps: passes,
      reason: .sweepLimit, perplexity: perplexity(bound: bound, words: corpus.wordCount))
  }

  /// exp(−bound / words).
  static func perplexity(bound: Double, words: Double) -> Double {
    exp(Tensor(-bound / words, dtype: .float64)).scalar
  }
}
