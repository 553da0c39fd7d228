import NN
import Tensor
import Testing

/// A loss of inputs that both element types represent exactly, and its value with more digits than
/// either has.
private struct ExactRow: Sendable {
  let name: String
  let value: Double
  let loss: @Sendable (DType) -> Tensor

  init(_ name: String, _ value: Double, _ loss: @escaping @Sendable (DType) -> Tensor) {
    (self.name, self.value, self.loss) = (name, value, loss)
  }

  static func classes(_ logits: [Double], _ label: Int, _ value: Double) -> ExactRow {
    .init("softmax cross-entropy of \(logits), label \(label)", value) {
      softmaxCrossEntropy(logits: Tensor([logits], dtype: $0), labels: [label])
    }
  }

  static func binary(_ logit: Double, _ target: Double, _ value: Double) -> ExactRow {
    .init("binary cross-entropy of \(logit), target \(target)", value) {
      binaryCrossEntropy(logits: Tensor([logit], dtype: $0), Tensor([target], dtype: $0))
    }
  }

  static func gaussian(_ mean: Double, _ logVariance: Double, _ value: Double) -> ExactRow {
    .init("Gaussian KL of \(mean), \(logVariance)", value) {
      gaussianKLDivergence(
        mean: Tensor([[mean]], dtype: $0), logVariance: Tensor([[logVariance]], dtype: $0))
    }
  }
}

private let inf = Double.infinity

private let exactRows: [ExactRow] = [
  .classes([1, 2, 0.5], 1, 0.46436878410794484162),
  .classes([10_001, 10_002, 10_000.5], 1, 0.46436878410794484162),
  .classes([1_000_001, 1_000_002, 1_000_000.5], 1, 0.46436878410794484162),
  .classes([-10_001, -10_000, -10_001.5], 1, 0.46436878410794484162),
  .classes([3e7, 3e7, 3e7], 0, 1.0986122886681096914),
  .classes([0, 10], 1, 4.5398899216864646769e-5),
  .classes([-20, 20], 1, 4.2483542552915889863e-18),
  .classes([-inf, 1, 2], 2, 0.31326168751822283405),
  .classes([1, 2, -inf], 1, 0.31326168751822283405),
  .classes([0, -inf], 0, 0), .classes([0, -inf], 1, inf), .classes([-inf, -inf], 0, inf),
  .binary(10, 1, 4.5398899216864646769e-5), .binary(-10, 0, 4.5398899216864646769e-5),
  .binary(15, 1, 3.059022737137204859e-7), .binary(20, 1, 2.0611536203143807032e-9),
  .binary(-40, 0, 4.2483542552915889863e-18), .binary(-3, 1, 3.0485873515737420588),
  .binary(20, 0.75, 5.0000000020611536203), .binary(inf, 1, 0), .binary(-inf, 0, 0),
  .binary(inf, 0, inf), .binary(-inf, 0.5, inf),
  .gaussian(0, 0x1p-14, 9.313415227108895603e-10),
  .gaussian(0, -0x1p-20, 2.2737360316310446004e-13),
  .gaussian(0x1p-12, 0x1p-13, 3.352776427323356426e-8),
  .gaussian(0, -3, 1.0248935341839319715), .gaussian(0, 1, 0.35914091422952261768),
  .gaussian(0, 0, 0), .gaussian(0, -inf, inf), .gaussian(0, inf, inf),
]

@Suite struct LossPrecisionTests {
  @Test(arguments: exactRows.indices, [DType.float32, .float64])
  func isRightToTheLastDigits(_ index: Int, _ dtype: DType) {
    let row = exactRows[index]
    let found = row.loss(dtype).scalar
    let unit = dtype == .float32 ? Double(Float(row.value).ulp) : row.value.ulp
    #expect(
      found == row.value || Swift.abs(found - row.value) <= 4 * unit,
      "\(row.name): \(found) for \(row.value)")
  }
}

/// Classes masked by a logit of −∞.
@Suite struct MaskedClassTests {
  private let logits = Tensor([[0, -inf, 1], [-inf, -inf, 2], [3, 1, -inf]])
  private let labels = [2, 2, 0]

  /// The gradient by its formula, p − 1 for the label.
  private func residuals(_ logits: Tensor, _ labels: [Int]) -> [Float] {
    let p = softmax(logits).scalars
    return p.indices.map { p[$0] - (labels[$0 / 3] == $0 % 3 ? 1 : 0) }
  }

