import Models
import NN
import Tensor
import Testing

@Suite struct PixelCNNTests {
  private func model(
    _ height: Int = 4, _ width: Int = 5, levels: Int = 2, depth: Int = 2
  ) -> PixelCNN {
    let model = PixelCNN(
      .with {
        $0.levels = levels
        $0.width = 3
        $0.depth = depth
      }, for: .images(height, width), using: Random(seed: 1))
    unsettle(model, by: 0.2)
    return model
  }

  @Test(arguments: [2, 4]) func aPixelSeesAllBeforeItAndNoneFromItselfOn(levels: Int) {
    let model = model(levels: levels)
    let x = Random(seed: 2).uniform([1, 4, 5, 1], dtype: .float64)
    let outputs = levels == 2 ? 1 : levels
    let slopes = jacobian(at: x) { model.logits(of: $0) }.doubles
    for pixel in 0..<20 {
      for input in 0..<20 {
        let sees = (0..<outputs).contains { slopes[(pixel * outputs + $0) * 20 + input] != 0 }
        // The first layer reaches three rows and columns, each of two others one more.
        let (rows, columns) = (pixel / 5 - input / 5, pixel % 5 - input % 5)
        let isNear = rows <= 5 && Swift.abs(columns) <= 5
        #expect(sees == (input < pixel && isNear), "\(pixel) sees \(input): \(sees)")
      }
    }
  }

  @Test(arguments: [(2, 6), (4, 4)]) func allProbabilitiesAddUpToOne(levels: Int, pixels: Int) {
    let model = model(2, pixels / 2, levels: levels, depth: 1)
    let count = (0..<pixels).reduce(1) { product, _ in product * levels }
    let images = (0..<count).map { number -> [Double] in
      var rest = number
      return (0..<pixels).map { _ in
        defer { rest /= levels }
        return Double(rest % levels) / Double(levels - 1)
      }
    }
    let total = exp(model.logProbability(of: Tensor(images, dtype: .float64))).sum().scalar
    #expect(Swift.abs(total - 1) < 1e-12)
  }

  @Test func theLevelsAreThirdsOfGrey() {
    let found = model(levels: 4).levels(of: Tensor([0, 0.2, 0.25, 0.49, 0.5, 0.8, 1]))
    #expect(found.scalars == [0, 0, 1, 1, 2, 3, 3])
    #expect(model().levels(of: Tensor([0, 0.4, 0.5, 1])).scalars == [0, 0, 1, 1])
  }

  /// Nearly certain logits: sampling pixel by pixel gives the likeliest image of a single pass.
  @Test(arguments: [2, 8]) func pixelByPixelIsWhatOnePassGives(levels: Int) {
    let model = model(9, 5, levels: levels)
    let drawn = model.sample(count: 4, temperature: 1e-9, using: Random(seed: 3))
    let found = model.levels(of: drawn.converted(to: .float64))
    let logits = model.logits(of: found)
    let likeliest =
      levels == 2 ? (logits .> 0).doubles : logits.argmax(along: 3).map { Double($0) }
    #expect(found.doubles == likeliest)
  }

  @Test func theFirstRowsOfACompletionAreGiven() {
    let model = model()
    let images = Random(seed: 4).bernoulli([3, 4, 5, 1], probability: 0.5)
    model.convert(to: .float32)
    let whole = model.completed(images, from: 2, using: Random(seed: 5))
    #expect(whole.sliced(0..<2, along: 1) == images.sliced(0..<2, along: 1))
    #expect(model.completed(images, from: 4, using: Random(seed: 5)) == images)
  }

  @Test(arguments: [2, 4]) func theLossHasTheRightGradients(levels: Int) {
    let model = model(2, 3, levels: levels, depth: 1)
    let images = Random(seed: 9).uniform([2, 6], dtype: .float64)
    let check = checkParameters(of: model) { _ in
      model.loss(of: Batch(values: images), using: Random(seed: 1)).total
    }
    #expect(check.passes(), "\(check)")
    let exact = model.logLikelihood(of: images, sampleCount: 3, using: Random(seed: 1))
    #expect(exact == model.logProbability(of: images))
  }

  @Test func whatIsNotGreyIsRefused() {
    #expect(
      throws: UnsuitableSetting(
        "data", "4×4×3", "expected grey images of two pixels or more a side")
    ) { try PixelCNN.Configuration().check(for: .images(4, 4, channels: 3)) }
  }
}
