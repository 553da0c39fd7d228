import Testing

@testable import Tensor

private let inf = Double.infinity

@Suite struct SoftmaxTests {
  private let random = Random(seed: 71)

  /// Masked classes: their probability is 0, and the others' are as if they did not exist.
  @Test(arguments: [DType.float32, .float64])
  func aMaskedClassTakesNoPart(_ dtype: DType) {
    let masked = Tensor([[-inf, 1, 2], [1, -inf, 2], [1, 2, -inf]], dtype: dtype)
    let plain = Tensor([1, 2], dtype: dtype)
    for (row, place) in [0, 1, 2].enumerated() {
      func expected(_ values: Tensor, _ ofMasked: Double) -> [Double] {
        var result = values.doubles
        result.insert(ofMasked, at: place)
        return result
      }
      let x = masked.sliced(row..<row + 1).flattened(from: 0)
      #expect(softmax(x).doubles == expected(softmax(plain), 0))
      #expect(logSoftmax(x).doubles == expected(logSoftmax(plain), -inf))
      #expect(x.logSumExp(along: 0) == plain.logSumExp(along: 0))
      #expect(
        gradient(at: x) { $0.logSumExp(along: 0) }.doubles
          == expected(gradient(at: plain) { $0.logSumExp(along: 0) }, 0))
    }
    // Along the other axis.
    #expect(softmax(masked.transposed(), along: 0) == softmax(masked).transposed())
    #expect(logSoftmax(masked.transposed(), along: 0) == logSoftmax(masked).transposed())
    #expect(masked.transposed().logSumExp(along: 0) == masked.logSumExp(along: 1))
  }

  @Test(arguments: [DType.float32, .float64])
  func whereAllAreMaskedNothingIsUndefined(_ dtype: DType) {
    let x = Tensor([[-inf, -inf], [0, 0]], dtype: dtype)
    #expect(softmax(x).doubles == [0, 0, 0.5, 0.5])
    #expect(logSoftmax(x).doubles[..<2] == [-inf, -inf])
    #expect(x.logSumExp(along: 1).doubles[0] == -inf)
    #expect(gradient(at: x) { $0.logSumExp(along: 1).sum() }.doubles == [0, 0, 0.5, 0.5])
    #expect(gradient(at: x) { square(softmax($0)).sum() }.doubles == [0, 0, 0, 0])
  }

  /// A logit of +∞ makes its class certain; with two, the result is undefined.
  @Test func anInfiniteLogitIsCertain() {
    let x = Tensor([[inf, 0], [inf, inf]])
    #expect(softmax(x).scalars[..<2] == [1, 0])
    #expect(logSoftmax(x).scalars[..<2] == [0, -.infinity])
    #expect(x.logSumExp(along: 1).scalars == [.infinity, .infinity])
    #expect(softmax(x).scalars[2].isNaN)
  }

  @Test func aNaNIsEverywhere() {
    let x = Tensor([1, .nan, -inf])
    #expect(softmax(x).scalars[0].isNaN && softmax(x).scalars[1].isNaN)
    #expect(logSoftmax(x).scalars.prefix(2).allSatisfy { $0.isNaN })
    #expect(x.logSumExp(along: 0).scalars[0].isNaN)
  }

  /// Second derivatives of masked logits, through every function that uses softmax.
  @Test(arguments: [DType.float32, .float64])
  func secondGradientsOfMaskedLogitsAreFinite(_ dtype: DType) {
    let x = Tensor([[-inf, 1, 2, -inf], [0, -inf, -inf, -inf]], dtype: dtype)
    let target = Tensor([[0, 0.25, 0.75, 0], [1, 0, 0, 0]], dtype: dtype)
    let functions: [(Tensor) -> Tensor] = [
      { square(softmax($0)).sum() }, { $0.logSumExp(along: 1).sum() },
      { categoricalCrossEntropy(logits: $0, target).sum() },
      // With the probabilities of masked classes as targets.
      { categoricalCrossEntropy(logits: $0, softmax($0)).sum() },
    ]
    for function in functions {
      let first = gradient(at: x, function)
      #expect(first.isFinite, "\(first)")
      let second = gradient(at: x) { square(gradient(at: $0, function)).sum() }
      #expect(second.isFinite, "\(second)")
      for place in [0, 3, 5, 6, 7] {
        #expect(first.doubles[place] == 0 && second.doubles[place] == 0)
      }
    }
  }

  /// If all but a few classes are masked, the gradient is that of these few.
  @Test func secondGradientsAreThoseWithoutTheMaskedClasses() {
    let x = random.normal([2, 3], dtype: .float64)
    let target = Tensor([[0.2, 0.3, 0.5], [1, 0, 0]], dtype: .float64)
    let mask = Tensor.zeros([2, 1], dtype: .float64)
    func loss(_ x: Tensor, masked: Bool) -> Tensor {
      func wide(_ part: Tensor, _ filling: Double) -> Tensor {
        Tensor.concatenated([mask + filling, part, mask + filling], along: 1)
      }
      return masked
        ? categoricalCrossEntropy(logits: wide(x, -inf), wide(target, 0)).sum()
        : categoricalCrossEntropy(logits: x, target).sum()
    }
    func slope(_ masked: Bool) -> Tensor {
      gradient(at: x) { x in (gradient(at: x) { loss($0, masked: masked) } * target).sum() }
    }
    #expect(loss(x, masked: true) == loss(x, masked: false))
    #expect(abs(slope(true) - slope(false)).max().scalar < 1e-15)
  }

  @Test func gradients() {
    let x = random.normal([4, 3], dtype: .float64)
    let target = softmax(random.normal([4, 3], dtype: .float64))
    let check = checkGradient(
      of: { categoricalCrossEntropy(logits: $0[0], $0[1]) }, at: [x, target])
    #expect(check.passes(), "\(check)")
    // Here one class is nearly certain.
    let certain = x + Tensor([[12, 0, 0]], dtype: .float64)
    for function: ([Tensor]) -> Tensor in [
      { softmax($0[0]) }, { logSoftmax($0[0]) }, { $0[0].logSumExp(along: 1) },
      { categoricalCrossEntropy(logits: $0[0], target) },
    ] {
      let check = checkGradient(of: function, at: [certain])
      #expect(check.passes(), "\(check)")
    }
  }

  @Test func sameBitsAtAnyNumberOfThreads() {
    let x = random.normal([300, 70])
    expectSameAtAnyNumberOfThreads {
      [
        softmax(x), logSoftmax(x, along: 0), x.logSumExp(along: 0),
        gradient(at: x) { square(logSoftmax($0)).sum() },
      ]
    }
  }

  @Test func ofNoRows() {
    #expect(softmax(Tensor.zeros([0, 3])).shape == [0, 3])
    #expect(Tensor.zeros([0, 3]).logSumExp(along: 1).shape == [0])
  }
}