  @Test(arguments: [DType.float32, .float64], [Reduction.mean, .sum])
  func lossAndGradientsAreFinite(_ dtype: DType, _ reduction: Reduction) {
    let logits = logits.converted(to: dtype)
    let target = Tensor([[0.5, 0, 0.5], [0, 0, 1], [0.25, 0.75, 0]], dtype: dtype)
    let weights = Tensor([1, 0, 3], dtype: dtype)
    let losses: [(Tensor) -> Tensor] = [
      { softmaxCrossEntropy(logits: $0, labels: labels, reduction: reduction) },
      { softmaxCrossEntropy(logits: $0, target, reduction: reduction) },
      {
        softmaxCrossEntropy(
          logits: $0, labels: labels, classWeights: weights, reduction: reduction)
      },
      { softmaxCrossEntropy(logits: $0, target, classWeights: weights, reduction: reduction) },
      // A masked label of weight 0.
      {
        softmaxCrossEntropy(
          logits: $0, labels: [1, 1, 0], classWeights: weights, reduction: reduction)
      },
    ]
    for loss in losses {
      let (value, slope) = valueWithGradient(at: logits, loss)
      #expect(value.isFinite && slope.isFinite, "\(value) \(slope)")
      let curvature = gradient(at: logits) { square(gradient(at: $0, loss)).sum() }
      #expect(curvature.isFinite, "\(curvature)")
      for masked in [1, 3, 4, 8] {
        #expect(slope.doubles[masked] == 0 && curvature.doubles[masked] == 0)
      }
    }
  }

  @Test func theGradientIsTheProbabilitiesLessTheTarget() {
    let slope = gradient(at: logits) {
      softmaxCrossEntropy(logits: $0, labels: labels, reduction: .sum)
    }
    for (found, expected) in zip(slope.scalars, residuals(logits, labels)) {
      #expect(Swift.abs(found - expected) < 1e-7)
    }
  }

  /// A masked label has an infinite loss, and a gradient that unmasks it.
  @Test func aMaskedLabel() {
    let (value, slope) = valueWithGradient(at: logits) {
      softmaxCrossEntropy(logits: $0, labels: [1, 2, 0], reduction: .sum)
    }
    #expect(value.scalar == inf && slope.isFinite)
    #expect(slope.scalars[1] == -1 && Swift.abs(slope.scalars[0] + slope.scalars[2] - 1) < 1e-6)
    let none = gradient(at: Tensor([[-inf, -inf, -inf]])) {
      softmaxCrossEntropy(logits: $0, labels: [1])
    }
    #expect(none.scalars == [0, -1, 0])
  }
}

@Suite struct ClassWeightTests {
  private let random = Random(seed: 92)

  @Test func valuesByHand() {
    let logits = random.normal([3, 2], dtype: .float64)
    let weights = Tensor([0.5, 2], dtype: .float64)
    let labels = [1, 0, 1]
    func loss(_ reduction: Reduction, weights: Tensor? = nil) -> Tensor {
      softmaxCrossEntropy(
        logits: logits, labels: labels, classWeights: weights, reduction: reduction)
    }
    let plain = loss(.none).doubles
    let expected = zip(plain, [2, 0.5, 2]).map { $0 * $1 }
    let found = loss(.none, weights: weights).doubles
    #expect(zip(found, expected).allSatisfy { Swift.abs($0 - $1) < 1e-15 })
    let sum = expected.reduce(0, +)
    #expect(Swift.abs(loss(.sum, weights: weights).scalar - sum) < 1e-14)
    #expect(Swift.abs(loss(.mean, weights: weights).scalar - sum / 4.5) < 1e-14)
    #expect(loss(.mean, weights: Tensor([1, 1], dtype: .float64)) == loss(.mean))
    // Targets of one class are labels; the mean is over the examples.
    let target = Tensor([[0, 1], [1, 0], [0, 1]], dtype: .float64)
    let soft = softmaxCrossEntropy(logits: logits, target, classWeights: weights)
    #expect(Swift.abs(soft.scalar - sum / 3) < 1e-14)
    #expect(softmaxCrossEntropy(logits: logits, target) == loss(.mean))
  }

  @Test func gradients() {
    let logits = random.normal([3, 4], dtype: .float64)
    let target = softmax(random.normal([3, 4], dtype: .float64))
    let weights = random.uniform([4], in: 0.5..<2, dtype: .float64)
    for reduction in [Reduction.mean, .sum, .none] {
      let labels = checkGradient(
        of: {
          softmaxCrossEntropy(
            logits: $0[0], labels: [0, 3, 1], classWeights: $0[1], reduction: reduction)
        }, at: [logits, weights])
      #expect(labels.passes(), "\(labels)")
      let soft = checkGradient(
        of: {
          softmaxCrossEntropy(logits: $0[0], $0[1], classWeights: $0[2], reduction: reduction)
        }, at: [logits, target, weights])
      #expect(soft.passes(), "\(soft)")
    }
  }
}
