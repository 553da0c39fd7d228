import OptimalTransport
import Tensor
import Testing

private func vector(_ values: [Double]) -> Tensor {
  Tensor(values, shape: [values.count], dtype: .float64)
}

private let exchange = Tensor([[0, 1], [1, 0]], dtype: .float64)

@Suite struct EntropicTransportTests {
  @Test(
    arguments: [(1.0, 0.2689414214), (10, 4.5397868702e-5)],
    [SinkhornOptions.Form.scalings, .logarithms])
  func twoPoints(_ row: (lambda: Double, cost: Double), _ form: SinkhornOptions.Form) throws {
    let transport = try EntropicTransport(
      costs: exchange, epsilon: 1 / row.lambda, options: .with { $0.form = form })
    #expect(transport.hasConverged)
    #expect(Swift.abs(transport.transportCost - row.cost) < 1e-9)
  }

  @Test(arguments: [SinkhornOptions.Form.scalings, .logarithms], [1.0, 1e-2, 1e-4])
  func smallEpsilonsNeitherOverflowNorLoseMass(
    _ form: SinkhornOptions.Form, _ part: Double
  ) throws {
    let random = Random(seed: 21)
    let source = randomMeasure(12, dimension: 2, random)
    let target = randomMeasure(9, dimension: 2, random)
    let range = pairwiseSquaredDistances(source.points, target.points).max().scalar
    let transport = try EntropicTransport(
      from: source, to: target, epsilon: part * range,
      options: .with {
        $0.form = form
        $0.sweepLimit = 1_000
      })
    let exact = try ExactTransport(from: source, to: target)
    #expect(transport.plan.isFinite)
    #expect(Swift.abs(transport.plan.sum().scalar - 1) < 1e-9)
    #expect(transport.marginalErrors.target < 1e-9)
    #expect(transport.hasConverged == (transport.marginalErrors.largest < 1.001e-9))
    let rounded = transport.roundedPlan()
    #expect(abs(rounded.sum(along: 0) - target.weights).max().scalar < 1e-14)
    #expect(abs(rounded.sum(along: 1) - source.weights).max().scalar < 1e-14)
    let costs = pairwiseSquaredDistances(source.points, target.points)
    #expect((rounded * costs).sum().scalar >= exact.cost - 1e-12)
    if part == 1e-4 { #expect((rounded * costs).sum().scalar < 1.01 * exact.cost) }
  }

  @Test func stoppedEarlyItTells() throws {
    let random = Random(seed: 22)
    let transport = try EntropicTransport(
      from: randomMeasure(20, dimension: 2, random), to: randomMeasure(20, dimension: 2, random),
      epsilon: 0.01,
      options: .with {
        $0.sweepLimit = 3
        $0.scalesEpsilon = false
      })
    #expect(!transport.hasConverged)
    #expect(transport.sweeps == 3)
    #expect(transport.marginalErrors.largest > 1e-6)
  }

  @Test func pointsWithoutWeightTakeNoPart() throws {
    let random = Random(seed: 23)
    let (x, y) = (random.normal([4, 2], dtype: .float64), random.normal([3, 2], dtype: .float64))
    for form in [SinkhornOptions.Form.scalings, .logarithms] {
      let options = SinkhornOptions.with { $0.form = form }
      let whole = try EntropicTransport(
        from: DiscreteMeasure(points: x, weights: vector([0.5, 0, 0.5, 0])),
        to: DiscreteMeasure(points: y, weights: vector([0, 0.25, 0.75])), epsilon: 0.3,
        options: options)
      let part = try EntropicTransport(
        from: DiscreteMeasure(points: x.gatheredRows(at: [0, 2])),
        to: DiscreteMeasure(points: y.sliced(1..<3), weights: vector([0.25, 0.75])), epsilon: 0.3,
        options: options)
      #expect(Swift.abs(whole.transportCost - part.transportCost) < 1e-8)
      #expect(whole.sourcePotential.isFinite && whole.targetPotential.isFinite)
      #expect(whole.plan.isFinite)
    }
  }

  @Test func theDefaultEpsilonIsInTheCostsUnit() throws {
    let random = Random(seed: 24)
    let costs = random.uniform([5, 5], dtype: .float64)
    let coarse = SinkhornOptions.with { $0.sweepLimit = 100 }
    let (one, hundred) = (
      try EntropicTransport(costs: costs, options: coarse),
      try EntropicTransport(costs: 100 * costs, options: coarse)
    )
    #expect(Swift.abs(hundred.epsilon - 100 * one.epsilon) < 1e-12)
    #expect(Swift.abs(hundred.transportCost - 100 * one.transportCost) < 1e-9)
  }

  @Test func forbiddenEntriesStayEmpty() throws {
    let costs = Tensor([[0, .infinity], [1, 2]], dtype: .float64)
    let transport = try EntropicTransport(
      costs: costs, source: vector([0.25, 0.75]), target: vector([0.5, 0.5]), epsilon: 0.5)
    #expect(transport.hasConverged)
    #expect(
      abs(transport.plan - Tensor([[0.25, 0], [0.25, 0.5]], dtype: .float64)).max().scalar < 1e-8)
  }
}

