import NN
import Tensor
import Testing

/// Compared with loops over plain numbers, with the papers' formulas.
@Suite struct NormalizationTests {
  /// Images of five channels, each with its own mean and spread.
  private func images() -> Tensor {
    let random = Random(seed: 12)
    let spread = Tensor([1, 2, 3, 0.5, 0.1], dtype: .float64)
    return random.normal([4, 3, 2, 5], dtype: .float64) * spread + 7 * spread
  }

  /// The values at index `group` of the last axes, of which there are `count`.
  private func values(_ x: Tensor, _ channel: Int, of channels: Int) -> [Double] {
    stride(from: channel, to: x.count, by: channels).map { x.doubles[$0] }
  }

  private func moments(_ values: [Double]) -> (mean: Double, squares: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) })
  }

  @Test func batchNormInTrainingUsesTheBatchAndItsBiasedVariance() {
    let (x, layer) = (images(), BatchNorm(5, epsilon: 0.01))
    layer.convert(to: .float64)
    layer.scale = Tensor([1, 2, 3, 4, 5], dtype: .float64)
    layer.shift = Tensor([5, 4, 3, 2, 1], dtype: .float64)
    let y = layer(x)
    for channel in 0..<5 {
      let input = values(x, channel, of: 5)
      let (mean, squares) = moments(input)
      let deviation = (squares / 24 + 0.01).squareRoot()
      let expected = input.map {
        Double(channel + 1) * ($0 - mean) / deviation + Double(5 - channel)
      }
      let found = values(y, channel, of: 5)
      #expect(zip(found, expected).allSatisfy { Swift.abs($0 - $1) < 1e-12 })
    }
  }

  @Test func batchNormKeepsRunningAveragesOfTheUnbiasedVariance() {
    let layer = BatchNorm(5, momentum: 0.25)
    layer.convert(to: .float64)
    let batches = [images(), 3 * images()]
    for batch in batches { _ = layer(batch) }
    for channel in 0..<5 {
      var (runningMean, runningVariance) = (0.0, 1.0)
      for batch in batches {
        let (mean, squares) = moments(values(batch, channel, of: 5))
        runningMean = 0.75 * runningMean + 0.25 * mean
        runningVariance = 0.75 * runningVariance + 0.25 * squares / 23
      }
      #expect(Swift.abs(layer.runningMean.doubles[channel] - runningMean) < 1e-12)
      #expect(Swift.abs(layer.runningVariance.doubles[channel] - runningVariance) < 1e-11)
    }
  }

  @Test func batchNormInInferenceUsesTheRunningAveragesAndLeavesThem() {
    let layer = BatchNorm(2, epsilon: 0)
    layer.scale = Tensor([2, 3])
    layer.shift = Tensor([1, -1])
    layer.runningMean = Tensor([10, 20])
    layer.runningVariance = Tensor([4, 0.25])
    layer.mode = .inference
    // One example at a time, and the same as among others.
    #expect(layer(Tensor([[12, 20]])) == Tensor([[3, -1]]))
    #expect(layer(Tensor([[12, 20], [8, 21]])) == Tensor([[3, -1], [-1, 5]]))
    #expect(layer.runningMean == Tensor([10, 20]) && layer.runningVariance == Tensor([4, 0.25]))
  }

  @Test func batchNormsRunningAveragesAreBuffersAndTheRestIsLearned() {
    let layer = BatchNorm(3)
    #expect(layer.buffers.map(\.name) == ["runningMean", "runningVariance"])
    #expect(layer.parameters.map(\.name) == ["scale", "shift"])
    #expect(layer.scale == Tensor.ones([3]) && layer.shift == Tensor.zeros([3]))
    let drawn = BatchNorm(
      3, initializer: .normal(mean: 1, standardDeviation: 0.02), using: Random(seed: 1))
    let expected = Random(seed: 1).normal([3], mean: 1, standardDeviation: 0.02)
    #expect(drawn.scale == expected && drawn.shift == Tensor.zeros([3]))
    #expect("\(layer)" == "BatchNorm(3)  // 6 parameters")
  }

  /// The mean and variance depend on the batch, so a shift of the whole batch has no gradient.
  @Test func batchNormsGradientGoesThroughItsStatistics() {
    let layer = BatchNorm(5)
    layer.convert(to: .float64)
    let weights = Random(seed: 3).normal([4, 3, 2, 5], dtype: .float64)
    let dx = gradient(at: images()) { (layer($0) * weights).sum() }
    #expect(abs(dx.sum(along: [0, 1, 2])).max().scalar < 1e-10)
    #expect(abs(dx).max().scalar > 0.01)
  }

  @Test(arguments: [1, 2, 3, 6])
  func groupNormNormalisesEachGroupOfEachExample(_ groups: Int) {
    let random = Random(seed: 4)
    let x = random.normal([3, 2, 4, 6], mean: 3, standardDeviation: 2, dtype: .float64)
    let layer = GroupNorm(groups, 6, epsilon: 0.01)
    layer.convert(to: .float64)
    layer.scale = random.normal([6], dtype: .float64)
    layer.shift = random.normal([6], dtype: .float64)
    let (y, input) = (layer(x).doubles, x.doubles)
    let size = 6 / groups
    for index in input.indices {
      let (example, channel) = (index / 48, index % 6)
      let members = (0..<48).filter { $0 % 6 / size == channel / size }
      let (mean, squares) = moments(members.map { input[example * 48 + $0] })
      let deviation = (squares / Double(members.count) + 0.01).squareRoot()
      let expected =
        (input[index] - mean) / deviation * layer.scale.doubles[channel]
        + layer.shift.doubles[channel]
      #expect(Swift.abs(y[index] - expected) < 1e-12)
    }
  }

  @Test func groupNormOfOneGroupIsLayerNormOfVectors() {
    let x = Random(seed: 5).normal([7, 8], dtype: .float64)
    let (group, layer) = (GroupNorm(1, 8), LayerNorm(8))
    group.convert(to: .float64)
    layer.convert(to: .float64)
    #expect(abs(group(x) - layer(x)).max().scalar < 1e-14)
    #expect("\(group)" == "GroupNorm(1, 8)  // 16 parameters")
  }

  // MARK: Equal, far and large inputs

  /// Equal values become the shift exactly, whatever they are and however many.
  @Test(arguments: [12_345.678, 1e6, 255, -1.0 / 3, 1e-20], [DType.float32, .float64])
  func equalValuesBecomeTheShift(_ constant: Double, _ dtype: DType) {
    for features in [2, 7, 250, 1_000, 4_099] {
      let x = Tensor(filledWith: constant, [3, features], dtype: dtype)
      let layers: [any Layer] = [LayerNorm(features), GroupNorm(1, features), BatchNorm(features)]
      for layer in layers {
        layer.convert(to: dtype)
        #expect(layer(x) == x * 0, "\(layer)")
      }
      let places = x.reshaped(to: [1, 3, 1, features])
      let layer = GroupNorm(features % 7 == 0 ? 7 : 1, features)
      layer.convert(to: dtype)
      #expect(layer(places) == places * 0, "\(layer)")
    }
  }

  /// In inference, too, an input equal to the running mean becomes the shift, even with a small
  /// variance.
  @Test func theRunningMeanBecomesTheShiftInInference() {
    let layer = BatchNorm(3, epsilon: 1e-5)
    layer.mode = .inference
    layer.runningMean = Tensor([12_345.678, 1e6, -0.1])
    layer.runningVariance = Tensor.zeros([3])
    layer.shift = Tensor([1, 2, 3])
    let x = Tensor.stacked([layer.runningMean, layer.runningMean])
    #expect(layer(x) == Tensor([[1, 2, 3], [1, 2, 3]]))
  }

  /// The squares of these overflow.
  @Test func veryLargeInputs() {
    let x = Tensor([[1e30, 1], [-1e30, 2], [1e30, 3], [-1e30, 4]])
    let layer = BatchNorm(2)
    let y = layer(x)
    #expect(y.sliced(0..<1, along: 1) == Tensor([[1], [-1], [1], [-1]]))
    let weights = Tensor([[1, 1], [2, 0], [-1, 1], [0.5, 3]])
    let dx = gradient(at: x) { (layer($0) * weights).sum() }
    layer.convert(to: .float64)
    let exact = gradient(at: x.converted(to: .float64)) {
      (layer($0) * weights.converted(to: .float64)).sum()
    }
    for (found, exact) in zip(dx.doubles, exact.doubles) {
      #expect(
        Swift.abs(found - exact) <= 2e-6 * Swift.max(Swift.abs(exact), found == 0 ? 0 : 1e-31))
    }
    for other in [LayerNorm(4), GroupNorm(1, 4)] as [any Layer] {
      #expect(other(x.sliced(0..<1, along: 1).reshaped(to: [1, 4])) == Tensor([[1, -1, 1, -1]]))
    }
  }

  /// A running variance that has become infinite stays so; it does not become NaN.
  @Test func aRunningVarianceStaysInfinite() {
    let layer = BatchNorm(1)
    let large = Tensor([[1e30], [-1e30]])
    for x in [large, large, Tensor([[1], [2]])] { _ = layer(x) }
    #expect(layer.runningVariance.scalars == [.infinity] && layer.runningMean.isFinite)
    layer.mode = .inference
    #expect(layer(Tensor([[5]])) == Tensor([[0]]))
  }

  @Test func batchNormsGradientsInInference() {
    let random = Random(seed: 8)
    for slope in [1, 0, 0.2] {
      let layer = BatchNorm(3)
      layer.convert(to: .float64)
      layer.runningMean = random.normal([3], dtype: .float64)
      layer.runningVariance = random.uniform([3], in: 0.5..<2, dtype: .float64)
      layer.mode = .inference
      let sequence = Sequential {
        layer
        LeakyReLU(slope: slope)
      }
      let check = checkGradient(
        of: { inputs in
          (layer.scale, layer.shift) = (inputs[1], inputs[2])
          return square(sequence(inputs[0]))
        },
        at: [[4, 3], [3], [3]].map { offZero($0) })
      #expect(check.passes(), "slope \(slope): \(check)")
    }
  }
}
