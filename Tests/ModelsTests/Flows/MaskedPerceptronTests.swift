import Models
import NN
import Tensor
import Testing

/// One masked network.
struct MaskedRow: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let make: @Sendable (Random) -> MaskedPerceptron

  init(_ name: String, _ make: @escaping @Sendable (Random) -> MaskedPerceptron) {
    (testDescription, self.make) = (name, make)
  }
}

private let rows: [MaskedRow] = [
  .init("two hidden layers") { MaskedPerceptron(5, hidden: [8, 6], using: $0) },
  .init("no hidden layer") { MaskedPerceptron(4, hidden: [], outputsPerInput: 2, using: $0) },
  .init("two outputs each, direct") {
    MaskedPerceptron(5, hidden: [9], outputsPerInput: 2, isDirect: true, using: $0)
  },
  .init("narrow hidden layers") { MaskedPerceptron(6, hidden: [2, 3, 2], using: $0) },
  .init("three orders") {
    MaskedPerceptron(
      4, hidden: [6, 6], orders: [[1, 2, 3, 4], [4, 2, 1, 3], [2, 3, 4, 1]], isDirect: true,
      using: $0)
  },
  .init("one number") { MaskedPerceptron(1, hidden: [3], using: $0) },
]

@Suite struct MaskedPerceptronTests {
  @Test(arguments: rows.indices) func noOutputSeesItsOwnNumberOrALaterOne(_ index: Int) {
    let network = rows[index].make(Random(seed: 1))
    unsettle(network)
    let size = network.orders[0].count
    let x = Random(seed: 2).normal([1, size], dtype: .float64)
    for (order, degrees) in network.orders.enumerated() {
      let slopes = jacobian(at: x) { network($0, order: order) }.doubles
      for output in 0..<size * network.outputsPerInput {
        for input in 0..<size where degrees[input] >= degrees[output % size] {
          #expect(slopes[output * size + input] == 0, "\(rows[index]) \(order) \(output) \(input)")
        }
      }
    }
  }

  /// A path exists for each pair: with all weights and inputs above 0, no rectifier blocks it.
  @Test(arguments: [0, 1, 2, 4]) func everyOutputSeesAllNumbersBeforeIt(_ index: Int) {
    let network = rows[index].make(Random(seed: 1))
    for (_, p) in network.parameters { p.wrappedValue = abs(p.wrappedValue) + 0.1 }
    network.convert(to: .float64)
    let size = network.orders[0].count
    let x = Tensor.ones([1, size], dtype: .float64)
    for (order, degrees) in network.orders.enumerated() {
      let slopes = jacobian(at: x) { network($0, order: order) }.doubles
      for output in 0..<size * network.outputsPerInput {
        for input in 0..<size where degrees[input] < degrees[output % size] {
          #expect(slopes[output * size + input] > 0, "\(rows[index]) \(order) \(output) \(input)")
        }
      }
    }
  }

  @Test(arguments: rows.indices) func numberByNumberIsWhatOnePassGives(_ index: Int) {
    let network = rows[index].make(Random(seed: 1))
    unsettle(network)
    let size = network.orders[0].count
    for order in network.orders.indices {
      var seen: [Int: Tensor] = [:]
      let x = network.unrolled(count: 3, order: order) { index, outputs in
        seen[index] = outputs
        return tanh(3 * outputs.sum(along: 1)) + Tensor([0.1, -0.2, 0.7], dtype: .float64)
      }
      let all = network(x, order: order)
      for (input, outputs) in seen {
        let places = (0..<network.outputsPerInput).map { $0 * size + input }
        let expected = all.gathered(at: places, along: 1)
        #expect(abs(outputs - expected).max().scalar < 1e-12, "\(rows[index]) \(order)")
      }
      #expect(seen.count == size)
    }
  }

  @Test(arguments: rows.indices) func theGradientsAreRight(_ index: Int) {
    let network = rows[index].make(Random(seed: 1))
    unsettle(network)
    let x = Random(seed: 7).normal([3, network.orders[0].count], dtype: .float64)
    let check = checkParameters(of: network, at: [x]) { network($0[0]) }
    #expect(check.passes(), "\(rows[index]): \(check)")
  }
}

@Suite struct MADETests {
  private func model(orders: Int, direct: Bool = false) -> MADE {
    let model = MADE(
      .with {
        $0.hidden = [12, 10]
        $0.orders = orders
        $0.direct = direct
      }, for: .images(2, 4), using: Random(seed: 1))
    unsettle(model)
    return model
  }

  private var allImages: Tensor {
    Tensor(
      (0..<256).map { number in (0..<8).map { Double(number >> $0 & 1) } }, dtype: .float64)
  }

  @Test(arguments: [1, 3], [false, true])
  func allProbabilitiesAddUpToOne(orders: Int, direct: Bool) {
    let model = model(orders: orders, direct: direct)
    let total = exp(model.logProbability(of: allImages)).sum().scalar
    #expect(Swift.abs(total - 1) < 1e-12)
    for order in 0..<orders {
      let total = exp(model.logProbability(of: allImages, order: order)).sum().scalar
      #expect(Swift.abs(total - 1) < 1e-12)
    }
  }

  @Test func aLossIsOfOneOrderInTrainingAndOfAllElsewhere() {
    let model = model(orders: 3)
    let batch = Batch(values: allImages.sliced(40..<50))
    let one = model.loss(of: batch, using: Random(seed: 1)).total.scalar
    let each = (0..<3).map { -model.logProbability(of: batch.images, order: $0).mean().scalar }
    #expect(each.contains(one))
    model.mode = .inference
    let all = model.loss(of: batch, using: Random(seed: 1)).total.scalar
    #expect(
      all <= each.reduce(0, +) / 3, "the average's logarithm is above the logarithms' average")
    let exact = model.logLikelihood(of: batch.images, sampleCount: 9, using: Random(seed: 1))
    #expect(Swift.abs(exact.mean().scalar + all) < 1e-12)
  }

  @Test func samplesHaveTheProbabilitiesOfTheModel() {
    let model = model(orders: 2)
    let count = 20_000
    let samples = model.sample(count: count, using: Random(seed: 5))
    #expect(samples.shape == [count, 2, 4, 1])
    let expected = exp(model.logProbability(of: allImages)).doubles
    var counts = [Double](repeating: 0, count: 256)
    let bits = samples.doubles
    for image in 0..<count {
      counts[(0..<8).reduce(0) { $0 + Int(bits[8 * image + $1]) << $1 }] += 1
    }
    let statistic = zip(counts, expected).reduce(0) { sum, pair in
      let mean = Double(count) * pair.1
      return sum + (pair.0 - mean) * (pair.0 - mean) / max(mean, 1e-9)
    }
    // Chi-squared with 255 degrees of freedom: mean 255, standard deviation 23.
    #expect(statistic < 255 + 6 * 23, "\(statistic)")
  }

  @Test func theLossHasTheRightGradients() {
    let model = model(orders: 2, direct: true)
    model.mode = .inference
    let batch = Batch(values: allImages.sliced(70..<74))
    let check = checkParameters(of: model) { _ in
      model.loss(of: batch, using: Random(seed: 1)).total
    }
    #expect(check.passes(), "\(check)")
  }

  @Test func whatHasNoPixelsIsRefused() {
    #expect(
      throws: UnsuitableSetting(
        "data", "points", "expected images, whose values are probabilities of a one")
    ) { try MADE.Configuration().check(for: .points(dimensions: 2)) }
  }
}
