import Datasets
import Models
import NN
import Settings
import Tensor
import Testing
import Training

@Suite struct LanguageModelTests {
  typealias Architecture = LanguageModel.Architecture

  private func model(
    _ architecture: Architecture, length: Int = 6, vocabulary: Int = 5, unsettled: Bool = true
  ) -> LanguageModel {
    let model = LanguageModel(
      .with {
        $0.architecture = architecture
        ($0.width, $0.depth, $0.heads) = (8, 2, 2)
        ($0.embedding, $0.state) = (4, 6)
      }, for: DataShape(.window(length: length, vocabulary: vocabulary)), using: Random(seed: 1))
    if unsettled { unsettle(model, by: 0.3) }
    return model
  }

  @Test(arguments: Architecture.allCases) func noPlaceSeesALaterSymbol(_ kind: Architecture) {
    let model = model(kind)
    let (first, second) = ([1, 4, 0, 2, 3, 3], [1, 4, 0, 1, 2, 3])
    let difference = abs(model.logits(of: [first]) - model.logits(of: [second])).max(along: 2)
    #expect(difference.doubles[0..<3] == [0, 0, 0])
    #expect(difference.doubles[3...].allSatisfy { $0 > 0 })
  }

  @Test(arguments: Architecture.allCases) func allTextsOfALengthAddUpToOne(_ kind: Architecture) {
    let model = model(kind, length: 4, vocabulary: 3)
    let windows = (0..<81).map { number in
      [2.0] + [27, 9, 3, 1].map { Double(number / $0 % 3) }
    }
    let logProbabilities = model.logProbabilities(of: Tensor(windows, dtype: .float64))
    #expect(Swift.abs(exp(logProbabilities.sum(along: 1)).sum().scalar - 1) < 1e-12)
  }

  /// A line ends with the symbol 2: all lines of up to three symbols, and the rest, add up to 1.
  @Test func linesAndTheRestAddUpToOne() {
    let model = model(.lstm, length: 4, vocabulary: 3)
    var (windows, lengths) = ([[Double]](), [Int]())
    for length in 0...3 {
      for number in 0..<(1 << length) {
        let line = (0..<length).map { Double(number >> $0 & 1) }
        windows.append([2] + line + [Double](repeating: 2, count: 4 - length))
        lengths.append(length + 1)
      }
    }
    // Sequences of four symbols without an end represent all longer lines.
    for number in 0..<16 {
      windows.append([2] + (0..<4).map { Double(number >> $0 & 1) })
      lengths.append(4)
    }
    let found = model.logProbabilities(of: Tensor(windows, dtype: .float64), lengths: lengths)
    #expect(Swift.abs(exp(found.sum(along: 1)).sum().scalar - 1) < 1e-12)
  }

  @Test(arguments: Architecture.allCases) func oneAfterAnotherIsAllAtOnce(_ kind: Architecture) {
    let model = model(kind, length: 40)
    // At a temperature close to 0, the likeliest symbol is drawn, either way.
    let choice = SymbolChoice(temperature: 1e-9)
    let found = model.continuation(of: [1, 3], count: 30, by: choice, using: Random(seed: 1))
    var all = [1, 3]
    for _ in 0..<30 {
      let logits = model.logits(of: [all])
      all.append(logits.sliced(all.count - 1..<all.count, along: 1).argmax(along: 2)[0])
    }
    #expect(found == Array(all.dropFirst(2)))
    let reader = model.body.reader()
    let x = Random(seed: 2).normal([1, 7, kind == .transformer ? 8 : 4], dtype: .float64)
    let parts = [0..<3, 3..<4, 4..<7].map { reader(x.sliced($0, along: 1)) }
    #expect(abs(Tensor.concatenated(parts, along: 1) - model.body(x)).max().scalar < 1e-12)
  }

  @Test func aTransformerGoesOnBeyondItsPlaces() {
    let model = model(.transformer)
    let found = model.continuation(
      of: Array(repeating: 1, count: 9), count: 25, using: Random(seed: 3))
    #expect(found.count == 25 && found.allSatisfy { (0..<5).contains($0) })
  }

  @Test func aContinuationStopsAtItsEnd() {
    let model = model(.gru)
    let random = Random(seed: 4)
    for _ in 0..<20 {
      let found = model.continuation(of: [0], count: 30, end: 2, using: random)
      #expect(found.count == 30 || found.last == 2)
      #expect(!found.dropLast().contains(2))
    }
  }

