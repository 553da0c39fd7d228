import NN
import Tensor
import Testing

/// One loss of some tensors, and its values by hand, one for each element or example.
struct LossRow: Sendable, CustomTestStringConvertible {
  let name: String
  let inputs: [Tensor]
  let values: Tensor
  let loss: @Sendable ([Tensor], Reduction) -> Tensor
  var testDescription: String { name }

  init(
    _ name: String, _ inputs: [Tensor], _ values: Tensor,
    _ loss: @escaping @Sendable ([Tensor], Reduction) -> Tensor
  ) {
    self.name = name
    self.inputs = inputs.map { $0.converted(to: .float64) }
    self.values = values.converted(to: .float64)
    self.loss = loss
  }
}

private func double(_ x: [[Double]]) -> Tensor { Tensor(x, dtype: .float64) }

private let log4 = 1.3862943611198906

private let rows: [LossRow] = [
  .init(
    "mean squared error", [double([[1, 2], [0, -1]]), double([[3, 5], [0, 1]])],
    double([[4, 9], [0, 4]])
  ) { meanSquaredError($0[0], $0[1], reduction: $1) },
  .init(
    // log 2; log(1 + e²) − ½; log(1 + e⁻¹).
    "binary cross-entropy", [double([[0, 2, -1]]), double([[1, 0.25, 0]])],
    double([[0.6931471805599453, 1.6269280110429725, 0.3132616875182228]])
  ) { binaryCrossEntropy(logits: $0[0], $0[1], reduction: $1) },
  .init(
    // log(e + e² + e³) − 3; log 3; log(1 + 2e⁻¹).
    "softmax cross-entropy", [double([[1, 2, 3], [0.5, 0.5, 0.5], [-1, 0, -1]])],
    Tensor([0.40760596444437936, 1.0986122886681098, 0.5514447139320511], dtype: .float64)
  ) { softmaxCrossEntropy(logits: $0[0], labels: [2, 0, 1], reduction: $1) },
  .init(
    // 0.25 log(e + e² + e³) + 0.75 log(e + e² + e³) − 0.25 − 0.75 · 3; log 3.
    "softmax cross-entropy of a distribution",
    [double([[1, 2, 3], [0.5, 0.5, 0.5]]), double([[0.25, 0, 0.75], [0.5, 0.25, 0.25]])],
    Tensor([0.90760596444437936, 1.0986122886681098], dtype: .float64)
  ) { softmaxCrossEntropy(logits: $0[0], $0[1], reduction: $1) },
  .init(
    // ½ (log 2π + log σ² + (x − μ)² / σ²).
    "Gaussian negative log-likelihood",
    [double([[1, 0]]), double([[3, 0]]), double([[log4, 0]])],
    double([[2.112085713764618, 0.9189385332046727]])
  ) { gaussianNegativeLogLikelihood(of: $0[0], mean: $0[1], logVariance: $0[2], reduction: $1) },
  .init(
    // ½ (1 + (4 + 4 − 1 − log 4)); 0.
    "Gaussian KL divergence",
    [double([[1, -2], [0, 0]]), double([[0, log4], [0, 0]])],
    Tensor([3.3068528194400546, 0], dtype: .float64)
  ) { gaussianKLDivergence(mean: $0[0], logVariance: $0[1], reduction: $1) },
]

@Suite struct LossTests {
  @Test(arguments: rows)
  func valuesByHand(_ row: LossRow) {
    let none = row.loss(row.inputs, .none)
    #expect(none.shape == row.values.shape)
    #expect(abs(none - row.values).max().scalar < 1e-14, "\(none)")
    let (sum, mean) = (row.loss(row.inputs, .sum), row.loss(row.inputs, .mean))
    #expect(sum.shape == [] && Swift.abs(sum.scalar - row.values.sum().scalar) < 1e-13)
    #expect(mean.shape == [] && Swift.abs(mean.scalar - row.values.mean().scalar) < 1e-13)
    let single = row.loss(row.inputs.map { $0.converted(to: .float32) }, .none)
    #expect(single.dtype == .float32)
    #expect(abs(single.converted(to: .float64) - row.values).max().scalar < 2e-6)
  }

  @Test(arguments: rows)
  func gradients(_ row: LossRow) {
    for reduction in [Reduction.mean, .sum, .none] {
      let check = checkGradient(of: { row.loss($0, reduction) }, at: row.inputs)
      #expect(check.passes(), "\(row.name), \(reduction): \(check)")
    }
  }

  @Test func theMeanIsTheDefault() {
    let (x, t) = (Tensor([[1, 2]]), Tensor([[0, 1]]))
    #expect(meanSquaredError(x, t) == meanSquaredError(x, t, reduction: .mean))
    #expect(binaryCrossEntropy(logits: x, t) == binaryCrossEntropy(logits: x, t, reduction: .mean))
    #expect(
      softmaxCrossEntropy(logits: x, labels: [0])
        == softmaxCrossEntropy(logits: x, labels: [0], reduction: .mean))
    #expect(
      gaussianKLDivergence(mean: x, logVariance: t)
        == gaussianKLDivergence(mean: x, logVariance: t, reduction: .mean))
    #expect(
      gaussianNegativeLogLikelihood(of: x, mean: t, logVariance: t)
        == gaussianNegativeLogLikelihood(of: x, mean: t, logVariance: t, reduction: .mean))
  }

  @Test func aVarianceForEachColumnBroadcasts() {
    let x = double([[1, 0], [3, 0]])
    let loss = gaussianNegativeLogLikelihood(
      of: x, mean: Tensor(3, dtype: .float64), logVariance: Tensor([log4, 0], dtype: .float64),
      reduction: .none)
    #expect(loss.shape == [2, 2] && Swift.abs(loss.doubles[0] - 2.112085713764618) < 1e-14)
  }

  @Test(arguments: [DType.float32, .float64])
  func largeLogitsStayExact(_ dtype: DType) {
    let logits = Tensor([[1000, 1000, -1000, -1000]], dtype: dtype)
    let target = Tensor([[1, 0, 1, 0]], dtype: dtype)
    let (value, slope) = valueWithGradient(at: logits) {
      binaryCrossEntropy(logits: $0, target, reduction: .sum)
    }
    #expect(
      binaryCrossEntropy(logits: logits, target, reduction: .none).doubles == [0, 1000, 1000, 0])
    #expect(value.scalar == 2000 && slope.doubles == [0, 1, -1, 0])

    let classes = Tensor([[1000, -1000, 0], [1000, -1000, 0]], dtype: dtype)
    let losses = softmaxCrossEntropy(logits: classes, labels: [0, 1], reduction: .none)
    #expect(losses.doubles == [0, 2000])
    let classSlope = gradient(at: classes) { softmaxCrossEntropy(logits: $0, labels: [0, 1]) }
    #expect(classSlope.doubles == [0, 0, 0, 0.5, -0.5, 0])
  }
}
