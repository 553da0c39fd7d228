import NN
import Tensor
import Testing

/// One layer, and the shapes of input to check it at.
struct LayerRow: Sendable, CustomTestStringConvertible {
  let name: String
  let shapes: [[Int]]
  let make: @Sendable (Random) -> any Layer
  var testDescription: String { name }

  init(_ name: String, _ shapes: [[Int]], _ make: @escaping @Sendable (Random) -> any Layer) {
    (self.name, self.shapes, self.make) = (name, shapes, make)
  }
}

/// A dropout that drops the same elements at every call.
private final class FrozenDropout: Layer {
  let dropout: Dropout
  let state: Random.State
  var members: Members { ["dropout": dropout] }

  init(_ rate: Double, _ random: Random) {
    dropout = Dropout(rate, using: random)
    state = dropout.random.state
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    dropout.random.state = state
    return dropout(x)
  }
}

private func inInference(_ layer: some Layer) -> any Layer {
  layer.mode = .inference
  return layer
}

private let anyShape = [[5], [3, 4], [2, 3, 2]]

let layerRows: [LayerRow] = [
  .init("Dense", [[5, 3], [1, 3]]) { Dense(3, 4, using: $0) },
  .init("Dense of any leading axes", [[2, 4, 3], [2, 1, 2, 3]]) { Dense(3, 4, using: $0) },
  .init("Dense of one number", [[2, 1]]) { Dense(1, 1, using: $0) },
  .init("Conv2D", [[2, 5, 4, 2]]) { Conv2D(2, 3, kernel: 3, using: $0) },
  .init("Conv2D with stride and padding", [[2, 6, 6, 2]]) {
    Conv2D(2, 3, kernel: 4, stride: 2, padding: 1, using: $0)
  },
  .init("Conv2D with dilation, without bias", [[1, 6, 5, 1]]) {
    Conv2D(1, 2, kernel: 2, dilation: 3, bias: false, using: $0)
  },
  .init("Dense with spectral norm, in inference", [[5, 3]]) {
    inInference(Dense(3, 4, hasSpectralNorm: true, using: $0))
  },
  .init("Conv2D with spectral norm, in inference", [[2, 5, 4, 2]]) {
    inInference(Conv2D(2, 3, kernel: 3, hasSpectralNorm: true, using: $0))
  },
  .init("Conv1D", [[2, 5, 2]]) { Conv1D(2, 3, kernel: 3, stride: 2, padding: 1, using: $0) },
  .init("Conv1D, causal and dilated, without bias", [[2, 6, 2]]) {
    Conv1D(2, 3, kernel: 3, causal: true, dilation: 2, bias: false, using: $0)
  },
  .init("ConvTranspose2D", [[2, 3, 2, 2]]) { ConvTranspose2D(2, 3, kernel: 3, using: $0) },
  .init("ConvTranspose2D with stride and padding", [[2, 3, 3, 2]]) {
    ConvTranspose2D(2, 3, kernel: 3, stride: 2, padding: 1, outputPadding: 1, using: $0)
  },
  .init("ConvTranspose2D of one pixel, without bias", [[2, 1, 1, 3]]) {
    ConvTranspose2D(3, 2, kernel: 4, bias: false, using: $0)
  },
  .init("MaxPool2D", [[2, 4, 5, 2]]) { _ in MaxPool2D(2) },
  .init("AveragePool2D", [[2, 4, 5, 2]]) { _ in AveragePool2D(3, stride: 1) },
  .init("Upsample2D", [[2, 2, 3, 2]]) { _ in Upsample2D(2) },
  .init("Dense and ReLU", [[5, 3]]) { random in
    Sequential {
      Dense(3, 4, using: random)
      ReLU()
      Dense(4, 2, using: random)
    }
  },
  .init("Conv2D and LeakyReLU", [[2, 4, 4, 2]]) { random in
    Sequential {
      Conv2D(2, 3, kernel: 3, using: random)
      LeakyReLU(slope: 0.2)
    }
  },
  .init("ConvTranspose2D and ReLU", [[1, 2, 3, 2]]) { random in
    Sequential {
      ConvTranspose2D(2, 2, kernel: 3, stride: 2, using: random)
      ReLU()
    }
  },
  .init("BatchNorm and LeakyReLU", [[6, 3]]) { _ in
    Sequential {
      BatchNorm(3)
      LeakyReLU(slope: 0.3)
    }
  },
  .init("ReLU", anyShape) { _ in ReLU() },
  .init("LeakyReLU", anyShape) { _ in LeakyReLU(slope: 0.2) },
  .init("ELU", anyShape) { _ in ELU(alpha: 0.7) },
  .init("GELU", anyShape) { _ in GELU() },
  .init("SiLU", anyShape) { _ in SiLU() },
  .init("Tanh", anyShape) { _ in Tanh() },
  .init("Sigmoid", anyShape) { _ in Sigmoid() },
  .init("Softplus", anyShape) { _ in Softplus() },
  .init("Softmax", anyShape) { _ in Softmax() },
  .init("LayerNorm", [[4], [3, 4], [2, 3, 4]]) { _ in LayerNorm(4) },
  .init("LayerNorm, large epsilon", [[3, 4]]) { _ in LayerNorm(4, epsilon: 0.5) },
  .init("BatchNorm in training", [[5, 3], [2, 3, 2, 3]]) { _ in BatchNorm(3) },
  .init("BatchNorm in training, large epsilon", [[4, 2]]) { _ in BatchNorm(2, epsilon: 0.5) },
  .init("BatchNorm in inference", [[1, 3], [5, 3], [2, 3, 2, 3]]) { random in
    let layer = BatchNorm(3)
    for _ in 0..<9 { _ = layer(random.normal([8, 3], mean: 2, standardDeviation: 3)) }
    return inInference(layer)
  },
  .init("GroupNorm", [[3, 6], [2, 3, 2, 6]]) { _ in GroupNorm(2, 6) },
  .init("GroupNorm, large epsilon", [[2, 6]]) { _ in GroupNorm(3, 6, epsilon: 0.5) },
  .init("GroupNorm of one channel each", [[2, 3, 2, 4]]) { _ in GroupNorm(4, 4) },
  .init("Flatten", [[3, 4], [2, 3, 2]]) { _ in Flatten() },
  .init("Reshape", [[2, 6], [3, 3, 1, 2]]) { _ in Reshape([2, 3]) },
  .init("Dropout in inference", anyShape) { inInference(Dropout(0.5, using: $0)) },
  .init("Dropout, frozen", anyShape) { FrozenDropout(0.4, $0) },
  .init("Sequential, smooth", [[3, 4]]) { random in
    Sequential {
      Dense(4, 5, using: random)
      Tanh()
      LayerNorm(5)
      Dense(5, 2, using: random)
      Softmax()
    }
  },
  .init("Sequential, rectified", [[3, 4]]) { random in
    Sequential {
      Dense(4, 6, using: random)
      ReLU()
      FrozenDropout(0.3, random)
      Sequential {
        Dense(6, 3, using: random)
        Softplus()
      }
    }
  },
  .init("Sequential of nothing", [[3, 4]]) { _ in Sequential {} },
]

@Suite struct LayerGradientTests {
  @Test(arguments: layerRows)
  func gradients(_ row: LayerRow) {
    for shape in row.shapes {
      let layer = row.make(Random(seed: 5))
      let check = checkGradient(of: layer, at: [offZero(shape)]) { layer($0[0]) }
      #expect(check.passes(), "\(row.name) \(shape): \(check)")
    }
  }

  /// The check must detect a parameter's gradient that is wrong by a thousandth.
  @Test func theCheckSeesParameters() {
    final class Wrong: Layer {
      @Parameter var scale: Tensor = Tensor(2)
      var members: Members { ["scale": $scale] }
      func callAsFunction(_ x: Tensor) -> Tensor {
        let w = scale
        return (stopGradient(w) * x).tracked(
          from: (w, { _, dy in (1.001 * dy * x).sum() }), (x, { _, dy in dy * w }))
      }
    }
    let layer = Wrong()
    let check = checkGradient(of: layer, at: [offZero([3])]) { layer($0[0]) }
    #expect(!check.passes())
  }
}
