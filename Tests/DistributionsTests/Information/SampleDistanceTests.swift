import Distributions
import Tensor
import Testing

/// Energy distance and maximum mean discrepancy of samples.
@Suite struct SampleDistanceTests {
  /// The mean of a function of squared distances over distinct pairs, by plain loops.
  private func unbiased(_ x: [[Double]], _ y: [[Double]], _ f: (Double) -> Double) -> Double {
    func squared(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    func within(_ x: [[Double]]) -> Double {
      var sum = 0.0
      for i in x.indices { for j in x.indices where i != j { sum += f(squared(x[i], x[j])) } }
      return sum / Double(x.count * (x.count - 1))
    }
    var between = 0.0
    for a in x { for b in y { between += f(squared(a, b)) } }
    return 2 * between / Double(x.count * y.count) - within(x) - within(y)
  }

  private func rows(_ x: Tensor) -> [[Double]] {
    let (d, numbers) = (x.shape[1], x.doubles)
    return (0..<x.shape[0]).map { i in Array(numbers[i * d..<(i + 1) * d]) }
  }

  @Test(arguments: [(7, 9, 1), (40, 30, 3), (25, 60, 20)])
  func agreesWithPlainLoops(_ n: Int, _ m: Int, _ d: Int) {
    let random = Random(seed: 1)
    let x = random.normal([n, d], dtype: .float64)
    let y = 0.7 * random.normal([m, d], dtype: .float64) + 0.5
    let energy = energyDistance(x, y).scalar
    let expected = unbiased(rows(x), rows(y)) { $0.squareRoot() }
    #expect(Swift.abs(energy - expected) < 1e-12)
    // exp(−s / 2σ²) for σ² = ½ and 2.
    let bandwidths = [0.5, 2].map { $0.squareRoot() }
    let discrepancy = squaredMaximumMeanDiscrepancy(x, y, bandwidths: bandwidths)
    let kernel = -unbiased(rows(x), rows(y)) { exponential(-$0) + exponential(-$0 / 4) }
    #expect(Swift.abs(discrepancy.scalar - kernel) < 1e-12)
  }

  /// Enough points that each sum takes several blocks.
  @Test func blocksAddUp() {
    let random = Random(seed: 4)
    let (n, m) = (700, 400)
    let (x, y) = (random.normal([n, 2], dtype: .float64), random.normal([m, 2], dtype: .float64))
    func mean(_ x: Tensor, _ y: Tensor, _ pairs: Int) -> Double {
      sqrt(pairwiseSquaredDistances(x, y)).sum().scalar / Double(pairs)
    }
    let expected = 2 * mean(x, y, n * m) - mean(x, x, n * (n - 1)) - mean(y, y, m * (m - 1))
    #expect(Swift.abs(energyDistance(x, y).scalar - expected) < 1e-12)
  }

  private func exponential(_ x: Double) -> Double { exp(Tensor(x, dtype: .float64)).scalar }

  @Test func closedValues() {
    let (x, y) = (double([[0], [1]]), double([[2], [4]]))
    #expect(energyDistance(x, y).scalar == 2)
    #expect(medianDistance(x, y) == 2)
    // Equal points count as pairs at distance 0.
    let same = double([[3], [3], [3]])
    #expect(energyDistance(same, same).scalar == 0)
    #expect(squaredMaximumMeanDiscrepancy(same, same, bandwidths: [1]).scalar == 0)
  }

  @Test func float32IsComputedInFloat64() {
    let random = Random(seed: 2)
    let (x, y) = (random.normal([300, 2]), random.normal([200, 2]) + 0.1)
    let exact = energyDistance(x.converted(to: .float64), y.converted(to: .float64)).scalar
    let value = energyDistance(x, y)
    #expect(value.dtype == .float32 && Swift.abs(value.scalar - exact) < 1e-7)
  }

  /// N(0, 1) against N(1, 1): E|x − y| is that of N(1, 2), E|x − x′| = 2/√π.
  @Test func estimatesTheDistanceOfGaussians() {
    let repetitions = 100
    let estimates = (0..<repetitions).map { i in
      let random = Random(seed: UInt64(i))
      return energyDistance(
        random.normal([200, 1], dtype: .float64), random.normal([200, 1], dtype: .float64) + 1
      ).scalar
    }
    // 2 (√2 √(2/π) e^(−1/4) + erf(½)) − 4/√π.
    let rootPi = Double.pi.squareRoot()
    let expected = 2 * (2 / rootPi * exponential(-0.25) + 0.5204998778130465) - 4 / rootPi
    let check = MonteCarlo(double(estimates))
    #expect(check.agrees(with: expected, precision: 0.02), "\(check), expected \(expected)")
  }

  @Test func gradientsToSecondOrder() {
    let random = Random(seed: 3)
    let (x, y) = (random.normal([5, 2], dtype: .float64), random.normal([4, 2], dtype: .float64))
    let energy = checkGradient(of: { energyDistance($0[0], $0[1]) }, at: [x, y])
    #expect(energy.passes(), "\(energy)")
    let kernel = checkGradient(
      of: { squaredMaximumMeanDiscrepancy($0[0], $0[1], bandwidths: [0.5, 2]) }, at: [x, y])
    #expect(kernel.passes(), "\(kernel)")
    let equal = gradient(at: double([[1], [1], [2]])) {
      energyDistance($0, y.sliced(0..<1, along: 1))
    }
    #expect(equal.isFinite)
  }
}
