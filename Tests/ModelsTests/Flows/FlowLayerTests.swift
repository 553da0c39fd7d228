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
    let together = layer.forward(x)
    #expect(together.logDeterminant.shape == [7])
    for example in 0..<7 {
      let one = x.sliced(example..<example + 1)
      let matrix = jacobian(at: one) { layer.forward($0).y }
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
    #expect(abs(layer.inverse(layer.forward(x).y) - x).max().scalar < 1e-9, "\(row)")
    layer.convert(to: .float32)
    let single = x.converted(to: .float32)
    #expect(abs(layer.inverse(layer.forward(single).y) - single).max().scalar < 1e-3, "\(row)")
  }

  @Test(arguments: rows.indices) func theGradientsAreRightToSecondOrder(_ index: Int) {
    let row = rows[index]
    let layer = row.make(Random(seed: 1))
    unsettle(layer)
    let x = Random(seed: 9).normal([3] + row.shape, standardDeviation: 0.7, dtype: .float64)
    let check = checkParameters(of: layer, at: [x]) { inputs in
      let result = layer.forward(inputs[0])
      return Tensor.concatenated([result.y.flattened().sum(along: 1), result.logDeterminant])
    }
    #expect(check.passes(), "\(row): \(check)")
  }

  @Test func chainsAddUp() {
    let layer = rows[5].make(Random(seed: 1))
    let x = Random(seed: 2).normal([3, 4])
    let (y, logDeterminant) = layer.forward(x)
    // New couplings are the identity; the deal puts the even places first.
    let dealt = x.gathered(at: [0, 2, 1, 3], along: 1)
    #expect(abs(y - dealt).max().scalar < 1e-6 && abs(logDeterminant).max().scalar < 1e-5)
    let empty = Flow([])
    #expect(empty.forward(x).y == x && empty.forward(x).logDeterminant == Tensor.zeros([3]))
  }

  @Test func aCheckerboardHasTheEvenSquaresFirst() {
    #expect(Permutation.checkerboard(height: 2, width: 3).order == [0, 2, 4, 1, 3, 5])
    #expect(
      Permutation.checkerboard(height: 2, width: 2, channels: 2).order == [0, 1, 6, 7, 2, 3, 4, 5])
  }
}