  @Test(arguments: Architecture.allCases) func theLossHasTheRightGradients(_ kind: Architecture) {
    let model = model(kind, length: 3)
    let batch = Batch(
      values: Tensor([[0, 4, 2, 1], [3, 3, 0, 0]], dtype: .float64), lengths: [3, 2])
    let check = checkParameters(of: model) { _ in
      model.loss(of: batch, using: Random(seed: 1)).total
    }
    #expect(check.passes(), "\(kind): \(check)")
    let loss = model.loss(of: batch, using: Random(seed: 1))
    let sum = -model.logProbabilities(of: batch.values, lengths: [3, 2]).sum().scalar
    #expect(Swift.abs(loss.figures[0] - sum / 5) < 1e-12, "five symbols count")
    #expect(Swift.abs(loss.figures[1] - loss.figures[0] / 0.6931471805599453) < 1e-12)
  }

  @Test func aNewTransformerKnowsNothing() {
    let text = DataShape(.window(length: 128, vocabulary: 96))
    let model = LanguageModel(.init(), for: text, using: Random(seed: 1))
    #expect(model.parameterCount == 834_400)
    let windows = Tensor((0..<129).map { Double($0 * 7 % 96) }).expanded(at: 0)
    let nats = model.loss(of: Batch(values: windows), using: Random(seed: 1)).figures[0]
    #expect(Swift.abs(nats - 4.5643) < 0.05)
  }

  @Test func choicesAreTheLikeliest() {
    let logits = [0.5, 0.25, 0.125, 0.125].map { Tensor($0, dtype: .float64) }.map {
      log($0).scalar
    }
    let rows: [(choice: SymbolChoice, expected: [Double])] = [
      (SymbolChoice(), [0.5, 0.25, 0.125, 0.125]),
      (SymbolChoice(topK: 2), [2.0 / 3, 1.0 / 3, 0, 0]),
      (SymbolChoice(nucleus: 0.6), [2.0 / 3, 1.0 / 3, 0, 0]),
      (SymbolChoice(nucleus: 0.5), [1, 0, 0, 0]),
      (SymbolChoice(temperature: 0.5), [16.0 / 22, 4.0 / 22, 1.0 / 22, 1.0 / 22]),
      (SymbolChoice(temperature: 1e-300), [1, 0, 0, 0]),
    ]
    for (choice, expected) in rows {
      let found = choice.probabilities(logits)
      let distance = zip(found, expected).map { Swift.abs($0 - $1) }.max() ?? 1
      #expect(distance < 1e-12, "\(choice)")
    }
  }

  @Test(arguments: [Architecture.transformer, .gru]) func aTinyTextIsLearned(
    _ kind: Architecture
  ) throws {
    let text = try TextData(
      Array(String(repeating: "the cat sat. ", count: 80).utf8), path: "text", window: 16)
    let model = LanguageModel(
      .with {
        $0.architecture = kind
        ($0.width, $0.depth, $0.heads, $0.embedding, $0.state) = (16, 1, 2, 8, 24)
      }, for: DataShape(text.train.element), using: Random(seed: 1))
    let trainer = LossTrainer(
      model, train: try Batches(text.train, size: 16), test: try Batches(text.test, size: 16),
      learningRate: 0.02, using: Random(seed: 2))
    let before = try trainer.evaluate()[0]
    for _ in 0..<25 { for batch in trainer.nextEpoch() { _ = trainer.step(batch) } }
    // The remaining loss is the uncertainty about a window's first symbols: t precedes h, a space
    // and a full stop.
    let after = try trainer.evaluate()[0]
    #expect(before > 2 && after < 0.25, "\(before) and \(after)")
    let prompt = try text.vocabulary.encode("the cat")
    let symbols = model.continuation(
      of: prompt, count: 9, by: SymbolChoice(topK: 1), using: Random(seed: 3))
    #expect(text.vocabulary.decode(symbols) == " sat. the")
  }

  @Test func theLikelihoodOfAWindowIsTheSumOfItsSymbols() {
    let model = model(.transformer)
    let windows = Tensor([[0, 1, 2, 3, 4, 0, 1], [4, 4, 4, 0, 0, 1, 2]], dtype: .float64)
    let found = model.logLikelihood(of: windows, sampleCount: 1, using: Random(seed: 1))
    #expect(found.shape == [2])
    let loss = model.loss(of: Batch(values: windows), using: Random(seed: 1)).figures[0]
    #expect(Swift.abs(found.sum().scalar + 12 * loss) < 1e-10)
  }

  @Test func whatIsNoTextIsRefused() {
    #expect(throws: UnsuitableSetting("data", "images", "expected a text")) {
      try LanguageModel.Configuration().check(for: .images(4, 4))
    }
    let odd = LanguageModel.Configuration.with { $0.heads = 3 }
    #expect(throws: UnsuitableSetting("heads", 3, "expected a divisor of the width, 128")) {
      try odd.check(for: DataShape(.window(length: 8, vocabulary: 5)))
    }
  }
}
