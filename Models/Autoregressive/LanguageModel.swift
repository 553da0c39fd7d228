import NN
import Settings
import Tensor

/// An autoregressive model of text: a causal transformer (Vaswani and others 2017) or a recurrent
/// network gives each symbol's distribution, given those before it.
///
/// ```swift
/// let model = LanguageModel(.init(), for: DataShape(.window(length: 128, vocabulary: 96)), using: random)
/// let symbols = model.continuation(of: [17, 4], count: 100, using: random)
/// ```
///
/// A window of text has one symbol more than are predicted. In data of lines, symbols after the end
/// of a line are ignored.
public final class LanguageModel: LossModel, LikelihoodModel {
  /// The kinds of network.
  public enum Architecture: String, Choice {
    /// A causal transformer (Vaswani et al. 2017).
    case transformer
    /// Long short-term memory (Hochreiter and Schmidhuber 1997).
    case lstm
    /// Gated recurrent units (Cho et al. 2014).
    case gru
    /// A recurrent network with tanh (Elman 1990).
    case rnn
  }

  /// The settings.
  public struct Configuration: ModelConfiguration {
    /// The kind of network.
    @Setting("a causal transformer, or a recurrent network")
    public var architecture = Architecture.transformer
    /// Features of a transformer's position.
    @Setting("features of a transformer's position", in: layerWidths) public var width = 128
    /// Blocks of a transformer.
    @Setting("blocks of a transformer", in: 1...64) public var depth = 4
    /// Attention heads of a transformer.
    @Setting("attention heads of a transformer", in: 1...64) public var heads = 4
    /// Dimensions of a symbol's embedding in a recurrent network.
    @Setting("dimensions of a symbol's embedding in a recurrent network", in: layerWidths)
    public var embedding = 64
    /// Size of a recurrent network's state.
    @Setting("size of a recurrent network's state", in: layerWidths) public var state = 256

    /// The defaults.
    public init() {}

    /// Checks the settings against each other and the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      guard data.isText else {
        throw UnsuitableSetting("data", data.element.noun.plural, "expected a text")
      }
      if architecture == .transformer, width % heads != 0 {
        throw UnsuitableSetting("heads", heads, "expected a divisor of the width, \(width)")
      }
    }
  }

  /// The name on the command line and in files.
  public static let kind = "language-model"
  /// The model is for texts.
  public static let needsText = true
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// From symbols to vectors.
  public let symbols: Embedding
  /// The network between the symbols' vectors and the features at each position.
  public let body: any SequenceBody
  /// From the features to the logits of the next symbol.
  public let head: Dense

  /// The embedding, the body and the head.
  public var members: Members { ["symbols": symbols, "body": body, "head": head] }

  /// The number of distinct symbols.
  public var vocabulary: Int {
    if case .window(_, let vocabulary) = dataShape.element { vocabulary } else { 0 }
  }

  /// Creates a model.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "LanguageModel")
    guard case .window(let length, let vocabulary) = data.element else {
      preconditionFailure("LanguageModel: expected a text, found \(data.element)")
    }
    self.configuration = configuration
    dataShape = data
    let (embedding, state) = (configuration.embedding, configuration.state)
    switch configuration.architecture {
    case .transformer:
      let small = Initializer.normal(standardDeviation: 0.02)
      symbols = Embedding(vocabulary, configuration.width, initializer: small, using: random)
      body = TransformerBody(
        length: length, features: configuration.width, depth: configuration.depth,
        heads: configuration.heads, using: random)
      head = Dense(configuration.width, vocabulary, initializer: small, using: random)
    case .lstm, .gru, .rnn:
      symbols = Embedding(vocabulary, embedding, using: random)
      body =
        switch configuration.architecture {
        case .gru: RecurrentBody(GRUCell(embedding, state, using: random))
        case .rnn: RecurrentBody(RNNCell(embedding, state, using: random))
        default: RecurrentBody(LSTMCell(embedding, state, using: random))
        }
      head = Dense(state, vocabulary, using: random)
    }
  }

  /// A description of the parts.
  public var description: String {
    "LanguageModel  // \(parameterCount) parameters\nsymbols: \(symbols)\nbody: \(body)\nhead: \(head)"
  }
}

// MARK: - Probabilities

extension LanguageModel {
  /// The mean of −log p of a symbol, in nats and in bits.
  public var metrics: [Metric] {
    let noun = dataShape.element.noun.singular
    return [
      Metric("loss", unit: "nats per \(noun)"), Metric("bits per \(noun)", unit: "bits"),
    ]
  }

  /// The mean of −log p(next symbol | those before), in nats, over all symbols that are not
  /// ignored.
  public func loss(of batch: Batch, using random: Random) -> Loss {
    let nats = -logProbabilities(of: batch.values, lengths: batch.lengths)
    let mean = nats.sum() / Double(batch.unitCount(of: dataShape.element))
    return Loss(mean, others: [stopGradient(mean).scalar / 0.6931471805599453])
  }

  /// log p of each predicted symbol of windows `[batch, length + 1]`, given those before it:
  /// `[batch, length]`, in nats; 0 beyond a window's length.
  public func logProbabilities(of windows: Tensor, lengths: [Int]? = nil) -> Tensor {
    let (count, length) = (windows.shape[0], windows.shape[1] - 1)
    let numbers = windows.doubles.map { Int($0) }
    let rows = (0..<count).map { numbers[$0 * (length + 1)..<($0 + 1) * (length + 1)] }
    let next = rows.flatMap { $0.dropFirst() }
    let logits = logits(of: rows.map { Array($0.dropLast()) })
    let found = -softmaxCrossEntropy(
      logits: logits.reshaped(to: [count * length, vocabulary]), labels: next, reduction: .none)
    guard let lengths else { return found.reshaped(to: [count, length]) }
    let mask = lengths.flatMap { known in (0..<length).map { $0 < known ? 1.0 : 0 } }
    return (found * Tensor(mask, shape: [count * length], dtype: found.dtype))
      .reshaped(to: [count, length])
  }

  /// The likelihood is exact, as a product of conditional distributions.
  public static var hasExactLikelihood: Bool { true }

  /// The exact log p of windows `[batch, length + 1]`, given the first symbol of each; the number
  /// of samples has no effect.
  public func logLikelihood(
    of examples: Tensor, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    let exact = logProbabilities(of: examples).sum(along: 1)
    try afterEach()
    return exact
  }

  /// log p of a batch, ignoring everything after the end of a line.
  public func logLikelihood(
    of batch: Batch, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    let exact = logProbabilities(of: batch.values, lengths: batch.lengths).sum(along: 1)
    try afterEach()
    return exact
  }

  /// The logits of the symbol after each position of sequences of one length: `[batch, length,
  /// vocabulary]`.
  public func logits(of sequences: [[Int]]) -> Tensor {
    let length = sequences.first?.count ?? 0
    precondition(
      length > 0 && sequences.allSatisfy { $0.count == length },
      "LanguageModel: expected sequences of one length, found \(sequences.map(\.count))")
    let vectors = symbols(sequences.flatMap { $0 })
    let x = vectors.reshaped(to: [sequences.count, length, vectors.shape[1]])
    return head(body(x))
  }
}
