import Distributions
import Tensor
import Testing

@Suite struct GaussianTests {
  private let log2 = 0.6931471805599453
  private let log2Pi = 1.8378770664093453

  /// N(μ, σ²) on a grid of ±12 σ, one example per point, and the grid's spacing.
  private func grid(
    mean: Double, deviation: Double, count: Int = 4001
  ) -> (distribution: DiagonalGaussian, x: Tensor, spacing: Double) {
    let (low, high) = (mean - 12 * deviation, mean + 12 * deviation)
    let x = Tensor.linearSpace(from: low, through: high, count: count, dtype: .float64)
    let distribution = DiagonalGaussian(
      mean: repeated([mean], count), standardDeviation: repeated([deviation], count))
    return (distribution, x.expanded(at: 1), (high - low) / Double(count - 1))
  }

  @Test(arguments: [(0.0, 1.0), (0.7, 1.3), (-3, 0.05), (100, 20)])
  func integrals(_ mean: Double, _ deviation: Double) {
    let (distribution, x, spacing) = grid(mean: mean, deviation: deviation)
    let logDensity = distribution.logDensity(of: x)
    let mass = exp(logDensity) * spacing
    #expect(logDensity.shape == [4001])
    #expect(Swift.abs(mass.sum().scalar - 1) < 1e-12)
    #expect(Swift.abs((mass * x.squeezed(at: 1)).sum().scalar - mean) < 1e-9)
    let entropy = -(mass * logDensity).sum().scalar
    #expect(Swift.abs(entropy - distribution.entropy.doubles[0]) < 1e-12)
    // KL(self ‖ N(0.5, 1.5²)) as the integral of p log(p / q).
    let other = DiagonalGaussian(mean: double([[0.5]]), standardDeviation: double([[1.5]]))
    let divergence = (mass * (logDensity - other.logDensity(of: x))).sum().scalar
    let closed = distribution.klDivergence(to: other).doubles[0]
    #expect(Swift.abs(divergence - closed) < 1e-11 * max(1, closed), "\(divergence) \(closed)")
  }

  @Test func closedValues() {
    let p = DiagonalGaussian(mean: double([[0, 1]]), standardDeviation: double([[1, 2]]))
    // −½ (log 2π + 1²) − ½ (log 2π + log 4 + (3 − 1)² / 4).
    let density = -log2Pi - log2 - 1
    #expect(Swift.abs(p.logDensity(of: double([[1, 3]])).scalar - density) < 1e-14)
    #expect(Swift.abs(p.entropy.scalar - (1 + log2Pi + log2)) < 1e-14)
    #expect(abs(p.standardDeviation - double([[1, 2]])).max().scalar < 1e-15)
    #expect(p.mean == double([[0, 1]]))
    let standard = DiagonalGaussian.standard([2, 3])
    #expect(standard.mean == Tensor.zeros([2, 3]) && standard.logVariance == Tensor.zeros([2, 3]))
    #expect(standard.mean.dtype == .float32)
    #expect(DiagonalGaussian.standard([1], dtype: .float64).mean.dtype == .float64)
  }

  // MARK: KL(N(0, 1) ‖ N(1, 4)), σ² = 4

  /// KL(N(μ₁, σ₁²) ‖ N(μ₂, σ₂²)) of the four numbers μ₁, σ₁, μ₂, σ₂.
  private func divergence(_ x: [Tensor]) -> Tensor {
    DiagonalGaussian(mean: x[0], standardDeviation: x[1])
      .klDivergence(to: DiagonalGaussian(mean: x[2], standardDeviation: x[3])).sum()
  }

  @Test func knownDivergence() {
    let point = [0, 1, 1, 2].map { double([[$0]]) }
    let (value, gradients) = valueWithGradient(at: point) { divergence($0) }
    #expect(Swift.abs(value.scalar - 0.4431471806) < 1e-10)
    // log(σ₂ / σ₁) + (σ₁² + (μ₁ − μ₂)²) / 2σ₂² − ½, so in μ₂: (μ₂ − μ₁) / σ₂² = ¼; in σ₂:
    // 1 / σ₂ − (σ₁² + (μ₁ − μ₂)²) / σ₂³ = ¼; in μ₁: −¼; in σ₁: σ₁ / σ₂² − 1 / σ₁ = −¾.
    let expected = [-0.25, -0.75, 0.25, 0.25]
    for (index, (gradient, expected)) in zip(gradients, expected).enumerated() {
      #expect(Swift.abs(gradient.scalar - expected) < 1e-14)
      let h = 1e-5
      var (ahead, behind) = (point, point)
      ahead[index] = ahead[index] + h
      behind[index] = behind[index] - h
      let numeric = (divergence(ahead).scalar - divergence(behind).scalar) / (2 * h)
      #expect(Swift.abs(numeric - expected) < 1e-9)
    }
  }

  @Test func divergenceFromItselfIsZeroAndNeverNegative() {
    let random = Random(seed: 41)
    func draw() -> DiagonalGaussian {
      DiagonalGaussian(
        mean: random.normal([200, 3], dtype: .float64),
        logVariance: random.normal([200, 3], dtype: .float64))
    }
    let (p, q) = (draw(), draw())
    #expect(abs(p.klDivergence(to: p)).max().scalar < 1e-14)
    #expect(p.klDivergence(to: q).min().scalar > 0)
  }