private let precise = SinkhornOptions.with { $0.tolerance = 1e-13 }

/// Weights that sum to 1 from any numbers.
private func weights(_ x: Tensor) -> Tensor { softmax(x) }

@Suite struct SinkhornGradientTests {
  @Test(arguments: [GroundCost.squaredEuclidean, .euclidean, .power(1.5)])
  func costsHaveTheRightGradients(_ cost: GroundCost) {
    let random = Random(seed: 25)
    let check = checkGradient(
      of: { x in
        let source = DiscreteMeasure(points: x[0], weights: weights(x[1]))
        let target = DiscreteMeasure(points: x[2], weights: weights(x[3]))
        return
          (try? entropicTransportCost(
            from: source, to: target, cost: cost, epsilon: 2, options: precise))
          ?? x[0].sum() * .nan
      }, at: [[4, 2], [4], [3, 2], [3]].map { 0.7 * random.normal($0, dtype: .float64) })
    #expect(check.passes(), "\(check)")
  }

  @Test func divergencesHaveTheRightGradients() {
    let random = Random(seed: 26)
    let check = checkGradient(
      of: { x in
        let source = DiscreteMeasure(points: x[0], weights: weights(x[1]))
        return
          (try? sinkhornDivergence(
            from: source, to: DiscreteMeasure(points: x[2]), epsilon: 2, options: precise))
          ?? x[0].sum() * .nan
      }, at: [[3, 2], [3], [4, 2]].map { 0.7 * random.normal($0, dtype: .float64) })
    #expect(check.passes(), "\(check)")
  }

  @Test(arguments: [GroundCost.squaredEuclidean, .euclidean])
  func aMeasureIsAtNoDistanceFromItselfAndTheGradientIsFinite(_ cost: GroundCost) throws {
    let random = Random(seed: 27)
    let y = random.normal([5, 2], dtype: .float64)
    let (value, gradient) = try valueWithGradient(at: y) { x in
      try sinkhornDivergence(
        from: DiscreteMeasure(points: x), to: DiscreteMeasure(points: y), cost: cost,
        epsilon: 2, options: precise)
    }
    #expect(Swift.abs(value.scalar) < 1e-12)
    #expect(abs(gradient).max().scalar < 1e-9)
    let other = try sinkhornDivergence(
      from: DiscreteMeasure(points: y + 0.1), to: DiscreteMeasure(points: y), cost: cost,
      epsilon: 2)
    #expect(other.scalar > 1e-3)
  }

  @Test func exactCostsHaveTheRightGradients() {
    let random = Random(seed: 28)
    let check = checkGradient(
      of: { x in
        let source = DiscreteMeasure(points: x[0], weights: weights(x[1]))
        return (try? exactTransportCost(from: source, to: DiscreteMeasure(points: x[2])))
          ?? x[0].sum() * .nan
      }, at: [[3, 2], [3], [4, 2]].map { random.normal($0, dtype: .float64) }, order: 1)
    #expect(check.passes(), "\(check)")
  }
}
