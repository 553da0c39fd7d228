import NN
import Tensor

/// A single operation with its inputs prepared, at the size of one of the workloads.
struct Part {
  let name: String
  let run: () -> Void

  /// Products and convolutions with their gradients, loops over elements, Adam and random numbers.
  static func all() -> [Part] {
    products + convolutions + elementwise
  }

  // MARK: Products

  /// Products of dense layers, `[batch, inputs] · [inputs, outputs]`.
  private static var products: [Part] {
    let sizes = [
      (128, 784, 400), (128, 400, 40), (128, 20, 400), (128, 400, 784), (128, 784, 256),
      (128, 256, 64), (128, 1024, 784), (128, 3136, 256), (64, 9216, 128),
    ]
    return sizes.map { batch, inputs, outputs in
      let random = Random(seed: 0)
      let (x, w) = (random.normal([batch, inputs]), random.normal([inputs, outputs]))
      return Part(name: "product \(batch)×\(inputs)×\(outputs)") {
        _ = valueWithGradient(at: [x, w]) { $0[0].matmul($0[1]).sum() }
      }
    }
  }

  // MARK: Convolutions

  private struct Convolution {
    let work: String
    let batch: Int
    /// The side of the convolution's input images; for a transposed convolution, of its output
    /// images.
    let side: Int
    let inputs: Int
    let outputs: Int
    var kernel = 4
    var stride = 2
    var padding = 1
  }

  /// Convolutions and their two gradients; the gradient with respect to the input is also the
  /// forward pass of a transposed convolution.
  private static var convolutions: [Part] {
    let layers = [
      Convolution(work: "conv-vae", batch: 128, side: 28, inputs: 1, outputs: 32),
      Convolution(work: "conv-vae", batch: 128, side: 14, inputs: 32, outputs: 64),
      Convolution(
        work: "cnn-mnist", batch: 64, side: 28, inputs: 1, outputs: 32, kernel: 3, stride: 1,
        padding: 0),
      Convolution(
        work: "cnn-mnist", batch: 64, side: 26, inputs: 32, outputs: 64, kernel: 3, stride: 1,
        padding: 0),
      Convolution(work: "dcgan-28", batch: 128, side: 28, inputs: 1, outputs: 128),
      Convolution(work: "dcgan-28", batch: 128, side: 14, inputs: 128, outputs: 256),
      Convolution(work: "dcgan-28", batch: 128, side: 14, inputs: 64, outputs: 128),
      Convolution(work: "dcgan-64", batch: 64, side: 64, inputs: 3, outputs: 64),
      Convolution(work: "dcgan-64", batch: 64, side: 32, inputs: 64, outputs: 128),
      Convolution(work: "dcgan-64", batch: 64, side: 16, inputs: 128, outputs: 256),
      Convolution(work: "dcgan-64", batch: 64, side: 8, inputs: 256, outputs: 512),
    ]
    return layers.map { layer in
      let random = Random(seed: 0)
      let x = random.normal([layer.batch, layer.side, layer.side, layer.inputs])
      let w = random.normal([layer.kernel, layer.kernel, layer.inputs, layer.outputs])
      let name =
        "\(layer.work): \(layer.side)×\(layer.side)×\(layer.inputs) to \(layer.outputs) channels"
      return Part(name: name) {
        _ = valueWithGradient(at: [x, w]) {
          conv2D($0[0], $0[1], stride: layer.stride, padding: layer.padding).sum()
        }
      }
    }
  }

  // MARK: Loops over elements

  private static var elementwise: [Part] {
    let random = Random(seed: 0)
    let count = 1_000_000
    let (x, y) = (random.normal([count]), random.normal([count]))
    // A layer with a million weights.
    let layer = Dense(1000, 1000, using: random)
    let adam = Adam(for: layer)
    let (_, gradients) = valueWithGradient(of: layer) { layer.weight.sum() }
    return [
      Part(name: "a million sums") { _ = x + y },
      Part(name: "a million exponentials") { _ = exp(x) },
      Part(name: "a million sigmoids") { _ = sigmoid(x) },
      Part(name: "a million normal numbers") { _ = random.normal([count]) },
      Part(name: "Adam on a million parameters") {
        adam.update(along: gradients)
      },
    ]
  }
}
