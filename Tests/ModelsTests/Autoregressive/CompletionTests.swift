import Datasets
import Models
import NN
import Tensor
import Testing

/// Continuations of given beginnings, and their probabilities.
@Suite struct CompletionTests {
  private func made(orders: Int = 1) -> MADE {
    let model = MADE(
      .with { ($0.hidden, $0.orders) = ([9], orders) }, for: .images(3, 2), using: Random(seed: 1))
    unsettle(model, by: 0.5)
    return model
  }

  @Test func theFirstRowsAreGivenToAMADE() {
    let model = made(orders: 2)
    let images = Random(seed: 4).bernoulli([3, 3, 2, 1], probability: 0.5).converted(to: .float64)
    let found = model.completed(images, from: 1, using: Random(seed: 5))
    #expect(found.sliced(0..<1, along: 1) == images.sliced(0..<1, along: 1))
    #expect(found.doubles.allSatisfy { $0 == 0 || $0 == 1 })
    #expect(model.completed(images, from: 3, using: Random(seed: 5)) == images)
  }

  /// p(rest | first row) of every completion, by sampling and by the model's own probabilities.
  @Test func completionsHaveTheirProbabilities() {
    let model = made()
    let count = 4_000
    let given = Tensor([1, 0, 0, 0, 0, 0], dtype: .float64).reshaped(to: [1, 3, 2, 1])
    let drawn = model.completed(
      given.repeated(count, along: 0), from: 1, using: Random(seed: 6)
    ).flattened().doubles
    let found = (0..<count).map { row -> [Double] in
      let start = row * 6 + 2
      return Array(drawn[start..<start + 4])
    }
    let rests = (0..<16).map { number -> [Double] in
      (0..<4).map { Double(number >> $0 & 1) }
    }
    let images = rests.map { rest -> [Double] in [1, 0] + rest }
    let all = exp(model.logProbability(of: Tensor(images, dtype: .float64))).doubles
    let total = all.reduce(0, +)
    for (rest, probability) in zip(rests, all) {
      let share = probability / total
      let foundShare = Double(found.filter { $0 == rest }.count) / Double(count)
      let error = (share * (1 - share) / Double(count)).squareRoot()
      #expect(Swift.abs(foundShare - share) < 4.5 * error + 1e-9)
    }
  }

  @Test func aLowTemperatureDrawsTheLikeliestPixels() {
    let model = made()
    let drawn = model.sample(count: 5, temperature: 1e-9, using: Random(seed: 7)).flattened()
    let likeliest = model.network(drawn, order: 0) .> 0
    #expect(drawn == likeliest)
    let usual = model.sample(count: 5, using: Random(seed: 7))
    #expect(usual == model.sample(count: 5, temperature: 1, using: Random(seed: 7)))
  }

  // MARK: Texts

  private func language(_ kind: LanguageModel.Architecture, length: Int = 4) -> LanguageModel {
    let model = LanguageModel(
      .with {
        ($0.architecture, $0.width, $0.depth, $0.heads) = (kind, 8, 1, 2)
        ($0.embedding, $0.state) = (4, 6)
      }, for: DataShape(.window(length: length, vocabulary: 3)), using: Random(seed: 1))
    unsettle(model, by: 0.3)
    return model
  }

  @Test(arguments: LanguageModel.Architecture.allCases) func aTextHasTheProbabilityOfItsSymbols(
    _ kind: LanguageModel.Architecture
  ) {
    let model = language(kind)
    let text = [0, 2, 1, 1]
    let found = model.logProbabilities(ofText: text, after: 2)
    let symbols: [Double] = [2] + text.map { Double($0) }
    let window = Tensor([symbols], dtype: .float64)
    let expected = model.logProbabilities(of: window).doubles
    #expect(zip(found, expected).allSatisfy { Swift.abs($0 - $1) < 1e-12 })
    // A longer text: a recurrent network uses all of it, a transformer the last two to four
    // symbols.
    let long = (0..<11).map { $0 * $0 % 3 }
    let all = [2] + long
    for (place, logProbability) in model.logProbabilities(ofText: long, after: 2).enumerated() {
      let first = kind == .transformer && place > 3 ? place / 2 * 2 - 2 : 0
      let logits = model.logits(of: [Array(all[first...place])])
      let row = logits.sliced(place - first..<place - first + 1, along: 1).squeezed(at: 1)
      let next = logSoftmax(row).doubles[all[place + 1]]
      #expect(Swift.abs(next - logProbability) < 1e-12, "\(place)")
    }
  }

  /// For a model of lines with an end symbol, the probabilities of the lines of up to four letters
  /// and of the rest add up to 1, as computed for given lines.
  @Test(arguments: LanguageModel.Architecture.allCases) func linesAndTheRestAddUpToOne(
    _ kind: LanguageModel.Architecture
  ) throws {
    let data = try LineData(Array("ab\nb\naab\nba\n".utf8), path: "lines", window: 4)
    let model = language(kind, length: 4)
    #expect(DataShape(data.train.element) == model.dataShape)
    let end = try #require(data.vocabulary.end)
    var (sum, rest) = (0.0, 0.0)
    for length in 0...4 {
      for number in 0..<(1 << length) {
        let line = (0..<length).map { number >> $0 & 1 }
        let nats = model.logProbabilities(ofText: line + [end], after: end).reduce(0, +)
        sum += exp(Tensor(nats, dtype: .float64)).scalar
        guard length == 4 else { continue }
        let longer = model.logProbabilities(ofText: line + [0], after: end)
          .reduce(0, +)
        let other = model.logProbabilities(ofText: line + [1], after: end).reduce(0, +)
        rest += exp(Tensor([longer, other], dtype: .float64)).sum().scalar
      }
    }
    #expect(Swift.abs(sum + rest - 1) < 1e-12)
    let batch = data.train.batch(at: [0, 1, 2])
    let found = model.logLikelihood(
      of: Batch(values: batch.values.converted(to: .float64), lengths: batch.lengths),
      sampleCount: 1, using: Random(seed: 1), afterEach: {})
    let loss = model.loss(of: batch, using: Random(seed: 1)).figures[0]
    #expect(Swift.abs(found.sum().scalar + loss * Double(batch.weight)) < 1e-5)
  }

  @Test func sequencesDrawnSideBySideAreThoseOfOneAfterAnother() throws {
    let model = language(.transformer)
    let drawn = try #require(
      model.sequences(count: 3, length: 4, after: 1, temperature: 1e-9, using: Random(seed: 2)))
    let single = model.continuation(
      of: [1], count: 4, by: SymbolChoice(topK: 1), using: Random(seed: 3))
    #expect(drawn == [single, single, single])
  }
}