  @Test func aPriorOfOneRowBroadcasts() {
    let random = Random(seed: 42)
    let (mean, logVariance) = (random.normal([5, 3]), random.normal([5, 3]))
    let posterior = DiagonalGaussian(mean: mean, logVariance: logVariance)
    let (one, five) = (DiagonalGaussian.standard([1, 3]), DiagonalGaussian.standard([5, 3]))
    #expect(posterior.klDivergence(to: one) == posterior.klDivergence(to: five))
    #expect(one.klDivergence(to: posterior) == five.klDivergence(to: posterior))
    #expect(one.logDensity(of: mean) == five.logDensity(of: mean))
    #expect(posterior.klDivergence(to: one).shape == [5])
    // ½ Σ (μ² + σ² − 1 − log σ²), as for a prior of N(0, 1).
    let expected = 0.5 * (square(mean) + exp(logVariance) - 1 - logVariance).sum(along: 1)
    #expect(abs(posterior.klDivergence(to: one) - expected).max().scalar < 1e-5)
  }

  @Test func featuresOfSeveralAxesAndOfNone() {
    let x = Random(seed: 43).normal([4, 2, 3], dtype: .float64)
    let p = DiagonalGaussian(mean: x, logVariance: 0.5 * x)
    let flat = DiagonalGaussian(mean: x.flattened(), logVariance: 0.5 * x.flattened())
    #expect(abs(p.entropy - flat.entropy).max().scalar < 1e-14 && p.entropy.shape == [4])
    #expect(
      p.logDensity(of: x).shape == [4] && p.sample(using: Random(seed: 1)).shape == [4, 2, 3])
    let column = DiagonalGaussian(mean: double([1, 2]), logVariance: double([0, 0]))
    #expect(column.entropy.shape == [2] && column.logDensity(of: double([1, 2])).shape == [2])
  }

  // MARK: Monte Carlo

  private let count = 100_000
  private var p: DiagonalGaussian {
    DiagonalGaussian(
      mean: repeated([0.5, -1, 2], count), standardDeviation: repeated([0.5, 1, 2], count))
  }

  @Test func samplesHaveTheMomentsAndTheDensity() {
    let p = p
    let z = p.sample(using: Random(seed: 44))
    for (d, (mean, deviation)) in zip([0.5, -1, 2], [0.5, 1, 2]).enumerated() {
      let column = z.sliced(d..<d + 1, along: 1).flattened(from: 0)
      let first = MonteCarlo(column)
      #expect(first.agrees(with: mean, precision: 0.01), "\(first)")
      let second = MonteCarlo(square(column - mean))
      #expect(second.agrees(with: deviation * deviation, precision: 0.02), "\(second)")
    }
    // Components are independent.
    let (a, b) = (z.sliced(0..<1, along: 1) - 0.5, z.sliced(1..<2, along: 1) + 1)
    #expect(MonteCarlo((a * b).flattened(from: 0)).agrees(with: 0, precision: 0.002))

    let entropy = MonteCarlo(-p.logDensity(of: z))
    #expect(entropy.agrees(with: p.entropy.doubles[0], precision: 0.005), "\(entropy)")
    let q = DiagonalGaussian(
      mean: double([[0, -0.5, 1.5]]), standardDeviation: double([[1, 1.2, 1.5]]))
    let ratio = MonteCarlo(p.logDensity(of: z) - q.logDensity(of: z))
    #expect(ratio.agrees(with: p.klDivergence(to: q).doubles[0], precision: 0.01), "\(ratio)")
  }

  @Test func theSampleIsReparameterised() {
    // z = μ + σ ε: dz/dμ = 1 and dz/d log σ² = ½ σ ε.
    let (mean, logVariance) = (double([[1, -2]]), double([[0.4, -0.6]]))
    let state = Random(seed: 45).state
    let noise = Random(state: state).normal([1, 2], dtype: .float64)
    let (_, gradients) = valueWithGradient(at: [mean, logVariance]) {
      DiagonalGaussian(mean: $0[0], logVariance: $0[1]).sample(using: Random(state: state)).sum()
    }
    #expect(gradients[0] == double([[1, 1]]))
    let expected = 0.5 * exp(0.5 * logVariance) * noise
    #expect(abs(gradients[1] - expected).max().scalar < 1e-14)
    let z = DiagonalGaussian(mean: mean, logVariance: logVariance).sample(
      using: Random(state: state))
    #expect(abs(z - (mean + exp(0.5 * logVariance) * noise)).max().scalar < 1e-14)
  }

  @Test func thePathwiseGradientOfASquare() {
    // E[z²] = μ² + σ²: the derivatives are 2μ in the mean and 2σ in the standard deviation.
    let (mean, deviation) = (0.8, 1.7)
    let (_, gradients) = valueWithGradient(
      at: [repeated([mean], count), repeated([deviation], count)]
    ) {
      let z = DiagonalGaussian(mean: $0[0], standardDeviation: $0[1]).sample(
        using: Random(seed: 46))
      return square(z).sum()  // so that examples do not share gradients
    }
    let inMean = MonteCarlo(gradients[0].flattened(from: 0))
    let inDeviation = MonteCarlo(gradients[1].flattened(from: 0))
    #expect(inMean.agrees(with: 2 * mean, precision: 0.02), "\(inMean)")
    #expect(inDeviation.agrees(with: 2 * deviation, precision: 0.03), "\(inDeviation)")
  }
}
