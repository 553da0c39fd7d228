import Models
import NN
import Tensor
import Testing

/// One invertible layer, and the shape of an example.
struct FlowLayerRow: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let shape: [Int]
  let make: @Sendable (Random) -> any FlowLayer

  init(_ name: String, _ shape: [Int], _ make: @escaping @Sendable (Random) -> any FlowLayer) {
    (testDescription, self.shape, self.make) = (name, shape, make)
  }
}

private let rows: [FlowLayerRow] = [
  .init("affine coupling", [2]) {
    AffineCoupling(.init(halvesOf: 2, isSwapped: false), hidden: [6, 5], using: $0)
  },
  .init("affine coupling, swapped", [5]) {
    AffineCoupling(.init(halvesOf: 5, isSwapped: true), hidden: [4], using: $0)
  },
  .init("spline coupling", [2]) {
    SplineCoupling(.init(halvesOf: 2, isSwapped: true), hidden: [6], bins: 5, bound: 3, using: $0)
  },
  .init("spline coupling of several numbers", [5]) {
    SplineCoupling(.init(halvesOf: 5, isSwapped: false), hidden: [], bins: 3, bound: 3, using: $0)
  },
  .init("permutation", [5]) { _ in Permutation([3, 1, 4, 0, 2]) },
  .init("masked affine", [4]) { MaskedAffine(4, hidden: [7, 5], using: $0) },
  .init("masked affine, without hidden layers", [3]) { MaskedAffine(3, hidden: [], using: $0) },
  .init("masked affine of one number", [1]) { MaskedAffine(1, hidden: [4], using: $0) },
  .init("planar", [3]) { PlanarLayer(3, using: $0) },
  .init("normalisation", [2, 3, 2]) { _ in ActNorm(2) },
  .init("1×1 convolution", [2, 2, 3]) { InvertibleConvolution(3, using: $0) },
  .init("convolutional coupling", [2, 3, 4]) { random in
    AffineCoupling(
      .init(halvesOf: 4, isSwapped: false),
      Sequential {
        Conv2D(2, 3, kernel: 3, padding: 1, using: random)
        Tanh()
        Conv2D(3, 4, kernel: 1, using: random)
      })
  },
  .init("several scales", [16]) { random in
    MultiScale([4, 4, 1], count: 2) { channels in
      [
        ActNorm(channels), InvertibleConvolution(channels, using: random),
        AffineCoupling(
          .init(halvesOf: channels, isSwapped: false),
          Sequential {
            Conv2D(channels / 2, 3, kernel: 3, padding: 1, using: random)
            Tanh()
            Conv2D(3, channels, kernel: 1, using: random)
          }),
      ]
    }
  },
  .init("chain", [4]) {
    Flow([
      AffineCoupling(.init(halvesOf: 4, isSwapped: false), hidden: [3], using: $0),
      Permutation.deal(4),
      SplineCoupling(
        .init(halvesOf: 4, isSwapped: true), hidden: [3], bins: 4, bound: 4, using: $0),
    ])
  },
]

@Suite struct FlowLayerTests {
  @Test(arguments: rows.indices) func theLogDeterminantIsThatOfTheJacobian(_ index: Int) throws {
    let row = rows[index]
    let layer = row.make(Random(seed: 1))
    unsettle(layer)
    let x = Random(seed: 2).normal([7] + row.shape, dtype: .float64)
    let together = layer.forwardWithLogDeterminant(x)
    #expect(together.logDeterminant.shape == [7])
    for example in 0..<7 {
      let one = x.sliced(example..<example + 1)
      let matrix = jacobian(at: one) { layer.forward($0) }
      let expected = try LUFactor(of: matrix).logDeterminant.scalar
      let found = together.logDeterminant.doubles[example]
      #expect(Swift.abs(found - expected) < 1e-10, "\(row): \(found), \(expected)")
    }
  }

  @Test(arguments: rows.indices) func theInverseComesBack(_ index: Int) {
    let row = rows[index]
    let layer = row.make(Random(seed: 1))
    unsettle(layer)
    let x = Random(seed: 2).normal([50] + row.shape, dtype: .float64)
    #expect(abs(layer.inverse(layer.forward(x)) - x).max().scalar < 1e-9, "\(row)")
    layer.convert(to: .float32)
    let single = x.converted(to: .float32)
    #expect(abs(layer.inverse(layer.forward(single)) - single).max().scalar < 1e-3, "\(row)")
  }

