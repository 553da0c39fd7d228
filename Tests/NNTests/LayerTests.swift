import NN
import Tensor
import Testing

@Suite struct LayerTests {
  @Test func denseByHand() {
    let layer = Dense(2, 3, using: Random(seed: 0))
    layer.weight = Tensor([[1, 2, 3], [4, 5, 6]])
    layer.bias = Tensor([10, 20, 30])
    #expect(layer(Tensor([[1, 2], [0, -1]])) == Tensor([[19, 32, 45], [6, 15, 24]]))
  }

  @Test func denseBeginsWithGlorotWeightsAndNoBias() {
    let layer = Dense(30, 20, using: Random(seed: 3))
    let drawn = Initializer.glorotUniform([30, 20], fanIn: 30, fanOut: 20, using: Random(seed: 3))
    #expect(layer.weight == drawn && layer.bias == Tensor.zeros([20]))
    let constant = Dense(2, 2, initializer: .constant(7), using: Random(seed: 3))
    #expect(constant.weight.scalars == [7, 7, 7, 7])
  }

  /// In every layer the bias is a tensor; a convolution made without one has `nil`.
  @Test func theBiasIsATensorInEveryLayer() {
    let random = Random(seed: 4)
    let image = Tensor.zeros([1, 2, 2, 3])
    let (conv, transposed) = (
      Conv2D(3, 2, kernel: 1, using: random), ConvTranspose2D(3, 2, kernel: 1, using: random)
    )
    for bias in [conv.bias, transposed.bias, Dense(3, 2, using: random).bias] {
      #expect(bias == Tensor.zeros([2]))
    }
    conv.bias = Tensor([1, 2])
    transposed.bias = Tensor([1, 2])
    for layer in [conv, transposed] as [any Layer] {
      #expect(layer(image) == Tensor([1, 2]).broadcast(to: [1, 2, 2, 2]), "\(layer)")
      #expect(layer.parameters.map(\.name) == ["weight", "bias"])
    }
    #expect(conv.$bias === conv.parameters.last?.parameter)
    let (plain, plainTransposed) = (
      Conv2D(3, 2, kernel: 1, bias: false, using: random),
      ConvTranspose2D(3, 2, kernel: 1, bias: false, using: random)
    )
    #expect(plain.bias == nil && plainTransposed.bias == nil && plain.$bias == nil)
    plain.bias = nil
    for layer in [plain, plainTransposed] as [any Layer] {
      #expect(layer.parameters.map(\.name) == ["weight"] && layer.parameterCount == 6)
    }
  }

