import NN
import Testing

@testable import Tensor

@Suite struct OptimizerTests {
  /// No size except the scalar's is a multiple or a divisor of a vector width.
  private func parameters(_ dtype: DType) -> [Tensor] {
    let random = Random(seed: 21)
    return [[], [7], [37, 29]].map { random.normal($0, dtype: dtype) }
  }

  private func gradients(_ step: Int, like parameters: [Tensor]) -> [Tensor] {
    let random = Random(seed: 100 + UInt64(step))
    return parameters.map { random.normal($0.shape, dtype: $0.dtype) }
  }

  @Test(arguments: optimizerRows, [DType.float32, .float64])
  func tenStepsAsTheFormulaHasThem(_ row: OptimizerRow, _ dtype: DType) {
    let start = parameters(dtype)
    let weights = Weights(start)
    let optimizer = row.make(weights)
    var expected = start.map(\.doubles)
    var memory = start.map { [[Double]](repeating: [0, 0], count: $0.count) }
    for step in 1...10 {
      let slopes = gradients(step, like: start)
      optimizer.update(along: weights.gradients(slopes))
      for (p, slope) in slopes.enumerated() {
        for (i, g) in slope.doubles.enumerated() {
          row.reference(&expected[p][i], g, &memory[p][i], step)
        }
      }
    }
    let tolerance = dtype == .float32 ? 3e-6 : 1e-13
    for (found, expected) in zip(weights.doubles, expected) {
      let error = zip(found, expected).map { Swift.abs($0 - $1) / max(1, Swift.abs($1)) }.max()
      #expect(error.map { $0 < tolerance } == true, "\(error ?? .nan)")
    }
    #expect(optimizer.state.step == 10)
  }

  /// A parameter split into pieces for several threads changes like a small one.
  @Test(arguments: optimizerRows)
  func largeParameters(_ row: OptimizerRow) {
    let (period, repeats) = (641, 120)
    let random = Random(seed: 22)
    let small = Weights([random.normal([period])])
    let large = Weights([small.values[0].wrappedValue.broadcast(to: [repeats, period])])
    let (first, second) = (row.make(small), row.make(large))
    for _ in 0..<3 {
      let g = random.normal([period])
      first.update(along: small.gradients([g]))
      second.update(along: large.gradients([g.broadcast(to: [repeats, period])]))
    }
    let difference = abs(large.values[0].wrappedValue - small.values[0].wrappedValue)
    #expect(difference.max().scalar < 1e-6)
  }

  @Test func adamsFirstStepIsTheRateWithTheGradientsSign() {
    let weights = Weights([Tensor([1, 1, 1, 1])])
    Adam(for: weights, learningRate: 0.25).update(
      along: weights.gradients([Tensor([3, -40, 0.01, 0])]))
    for (found, expected) in zip(weights.doubles[0], [0.75, 1.25, 0.75, 1]) {
      #expect(Swift.abs(found - expected) < 1e-5)
    }
  }

  @Test func decoupledDecayIsNotL2() {
    // Without a gradient L2 makes Adam step by the whole rate; decoupled, w shrinks by ηλ.
    let (l2, decoupled) = (Weights([Tensor([4])]), Weights([Tensor([4])]))
    let none = Tensor([0])
    Adam(for: l2, learningRate: 0.125, weightDecay: 0.5).update(along: l2.gradients([none]))
    AdamW(for: decoupled, learningRate: 0.125, weightDecay: 0.5)
      .update(along: decoupled.gradients([none]))
    #expect(Swift.abs(l2.doubles[0][0] - 3.875) < 1e-6)
    #expect(decoupled.doubles[0][0] == 4 * (1 - 0.125 * 0.5))
  }

  @Test func momentumZeroRemembersNothing() {
    let weights = Weights([Tensor([1])])
    let optimizer = SGD(for: weights, learningRate: 1)
    optimizer.update(along: weights.gradients([Tensor([0.5])]))
    #expect(optimizer.state.moments["0"]?.isEmpty == true && weights.doubles == [[0.5]])
  }

  // MARK: Infinite gradients

