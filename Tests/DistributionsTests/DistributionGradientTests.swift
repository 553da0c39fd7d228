import Distributions
import Tensor
import Testing

/// A function of two distributions of the same kind with a number for each example, and its
/// arguments.
struct DistributionRow: Sendable, CustomTestStringConvertible {
  let name: String
  /// The shapes of the function's tensors.
  let shapes: [[Int]]
  let function: @Sendable ([Tensor]) -> Tensor
  var testDescription: String { name }

  init(
    _ name: String, _ shapes: [[Int]], _ function: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    (self.name, self.shapes, self.function) = (name, shapes, function)
  }
}

private func gaussian(_ x: [Tensor], _ first: Int) -> DiagonalGaussian {
  DiagonalGaussian(mean: x[first], logVariance: x[first + 1])
}

private let rows: [DistributionRow] = [
  .init("Gaussian log-density", [[3, 2], [3, 2], [3, 2]]) { gaussian($0, 0).logDensity(of: $0[2]) },
  .init("Gaussian log-density, one row", [[1, 2], [1, 2], [3, 2]]) {
    gaussian($0, 0).logDensity(of: $0[2])
  },
  .init("Gaussian log-density, images", [[2, 2, 3], [2, 2, 3], [2, 2, 3]]) {
    gaussian($0, 0).logDensity(of: $0[2])
  },
  .init("Gaussian entropy", [[3, 2], [3, 2]]) { square(gaussian($0, 0).entropy) },
  .init("Gaussian standard deviation", [[3, 2], [3, 2]]) {
    gaussian($0, 0).mean * gaussian($0, 0).standardDeviation
  },
  .init("Gaussian by standard deviation", [[3, 2], [3, 2], [3, 2]]) {
    DiagonalGaussian(mean: $0[0], standardDeviation: exp($0[1])).logDensity(of: $0[2])
  },
  .init("Gaussian KL", [[3, 2], [3, 2], [3, 2], [3, 2]]) {
    gaussian($0, 0).klDivergence(to: gaussian($0, 2))
  },
  .init("Gaussian KL, one row after", [[3, 2], [3, 2], [1, 2], [1, 2]]) {
    gaussian($0, 0).klDivergence(to: gaussian($0, 2))
  },
  .init("Gaussian KL, one row before", [[1, 2], [1, 2], [3, 2], [3, 2]]) {
    gaussian($0, 0).klDivergence(to: gaussian($0, 2))
  },
  .init("Gaussian KL to N(0, 1)", [[3, 2], [3, 2]]) {
    gaussian($0, 0).klDivergence(to: .standard([1, 2], dtype: .float64))
  },
  .init("Gaussian KL to N(0, 1), images", [[2, 2, 3], [2, 2, 3]]) {
    gaussian($0, 0).klDivergence(to: .standard([2, 2, 3], dtype: .float64))
  },
  .init("Gaussian sample", [[3, 2], [3, 2]]) {
    square(gaussian($0, 0).sample(using: Random(seed: 61)))
  },
  .init("Bernoulli log-density", [[3, 2], [3, 2]]) {
    Bernoulli(logits: $0[0]).logDensity(of: $0[1])
  },
  .init("Bernoulli log-density, images", [[2, 2, 3], [2, 2, 3]]) {
    Bernoulli(logits: $0[0]).logDensity(of: $0[1])
  },
  .init("Bernoulli mean", [[3, 2]]) { Bernoulli(logits: $0[0]).mean },
  .init("Bernoulli entropy", [[3, 2]]) { Bernoulli(logits: $0[0]).entropy },
  .init("Bernoulli KL", [[3, 2], [3, 2]]) {
    Bernoulli(logits: $0[0]).klDivergence(to: Bernoulli(logits: $0[1]))
  },
  .init("Bernoulli KL, one row", [[3, 2], [1, 2]]) {
    Bernoulli(logits: $0[0]).klDivergence(to: Bernoulli(logits: $0[1]))
  },
]

@Suite struct DistributionGradientTests {
  @Test(arguments: rows)
  func gradients(_ row: DistributionRow) {
    let random = Random(seed: 62)
    let point = row.shapes.map { random.normal($0, dtype: .float64) }
    let check = checkGradient(of: { row.function($0) }, at: point)
    #expect(check.passes(), "\(check)")
  }

  @Test func differentShapesStopWithAMessage() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = DiagonalGaussian(mean: Tensor.zeros([2, 3]), logVariance: Tensor.zeros([2, 1]))
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(
      text.contains(
        "DiagonalGaussian: expected a mean and a log-variance of one shape, found [2, 3] and [2, 1]"
      ))
  }
}
