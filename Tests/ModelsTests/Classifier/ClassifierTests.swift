import ModelSupport
import Models
import NN
import Tensor
import Testing

private func loss(_ classifier: Classifier, _ x: Tensor, _ labels: [Int]) -> Tensor {
  classifier.loss(of: Batch(values: x, labels: labels), using: Random(seed: 0)).total
}

@Suite struct ClassifierTests {
  @Test(arguments: [
    (Classifier.Architecture.conv, 1_199_882, 128), (.dense, 1_201_290, 384),
  ])
  func theNetworksAreOfNearlyEqualSize(
    _ architecture: Classifier.Architecture, parameters: Int, features: Int
  ) {
    let classifier = Classifier(architecture, height: 28, width: 28, Random(seed: 0))
    #expect(classifier.parameterCount == parameters)
    let x = Random(seed: 1).uniform([2, 784])
    #expect(classifier.features(of: x).shape == [2, features])
    #expect(classifier.logits(of: x).shape == [2, 10])
  }

  @Test(arguments: Classifier.Architecture.allCases)
  func theLossIsTheLogarithmOfTheProbability(_ architecture: Classifier.Architecture) {
    let classifier = Classifier(architecture, height: 7, width: 6, classes: 4, Random(seed: 2))
    classifier.mode = .inference
    let x = Random(seed: 3).uniform([3, 42])
    let probabilities = softmax(classifier.logits(of: x)).doubles
    let expected = -[2, 0, 3].enumerated().reduce(0) {
      $0 + log(Tensor(probabilities[$1.offset * 4 + $1.element], dtype: .float64)).scalar / 3
    }
    #expect(abs(loss(classifier, x, [2, 0, 3]).scalar - expected) < 1e-5)
  }

  /// With respect to the head's parameters, in which the loss is smooth; the body's layers, which
  /// have kinks everywhere, are checked one by one in the library's tests.
  @Test(arguments: Classifier.Architecture.allCases)
  func gradients(_ architecture: Classifier.Architecture) {
    let classifier = Classifier(architecture, height: 6, width: 6, classes: 3, Random(seed: 4))
    classifier.mode = .inference
    classifier.convert(to: .float64)
    let x = Random(seed: 5).uniform([4, 36], dtype: .float64)
    let parameters = classifier.head.parameters.map(\.parameter)
    let check = checkGradient(
      of: { point in
        for (parameter, value) in zip(parameters, point) { parameter.wrappedValue = value }
        return loss(classifier, x, [2, 0, 1, 1])
      }, at: parameters.map(\.wrappedValue))
    #expect(check.passes(), "\(check)")
  }

  /// Dropout is only for training.
  @Test func inferenceIsTheSameEachTime() {
    let classifier = Classifier(.conv, height: 8, width: 8, Random(seed: 6))
    let x = Random(seed: 7).uniform([4, 64])
    #expect(classifier.logits(of: x) != classifier.logits(of: x))
    classifier.mode = .inference
    #expect(classifier.logits(of: x) == classifier.logits(of: x))
    #expect(classifier.logits(of: x) == classifier.head(classifier.features(of: x)))
  }

  private static let mistakes: [(message: String, mistake: @Sendable () -> Void)] = [
    (
      "Classifier: expected images of shape [batch, 64], found [2, 784]",
      {
        _ = Classifier(.dense, height: 8, width: 8, Random(seed: 0)).logits(
          of: Tensor.zeros([2, 784]))
      }
    ),
    (
      "Classifier: architecture conv: expected images of 6×6 pixels or more, found 8×5",
      { _ = Classifier(.conv, height: 8, width: 5, Random(seed: 0)) }
    ),
    (
      "Classifier: classes 1: expected labels of two classes or more",
      { _ = Classifier(.dense, height: 8, width: 8, classes: 1, Random(seed: 0)) }
    ),
    (
      "softmaxCrossEntropy: expected labels in 0 ..< 10, found 10 at 1",
      {
        _ = loss(
          Classifier(.dense, height: 8, width: 8, Random(seed: 0)), Tensor.zeros([2, 64]), [9, 10])
      }
    ),
  ]

  @Test(arguments: mistakes.indices)
  func mistakesStopWithAMessage(_ index: Int) async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in
      Self.mistakes[index].mistake()
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains(Self.mistakes[index].message), "\(text)")
  }
}
