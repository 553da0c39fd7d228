import Inference
import Tensor
import Testing

private func double(_ values: some TensorConvertible) -> Tensor { Tensor(values, dtype: .float64) }

@Suite struct DirichletProcessTests {
  @Test func sticksOfTheTable() {
    let fractions = double([0.2, 0.5, 0.9])
    let weights = StickBreaking.weights(ofFractions: fractions)
    #expect(abs(weights - double([0.2, 0.4, 0.36])).max().scalar < 1e-15)
    #expect(abs(StickBreaking.remainder(ofFractions: fractions).scalar - 0.04) < 1e-15)
    #expect(abs(StickBreaking.fractions(ofWeights: weights) - fractions).max().scalar < 1e-14)
    let expected = StickBreaking(concentration: 1).expectedWeights(count: 3)
    #expect(expected.doubles == [0.5, 0.25, 0.125])
    #expect(StickBreaking(concentration: 1).count(leaving: 0.125) == 3)
    #expect(StickBreaking(concentration: 2).count(leaving: 0.01) == 12)
  }

  @Test func sticksHaveGradients() {
    let fractions = double([[0.2, 0.5, 0.9], [0.4, 0.1, 0.3]])
    for function in [StickBreaking.weights, StickBreaking.remainder] {
      let check = checkGradient(of: { function($0[0]) }, at: [fractions])
      #expect(check.passes(), "\(check)")
    }
  }

  @Test(arguments: [0.5, 1, 4]) func sticksHaveTheirMoments(concentration: Double) {
    let sticks = StickBreaking(concentration: concentration)
    let (weights, remainder) = sticks.sample([20_000], count: 5, using: Random(seed: 1))
    #expect(weights.shape == [20_000, 5])
    #expect(abs(weights.sum(along: 1) + remainder - 1).max().scalar < 1e-12)
    let error = abs(weights.mean(along: 0) - sticks.expectedWeights(count: 5))
    let bound = 4 * sqrt(weights.variance(along: 0) / 20_000)
    #expect((error - bound).max().scalar < 0)
  }

  @Test func gammasMakeDirichletWeights() {
    let random = Random(seed: 2)
    let rows = (0..<2_000).map { _ in
      DirichletProcess.weights(concentrations: [1, 2, 3], using: random)
    }
    let weights = Tensor.stacked(rows)
    #expect(abs(weights.sum(along: 1) - 1).max().scalar < 1e-14)
    #expect(abs(weights.mean(along: 0) - double([1, 2, 3]) / 6).max().scalar < 0.018)
    let variances = double([0.0198413, 0.0317460, 0.0357143])
    #expect(abs(weights.variance(along: 0) - variances).max().scalar < 0.004)
    // For concentrations far below 1, the weights still sum to 1.
    let tiny = DirichletProcess.weights(
      concentrations: [Double](repeating: 1e-9, count: 50), using: random)
    #expect(tiny.isFinite && abs(tiny.sum().scalar - 1) < 1e-14)
  }

  private let process = DirichletProcess(concentration: 3) { count, random in
    random.normal([count, 1], dtype: .float64)
  }

  /// The measure of a half line is Beta(α / 2, α / 2), with mean ½ and variance ¼ / (α + 1).
  @Test func drawsMeasureSetsAsADirichletDistributionDoes() {
    func half(_ measure: DirichletProcessDraw) -> Double {
      measure.expectation { $0.reshaped(to: [-1]) .> 0.0 }
    }
    let random = Random(seed: 3)
    let draws: [(String, () -> DirichletProcessDraw)] = [
      ("sticks", { process.sample(sticks: 60, using: random) }),
      ("truncation", { process.sample(truncation: 60, using: random) }),
      ("finite", { process.sample(finite: 200, using: random) }),
    ]
    for (name, draw) in draws {
      let values = double((0..<1_000).map { _ in half(draw()) })
      #expect(abs(values.mean().scalar - 0.5) < 4 * (0.0625 / 1_000).squareRoot(), "\(name)")
      #expect(abs(values.variance().scalar - 0.0625) < 0.011, "\(name)")
    }
    let truncated = process.sample(truncation: 5, using: random)
    #expect(truncated.remainder == 0 && abs(truncated.weights.sum().scalar - 1) < 1e-14)
    let open = process.sample(sticks: 5, using: random)
    #expect(abs(open.weights.sum().scalar + open.remainder - 1) < 1e-14)
    #expect(process.sample(truncation: 1, using: random).weights.doubles == [1])
    #expect(open.sample(100, using: random).shape == [100, 1])
  }

  @Test func thePosteriorMixesBaseAndObservations() {
    let observations = double([[5], [5], [7]])
    let posterior = process.posterior(given: observations)
    #expect(posterior.concentration == 6)
    let draws = posterior.base(30_000, Random(seed: 4)).reshaped(to: [-1])
    let (five, seven) = ((draws .== double(5)).mean().scalar, (draws .== double(7)).mean().scalar)
    #expect(abs(five - 2.0 / 6) < 0.011 && abs(seven - 1.0 / 6) < 0.009)
    #expect(
      process.posteriorProbability(baseProbability: 0.5, inside: 2, of: 3) == 3.5 / 6)
    #expect(process.posterior(given: .zeros([0, 1], dtype: .float64)).concentration == 3)
  }
}

@Suite struct ChineseRestaurantTests {
  @Test(arguments: [(0.5, 10), (1, 100), (5, 1_000), (20, 3)])
  func clustersAreExpectedByTheSum(concentration: Double, count: Int) {
    let restaurant = ChineseRestaurant(concentration: concentration)
    let shares = (0..<count).map { concentration / (concentration + Double($0)) }
    let (mean, variance) = (shares.reduce(0, +), shares.map { $0 * (1 - $0) }.reduce(0, +))
    #expect(abs(restaurant.expectedClusterCount(count) - mean) < 1e-11 * mean)
    #expect(abs(restaurant.clusterCountVariance(count) - variance) < 1e-9 * mean)
    let probabilities = restaurant.clusterCountProbabilities(count)
    let counts = Tensor.range(0..<count + 1, dtype: .float64)
    #expect(abs(probabilities.sum().scalar - 1) < 1e-12)
    #expect(abs((probabilities * counts).sum().scalar - mean) < 1e-10 * mean)
    let squares = (probabilities * square(counts - mean)).sum().scalar
    #expect(abs(squares - variance) < 1e-9 * mean)
  }

  @Test func seatingsHaveTheirProbabilities() {
    let restaurant = ChineseRestaurant(concentration: 1.5)
    let random = Random(seed: 5)
    var frequencies: [[Int]: Double] = [:]
    for _ in 0..<10_000 {
      frequencies[restaurant.sample(4, using: random), default: 0] += 1 / 10_000
    }
    #expect(frequencies.count == 15)
    var total = 0.0
    for (tables, frequency) in frequencies {
      let sizes = (0...(tables.max() ?? 0)).map { table in tables.filter { $0 == table }.count }
      let logProbability = restaurant.logProbability(ofClusterSizes: sizes)
      let probability = exp(double(logProbability)).scalar
      total += probability
      let error = (probability * (1 - probability) / 10_000).squareRoot()
      #expect(abs(frequency - probability) < 4.5 * error, "\(tables)")
    }
    #expect(abs(total - 1) < 1e-13)
    #expect(restaurant.sample(0, using: random).isEmpty)
    #expect(restaurant.expectedClusterCount(0) == 0)
  }
}
