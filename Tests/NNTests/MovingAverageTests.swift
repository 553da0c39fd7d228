import NN
import Tensor
import Testing

@Suite struct MovingAverageTests {
  @Test func followsByItsFormula() {
    let weights = Weights([Tensor([8, 0]), Tensor(1)])
    let average = MovingAverage(of: weights, decay: 0.75)
    #expect(average.values == ["0": Tensor([8, 0]), "1": Tensor(1)])
    weights.values[0].wrappedValue = Tensor([0, 4])
    average.update(from: weights)
    #expect(average.values == ["0": Tensor([6, 1]), "1": Tensor(1)])
    average.update(from: weights)
    #expect(average.values["0"] == Tensor([4.5, 1.75]))
    #expect(weights.doubles[0] == [0, 4], "the module's own values stay")
  }

  /// With a size that is not a multiple of any vector width, in both types.
  @Test(arguments: [DType.float32, .float64])
  func againstPlainSwift(_ dtype: DType) {
    let random = Random(seed: 31)
    let weights = Weights([random.normal([1037], dtype: dtype)])
    let average = MovingAverage(of: weights, decay: 0.9)
    var expected = weights.doubles[0]
    for _ in 0..<10 {
      weights.values[0].wrappedValue = random.normal([1037], dtype: dtype)
      average.update(from: weights)
      for (i, w) in weights.doubles[0].enumerated() { expected[i] = 0.9 * expected[i] + 0.1 * w }
    }
    let found = average.values["0"]?.doubles ?? []
    let error = zip(found, expected).map { Swift.abs($0 - $1) }.max() ?? .nan
    #expect(error < (dtype == .float32 ? 1e-6 : 1e-14))
  }

  /// The first steps are kept with a smaller decay, (1 + n) / (10 + n), until that exceeds the
  /// given decay.
  @Test func theFirstValuesAreSoonForgotten() {
    let weights = Weights([Tensor([1], dtype: .float64)])
    let average = MovingAverage(of: weights, decay: 0.5)
    weights.values[0].wrappedValue = Tensor([0], dtype: .float64)
    var expected = 1.0
    for step in 1...20 {
      average.update(from: weights, step: step)
      expected *= min(0.5, Double(1 + step) / Double(10 + step))
      #expect(abs((average.values["0"]?.scalar ?? .nan) / expected - 1) < 1e-12)
    }
  }

  @Test func swappingTwiceGoesBack() {
    let layer = Dense(3, 2, using: Random(seed: 1))
    let average = MovingAverage(of: layer, decay: 0.5)
    layer.weight = layer.weight * 2
    layer.bias = layer.bias + 1
    average.update(from: layer)
    let (own, averaged) = ((layer.weight, layer.bias), average.values)
    average.swap(with: layer)
    #expect(layer.weight == averaged["weight"] && layer.bias == Tensor([0.5, 0.5]))
    #expect(average.values == ["weight": own.0, "bias": own.1])
    average.swap(with: layer)
    #expect(layer.weight == own.0 && layer.bias == own.1 && average.values == averaged)
  }

  /// For example a GAN's generator alone, with the running statistics of its batch norm.
  @Test func someParametersAndTheirBuffers() {
    let random = Random(seed: 2)
    let model = Sequential {
      Sequential { BatchNorm(2) }
      Dense(2, 1, using: random)
    }
    let average = MovingAverage(of: model, decay: 0.5, includingBuffers: true) {
      $0.hasPrefix("0.")
    }
    let names = ["scale", "shift", "runningMean", "runningVariance"].map { "0.0.\($0)" }
    #expect(average.values.keys.sorted() == names.sorted())
    let begin = model.buffers[0].buffer.wrappedValue
    let weight = model.parameters.last?.parameter.wrappedValue
    model.parameters[0].parameter.wrappedValue = Tensor([3, 5])
    _ = model(random.normal([8, 2], mean: 4))
    let moved = model.buffers[0].buffer.wrappedValue
    average.update(from: model)
    average.swap(with: model)
    #expect(model.parameters[0].parameter.wrappedValue == Tensor([2, 3]))
    let expected = 0.5 * (begin + moved)
    #expect(abs(model.buffers[0].buffer.wrappedValue - expected).max().scalar < 1e-6)
    #expect(model.parameters.last?.parameter.wrappedValue == weight)
    #expect(average.values.keys.sorted() == names.sorted())
    average.swap(with: model)
    #expect(model.buffers[0].buffer.wrappedValue == moved)
  }

  /// decay · ∞ + (1 − decay) · w is infinite, not the difference of two infinities.
  @Test func whatIsInfiniteStaysSo() {
    let weights = Weights([Tensor([1, 1, 1])])
    let average = MovingAverage(of: weights, decay: 0.5)
    weights.values[0].wrappedValue = Tensor([Double.infinity, -.infinity, .nan])
    average.update(from: weights)
    average.update(from: weights)
    weights.values[0].wrappedValue = Tensor([2, 2, 2])
    average.update(from: weights)
    #expect(average.values["0"]?.scalars.prefix(2) == [.infinity, -.infinity])
    #expect(average.values["0"]?.scalars[2].isNaN == true)
    weights.values[0].wrappedValue = Tensor([-Double.infinity, 0, 0])
    average.update(from: weights)
    #expect(average.values["0"]?.scalars[0].isNaN == true)
  }

  @Test func followsAnOptimiserThatChangesInPlace() {
    let weights = Weights([Tensor([1, 2])])
    let average = MovingAverage(of: weights, decay: 0.5)
    let optimizer = SGD(for: weights, learningRate: 1)
    optimizer.update(along: weights.gradients([Tensor([1, 1])]))
    #expect(average.values["0"] == Tensor([1, 2]), "the average does not share the memory")
    average.update(from: weights)
    #expect(average.values["0"] == Tensor([0.5, 1.5]))
  }
}
