import DifferentialEquations
import Models
import NN
import Tensor
import Testing

/// The velocity of the linear path from N(0, 1) to N(2, ¼).
private func gaussianField(_ t: Double, _ x: Tensor) -> Tensor {
  let (m, s) = (2.0, 0.5)
  let slope = (t * s * s - (1 - t)) / ((1 - t) * (1 - t) + t * t * s * s)
  return m + slope * (x - t * m)
}

@Suite struct FlowMatchingTests {
  private let random = Random(seed: 8)

  // MARK: Paths

  @Test(arguments: ConditionalPath.allCases) func aPathLeadsFromNoiseToDataAlongItsVelocity(
    _ path: ConditionalPath
  ) {
    let (noise, data) = (
      random.normal([5, 2], dtype: .float64), random.normal([5, 2], dtype: .float64)
    )
    let times = Tensor([0, 0.2, 0.5, 0.9, 1], dtype: .float64)
    let state = path.state(from: noise, to: data, at: times).doubles
    for (a, b) in zip(state.prefix(2), noise.doubles) { #expect(abs(a - b) < 1e-14) }
    for (a, b) in zip(state.suffix(2), data.doubles.suffix(2)) { #expect(abs(a - b) < 1e-14) }
    let h = 1e-5
    let difference =
      (path.state(from: noise, to: data, at: times + h)
        - path.state(from: noise, to: data, at: times - h)) / (2 * h)
    for (a, b) in zip(difference.doubles, path.velocity(from: noise, to: data, at: times).doubles) {
      #expect(abs(a - b) < 1e-9)
    }
  }

  @Test func theTrigonometricPathKeepsTheVariance() {
    let times = random.uniform([20_000])
    let state = ConditionalPath.trigonometric.state(
      from: random.normal([20_000, 1]), to: random.normal([20_000, 1]), at: times)
    #expect(abs(state.variance().scalar - 1) < 5 * (2 / 20_000.0).squareRoot())
  }

  /// Between N(0, 1) and N(m, s²) the mean velocity has the loss πs/2; with a zero field the loss
  /// is m² + s² + 1.
  @Test func theClosedFieldHasTheLeastLoss() {
    let count = 200_000
    let (noise, data) = (
      random.normal([count, 1]), random.normal([count, 1], mean: 2, standardDeviation: 0.5)
    )
    let times = random.uniform([count])
    let state = ConditionalPath.linear.state(from: noise, to: data, at: times)
    let target = ConditionalPath.linear.velocity(from: noise, to: data, at: times)
    let t = times.expanded(at: 1)
    let slope = (0.25 * t - (1 - t)) / (square(1 - t) + 0.25 * square(t))
    let errors = square(2 + slope * (state - 2 * t) - target)
    let deviation = (errors.variance().scalar / Double(count)).squareRoot()
    #expect(abs(errors.mean().scalar - Double.pi / 4) < 5 * deviation)
    #expect(abs(square(target).mean().scalar - 5.25) < 0.1)
    #expect(abs(gaussianField(0.5, Tensor([[1.5]], dtype: .float64)).scalar - 1.4) < 1e-12)
  }

  // MARK: Couplings

  /// {0, 1} and {1.2, 0.1} are paired crosswise, at a cost of 0.05 instead of 2.25.
  @Test func transportCouplesCrosswise() {
    let (noise, data) = (Tensor([[0], [1]]), Tensor([[1.2], [0.1]]))
    func cost(_ coupling: BatchCoupling) -> Double {
      square(coupling.pair(noise, with: data) - data).sum().scalar
    }
    #expect(abs(cost(.independent) - 2.25) < 1e-6 && abs(cost(.transport) - 0.05) < 1e-6)
    let infinite = Tensor([[1.2], [Double.infinity]])
    #expect(BatchCoupling.transport.pair(noise, with: infinite) == noise)
  }

  /// The noise is permuted, and every example keeps its label.
  @Test func transportPairsWholeRows() {
    let (noise, data) = (random.normal([64, 2]), random.normal([64, 2], mean: 1))
    let paired = BatchCoupling.transport.pair(noise, with: data)
    #expect(paired.shape == noise.shape)
    #expect(Set(paired.scalars) == Set(noise.scalars))
    let first = paired.sliced(0..<1).scalars
    #expect((0..<64).contains { noise.sliced($0..<$0 + 1).scalars == first })
    let cost = { (x: Tensor) in square(x - data).sum().scalar }
    #expect(cost(paired) < cost(noise))
    // Exchanging any two increases the cost.
    for row in 1..<64 {
      var order = Array(0..<64)
      order.swapAt(0, row)
      #expect(cost(paired) <= cost(paired.gatheredRows(at: order)) + 1e-4)
    }
  }

  /// Coupled paths are shorter, so the least loss is lower.
  @Test func coupledPathsAreStraighter() {
    func lengths(_ coupling: BatchCoupling) -> Double {
      let data = random.normal([256, 2], mean: 2, standardDeviation: 0.5)
      return square(data - coupling.pair(random.normal([256, 2]), with: data)).mean().scalar
    }
    // Independently it is 4 + 1.25, and along the map x ↦ 2 + x/2 it is 4 + ¼.
    #expect(abs(lengths(.independent) - 5.25) < 0.8 && lengths(.transport) < 4.8)
  }

  // MARK: Densities

  @Test(arguments: [ProbabilityFlow.Trace.exact, .hutchinson(probes: 3)])
  func theDensityOfAGaussianIsExact(_ trace: ProbabilityFlow.Trace) throws {
    let points = Tensor([[2.5], [2], [0.5], [4]], dtype: .float64)
    let density = try ProbabilityFlow(gaussianField).logDensity(
      of: points, trace: trace, using: random
    ) {
      try DormandPrince(relativeTolerance: 1e-8, absoluteTolerance: 1e-8).solve(
        $0, from: $1, over: $2
      ).state
    }
    #expect(abs(density.doubles[0] + 0.725791353) < 1e-6)
    for (found, x) in zip(density.doubles, points.doubles) {
      let expected = -2 * (x - 2) * (x - 2) - 0.918938533204673 + 0.693147180559945
      #expect(abs(found - expected) < 1e-6)
    }
  }

  /// dx/dt = A x transports N(0, I) to a Gaussian, and log-densities fall by the trace of A.
  @Test func aLinearFieldsDensityFallsByItsTrace() {
    let a = Tensor([[0.3, -0.8], [0.5, -0.1]], dtype: .float64)
    let flow = ProbabilityFlow { _, x in x.matmul(a, transposeRight: true) }
    let x = random.normal([4, 2], dtype: .float64)
    func solve(
      _ field: @escaping VectorField, _ state: Tensor, _ interval: (start: Double, end: Double)
    )
      -> Tensor
    { RungeKutta.classic.solve(field, from: state, over: interval, steps: 40).state }
    let start = solve(flow.field, x, (1, 0))
    let expected = -0.5 * square(start).sum(along: 1) - 1.837877066409345 - 0.2
    let exact = flow.logDensity(of: x, using: random, solve: solve)
    for (a, b) in zip(exact.doubles, expected.doubles) { #expect(abs(a - b) < 1e-6) }
    // An estimate is close to it; its standard deviation is that of 2 ε₁ε₂ (A₁₂ + A₂₁)/2.
    let estimate = flow.logDensity(
      of: x, trace: .hutchinson(probes: 200), using: random, solve: solve)
    for (a, b) in zip(estimate.doubles, expected.doubles) { #expect(abs(a - b) < 5 * 0.3 / 14) }
  }

  @Test func aModelsDensityIntegratesToOne() throws {
    let model = FlowMatching(
      .with { $0.hidden = [16] }, for: .points(dimensions: 1), using: random)
    model.convert(to: .float64)
    let grid = Tensor.linearSpace(from: -12, through: 12, count: 601, dtype: .float64).expanded(
      at: 1)
    let density = exp(model.logLikelihood(of: grid, sampleCount: 1, using: random))
    #expect(abs(density.sum().scalar * 24 / 600 - 1) < 1e-4)
    let adaptive = try model.logDensity(
      of: grid, solver: .init(relativeTolerance: 1e-7, absoluteTolerance: 1e-7), using: random)
    for (a, b) in zip(exp(adaptive).doubles, density.doubles) { #expect(abs(a - b) < 1e-5) }
  }

  // MARK: The model

  @Test(arguments: ConditionalPath.allCases, BatchCoupling.allCases)
  func theLossHasTheRightGradients(_ path: ConditionalPath, _ coupling: BatchCoupling) {
    let model = FlowMatching(
      .with {
        $0.hidden = [5, 4]
        $0.timeFeatures = 4
        $0.path = path
        $0.coupling = coupling
      }, for: .points(dimensions: 2, classes: 3), using: random)
    model.convert(to: .float64)
    let batch = Batch(values: random.normal([6, 2], dtype: .float64), labels: [0, 1, 2, 0, 1, 2])
    let check = checkParameters(of: model) { _ in
      model.loss(of: batch, using: Random(seed: 5)).total
    }
    #expect(check.passes(), "\(check)")
  }

  @Test func theFieldOfThePlaneHasTheKnownSize() {
    let model = FlowMatching(.init(), for: .points(dimensions: 2), using: random)
    #expect(model.parameterCount == 33_794)
  }

  @Test(arguments: FlowMatching.Solver.allCases) func samplesHaveTheDatasShape(
    _ solver: FlowMatching.Solver
  ) {
    for shape in [DataShape.points(dimensions: 2), .images(4, 4, channels: 3)] {
      let model = FlowMatching(
        .with {
          $0.hidden = [8]
          $0.channels = [8, 8]
          $0.solver = solver
          $0.steps = 3
        }, for: shape, using: random)
      let samples = model.sample(count: 5, using: Random(seed: 2))
      #expect(samples.shape == [5] + shape.sizes && samples.isFinite)
      #expect(samples == model.sample(count: 5, using: Random(seed: 2)))
      if shape.isImage { #expect(samples.min().scalar >= 0 && samples.max().scalar <= 1) }
    }
  }

  /// (1 − s) · unconditional + s · conditional.
  @Test func guidanceIsAStraightLineThroughBothFields() {
    let network = TimePerceptron(2, hidden: [6], classes: 3, using: random)
    let x = random.normal([4, 2])
    let fields = [0, 1, 3].map { network.guided(x, at: 0.3, label: 1, guidance: $0) }
    let none = network.guided(x, at: 0.3, label: nil, guidance: 3)
    let times = Tensor(filledWith: 0.3, [4])
    #expect(fields[0] == none && none == network(x, at: times, labels: [3, 3, 3, 3]))
    #expect(fields[1] == network(x, at: times, labels: [1, 1, 1, 1]))
    for (i, found) in fields[2].doubles.enumerated() {
      #expect(abs(found - (3 * fields[1].doubles[i] - 2 * fields[0].doubles[i])) < 1e-5)
    }
  }

  @Test func aFieldLearnsTheVelocityBetweenGaussians() {
    let model = FlowMatching(
      .with { $0.hidden = [32, 32] }, for: .points(dimensions: 1), using: random)
    let optimizer = Adam(for: model, learningRate: 5e-3)
    for _ in 0..<400 {
      let batch = Batch(values: random.normal([128, 1], mean: 2, standardDeviation: 0.5))
      let (_, gradients) = valueWithGradient(of: model) {
        model.loss(of: batch, using: random).total
      }
      optimizer.update(along: gradients)
    }
    let samples = model.sample(count: 4_000, using: random)
    #expect(abs(samples.mean().scalar - 2) < 0.08)
    #expect(abs(samples.variance().scalar.squareRoot() - 0.5) < 0.05)
  }
}
