import Mistakes
import NN
import Tensor
import Testing

/// A mistake, and the message with which the program stops.
struct StopRow: Sendable {
  let message: String
  let mistake: @Sendable () -> Void
  init(_ message: String, _ mistake: @escaping @Sendable () -> Void) {
    (self.message, self.mistake) = (message, mistake)
  }
}

private final class Forgetful: Module {
  let kept = Dense(1, 1, using: Random(seed: 0))
  let lost = Dense(1, 1, using: Random(seed: 0))
  var members: Members { ["kept": kept] }
}

private final class ForgetfulOfABias: Module {
  @Parameter var weight = Tensor([1])
  @OptionalParameter var bias: Tensor? = Tensor([0])
  var members: Members { ["weight": $weight] }
}

private func trainOnce(_ module: some Module) {
  let values = module.parameters.map { ($0.name, $0.parameter.wrappedValue) }
  SGD(for: module, learningRate: 1).update(along: Gradients(values))
}

private let stopRows: [StopRow] = [
  .init("OptionalParameter: expected nil, as the module has no such parameter, found a") {
    Conv2D(1, 2, kernel: 1, bias: false, using: Random(seed: 0)).bias = Tensor([1, 2])
  },
  .init("OptionalParameter: expected a tensor, as the module has this parameter") {
    Conv2D(1, 2, kernel: 1, using: Random(seed: 0)).bias = nil
  },
  .init("Dense(3, 4): expected an input of shape [batch, …, 3], found [2, 5]") {
    _ = Dense(3, 4, using: Random(seed: 0))(Tensor.zeros([2, 5]))
  },
  .init("Dense(3, 4): expected an input of shape [batch, …, 3], found [3]") {
    _ = Sequential { Dense(3, 4, using: Random(seed: 0)) }(Tensor.zeros([3]))
  },
  .init(
    "Conv2D(3, 8, kernel: 4, stride: 2, padding: 1): expected images of shape [batch, height, width,"
      + " 3] with sides of at least 2, found [2, 8, 8, 1]"
  ) {
    _ = Conv2D(3, 8, kernel: 4, stride: 2, padding: 1, using: Random(seed: 0))(
      Tensor.zeros([2, 8, 8, 1]))
  },
  .init(
    "Conv2D(1, 2, kernel: 5): expected images of shape [batch, height, width, 1] with sides of at"
      + " least 5, found [2, 4, 9, 1]"
  ) { _ = Conv2D(1, 2, kernel: 5, using: Random(seed: 0))(Tensor.zeros([2, 4, 9, 1])) },
  .init(
    "Conv1D(2, 3, kernel: 4, dilation: 2): expected series of shape [batch, length, 2] with a length"
      + " of at least 7, found [1, 6, 2]"
  ) {
    _ = Conv1D(2, 3, kernel: 4, dilation: 2, using: Random(seed: 0))(Tensor.zeros([1, 6, 2]))
  },
  .init(
    "Conv1D: expected channels, kernel, stride and dilation above 0 and no negative padding, or none"
      + " for a causal one, found [2, 3, 4, 1, 1] and 1"
  ) { _ = Conv1D(2, 3, kernel: 4, padding: 1, causal: true, using: Random(seed: 0)) },
  .init("Conv2D: expected channels, kernel, stride and dilation above 0") {
    _ = Conv2D(1, 2, kernel: 3, stride: 0, using: Random(seed: 0))
  },
  .init(
    "ConvTranspose2D(3, 2, kernel: 4, bias: false): expected images of shape [batch, height, width,"
      + " 3], found [2, 1, 1, 4]"
  ) {
    _ = ConvTranspose2D(3, 2, kernel: 4, bias: false, using: Random(seed: 0))(
      Tensor.zeros([2, 1, 1, 4]))
  },
  .init("ConvTranspose2D: expected channels, kernel and stride above 0") {
    _ = ConvTranspose2D(1, 2, kernel: 3, stride: 2, outputPadding: 2, using: Random(seed: 0))
  },
  .init("MaxPool2D: expected a size and a stride of 1 or more, found 2 and 0") {
    _ = MaxPool2D(2, stride: 0)
  },
  .init("AveragePool2D: expected a size and a stride of 1 or more, found 0 and 0") {
    _ = AveragePool2D(0)
  },
  .init(
    "MaxPool2D(3): expected images [batch, height, width, channels] of at least 3 × 3 pixels, found"
      + " shape [1, 2, 3, 1]"
  ) { _ = MaxPool2D(3)(Tensor.zeros([1, 2, 3, 1])) },
  .init("Upsample2D: expected a factor of 1 or more, found 0") { _ = Upsample2D(0) },
  .init("LayerNorm(4): expected an input of shape […, 4], found [2, 5]") {
    _ = LayerNorm(4)(Tensor.zeros([2, 5]))
  },
  .init("BatchNorm(4): expected an input of shape […, 4], found [2, 5]") {
    _ = BatchNorm(4)(Tensor.zeros([2, 5]))
  },
  .init("BatchNorm(4): expected an input of shape […, 4], found [4]") {
    _ = BatchNorm(4)(Tensor.zeros([4]))
  },
  .init(
    "BatchNorm(4): expected two values or more for each channel in training, found 1 in an input"
      + " of shape [1, 4]"
  ) { _ = BatchNorm(4)(Tensor.zeros([1, 4])) },
  .init("BatchNorm: expected a size above 0, found 0") { _ = BatchNorm(0) },
  .init("BatchNorm: expected a momentum in 0 ... 1, found 1.5") { _ = BatchNorm(1, momentum: 1.5) },
  .init("GroupNorm(2, 4): expected an input of shape [batch, …, 4], found [2, 5]") {
    _ = GroupNorm(2, 4)(Tensor.zeros([2, 5]))
  },
  .init(
    "GroupNorm(4, 4): expected two values or more in each group, found an input of shape [2, 4]"
  ) { _ = GroupNorm(4, 4)(Tensor.zeros([2, 4])) },
  .init(
    "GroupNorm: expected channels that split into the groups, found 3 groups and 4 channels"
  ) { _ = GroupNorm(3, 4) },
  .init("Flatten(): expected an input of shape [batch, …], found [3]") {
    _ = Flatten()(Tensor.zeros([3]))
  },
  .init(
    "Reshape([2, 3]): expected an input of shape [batch, …] with 6 elements for each example, found"
      + " [6, 1]"
  ) { _ = Reshape([2, 3])(Tensor.zeros([6, 1])) },
  .init("Reshape: expected sizes above 0, found [2, 0]") { _ = Reshape([2, 0]) },
  .init("Embedding(3, 2): expected indices in 0 ..< 3, found 3 at 1") {
    _ = Embedding(3, 2, using: Random(seed: 0))([0, 3])
  },
  .init("Embedding(3, 2): expected indices in 0 ..< 3, found -1 at 0") {
    _ = Embedding(3, 2, using: Random(seed: 0))([-1])
  },
  .init("Embedding: expected sizes above 0, found 0 and 2") {
    _ = Embedding(0, 2, using: Random(seed: 0))
  },
  .init("RNNCell(3, 2): expected an input of shape [batch, 3], found [1, 4]") {
    _ = RNNCell(3, 2, using: Random(seed: 0))(Tensor.zeros([1, 4]), Tensor.zeros([1, 2]))
  },
  .init("GRUCell(3, 2): expected a state of shape [5, 2], found [1, 2]") {
    _ = GRUCell(3, 2, using: Random(seed: 0))(Tensor.zeros([5, 3]), Tensor.zeros([1, 2]))
  },
  .init("LSTMCell(3, 2): expected a state of shape [1, 2], found [1, 3]") {
    let state = LSTMCell.State(hidden: Tensor.zeros([1, 2]), cell: Tensor.zeros([1, 3]))
    _ = LSTMCell(3, 2, using: Random(seed: 0))(Tensor.zeros([1, 3]), state)
  },
  .init("RNNCell(3, 2): expected a sequence of shape [batch, time, 3] with one step or more") {
    _ = RNNCell(3, 2, using: Random(seed: 0)).unrolled(over: Tensor.zeros([2, 0, 3]))
  },
  .init("LSTMCell: expected sizes above 0, found 3 and 0") {
    _ = LSTMCell(3, 0, using: Random(seed: 0))
  },
  .init("Dense: expected sizes above 0, found 0 and 4") { _ = Dense(0, 4, using: Random(seed: 0)) },
  .init("LayerNorm: expected a size above 0, found 0") { _ = LayerNorm(0) },
  .init("Dropout: expected a rate in 0 ..< 1, found 1.0") {
    _ = Dropout(1, using: Random(seed: 0))
  },
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
  .init("softmaxCrossEntropy: expected class weights float32[4], found float32[3]") {
    _ = softmaxCrossEntropy(
      logits: Tensor.zeros([2, 4]), labels: [0, 0], classWeights: Tensor.zeros([3]))
  },
  .init("softmaxCrossEntropy: expected two tensors of one shape, found [2, 4], [2, 3]") {
    _ = softmaxCrossEntropy(logits: Tensor.zeros([2, 4]), Tensor.zeros([2, 3]))
  },
  .init("softmaxCrossEntropy: expected logits of shape [batch, classes], found [4]") {
    _ = softmaxCrossEntropy(logits: Tensor.zeros([4]), Tensor.zeros([4]))
  },
  .init(#"the gradients are of other parameters than the module's: ["b"] and ["0"]"#) {
    let optimizer = SGD(for: Weights([Tensor([1, 2])]), learningRate: 1)
    optimizer.update(along: Gradients([(name: "b", gradient: Tensor([1, 2]))]))
  },
  .init("descend: expected a gradient and moments of float32[2], found") {
    let weights = Weights([Tensor([1, 2])])
    Adam(for: weights).update(along: weights.gradients([Tensor([1, 2], dtype: .float64)]))
  },
  .init(#"Forgetful.members lacks ["lost"]"#) { trainOnce(Forgetful()) },
  .init(#"ForgetfulOfABias.members lacks ["_bias"]"#) { trainOnce(ForgetfulOfABias()) },
  .init("MovingAverage: expected a decay in 0 ..< 1, found 1.0") {
    _ = MovingAverage(of: Weights([]), decay: 1)
  },
]

@Suite struct StopTests {
  @Test func mistakesStopWithAMessage() async throws {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      makeMistakes(stopRows.count) {
        stopRows[$0].mistake()
      }
    }
    let texts = texts(ofMistakes: try #require(result).standardErrorContent)
    try #require(texts.count == stopRows.count)
    for (row, text) in zip(stopRows, texts) { #expect(text.contains(row.message), "\(text)") }
  }
}
