import NN
import Tensor
import Testing

/// What processes do that update a part of the parameters each.
@Suite struct OptimizerPartsTests {
  private func layer() -> Dense { Dense(30, 20, using: Random(seed: 0)) }

  private func gradients(of layer: Dense) -> Gradients {
    let x = Random(seed: 1).normal([8, 30])
    return valueWithGradient(of: layer) { square(layer(x)).mean() }.gradients
  }

  @Test(arguments: [0, 1, 2])
  func partsTakeTheSameStepsAsTheWhole(_ rule: Int) {
    func optimizer(_ layer: Dense) -> any Optimizer {
      switch rule {
      case 0: Adam(for: layer)
      case 1: RMSProp(for: layer)
      default: SGD(for: layer, learningRate: 0.1, momentum: 0.9)
      }
    }
    let (whole, first, second) = (layer(), layer(), layer())
    let optimizers = [whole, first, second].map(optimizer)
    for _ in 0..<3 {
      let gradients = gradients(of: whole)
      optimizers[0].update(along: gradients)
      optimizers[1].update(along: gradients) { 0..<$0 / 2 / 64 * 64 }
      optimizers[2].update(along: gradients) { $0 / 2 / 64 * 64..<$0 }
    }
    for (name, parameter) in whole.parameters {
      let count = parameter.wrappedValue.count
      let bound = count / 2 / 64 * 64
      func check(_ value: (Dense, any Optimizer) -> [Float]) {
        let expected = value(whole, optimizers[0])
        #expect(value(first, optimizers[1])[..<bound] == expected[..<bound])
        #expect(value(second, optimizers[2])[bound...] == expected[bound...])
      }
      check { layer, _ in
        layer.parameters.first { $0.name == name }?.parameter.wrappedValue.scalars ?? []
      }
      check { _, optimizer in optimizer.state.moments[name]?[0].scalars ?? [] }
    }
  }

  @Test func aPartLeavesTheRestAsItIs() {
    let layer = layer()
    let before = layer.weight.scalars
    Adam(for: layer).update(along: gradients(of: layer)) { $0 > 128 ? 64..<128 : 0..<0 }
    let after = layer.weight.scalars
    #expect(after[..<64] == before[..<64] && after[128...] == before[128...])
    #expect(after[64..<128] != before[64..<128])
  }
}
