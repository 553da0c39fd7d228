import NN
import Tensor

/// Which symbols may come next, and how likely they are made.
public struct SymbolChoice: Equatable, Sendable {
  /// The divisor of the logits, above 0; values below 1 favour likely symbols.
  public var temperature = 1.0
  /// How many of the likeliest symbols may come; nil for all (Fan, Lewis and Dauphin 2018).
  public var topK: Int?
  /// The share of the probability that the likeliest symbols which may come have together, in (0, 1]
  /// (nucleus sampling; Holtzman and others 2020).
  public var nucleus = 1.0

  /// Every symbol with its probability.
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

  /// A symbol drawn by the logits.
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

  /// Symbols that follow others, drawn one after another.
  ///
  /// Earlier symbols are not computed again. When a transformer has no positions left, it continues from the
  /// last half of its window.
  ///
  /// - Parameters:
  ///   - prompt: The symbols to go on from, at least one.
  ///   - count: How many symbols follow at most.
  ///   - choice: Which may come next.
  ///   - end: A symbol after which none follows.
  ///   - random: Draws them.
  ///   - afterEach: Receives each symbol; an error that it throws ends the text.
  /// - Returns: The symbols after the prompt; the end is among them.
  public func continuation(
    of prompt: [Int], count: Int, by choice: SymbolChoice = SymbolChoice(), end: Int? = nil,
    using random: Random, afterEach: (Int) throws -> Void
  ) rethrows -> [Int] {
    precondition(!prompt.isEmpty, "LanguageModel.continuation: expected a symbol to go on from")
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

  /// Sequences drawn side by side, one symbol after another.
  ///
  /// - Parameters:
  ///   - count: How many sequences.
  ///   - length: The symbols of each, no more than a transformer has places for.
  ///   - first: The symbol that stands before each.
  ///   - temperature: Above 0: 1 for draws from the model.
  ///   - random: Draws them.
  /// - Returns: The symbols of each sequence without the first; nil where the weights are too large to
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

  /// log p of each symbol of a text of any length, given a first symbol and those before it, in nats.
  ///
  /// Where a transformer has no positions left, at least half of them are given before a symbol.
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

  /// How many symbols of a text are read at once.
  private static let readLength = 256

  /// The vectors of some symbols, `[1, symbols.count, features]`.
  private func vectors(_ numbers: ArraySlice<Int>) -> Tensor {
    symbols(Array(numbers)).expanded(at: 0)
  }
}
