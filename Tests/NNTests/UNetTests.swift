import NN
import Tensor
import Testing

@Suite struct UNetTests {
  private let random = Random(seed: 3)

  /// Gives every parameter a random value, because the last layer is initially zero.
  private func randomize(_ module: some Module) {
    for (_, parameter) in module.parameters {
      parameter.wrappedValue = random.normal(
        parameter.wrappedValue.shape, standardDeviation: 0.4, dtype: .float64)
    }
  }

  private func check(_ module: some Module, at x: Tensor, _ function: (Tensor) -> Tensor)
    -> GradientCheck
  {
    randomize(module)
    let parameters = module.parameters.map(\.parameter)
    return checkGradient(
      of: { point in
        for (parameter, value) in zip(parameters, point.dropFirst()) {
          parameter.wrappedValue = value
        }
        return function(point[0])
      }, at: [x] + parameters.map(\.wrappedValue), directions: 1)
  }

  @Test func theNetworkFor28PixelsHasTheKnownSize() {
    let network = UNet([28, 28, 1], classes: 10, using: random)
    #expect(network.parameterCount == 766_337 && network.classes == 10)
  }

  @Test(arguments: [[28, 28, 1], [32, 32, 3], [8, 12, 2]]) func theOutputHasTheImagesShape(
    _ image: [Int]
  ) {
    let network = UNet(image, widths: [8, 8, 8], timeSize: 8, using: random)
    let x = random.normal([2] + image)
    let y = network(x, at: Tensor([0.1, 0.9]))
    #expect(y.shape == x.shape && y.isFinite && y.max().scalar == 0)
    #expect(network(x.flattened(), at: Tensor([0.1, 0.9])).shape == x.flattened().shape)
  }

  @Test func sidesThatDoNotHalveAreKnown() {
    #expect(
      UNet.canHalve([28, 28], widths: [32, 64, 64])
        && UNet.canHalve([64, 64], widths: [8, 8, 8, 8]))
    #expect(
      !UNet.canHalve([28, 28], widths: [8, 8, 8, 8]) && !UNet.canHalve([9, 8], widths: [8, 8]))
  }

  @Test func timeAndClassMatter() {
    let network = UNet([4, 4, 1], widths: [8, 8], timeSize: 8, classes: 3, using: random)
    network.convert(to: .float64)
    randomize(network)
    let x = random.normal([1, 4, 4, 1], dtype: .float64)
    func output(_ time: Double, _ labels: [Int]) -> Tensor {
      network(x, at: Tensor([time], dtype: .float64), labels: labels)
    }
    #expect(output(0.2, [1]) != output(0.3, [1]) && output(0.2, [1]) != output(0.2, [2]))
    #expect(output(0.2, [3]) == output(0.2, []))
  }

  @Test func aBlocksGradientsAreRight() {
    let block = UNetBlock(4, 8, time: 3, using: random)
    let time = random.normal([2, 3], dtype: .float64)
    let found = check(block, at: random.normal([2, 2, 3, 4], dtype: .float64)) {
      block($0, time: time)
    }
    #expect(found.passes(), "\(found)")
  }

  @Test func imageAttentionsGradientsAreRight() {
    let layer = ImageAttention(8, heads: 2, using: random)
    let found = check(layer, at: random.normal([2, 2, 3, 8], dtype: .float64)) { layer($0) }
    #expect(found.passes(), "\(found)")
  }

  @Test func theNetworksGradientsAreRight() {
    let network = UNet(
      [4, 4, 1], widths: [4, 8], timeSize: 4, heads: 2, classes: 2, using: random)
    let found = check(network, at: random.normal([2, 4, 4, 1], dtype: .float64)) {
      network($0, at: Tensor([0.001, 0.002], dtype: .float64), labels: [0, 2])
    }
    #expect(found.passes(tolerance: 1e-5), "\(found)")
  }
}
