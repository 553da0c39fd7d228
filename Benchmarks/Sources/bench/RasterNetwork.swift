import NN
import Tensor

/// The plain PixelCNN with one stack and masked kernels (van den Oord, Kalchbrenner and Kavukcuoglu, "Pixel
/// recurrent neural networks", 2016, figure 2 and table 1): a separate workload, because peers have
/// this network and not the gated one of ``PixelCNN``.
final class RasterNetwork: Module {
  private let first: RasterConvolution
  private let blocks: [(before: Conv2D, masked: RasterConvolution, after: Conv2D)]
  private let head: Sequential

  var members: Members {
    var members = [("first", first as any Member), ("head", head)]
    for (index, block) in blocks.enumerated() {
      let name = "blocks.\(index)"
      members += [
        (name + ".before", block.before), (name + ".masked", block.masked),
        (name + ".after", block.after),
      ]
    }
    return Members(members)
  }

  init(width: Int, depth: Int, using random: Random) {
    first = RasterConvolution(1, width, side: 7, seesOwn: false, using: random)
    blocks = (0..<depth).map { _ in
      (
        Conv2D(width, width / 2, kernel: 1, using: random),
        RasterConvolution(width / 2, width / 2, side: 3, seesOwn: true, using: random),
        Conv2D(width / 2, width, kernel: 1, using: random)
      )
    }
    head = Sequential {
      ReLU()
      Conv2D(width, width, kernel: 1, using: random)
      ReLU()
      Conv2D(width, 1, kernel: 1, using: random)
    }
  }

  /// The logit of each pixel, `[batch, height, width, 1]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    head(
      blocks.reduce(first(x)) { x, block in
        x + block.after(relu(block.masked(relu(block.before(relu(x))))))
      })
  }
}

/// A convolution whose results depend on the pixels before their own in raster order.
final class RasterConvolution: Module {
  @Parameter private var weight: Tensor
  @Parameter private var bias: Tensor
  private let mask: Tensor

  var members: Members { ["weight": $weight, "bias": $bias] }

  init(_ inputs: Int, _ outputs: Int, side: Int, seesOwn: Bool, using random: Random) {
    let shape = [side, side, inputs, outputs]
    let area = side * side
    weight = Initializer.glorotUniform(
      shape, fanIn: area * inputs, fanOut: area * outputs, using: random)
    bias = Tensor.zeros([outputs])
    let seen = (0..<area).map { $0 < area / 2 || ($0 == area / 2 && seesOwn) ? Float(1) : 0 }
    mask = Tensor(seen, shape: [side, side, 1, 1]).broadcast(to: shape)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    conv2D(x, weight * mask, bias: bias, padding: weight.shape[0] / 2)
  }
}
