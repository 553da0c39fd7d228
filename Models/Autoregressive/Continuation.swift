import NN
import Tensor

/// How the next symbol is chosen: which symbols are allowed, and how probabilities are sharpened.
public struct SymbolChoice: Equatable, Sendable {
  /// The divisor of the logits, above 0; values below 1 favour likely symbols.
  public var temperature = 1.0
  /// The number of likeliest symbols allowed; nil for all (Fan, Lewis and Dauphin 2018).
  public var topK: Int?
  /// The total probability of the likeliest symbols that are allowed, in (0, 1] (nucleus sampling;
  /// Holtzman and others 2020).
  public var nucleus = 1.0

  /// Allows every symbol with its own probability, by default.
  public init(temperature: Double = 1, topK: Int? = nil, nucleus: Double = 1) {
    precondition(
      temperature > 0 && (topK ?? 1) > 0 && nucleus > 0 && nucleus <= 1,
      "SymbolChoice: expected a temperature and a number of symbols above 0 and a share in (0, 1], found"
        + " \(temperature), \(topK ?? 1) and \(nucleus)")
    (self.temperature, self.topK, self.nucleus) = (temperature, topK, nucleus)
  }

  /// The probabilities of the symbols with these logits.
  public func probabilities(_ logits: [Double]) -> [Double] {
    let order = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
    let top = order.first.map { logits[$0] } ?? 0
    let weights = exp((Tensor(logits, dtype: .float64) - top) / temperature).doubles
    var kept = order.prefix(topK ?? order.count)
    let total = kept.reduce(0) { $0 + weights[$1] }
    var sum = 0.0
    let count = kept.prefix { index in
      defer { sum += weights[index] }
      return sum < nucleus * total
    }.count
    kept = kept.prefix(max(1, count))
    let share = kept.reduce(0) { $0 + weights[$1] }
    var result = [Double](repeating: 0, count: logits.count)
    for index in kept { result[index] = weights[index] / share }
    return result
  }

  /// Draws a symbol from the logits.
  func draw(_ logits: [Double], using random: Random) -> Int {
    let probabilities = probabilities(logits)
    let place = random.uniform()
    var sum = 0.0
    for (symbol, probability) in probabilities.enumerated() where probability > 0 {
      sum += probability
      if place < sum { return symbol }
    }
    return probabilities.lastIndex { $0 > 0 } ?? 0
  }
}

extension LanguageModel {
  /// Continues a text, as ``continuation(of:count:by:end:using:afterEach:)`` does.
  public func continuation(
    of prompt: [Int], count: Int, by choice: SymbolChoice = SymbolChoice(), end: Int? = nil,
    using random: Random
  ) -> [Int] {
    continuation(of: prompt, count: count, by: choice, end: end, using: random) { _ in }
  }

  /// Draws the symbols that follow others, one by one.
  ///
  /// Earlier symbols are not recomputed. When a transformer has no positions left, it continues
  /// from the last half of its window.
  ///
  /// - Parameters:
  ///   - prompt: The symbols to continue, at least one.
  ///   - count: The maximum number of symbols drawn.
  ///   - choice: How each symbol is chosen.
  ///   - end: A symbol that ends the text.
  ///   - random: Draws the symbols.
  ///   - afterEach: Receives each symbol; an error it throws ends the text.
  /// - Returns: The symbols after the prompt, including the end symbol.
  public func continuation(
    of prompt: [Int], count: Int, by choice: SymbolChoice = SymbolChoice(), end: Int? = nil,
    using random: Random, afterEach: (Int) throws -> Void
  ) rethrows -> [Int] {
    precondition(!prompt.isEmpty, "LanguageModel.continuation: expected a symbol to continue")
    let longest = body.longest ?? .max
    var all = prompt
    var reader = body.reader()
    var known = 0
    var unread = Array(prompt.suffix(longest))
    while all.count < prompt.count + count {
      if known + unread.count > longest {
        (reader, known) = (body.reader(), 0)
        unread = Array(all.suffix(max(1, longest / 2)))
      }
      let x = symbols(unread).expanded(at: 0)
      let last = reader(x).sliced(unread.count - 1..<unread.count, along: 1)
      known += unread.count
      let next = choice.draw(head(last).doubles, using: random)
      all.append(next)
      unread = [next]
      try afterEach(next)
      if next == end { break }
    }
    return Array(all.dropFirst(prompt.count))
  }

  /// Draws several sequences in parallel, symbol by symbol.
  ///
  /// - Parameters:
  ///   - count: The number of sequences.
  ///   - length: The number of symbols in each, at most a transformer's number of positions.
  ///   - first: The symbol that precedes each sequence.
  ///   - temperature: Above 0; 1 samples from the model itself.
  ///   - random: Draws the symbols.
  /// - Returns: The symbols of each sequence without the first; nil if the weights are too large to
  ///   compute with.
  public func sequences(
    count: Int, length: Int, after first: Int, temperature: Double = 1, using random: Random
  ) -> [[Int]]? {
    precondition(
      temperature > 0,
      "LanguageModel.sequences: expected a temperature above 0, found \(temperature)")
    let reader = body.reader()
    var last = [Int](repeating: first, count: count)
    var places: [[Int]] = []
    for _ in 0..<length {
      let logits = head(reader(symbols(last).expanded(at: 1))).squeezed(at: 1) / temperature
      guard logits.isFinite else { return nil }
      last = random.categorical(logits: logits).doubles.map { Int($0) }
      places.append(last)
    }
    return (0..<count).map { row in places.map { $0[row] } }
  }

  /// log p of each symbol of a text of any length in nats, given a first symbol and those before
  /// it.
  ///
  /// When a transformer has no positions left, each symbol is conditioned on at least half of its
  /// positions.
  public func logProbabilities(ofText text: [Int], after first: Int) -> [Double] {
    let (all, longest) = ([first] + text, body.longest ?? .max)
    var reader = body.reader()
    var (place, known) = (0, 0)
    var result: [Double] = []
    while place < text.count {
      if known == longest {
        (reader, known) = (body.reader(), longest / 2)
        if known > 0 { _ = reader(vectors(all[place - known..<place])) }
      }
      let count = min(longest - known, Self.readLength, text.count - place)
      let logits = head(reader(vectors(all[place..<place + count]))).squeezed(at: 0)
      let next = Array(all[place + 1...place + count])
      result += (-softmaxCrossEntropy(logits: logits, labels: next, reduction: .none)).doubles
      (place, known) = (place + count, known + count)
    }
    return result
  }

  /// The number of a text's symbols processed at once.
  private static let readLength = 256

  /// The vectors of some symbols, `[1, symbols.count, features]`.
  private func vectors(_ numbers: ArraySlice<Int>) -> Tensor {
    symbols(Array(numbers)).expanded(at: 0)
  }
}
