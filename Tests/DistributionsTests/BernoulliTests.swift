import Distributions
import Tensor
import Testing

@Suite struct BernoulliTests {
  private let p = [-1.5, 0.3, 2]
  private let q = [0.4, -0.2, 1]

  /// The eight outcomes of three zeros or ones, `[8, 3]`.
  private let outcomes = double(
    (0..<8).map { code in (0..<3).map { Double(code >> $0 & 1) } })

  /// The same distribution for each of `count` examples.
  private func bernoulli(_ logits: [Double], _ count: Int = 8) -> Bernoulli {
    Bernoulli(logits: repeated(logits, count))
  }

  @Test func sumsOverAllOutcomes() {
    let (first, second) = (bernoulli(p), bernoulli(q))
    let logs = first.logDensity(of: outcomes)
    let masses = exp(logs)
    #expect(logs.shape == [8])
    #expect(Swift.abs(masses.sum().scalar - 1) < 1e-14)
    let entropy = -(masses * logs).sum().scalar
    #expect(abs(first.entropy - entropy).max().scalar < 1e-14)
    let divergence = (masses * (logs - second.logDensity(of: outcomes))).sum().scalar
    #expect(abs(first.klDivergence(to: second) - divergence).max().scalar < 1e-14)
    let mean = (masses.expanded(at: 1) * outcomes).sum(along: 0)
    #expect(abs(first.mean - mean).max().scalar < 1e-14)
  }

  @Test func closedValues() {
    // Logit log 3: p = ¾.
    let bernoulli = Bernoulli(logits: double([[1.0986122886681098]]))
    #expect(Swift.abs(bernoulli.mean.scalar - 0.75) < 1e-15)
    let log4 = 1.3862943611198906, log3 = 1.0986122886681098
    #expect(Swift.abs(bernoulli.logDensity(of: double([[1]])).scalar - (log3 - log4)) < 1e-15)
    #expect(Swift.abs(bernoulli.logDensity(of: double([[0]])).scalar + log4) < 1e-15)
    // For a grey value, the negative cross-entropy.
    #expect(Swift.abs(bernoulli.logDensity(of: double([[0.5]])).scalar - (log3 / 2 - log4)) < 1e-15)
    #expect(Swift.abs(bernoulli.entropy.scalar - (log4 - 0.75 * log3)) < 1e-15)
    let fair = Bernoulli(logits: double([[0]]))
    // ¾ log(¾ / ½) + ¼ log(¼ / ½).
    let divergence = 0.75 * log3 - 0.5 * log4
    #expect(Swift.abs(bernoulli.klDivergence(to: fair).scalar - divergence) < 1e-15)
  }

  @Test func samplesAreZerosAndOnesWithTheMean() {
    let count = 100_000
    let (first, second) = (bernoulli(p, count), bernoulli(q, 1))
    let x = first.sample(using: Random(seed: 51))
    #expect(Set(x.doubles) == [0, 1] && x.shape == [count, 3])
    for d in 0..<3 {
      let column = MonteCarlo(x.sliced(d..<d + 1, along: 1).flattened(from: 0))
      #expect(column.agrees(with: first.mean.doubles[d], precision: 0.002), "\(column)")
    }
    let entropy = MonteCarlo(-first.logDensity(of: x))
    #expect(entropy.agrees(with: first.entropy.doubles[0], precision: 0.004), "\(entropy)")
    let ratio = MonteCarlo(
      first.logDensity(of: x) - bernoulli(q, count).logDensity(of: x))
    let divergence = first.klDivergence(to: second)
    #expect(divergence.shape == [count], "the other broadcasts")
    #expect(ratio.agrees(with: divergence.doubles[0], precision: 0.006), "\(ratio)")
  }

  @Test func theSampleCarriesNoGradient() {
    let dx = gradient(at: Tensor([[0.5, -0.5]])) { logits in
      let x = Bernoulli(logits: logits).sample(using: Random(seed: 52))
      return (x * Tensor([[3, 4]])).sum() + logits.sum()
    }
    #expect(dx.scalars == [1, 1])
  }

  @Test func largeLogitsStayFinite() {
    for dtype in [DType.float32, .float64] {
      let sure = Bernoulli(logits: Tensor([[1000, -1000]], dtype: dtype))
      let wrong = Bernoulli(logits: Tensor([[-1000, 1000]], dtype: dtype))
      #expect(sure.logDensity(of: Tensor([[1, 0]], dtype: dtype)).scalar == 0)
      #expect(sure.logDensity(of: Tensor([[0, 1]], dtype: dtype)).scalar == -2000)
      #expect(sure.entropy.scalar == 0 && sure.klDivergence(to: wrong).scalar == 2000)
      #expect(sure.klDivergence(to: sure).scalar == 0)
      let slope = gradient(at: sure.logits) {
        let p = Bernoulli(logits: $0)
        let divergence = p.klDivergence(to: wrong) + p.entropy
        return (p.logDensity(of: Tensor([[0, 1]], dtype: dtype)) + divergence).sum()
      }
      #expect(slope.isFinite)
    }
  }

  @Test func featuresOfSeveralAxes() {
    let logits = Random(seed: 53).normal([4, 2, 3], dtype: .float64)
    let (p, flat) = (Bernoulli(logits: logits), Bernoulli(logits: logits.flattened()))
    let x = p.sample(using: Random(seed: 54))
    #expect(x.shape == [4, 2, 3])
    #expect(p.logDensity(of: x) == flat.logDensity(of: x.flattened()))
    #expect(abs(p.entropy - flat.entropy).max().scalar < 1e-14)
    let column = Bernoulli(logits: double([0, 2]))
    #expect(column.logDensity(of: double([1, 0])).shape == [2] && column.entropy.shape == [2])
  }
}
