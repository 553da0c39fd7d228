import Distributions
import Tensor
import Testing

/// Divergences of nearly equal distributions and entropies of nearly certain ones, for parameters
/// that both element types represent exactly; the expected values have more digits than either.
private let rows: [(name: String, value: Double, found: @Sendable (DType) -> Tensor)] = [
  ("Gaussian, near the prior", 9.313415227108895603e-10, { gaussian(0, 0x1p-14, $0, to: nil) }),
  ("Gaussian, nearer", 2.2737360316310446004e-13, { gaussian(0, -0x1p-20, $0, to: nil) }),
  ("Gaussian, in both", 3.352776427323356426e-8, { gaussian(0x1p-12, 0x1p-13, $0, to: nil) }),
  ("Gaussian, itself", 0, { gaussian(0, 0, $0, to: nil) }),
  (
    "Gaussian, near another", 7.424744538137470017e-11,
    { gaussian(1, 0.5 + 0x1p-18, $0, to: (1 + 0x1p-16, 0.5)) }
  ),
  (
    "Gaussian, near another of the same mean", 3.6379834330253938564e-12,
    { gaussian(1, 0.5 + 0x1p-18, $0, to: (1, 0.5)) }
  ),
  ("Bernoulli, near another", 8.4146536514012081272e-11, { bernoulli(3, 3 + 0x1p-14, $0) }),
  ("Bernoulli, rare", 1.4804891833370193537e-9, { bernoulli(-20, -19, $0) }),
  ("Bernoulli, nearly certain", 4.1071132162859790943e-13, { bernoulli(30, 28, $0) }),
  ("Bernoulli, itself", 0, { bernoulli(1.5, 1.5, $0) }),
  ("Bernoulli, certain", 0, { bernoulli(.infinity, .infinity, $0) }),
  ("Bernoulli, certain of the contrary", .infinity, { bernoulli(.infinity, -.infinity, $0) }),
  ("entropy, nearly certain", 2.9008631203401870539e-12, { entropy(30, $0) }),
  ("entropy, nearly impossible", 2.9008631203401870539e-12, { entropy(-30, $0) }),
  ("entropy, fair", 0.69314718055994530942, { entropy(0, $0) }),
  ("entropy, three to one", 0.1908649711064424014, { entropy(3, $0) }),
  ("entropy, certain", 0, { entropy(.infinity, $0) }),
]

private func gaussian(
  _ mean: Double, _ logVariance: Double, _ dtype: DType, to other: (Double, Double)?
) -> Tensor {
  func made(_ mean: Double, _ logVariance: Double) -> DiagonalGaussian {
    DiagonalGaussian(
      mean: Tensor([[mean]], dtype: dtype), logVariance: Tensor([[logVariance]], dtype: dtype))
  }
  return made(mean, logVariance).klDivergence(
    to: other.map { made($0.0, $0.1) } ?? .standard([1, 1], dtype: dtype))
}

private func bernoulli(_ a: Double, _ b: Double, _ dtype: DType) -> Tensor {
  Bernoulli(logits: Tensor([[a]], dtype: dtype))
    .klDivergence(to: Bernoulli(logits: Tensor([[b]], dtype: dtype)))
}

private func entropy(_ logit: Double, _ dtype: DType) -> Tensor {
  Bernoulli(logits: Tensor([[logit]], dtype: dtype)).entropy
}

@Suite struct DivergencePrecisionTests {
  @Test(arguments: rows.indices, [DType.float32, .float64])
  func isRightToTheLastDigits(_ index: Int, _ dtype: DType) {
    let row = rows[index]
    let found = row.found(dtype).scalar
    let unit = dtype == .float32 ? Double(Float(row.value).ulp) : row.value.ulp
    #expect(
      found == row.value || Swift.abs(found - row.value) <= 4 * unit,
      "\(row.name): \(found) for \(row.value)")
  }

  /// N(0, 1) created as such or from its parameters is the same distribution, with the same
  /// gradient.
  @Test func bothWaysToThePriorAgree() {
    let random = Random(seed: 93)
    let (mean, logVariance) = (
      1e-3 * random.normal([4, 3], dtype: .float64), 1e-3 * random.normal([4, 3], dtype: .float64)
    )
    let zeros = Tensor.zeros([4, 3], dtype: .float64)
    func divergence(_ x: [Tensor], to prior: DiagonalGaussian) -> Tensor {
      DiagonalGaussian(mean: x[0], logVariance: x[1]).klDivergence(to: prior).sum()
    }
    let prior = DiagonalGaussian.standard([4, 3], dtype: .float64)
    let plain = DiagonalGaussian(mean: zeros, logVariance: zeros)
    let a = valueWithGradient(at: [mean, logVariance]) { divergence($0, to: prior) }
    let b = valueWithGradient(at: [mean, logVariance]) { divergence($0, to: plain) }
    #expect(Swift.abs(a.value.scalar / b.value.scalar - 1) < 1e-14)
    for (x, y) in zip(a.gradients, b.gradients) {
      #expect(abs(x / y - 1).max().scalar < 1e-14)
    }
  }

  /// The entropy is even in the logit and has its maximum at 0, where its curvature is −¼.
  @Test func theEntropyAtZero() {
    let logits = Tensor([[0.0]], dtype: .float64)
    func slope(_ x: Tensor) -> Tensor { gradient(at: x) { Bernoulli(logits: $0).entropy.sum() } }
    #expect(slope(logits).scalar == 0)
    #expect(gradient(at: logits) { slope($0).sum() }.scalar == -0.25)
  }

  /// No gradient is undefined for certain outcomes.
  @Test func infiniteLogitsHaveFiniteGradients() {
    let certain = Tensor([[Double.infinity, -.infinity]])
    let outcome = Tensor([[1, 0]])
    let functions: [(Tensor) -> Tensor] = [
      { Bernoulli(logits: $0).logDensity(of: outcome).sum() },
      { Bernoulli(logits: $0).entropy.sum() },
      { Bernoulli(logits: $0).klDivergence(to: Bernoulli(logits: Tensor([[1, 2]]))).sum() },
      { Bernoulli(logits: Tensor([[1, 2]])).klDivergence(to: Bernoulli(logits: $0)).sum() },
    ]
    for function in functions {
      let first = gradient(at: certain, function)
      #expect(first.isFinite, "\(first)")
      let second = gradient(at: certain) { square(gradient(at: $0, function)).sum() }
      #expect(second.isFinite, "\(second)")
    }
  }
}