  @Test func activationsAreTheFunctionsOfTheirNames() {
    let x = Tensor([[-2, -0.5, 0], [0.5, 2, 3]])
    let pairs: [(any Layer, Tensor)] = [
      (ReLU(), relu(x)), (LeakyReLU(), leakyReLU(x, slope: 0.01)),
      (LeakyReLU(slope: 0.3), leakyReLU(x, slope: 0.3)), (ELU(), elu(x, alpha: 1)),
      (ELU(alpha: 0.3), elu(x, alpha: 0.3)), (GELU(), gelu(x)), (Tanh(), tanh(x)),
      (Sigmoid(), sigmoid(x)), (Softplus(), softplus(x)), (Softmax(), softmax(x, along: 1)),
    ]
    for (layer, y) in pairs { #expect(layer(x) == y, "\(layer)") }
  }

  @Test func sequentialAppliesInOrderAndTakesLoopsAndConditions() {
    func network(_ isDeep: Bool, _ withTanh: Bool) -> Sequential {
      Sequential {
        if withTanh { Tanh() }
        for slope in [0.1, 0.2] { LeakyReLU(slope: slope) }
        if isDeep {
          ELU()
          GELU()
        } else {
          Softplus()
        }
      }
    }
    let x = Tensor([-1, 2])
    #expect(network(false, true).layers.count == 4 && network(true, false).layers.count == 4)
    let expected = softplus(leakyReLU(leakyReLU(tanh(x), slope: 0.1), slope: 0.2))
    #expect(network(false, true)(x) == expected)
  }

  /// In a sequence, the preceding layer applies the rectifier; the result must be the same.
  @Test(arguments: [DType.float32, .float64], [0, 0.2, -0.5])
  func rectifiersInASequenceAreTheFunctions(_ dtype: DType, _ slope: Double) {
    let random = Random(seed: 5)
    let inference = BatchNorm(3)
    inference.mode = .inference
    let cases: [(any Layer, [Int])] = [
      (Dense(3, 40, using: random), [7, 3]), (Dense(30, 2, using: random), [7, 30]),
      (Dense(3, 5, using: random), [2, 4, 3]),
      (Conv1D(2, 5, kernel: 3, padding: 1, using: random), [3, 8, 2]),
      (Conv2D(2, 5, kernel: 3, stride: 2, padding: 1, using: random), [3, 6, 5, 2]),
      (Conv2D(2, 1, kernel: 3, bias: false, using: random), [3, 6, 5, 2]),
      (Conv2D(2, 6, kernel: 4, bias: false, using: random), [3, 4, 4, 2]),
      (ConvTranspose2D(2, 5, kernel: 3, stride: 2, using: random), [3, 4, 3, 2]),
      (ConvTranspose2D(2, 5, kernel: 2, stride: 3, using: random), [3, 4, 3, 2]),
      (ConvTranspose2D(2, 5, kernel: 3, using: random), [3, 1, 1, 2]), (BatchNorm(3), [9, 3]),
      (inference, [9, 3]),
    ]
    for (layer, shape) in cases {
      layer.convert(to: dtype)
      let x = random.normal(shape, dtype: dtype)
      let rectifier: any Layer = slope == 0 ? ReLU() : LeakyReLU(slope: slope)
      let sequence = Sequential {
        layer
        rectifier
      }
      #expect(abs(sequence(x) - leakyReLU(layer(x), slope: slope)).max().scalar < 1e-6, "\(layer)")
      #expect(sequence(x).min().scalar < 0 || slope <= 0)
    }
    let dense = Dense(1, 20, initializer: .constant(-1), using: random)
    let rectified = Sequential {
      dense
      ReLU()
    }
    #expect(rectified(Tensor([[Float.infinity]])).max().scalar == 0)
  }

  @Test func layerNormNormalisesTheLastAxis() {
    let x = Random(seed: 2).normal([4, 3, 50], mean: 5, standardDeviation: 3, dtype: .float64)
    let layer = LayerNorm(50, epsilon: 0)
    layer.convert(to: .float64)
    let y = layer(x)
    #expect(abs(y.mean(along: -1)).max().scalar < 1e-12)
    #expect(abs(y.variance(along: -1) - 1).max().scalar < 1e-12)
    layer.scale = 3 * layer.scale
    layer.shift = layer.shift - 2
    #expect(abs(layer(x) - (3 * y - 2)).max().scalar < 1e-12)
  }

  @Test func layerNormByHandWithEpsilon() {
    // Mean 2, biased variance 1; with epsilon 3 the deviation is halved.
    let y = LayerNorm(2, epsilon: 3)(Tensor([[1, 3]]))
    #expect(y.scalars == [-0.5, 0.5])
    #expect(LayerNorm(3)(Tensor([[7, 7, 7]])).scalars == [0, 0, 0])
  }

  @Test func dropoutKeepsTheMeanAndDropsTheShare() {
    let layer = Dropout(0.3, using: Random(seed: 4))
    let y = layer(Tensor.ones([100_000]))
    let dropped = (y .== Tensor(0)).mean().scalar
    let deviation = (0.21 / 100_000).squareRoot()
    #expect(Swift.abs(dropped - 0.3) < 5 * deviation)
    #expect(Set(y.scalars) == [0, Float(1 / 0.7)])
    #expect(layer(Tensor.ones([1000])) != layer(Tensor.ones([1000])), "each call draws new numbers")
  }

  @Test func dropoutIsTheIdentityInInferenceAndAtRateZero() {
    let x = offZero([4, 5])
    let layer = Dropout(0.9, using: Random(seed: 4))
    #expect(layer(x) != x)
    layer.mode = .inference
    #expect(layer(x) == x)
    #expect(Dropout(0, using: Random(seed: 4))(x) == x)
  }

  @Test func dropoutGoesOnFromASavedState() {
    let random = Random(seed: 9)
    let layer = Dropout(0.5, using: random), other = Dropout(0.5, using: random)
    let x = Tensor.ones([64])
    _ = layer(x)
    let state = layer.random.state
    let next = layer(x)
    layer.random.state = state
    #expect(layer(x) == next)
    #expect(other(x) != next, "each layer has its own stream")
  }

  @Test func flattenAndReshapeKeepTheOrder() {
    let x = Tensor.range(0..<24).reshaped(to: [2, 3, 4])
    #expect(Flatten()(x) == Tensor.range(0..<24).reshaped(to: [2, 12]))
    #expect(Reshape([4, 3])(x) == Tensor.range(0..<24).reshaped(to: [2, 4, 3]))
    #expect(Reshape([])(Tensor.zeros([5, 1])).shape == [5])
    #expect("\(Reshape([7, 7, 64]))" == "Reshape([7, 7, 64])")
  }
}
