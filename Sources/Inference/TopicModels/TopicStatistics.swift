import Tensor

/// A pass over a corpus for latent Dirichlet allocation: the optimal q(z) and q(θ) of each document
/// for given topics, and the statistics that the topics need (Blei, Ng and Jordan 2003, section
/// 5.2).
///
/// φ of a word is et · eb / Z, with et = exp E[log θ] of the document, eb = exp E[log β] of the
/// word and their inner product Z, so φ itself is never stored. Topics lie in rows of `stride`, a
/// multiple of four, padded with zeros.
struct TopicStatistics {
  let corpus: Corpus
  let topics: Int
  /// Dirichlet parameters γ of each document's topics, float64 `[documents, topics]`.
  private(set) var weights: Tensor
  /// The expected number of occurrences of each word in each topic, Σ n φ, `[words, topics]`; here
  /// and below, each document counts by its weight.
  private(set) var wordTopics: Tensor
  /// The expected number of words from each topic in each document, `[documents, topics]`.
  private(set) var documentTopics: Tensor
  /// E[log p(z, w)] + H(z), except for the terms of θ and β: Σ n log Z − Σ n φ (log et + log eb).
  private(set) var entropy = 0.0

  private let stride: Int

  /// The limits of a pass.
  struct Limits {
    /// The largest number of updates of a document's φ and γ.
    var updates: Int
    /// The mean change of γ at which the updates of a document stop.
    var tolerance: Double
  }

  /// - Parameters:
  ///   - weights: The initial γ.
  ///   - logWords: E[log β], `[words, topics]`.
  init(
    _ corpus: Corpus, weights: Tensor, logWords: Tensor, prior: Double, _ limits: Limits
  ) {
    self.corpus = corpus
    topics = logWords.shape[1]
    stride = (topics + 3) / 4 * 4
    let scaledWords = ScaledLogs(logWords)
    var gamma = weights.doubles
    let shape = weights.shape
    var scales = [Double](repeating: 0, count: shape[0] * stride)
    var sums = scales
    var ratios = [Double](repeating: 0, count: corpus.words.count)
    let eb = scaledWords.exponentials(stride)
    var active = Array(0..<corpus.documentCount)
    for _ in 0..<limits.updates where !active.isEmpty {
      let before = Tensor(
        active.flatMap { gamma[$0 * shape[1]..<($0 + 1) * shape[1]] },
        shape: [active.count, shape[1]], dtype: .float64)
      let scaled = ScaledLogs(Self.expectedLogs(before))
      Self.store(scaled.exponentials(stride), rows: active, in: &scales)
      TopicKernel(corpus: corpus, lanes: stride / 4).run(
        active, words: eb, scales: scales, sums: &sums, ratios: &ratios)
      active = Self.update(&gamma, shape[1], from: sums, stride, active, prior, limits)
    }
    self.weights = Tensor(gamma, shape: shape, dtype: .float64)
    // The logarithms of the last used scales.
    let logs = Self.logarithms(scales, shape, stride)
    let summed = Tensor(sums, shape: [shape[0], stride], dtype: .float64)
    documentTopics = corpus.counted(summed.sliced(0..<shape[1], along: 1))
    wordTopics = .zeros(logWords.shape, dtype: .float64)
    guard !corpus.words.isEmpty else { return }
    wordTopics = TopicKernel(corpus: corpus, lanes: stride / 4)
      .wordTopics(words: eb, scales: scales, ratios: corpus.counted(ofEntries: ratios))
      .sliced(0..<topics, along: 1)
    let counts = Tensor(corpus.counts, dtype: .float64)
    let normalizers = log(counts / Tensor(ratios, dtype: .float64))
    let used = (documentTopics * logs).sum() + (wordTopics * scaledWords.logs).sum()
    let weighted = Tensor(corpus.counted(ofEntries: corpus.counts), dtype: .float64)
    entropy = ((weighted * normalizers).sum() - used).scalar
  }

  /// E[log θ] for rows of Dirichlet parameters.
  static func expectedLogs(_ parameters: Tensor) -> Tensor {
    digamma(parameters) - digamma(parameters.sum(along: -1, keepingDimensions: true))
  }

  private static func store(_ rows: Tensor, rows places: [Int], in memory: inout [Double]) {
    let stride = rows.shape[1]
    let values = rows.doubles
    memory.withUnsafeMutableBufferPointer { memory in
      values.withUnsafeBufferPointer { values in
        for (row, place) in places.enumerated() {
          for column in 0..<stride {
            memory[place * stride + column] = values[row * stride + column]
          }
        }
      }
    }
  }

  private static func logarithms(_ scales: [Double], _ shape: [Int], _ stride: Int) -> Tensor {
    log(
      Tensor(scales, shape: [shape[0], stride], dtype: .float64).sliced(0..<shape[1], along: 1))
  }

  /// γ = α + Σ n φ; returns the documents whose γ still changes.
  private static func update(
    _ gamma: inout [Double], _ topics: Int, from sums: [Double], _ stride: Int, _ active: [Int],
    _ prior: Double, _ limits: Limits
  ) -> [Int] {
    gamma.withUnsafeMutableBufferPointer { gamma in
      sums.withUnsafeBufferPointer { sums in
        active.filter { document in
          var change = 0.0
          for topic in 0..<topics {
            let value = prior + sums[document * stride + topic]
            change += Swift.abs(value - gamma[document * topics + topic])
            gamma[document * topics + topic] = value
          }
          return change >= limits.tolerance * Double(topics)
        }
      }
    }
  }
}

/// Logarithms in rows: the largest of each row is subtracted, and the smallest are raised so that
/// the exponential of a sum of two never underflows.
struct ScaledLogs {
  /// The logarithms as used, `[rows, topics]`.
  let logs: Tensor

  init(_ values: Tensor) {
    let shifted = values - values.max(along: 1, keepingDimensions: true)
    // e⁻³⁴⁰ is 1e-148, and its square is still a normal number.
    logs = maximum(shifted, Tensor(-340, dtype: .float64))
  }

  /// Their exponentials, padded with zeros to rows of `stride`.
  func exponentials(_ stride: Int) -> Tensor {
    exp(logs).padded(before: 0, after: stride - logs.shape[1], along: 1)
  }
}