  @Test(arguments: rows.indices) func theGradientsAreRightToSecondOrder(_ index: Int) {
    let row = rows[index]
    let layer = row.make(Random(seed: 1))
    unsettle(layer)
    let x = Random(seed: 9).normal([3] + row.shape, standardDeviation: 0.7, dtype: .float64)
    let check = checkParameters(of: layer, at: [x]) { inputs in
      let result = layer.forwardWithLogDeterminant(inputs[0])
      return Tensor.concatenated([result.value.flattened().sum(along: 1), result.logDeterminant])
    }
    #expect(check.passes(), "\(row): \(check)")
  }

  @Test func chainsAddUp() {
    let layer = rows[rows.count - 1].make(Random(seed: 1))
    let x = Random(seed: 2).normal([3, 4])
    let (y, logDeterminant) = layer.forwardWithLogDeterminant(x)
    // New couplings are the identity; the permutation puts the even positions first.
    let dealt = x.gathered(at: [0, 2, 1, 3], along: 1)
    #expect(abs(y - dealt).max().scalar < 1e-6 && abs(logDeterminant).max().scalar < 1e-5)
    let empty = Flow([])
    #expect(empty.forward(x) == x)
    #expect(empty.forwardWithLogDeterminant(x).logDeterminant == Tensor.zeros([3]))
  }

  @Test func aCheckerboardHasTheEvenSquaresFirst() {
    #expect(Permutation.checkerboard(height: 2, width: 3).order == [0, 2, 4, 1, 3, 5])
    #expect(
      Permutation.checkerboard(height: 2, width: 2, channels: 2).order == [0, 1, 6, 7, 2, 3, 4, 5])
  }

  // MARK: - By hand

  @Test func aPlanarLayerByHand() {
    let unit = Tensor([1, 0], dtype: .float64)
    let (y, logDeterminant) = PlanarLayer.transform(
      Tensor([[1, 0]], dtype: .float64), along: unit, normal: unit,
      bias: Tensor(0, dtype: .float64))
    #expect(abs(y - Tensor([[1.7615941559557649, 0]], dtype: .float64)).max().scalar < 1e-12)
    #expect(Swift.abs(logDeterminant.sum().scalar - 0.350638802) < 1e-9)
  }

  @Test func aPlanarLayerDoesNotFold() {
    let layer = PlanarLayer(2, using: Random(seed: 1))
    layer.convert(to: .float64)
    layer.normal = Tensor([2, 1], dtype: .float64)
    layer.direction = Tensor([-9, 3], dtype: .float64)
    let x = Random(seed: 2).normal([200, 2], dtype: .float64)
    let (y, logDeterminant) = layer.forwardWithLogDeterminant(x)
    #expect(logDeterminant.isFinite)
    #expect(abs(layer.inverse(y) - x).max().scalar < 1e-8)
  }

  @Test func aConvolutionOfOnePixelByHand() {
    let layer = InvertibleConvolution(2, using: Random(seed: 1))
    layer.factors = Tensor(
      [[0.6931471805599453, 1], [0, 1.0986122886681098]], dtype: .float64)
    #expect(abs(layer.matrix - Tensor([[2, 1], [0, 3]], dtype: .float64)).max().scalar < 1e-14)
    let x = Random(seed: 2).normal([1, 2, 2, 2], dtype: .float64)
    let found = layer.forwardWithLogDeterminant(x).logDeterminant.sum().scalar
    #expect(Swift.abs(found - 7.16703788) < 1e-8)
  }

  @Test(arguments: [1, 2, 4, 8]) func aConvolutionBeginsAsARotation(channels: Int) {
    let layer = InvertibleConvolution(channels, using: Random(seed: 6))
    layer.convert(to: .float64)
    let product = layer.matrix.matmul(layer.matrix, transposeRight: true)
    let identity = Tensor.identity(channels, dtype: .float64)
    #expect(abs(product - identity).max().scalar < 1e-5)
    #expect(Swift.abs(layer.factors.diagonal().sum().scalar) < 1e-5)
  }

  @Test func aNormalisationBeginsAtTheFirstBatch() {
    let layer = ActNorm(3)
    let x = Random(seed: 3).normal([5, 4, 4, 3], mean: 2, standardDeviation: 7)
    let y = layer.start(at: x)
    #expect(abs(y.mean(along: [0, 1, 2])).max().scalar < 1e-5)
    #expect(abs(y.variance(along: [0, 1, 2]) - 1).max().scalar < 1e-5)
    #expect(layer.forward(x) == y)
  }

  @Test func severalScalesStartOneAfterAnother() {
    let layer = rows[rows.count - 2].make(Random(seed: 1))
    let z = layer.start(at: Random(seed: 3).normal([50, 16], mean: 3, standardDeviation: 2))
    #expect(z.shape == [50, 16] && Swift.abs(z.variance().scalar - 1) < 0.5)
    #expect(z == layer.forward(Random(seed: 3).normal([50, 16], mean: 3, standardDeviation: 2)))
  }
}
