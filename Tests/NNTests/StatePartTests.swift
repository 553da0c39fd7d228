import Tensor
import Testing

@testable import NN

@Suite struct StatePartTests {
  private func network(seed: UInt64) -> Sequential {
    let random = Random(seed: seed)
    return Sequential {
      Dense(3, 4, using: random)
      BatchNorm(4)
      Dropout(0.5, using: random)
      Dense(4, 2, using: random)
    }
  }

  private func step(_ network: Sequential, _ optimizer: any Optimizer, _ random: Random) {
    let x = random.normal([5, 3])
    let (_, gradients) = valueWithGradient(of: network) { 0.01 * square(network(x)).mean() }
    optimizer.update(along: gradients)
  }

  @Test func everythingHasANameOfItsOwn() {
    let network = network(seed: 1)
    let parts: [StatePart] = [
      .module("net", network), .optimizer("sgd", SGD(for: network, learningRate: 1, momentum: 0.5)),
      .average("average", MovingAverage(of: network, decay: 0.9)),
      .random("order", Random(seed: 0)),
    ]
    #expect(
      parts.flatMap { $0.tensors.map(\.name) } == [
        "net.0.weight", "net.0.bias", "net.1.scale", "net.1.shift", "net.3.weight", "net.3.bias",
        "net.1.runningMean", "net.1.runningVariance",
        "sgd.0.weight.0", "sgd.0.bias.0", "sgd.1.scale.0", "sgd.1.shift.0", "sgd.3.weight.0",
        "sgd.3.bias.0",
        "average.0.bias", "average.0.weight", "average.1.scale", "average.1.shift",
        "average.3.bias", "average.3.weight",
      ])
    #expect(parts.flatMap { $0.randomStreams.map(\.name) } == ["net.2.random", "order"])
    #expect(parts.flatMap { $0.optimizers.map(\.name) } == ["sgd"])
  }

  @Test(arguments: optimizerRows)
  func whatIsAssignedGoesOnWithTheSameBits(_ row: OptimizerRow) {
    func parts(_ n: Sequential, _ o: any Optimizer, _ r: Random) -> [StatePart] {
      [.module("n", n), .optimizer("o", o), .random("r", r)]
    }
    let (first, random) = (network(seed: 1), Random(seed: 2))
    let optimizer = row.make(first)
    for _ in 0..<3 { step(first, optimizer, random) }
    let (second, stream) = (network(seed: 7), Random(seed: 9))
    let other = row.make(second)
    step(second, other, stream)  // so that there is something to be replaced
    let (from, to) = (parts(first, optimizer, random), parts(second, other, stream))
    for (source, target) in zip(from.flatMap(\.tensors), to.flatMap(\.tensors)) {
      #expect(source.name == target.name && source.shape == target.shape)
      target.assign(source.value())
    }
    for (source, target) in zip(from.flatMap(\.randomStreams), to.flatMap(\.randomStreams)) {
      target.random.state = source.random.state
    }
    other.state.step = optimizer.state.step
    for _ in 0..<3 {
      step(first, optimizer, random)
      step(second, other, stream)
    }
    for (a, b) in zip(from.flatMap(\.tensors), to.flatMap(\.tensors)) {
      #expect(a.value() == b.value(), "\(a.name)")
    }
  }

  @Test func momentsThatAreNotThereYetAreZeros() {
    let layer = Dense(2, 3, using: Random(seed: 1))
    let tensors = StatePart.optimizer("adam", Adam(for: layer)).tensors
    #expect(tensors.map(\.shape) == [[2, 3], [2, 3], [3], [3]])
    #expect(tensors.allSatisfy { $0.value() == Tensor.zeros($0.shape) })
  }
}
