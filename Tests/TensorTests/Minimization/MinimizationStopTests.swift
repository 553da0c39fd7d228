import Mistakes
import Tensor
import Testing

/// Mistakes, and the messages with which the program stops.
private let rows: [(message: String, mistake: @Sendable () -> Void)] = [
  (
    "LBFGS: expected a start of float64[n], n ≥ 1, found float32[2]",
    { _ = LBFGS().minimum(from: Tensor([1, 2])) { $0.sum() } }
  ),
  (
    "TrustRegionNewton: expected a start of float64[n], n ≥ 1, found float64[0]",
    { _ = TrustRegionNewton().minimum(from: .zeros([0], dtype: .float64)) { $0.sum() } }
  ),
  (
    "LBFGS: expected a memory of 1 or more, a tolerance and a limit of 0 or more, found 0, 1e-08",
    { _ = LBFGS(memory: 0) }
  ),
  (
    "TrustRegionNewton: expected a tolerance and a limit of 0 or more and a finite radius above 0,",
    { _ = TrustRegionNewton(radius: .infinity) }
  ),
  (
    "hessian: expected a vector of one element or more, found shape [2, 2]",
    { _ = Tensor.hessian(at: .zeros([2, 2])) { $0.sum() } }
  ),
  (
    "GaussianQuadrature.hermite: expected one node or more, found 0",
    { _ = GaussianQuadrature.hermite(0) }
  ),
  (
    "GaussianQuadrature.legendre: expected an interval with finite ends, found 0.0...inf",
    { _ = GaussianQuadrature.legendre(3, over: 0 ... .infinity) }
  ),
  (
    "GaussianQuadrature.integral: expected values of float64[…, 3], found float64[]",
    { _ = GaussianQuadrature.legendre(3).integral { $0.sum() } }
  ),
  (
    "AdaptiveIntegral: expected ends that are numbers, tolerances of 0 or more and one part or more,"
      + " found nan, 1.0",
    { _ = AdaptiveIntegral(from: .nan, to: 1) { $0 } }
  ),
]

@Suite struct MinimizationStopTests {
  @Test func mistakesStopWithAMessage() async throws {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      makeMistakes(rows.count) {
        rows[$0].mistake()
      }
    }
    let texts = texts(ofMistakes: try #require(result).standardErrorContent)
    try #require(texts.count == rows.count)
    for (row, text) in zip(rows, texts) { #expect(text.contains(row.message), "\(text)") }
  }
}