  /// An infinite gradient moves a weight to infinity, where the rule itself does not divide it by its
  /// own size; it stays there, and its neighbours are unaffected.
  @Test(arguments: optimizerRows, [DType.float32, .float64])
  func anInfiniteGradientIsAsTheFormulaHasIt(_ row: OptimizerRow, _ dtype: DType) {
    let start = Tensor([Double](repeating: 1, count: 37), dtype: dtype)
    let weights = Weights([start])
    let optimizer = row.make(weights)
    var expected = start.doubles
    var memory = [[Double]](repeating: [0, 0], count: 37)
    for step in 1...3 {
      let slope = (0..<37).map {
        $0 % 5 == 3 && step == 2 ? ($0 % 2 == 0 ? Double.infinity : -.infinity) : 0.5
      }
      optimizer.update(along: weights.gradients([Tensor(slope, dtype: dtype)]))
      for index in 0..<37 {
        row.reference(&expected[index], slope[index], &memory[index], step)
      }
    }
    for (found, expected) in zip(weights.doubles[0], expected) {
      if expected.isFinite {
        #expect(Swift.abs(found - expected) < 1e-5)
      } else {
        #expect(found == expected || found.isNaN && expected.isNaN)
      }
    }
    if row.name.hasPrefix("SGD") && !row.name.contains("L2") {
      #expect(weights.doubles[0][3] == .infinity && weights.doubles[0][8] == -.infinity)
    }
  }

  // MARK: State

  @Test(arguments: optimizerRows)
  func aRestoredStateGoesOnWithTheSameBits(_ row: OptimizerRow) {
    func steps(_ range: ClosedRange<Int>, _ optimizer: any Optimizer, _ weights: Weights) {
      for step in range {
        let slopes = gradients(step, like: weights.values.map(\.wrappedValue))
        optimizer.update(along: weights.gradients(slopes))
      }
    }
    let weights = Weights(parameters(.float32))
    let optimizer = row.make(weights)
    steps(1...3, optimizer, weights)
    let saved = (state: optimizer.state, values: weights.values.map(\.wrappedValue))
    let copy = saved.state.moments.mapValues { $0.map(\.doubles) }
    steps(4...6, optimizer, weights)
    #expect(
      saved.state.step == 3 && saved.state.moments.mapValues { $0.map(\.doubles) } == copy,
      "a saved state does not change with the optimiser")

    let again = Weights(saved.values)
    let restored = row.make(again)
    restored.state = saved.state
    steps(4...6, restored, again)
    #expect(again.doubles == weights.doubles)
    #expect(restored.state.moments == optimizer.state.moments && restored.state.step == 6)
    let other = Weights(saved.values)
    let forgetful = row.make(other)
    steps(4...6, forgetful, other)
    if row.name != "SGD" && row.name != "SGD, L2" { #expect(other.doubles != weights.doubles) }
  }

  // MARK: Memory

  @Test(arguments: optimizerRows)
  func updatesChangeTheSameMemory(_ row: OptimizerRow) {
    let layer = Dense(5, 3, using: Random(seed: 1))
    let optimizer = row.make(layer)
    let x = offZero([4, 5]).converted(to: .float32)
    func step() {
      let (_, gradients) = valueWithGradient(of: layer) { square(layer(x)).sum() }
      optimizer.update(along: gradients)
    }
    func places() -> [UnsafeMutableRawPointer] {
      let moments = ["weight", "bias"].flatMap { optimizer.state.moments[$0] ?? [] }
      return [layer.weight.pointer, layer.bias.pointer] + moments.map(\.pointer)
    }
    step()
    let before = (places(), layer.weight.scalars)
    step()
    #expect(places() == before.0, "in place")
    #expect(layer.weight.scalars != before.1, "and changed")
  }

  @Test func aCopyOfTheParameterStaysAsItWas() {
    let layer = Dense(2, 2, using: Random(seed: 1))
    let copy = layer.weight
    let scalars = copy.scalars
    let (_, gradients) = valueWithGradient(of: layer) { square(layer(Tensor([[1, 2]]))).sum() }
    SGD(for: layer, learningRate: 0.1).update(along: gradients)
    #expect(copy.scalars == scalars && layer.weight != copy)
  }

  @Test func descentReachesTheMinimum() {
    // ½ (w − 3)² from 0.
    for row in optimizerRows where !row.name.contains("L2") && !row.name.contains("AdamW") {
      let weights = Weights([Tensor([0], dtype: .float64)])
      let optimizer = row.make(weights)
      optimizer.learningRate = cosineDecay(from: row.name.hasPrefix("Ada") ? 0.5 : 0.1, over: 500)
      for _ in 0..<500 {
        let (_, gradients) = valueWithGradient(of: weights) {
          0.5 * square(weights.values[0].wrappedValue - 3).sum()
        }
        optimizer.update(along: gradients)
      }
      #expect(Swift.abs(weights.doubles[0][0] - 3) < 0.01, "\(row.name): \(weights.doubles)")
    }
  }
}
