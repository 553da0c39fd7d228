import NN
import Tensor
import Testing

/// A mistake, and what the program says when it stops for it.
struct StopRow: Sendable {
  let message: String
  let mistake: @Sendable () -> Void
  init(_ message: String, _ mistake: @escaping @Sendable () -> Void) {
    (self.message, self.mistake) = (message, mistake)
  }
}

private final class Forgetful: Module {
  let kept = Dense(1, 1, Random(seed: 0))
  let lost = Dense(1, 1, Random(seed: 0))
  var members: Members { ["kept": kept] }
}

private let stopRows: [StopRow] = [
  .init("Dense(3, 4): expected an input of shape [batch, 3], found [2, 5]") {
    _ = Dense(3, 4, Random(seed: 0))(Tensor.zeros([2, 5]))
  },
  .init("Dense(3, 4): expected an input of shape [batch, 3], found [3]") {
    _ = Sequential { Dense(3, 4, Random(seed: 0)) }(Tensor.zeros([3]))
  },
  .init("LayerNorm(4): expected an input of shape […, 4], found [2, 5]") {
    _ = LayerNorm(4)(Tensor.zeros([2, 5]))
  },
  .init("Dense: expected sizes above 0, found 0 and 4") { _ = Dense(0, 4, Random(seed: 0)) },
  .init("LayerNorm: expected a size above 0, found 0") { _ = LayerNorm(0) },
  .init("Dropout: expected a rate in 0 ..< 1, found 1.0") { _ = Dropout(1, Random(seed: 0)) },
  .init(#"Members: expected distinct names, found ["a", "b", "a"]"#) {
    let relu = ReLU()
    _ = ["a": relu, "b": relu, "a": relu] as Members
  },
  .init("meanSquaredError: expected two tensors of one shape, found [2, 1], [2]") {
    _ = meanSquaredError(Tensor.zeros([2, 1]), Tensor.zeros([2]))
  },
  .init("binaryCrossEntropy: expected two tensors of one shape, found [2, 1], [2]") {
    _ = binaryCrossEntropy(logits: Tensor.zeros([2, 1]), Tensor.zeros([2]))
  },
  .init("gaussianKLDivergence: expected two tensors of one shape, found [2, 1], [2]") {
    _ = gaussianKLDivergence(mean: Tensor.zeros([2, 1]), logVariance: Tensor.zeros([2]))
  },
  .init("softmaxCrossEntropy: expected logits of shape [2, classes], found [3, 4]") {
    _ = softmaxCrossEntropy(logits: Tensor.zeros([3, 4]), labels: [0, 1])
  },
  .init("softmaxCrossEntropy: expected labels in 0 ..< 4, found 4 at 1") {
    _ = softmaxCrossEntropy(logits: Tensor.zeros([2, 4]), labels: [0, 4])
  },
  .init("softmaxCrossEntropy: expected labels in 0 ..< 4, found -1 at 0") {
    _ = softmaxCrossEntropy(logits: Tensor.zeros([2, 4]), labels: [-1, 0])
  },
  .init(#"the gradients are of other parameters than the module's: ["b"] and ["0"]"#) {
    let weights = Weights([Tensor([1, 2])])
    SGD(learningRate: 1).update(
      weights, along: Gradients([(name: "b", gradient: Tensor([1, 2]))]))
  },
  .init("descend: expected a gradient and moments of float32[2], found") {
    let weights = Weights([Tensor([1, 2])])
    Adam().update(weights, along: weights.gradients([Tensor([1, 2], dtype: .float64)]))
  },
  .init("MovingAverage: expected a decay in 0 ..< 1, found 1.0") {
    _ = MovingAverage(of: Weights([]), decay: 1)
  },
]

/// What only a debug build looks for.
private let assertionRows: [StopRow] = [
  .init(#"Forgetful.members lacks ["lost"]"#) { _ = Forgetful().parameters }
]

#if DEBUG
  private let allRows = stopRows + assertionRows
#else
  private let allRows = stopRows
#endif

@Suite struct StopTests {
  @Test(arguments: allRows.indices)
  func mistakesStopWithAMessage(_ index: Int) async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in
      allRows[index].mistake()
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains(allRows[index].message), "\(text)")
  }
}
